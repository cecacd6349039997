"""Golden files: what a screen shows, compared with tests/goldens/NAME.txt or NAME.svg.

Text goldens (`golden_text`) say what is where and read well in a diff: prefer them. SVG goldens (`golden_svg`)
also hold the colours: one per screen, theme and size. A mismatch fails with a diff and writes NAME.actual.txt (or
.svg) beside the golden; `pytest --update-goldens` accepts what is drawn. Screens under test need a frozen clock,
seeded data, a fixed size.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tui.terminal.plain import screen_text

FOLDER = Path(__file__).with_name("goldens")

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*")
_SVG_ID = re.compile(r"terminal-\d+-")
_SVG_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_DIFF_LINES = 80

GoldenText = Callable[[App[Any] | Iterable[str], str], None]
GoldenSvg = Callable[[App[Any], str], None]


def screen_svg(app: App[Any]) -> str:
    """What the application shows as SVG, without the identifiers and fonts that change from run to run."""
    svg = _SVG_ID.sub("terminal-", app.export_screenshot(title="topmast"))
    return _SVG_FONT.sub("", svg)


def compare(actual: str, name: str, suffix: str, *, update: bool, folder: Path = FOLDER) -> None:
    """Fail unless the golden file holds `actual`; with `update`, write it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"golden name {name!r}: lower-case letters, digits, '_', '-', '.', folders with '/'")
    golden = folder / f"{name}.{suffix}"
    leftover = folder / f"{name}.actual.{suffix}"
    actual = actual.rstrip("\n") + "\n"
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(actual, encoding="utf-8")
        leftover.unlink(missing_ok=True)
        return
    expected = golden.read_text(encoding="utf-8") if golden.exists() else None
    if actual == expected:
        leftover.unlink(missing_ok=True)
        return
    leftover.parent.mkdir(parents=True, exist_ok=True)
    leftover.write_text(actual, encoding="utf-8")
    advice = f"drawn: {leftover}; accept with --update-goldens"
    if expected is None:
        pytest.fail(f"there is no golden {golden}; {advice}", pytrace=False)
    diff = list(
        difflib.unified_diff(
            expected.splitlines(), actual.splitlines(), str(golden.name), "drawn", lineterm="", n=2
        )
    )
    if len(diff) > _DIFF_LINES:
        diff = [*diff[:_DIFF_LINES], f"... {len(diff) - _DIFF_LINES} more lines"]
    pytest.fail("\n".join([f"the screen differs from {golden}; {advice}", *diff]), pytrace=False)


@pytest.fixture
def golden_text(request: pytest.FixtureRequest) -> GoldenText:
    """``golden_text(app_or_lines, "nodes_80x24")`` compares a screen's text (or some lines) with its golden."""
    update = bool(request.config.getoption("--update-goldens"))

    def check(drawn: App[Any] | Iterable[str], name: str) -> None:
        lines = screen_text(drawn) if isinstance(drawn, App) else "\n".join(line.rstrip() for line in drawn)
        compare(lines, name, "txt", update=update)

    return check


@pytest.fixture
def golden_svg(request: pytest.FixtureRequest) -> GoldenSvg:
    """``golden_svg(app, "nodes_80x24")`` compares text and colours of a screen with its golden file."""
    update = bool(request.config.getoption("--update-goldens"))

    def check(app: App[Any], name: str) -> None:
        compare(screen_svg(app), name, "svg", update=update)

    return check
