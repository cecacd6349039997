"""The faults that topmast survives: what happens, and what has to be seen then.

A test carries `@pytest.mark.fault(...)` with the number, or with the name of an HTTP class, of each fault it is
about; `python -m tests.faults` prints which tests these are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]


class Fault(NamedTuple):
    """What happens, and what is required of us."""

    what: str
    required: str


KUBERNETES: Mapping[int, Fault] = {
    1: Fault("connection refused at start", "the screen is up; pauses of 0.8 to 30 s; host and reason are said"),
    2: Fault("the name does not resolve, or to another address", "looked up anew at each try; pauses as 1"),
    3: Fault("TLS: unknown authority, wrong name, expired", "said in words; verification is never given up"),
    4: Fault("the server's certificate or authority is rotated", "files are read again and it is reconnected"),
    5: Fault("401 on a request", "one renewal for all, one retry, then said; not again within 30 s"),
    6: Fault("401 when a watch is reopened", "as 5, and the last data stay, called stale"),
    7: Fault("the exec plugin is missing, fails or answers nonsense", "its words and hint; never anonymous"),
    8: Fault("the exec plugin hangs, asks, or floods", "no terminal, a time limit, its process group killed"),
    9: Fault("the exec plugin or the files give another certificate", "a new pool; the old one drains"),
    10: Fault("the kubeconfig is edited while we run", "the cluster stays the chosen one; a reload is offered"),
    11: Fault("403 for the whole cluster", "namespace by namespace"),
    12: Fault("403 later", "the rows stay as stale; asked seldom"),
    13: Fault("list allowed, watch forbidden", "listed every 15 to 30 s"),
    14: Fault("no metrics API, or it is down", "said; looked for every 5 min; the rest works"),
    15: Fault("410 within the stream", "listed anew from where it was; the rows never vanish"),
    16: Fault("410 as the answer", "as 15"),
    17: Fault("410 on a page's token", "once more as a whole"),
    18: Fault("504, the version is too large", "the newest is asked for"),
    19: Fault("versions go backwards", "the list replaces what was known; no order is assumed"),
    20: Fault("429 with or without Retry-After", "that pause, or ours; no list"),
    21: Fault("500, 502, 503, or a page instead of data", "never taken for data; pauses"),
    22: Fault("200 and the end at once", "pauses"),
    23: Fault("the end within an event or a list", "the half is dropped; goes on from where it was"),
    24: Fault("reset", "as 23"),
    25: Fault("half-open, nobody there", "seen within 30 s"),
    26: Fault("half-open behind a load balancer", "reopened within 90 s; a hard end"),
    27: Fault("the API server restarts", "stale, then live again; no list where none is needed"),
    28: Fault("a proxy holds the answer back", "changes still arrive, and it is said"),
    29: Fault("a proxy cuts after a minute", "no news; shorter watches"),
    30: Fault("a line that is no JSON", "skipped and counted; many of them reopen"),
    31: Fault("an object unlike its schema", "its row is kept as far as it can be read"),
    32: Fault("an event, or an item of a list, without an end", "memory stays bounded"),
    33: Fault("an unknown type of event", "skipped and counted"),
    34: Fault("a compressed watch", "inflated as it comes"),
    35: Fault("406, 415, 422 for new parameters", "remembered for this server, done the old way"),
    36: Fault("the same object twice, or in another order", "the last state wins"),
    37: Fault("deleted and made anew under one name", "the new one is shown"),
    38: Fault("a storm of events", "coalesced; memory bounded, Normal ones go first; said"),
    39: Fault("we were stopped: Ctrl-Z, a laptop's sleep", "stale, everything reopened"),
    40: Fault("clocks differ by hours", "ages by the server's clock; no negative ones"),
    41: Fault("no metrics for some", "unknown, never 0"),
    42: Fault("a kubelet does not answer", "10 s at most, its own error, asked seldom"),
    43: Fault("a log stream rotates, restarts, breaks", "taken up again without gap or double"),
    44: Fault("no memory or file descriptors left", "caches and streams bounded; said; goes on"),
}
"""The fault list of DESIGN and issue 5, by its numbers."""

HTTP: Mapping[str, Fault] = {
    "400 bad_data": Fault("a query that is wrong", "the reason at its line and column"),
    "422 execution": Fault("a query that cannot be evaluated", "the reason"),
    "503 timeout": Fault("the server's own limit of time", "the reason"),
    "499 canceled": Fault("cancelled on the server", "the reason"),
    "500 internal": Fault("storage fails", "the reason"),
    "500 unavailable": Fault("the database is not ready", "the reason"),
    "503 text": Fault("the server starts or stops", "which of the two"),
    "404": Fault("another version or another server", "what was asked for"),
    "sign-in or gateway page": Fault("302, 401, 403, 502, 504 or 200 with HTML", "never data; who answered"),
    "204": Fault("nothing to return", "said, and not an error"),
    "429 or 413": Fault("a gateway's limits", "its pause is kept"),
    "200 with warnings": Fault("an answer that may be partial", "said, in one order"),
    "no HTTP": Fault("refused, cut, endless, dripping, another protocol", "one sentence, in time and bounded"),
}
"""What Prometheus, Alertmanager and whatever stands before them answer."""

WITHOUT: Mapping[int | str, str] = {
    43: "topmast reads no logs yet",
}
"""Faults without a test, and why."""


def marked() -> Iterator[tuple[int | str, str]]:
    """(fault, "file::test") for each mark in the tests, read from their text."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "mark.fault(" in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
                        for which in mark.args:
                            yield ast.literal_eval(which), f"{path.relative_to(TESTS)}::{node.name}"


def table() -> Mapping[int | str, list[str]]:
    """The tests of each fault."""
    found: dict[int | str, list[str]] = {which: [] for which in (*KUBERNETES, *HTTP)}
    for which, test in marked():
        found.setdefault(which, []).append(test)
    return found
