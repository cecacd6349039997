"""`topmast doctor`: what each source can reach and may do, and what the terminal can draw."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sources.contract import Check, Diagnosable, SourceError
from sources.text import clean
from tui.oneshot import gather, records
from tui.oneshot.failure import DENIED, OK, UNREACHABLE, USAGE
from tui.oneshot.layout import Layout, cell
from tui.oneshot.settings import settings_from
from tui.terminal.environment import is_utf8, prepare_environment

LIMIT = 10.0
"""Seconds that one source may take."""
CONFIGURATION = ("configuration", "kubeconfig")
RIGHTS = "rights"
"""How sources name the checks of their configuration and of their rights."""
MARKS = {True: ("✓", "+"), False: ("✗", "x"), None: ("·", "-")}


class Finding(NamedTuple):
    """A check and whose it is."""

    about: str
    check: Check


def doctor(args: argparse.Namespace) -> int:
    """Prints the findings; returns 0, or the code of the worst one."""
    terminal = [Finding("terminal", check) for check in terminal_checks(os.environ, args.ascii)]
    settings = settings_from(args, everywhere=True)
    with gather.running(settings, frozenset()) as runtime:
        findings = [
            Finding(name, Check("configuration", False, problem, "correct it, or disable the source"))
            for name, problem in runtime.problems.items()
        ]
        findings += gather.answered(runtime, lambda: examine(runtime.sources), 2 * LIMIT)
    findings += terminal
    if args.output == "json":
        print(records.to_json([_record(finding) for finding in findings], indent=2))
    else:
        print("\n".join(_table(findings, plain=args.ascii or not is_utf8(sys.stdout))))
    return verdict(findings)


async def examine(sources: Mapping[str, object], limit: float = LIMIT) -> list[Finding]:
    """All sources at once, in their order; whatever one of them does, the others are heard."""
    found = await asyncio.gather(*(_examine(name, source, limit) for name, source in sources.items()))
    return [finding for each in found for finding in each]


async def _examine(name: str, source: object, limit: float) -> Sequence[Finding]:
    if not isinstance(source, Diagnosable):
        return [Finding(name, Check("check", None, "this source cannot examine itself"))]
    try:
        checks = await asyncio.wait_for(source.check(), limit)
    except TimeoutError:
        check = Check("check", False, f"no answer within {limit:g} s", "is a VPN, a proxy or the server down?")
        return [Finding(name, check)]
    except SourceError as error:
        return [Finding(name, Check("check", False, str(error)))]
    except Exception as error:
        # A third party's source may raise anything; it is a finding like others.
        check = Check("check", False, f"{type(error).__name__}: {error}", "report it to its author")
        return [Finding(name, check)]
    return [Finding(name, check) for check in checks]


def verdict(findings: Sequence[Finding]) -> int:
    """The exit code: 2 for the configuration, else 3 for a source that answers nothing, else 4 for a missing
    right. A server that answers but is not well itself (a failing rule) is told and costs nothing."""
    failed = [(about, check.name.lower()) for about, check in findings if check.ok is False]
    answering = {about for about, check in findings if check.ok and check.name not in CONFIGURATION}
    if any(name in CONFIGURATION for _, name in failed):
        return USAGE
    if any(about not in answering and not name.startswith(RIGHTS) for about, name in failed):
        return UNREACHABLE
    return DENIED if any(name.startswith(RIGHTS) for _, name in failed) else OK


def _table(findings: Sequence[Finding], plain: bool) -> list[str]:
    rows = [["", "SOURCE", "CHECK", "RESULT"]]
    fixes: list[str] = []
    for about, check in findings:
        rows.append([MARKS[check.ok][plain], cell(about), cell(check.name), clean(check.detail)])
        fixes.append(clean(check.fix))
    head, *lines = Layout().lines(rows)
    out = [head]
    for line, fix, (_, check) in zip(lines, fixes, findings, strict=True):
        out.append(line)
        if fix and check.ok is not True:
            out.append(f"      fix: {fix}")
    return out


def _record(finding: Finding) -> records.Record:
    about, check = finding
    return {"source": about, "check": check.name, "ok": check.ok, "detail": check.detail, "fix": check.fix}


# -- the terminal ------------------------------------------------------------------------------------------


def terminal_checks(env: Mapping[str, str], ascii_only: bool = False) -> list[Check]:
    """What the screen would find: a terminal at all, size, colours, characters, multiplexer, clipboard."""
    terminal = prepare_environment(dict(env), argparse.Namespace(ascii=ascii_only))
    problem = terminal.problem and terminal.problem.partition(";")[0]
    checks = [Check("terminal", None if problem else True, problem or env.get("TERM", "(TERM is not set)"))]
    columns, lines = shutil.get_terminal_size()
    small = columns < 80 or lines < 24
    checks.append(
        Check("size", None if small else True, f"{columns}x{lines}", "80x24 or more is wanted" if small else "")
    )
    words = {"mono": "none", "16": "16", "256": "256", "truecolor": "24-bit"}
    fix = "set COLORTERM=truecolor if the terminal has them" if terminal.colors == "16" else ""
    few = terminal.colors in ("mono", "16")
    checks.append(Check("colours", None if few else True, words[terminal.colors], fix))
    if terminal.ascii:
        fix = "" if ascii_only else "set LANG to a UTF-8 locale, for example C.UTF-8"
        checks.append(Check("characters", None, "ASCII only", fix))
    else:
        checks.append(Check("characters", True, "UTF-8"))
    around = " inside ".join(word for word in (terminal.multiplexer, "SSH" if terminal.ssh else None) if word)
    checks.append(Check("surroundings", None, around or "no tmux, no screen, no SSH seen"))
    checks.append(_clipboard(terminal.multiplexer))
    return checks


def _clipboard(multiplexer: str | None) -> Check:
    if multiplexer == "tmux":
        return Check("clipboard", True, "through tmux's buffer (load-buffer -w)")
    if multiplexer == "screen":
        return Check("clipboard", None, "GNU screen usually keeps OSC 52 back", "use tmux, or copy with the mouse")
    return Check("clipboard", None, "by OSC 52, if the terminal allows it")
