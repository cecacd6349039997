"""One query asked of both, and how the answers differ."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from sources.promql import Engine
from sources.promql.results import (
    Matrix,
    PromQLError,
    Result,
    Scalar,
    String,
    UnsupportedError,
    Vector,
)
from sources.promql.storage import Labels, Storage
from tests.differential.server import Prometheus

TOLERANCE = 1e-9
Rows = dict[Labels, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Query:
    """Times in milliseconds; an instant query has step 0 and start = end."""

    text: str
    start: int
    end: int
    step: int

    def __str__(self) -> str:
        when = f"{self.start}..{self.end} step {self.step}" if self.step else f"at {self.start}"
        return f"{self.text}   [{when}]"


@dataclass(slots=True)
class Outcome:
    """`wrong`: values, series or errors differ; `words`: only texts of errors or annotations do."""

    wrong: str = ""
    chance: str = ""
    """As wrong, but rounding: our answer changes with the order of the series, or theirs from time to time."""
    words: str = ""
    unsupported: str = ""
    needed: bool = False
    """Refused as unsupported, while the server answers."""
    failed: bool = False
    """Both gave an error."""
    empty: bool = False
    samples: int = field(default=0)


def compare(server: Prometheus, engine: Engine, storage: Storage, reverse: Storage, query: Query) -> Outcome:
    """`reverse` gives the same series in another order."""
    theirs = ask(server, query)
    outcome = Outcome()
    try:
        ours = _answer(engine, query, storage)
    except UnsupportedError as error:
        outcome.unsupported = str(error)
        outcome.needed = theirs["status"] != "error"
    except PromQLError as error:
        _compare_errors(outcome, error, theirs)
    except Exception as error:  # a crash of the engine is a finding like any other
        outcome.wrong = f"crash: {type(error).__name__}: {error}"
    else:
        _compare_results(outcome, ours, theirs)
        if outcome.wrong and not isinstance(ours.value, String):
            other = _answer(engine, query, reverse)
            if difference(_our_rows(other), _our_rows(ours)) or _wavers(server, query, theirs):
                outcome.wrong, outcome.chance = "", outcome.wrong
    return outcome


def _wavers(server: Prometheus, query: Query, theirs: dict[str, Any]) -> bool:
    """Whether the server gives another answer when it is asked again (it adds up what topk keeps in any order)."""

    def rows(answer: dict[str, Any]) -> Rows:
        return _their_rows(answer["data"]["resultType"], answer["data"]["result"])

    if theirs["status"] == "error":
        return False
    again = (ask(server, query) for _ in range(5))
    return any(answer["status"] == "error" or difference(rows(answer), rows(theirs)) for answer in again)


def _answer(engine: Engine, query: Query, storage: Storage) -> Result:
    if query.step:
        return engine.query_range(query.text, query.start, query.end, query.step, storage)
    return engine.query(query.text, query.start, storage)


def ask(server: Prometheus, query: Query) -> dict[str, Any]:
    if query.step:
        return server.ask(
            "query_range",
            query=query.text,
            start=f"{query.start / 1000:.3f}",
            end=f"{query.end / 1000:.3f}",
            step=f"{query.step / 1000:.3f}",
        )
    return server.ask("query", query=query.text, time=f"{query.start / 1000:.3f}")


def _compare_errors(outcome: Outcome, error: PromQLError, theirs: dict[str, Any]) -> None:
    outcome.failed = True
    if theirs["status"] != "error":
        outcome.wrong = f"ours fails: {error}"
        return
    text = theirs["error"].removeprefix('invalid parameter "query": ')
    if _core(text) != _core(str(error)):
        outcome.words = f"error: {error}\n     theirs: {text}"


def _compare_results(outcome: Outcome, ours: Result, theirs: dict[str, Any]) -> None:
    if theirs["status"] == "error":
        outcome.wrong = f"theirs fails: {theirs['error']}"
        return
    kind, found = theirs["data"]["resultType"], theirs["data"]["result"]
    our_kind = type(ours.value).__name__.lower()
    if kind != our_kind:
        outcome.wrong = f"type {our_kind} against {kind}"
        return
    if isinstance(ours.value, String):
        outcome.wrong = "" if ours.value.value == found[1] else f"string {ours.value.value!r} against {found[1]!r}"
        return
    wanted, got = _their_rows(kind, found), _our_rows(ours)
    outcome.empty = not wanted
    outcome.samples = sum(map(len, wanted.values()))
    outcome.wrong = difference(got, wanted)
    if not outcome.wrong:
        outcome.words = _annotations(ours.warnings, theirs.get("warnings", ())) or _annotations(
            ours.infos, theirs.get("infos", ())
        )


def _their_rows(kind: str, found: Any) -> Rows:
    if kind == "scalar":
        return {(): {round(found[0] * 1000): float(found[1])}}
    rows: Rows = {}
    for each in found:
        points = each["values"] if kind == "matrix" else [each["value"]]
        rows[tuple(sorted(each["metric"].items()))] = {round(at * 1000): float(value) for at, value in points}
    return rows


def _our_rows(ours: Result) -> Rows:
    value = ours.value
    if isinstance(value, Scalar):
        return {(): {value.at: value.value}}
    if isinstance(value, Vector):
        return {each.labels: {value.at: each.value} for each in value.samples}
    assert isinstance(value, Matrix)
    return {
        each.labels: dict(zip(each.times.tolist(), each.values.tolist(), strict=True)) for each in value.series
    }


def same(a: float, b: float, tolerance: float = TOLERANCE) -> bool:
    """Equal to the relative tolerance; NaN only to NaN, infinities only to themselves."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b) or a == b:
        return a == b
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def difference(got: Rows, wanted: Rows) -> str:
    """The first differences in words, empty if there are none."""
    for labels in wanted.keys() - got.keys():
        return f"missing {labels} {list(wanted[labels].items())[:3]}"
    for labels in got.keys() - wanted.keys():
        return f"too much {labels} {list(got[labels].items())[:3]}"
    for labels, points in wanted.items():
        ours = got[labels]
        if ours.keys() != points.keys():
            return f"steps of {labels}: ours {sorted(ours.keys() - points.keys())[:5]} theirs " + str(
                sorted(points.keys() - ours.keys())[:5]
            )
        for at, value in points.items():
            if not same(ours[at], value):
                return f"{labels} at {at}: ours {ours[at]!r} theirs {value!r}"
    return ""


def _annotations(ours: tuple[str, ...], theirs: Any) -> str:
    """Servers leave out what is over ten."""
    if len(theirs) > 10:
        return ""
    a, b = set(map(_core, ours)), set(map(_core, theirs))
    return "" if a == b else f"annotations: ours {sorted(a - b)} theirs {sorted(b - a)}"


def _core(text: str) -> str:
    """A text without what is chance: which of several series is named, how often a note was merged with itself."""
    text = re.sub(r"match group \{.*\} on the (left|right) hand-side of the operation: \[.*\];", r"\1:", text)
    return re.sub(r"over -?[0-9]+ samples (.*) \([0-9:]+\)$", r"over some samples \1", text)
