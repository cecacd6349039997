"""The title line: what gives way to what as the room goes."""

from __future__ import annotations

from tui.panes.title import TitleLine

LEFT = [(" Pods ", "title.name"), (" ", ""), ("84 ", "title.count")]
RIGHT = [("2s ago ", "title.state"), ("● ", "ok")]
ERROR = 'Back-off pulling image "nginx:1.19.19": ErrImagePull: nginx:1.19.19: not found'


def drawn(columns: int, said: str = "", ascii_only: bool = False) -> str:
    title = TitleLine({}, ascii_only)
    title.say(LEFT, RIGHT, focused=False, said=said)
    (line,) = title.compose_lines(columns, 1)
    return "".join(text for text, _ in line.pieces)


def test_what_is_said_stands_in_the_rule_where_there_is_room() -> None:
    assert drawn(40, "exit 1") == " Pods  84 ─ exit 1 ────────────2s ago ● "
    assert drawn(40, "exit 1", ascii_only=True) == " Pods  84 - exit 1 ------------2s ago ● "
    assert drawn(30, "exit 1") == drawn(30) == " Pods  84 ───────────2s ago ● "


def test_an_error_keeps_what_failed_and_its_cause() -> None:
    assert drawn(70, ERROR) == " Pods  84 ─ Back-off pulling image …ginx:1.19.19: not found ─2s ago ● "
