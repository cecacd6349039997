"""What the help says: keys and commands as they are now, first those of the pane it was asked from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sources.contract import State
from tui.actions import ACTIONS
from tui.actions.action import Action
from tui.commands import COMMANDS
from tui.keymap import Keymap
from tui.sheets.sheet import Look, Sheet
from tui.states import GLYPHS


class Section(NamedTuple):
    """A title, and rows of (what is pressed or typed, what it does)."""

    title: str
    rows: tuple[tuple[str, str], ...]


OWN: Mapping[str, Sequence[str]] = {
    "nodes": ("Rows",),
    "pods": ("Rows",),
    "events": ("Rows",),
    "alerts": ("Rows",),
    "console": ("PromQL",),
    "detail": ("Detail",),
}
"""The groups of actions that a pane, by its id, is about."""
FILTERS = (
    ("/web", "rows that match the regular expression web (small letters match any case)"),
    ("/!web", "rows that do not"),
    ('/"back off"', "text with a space in it"),
    ("/status:crash", "one column matches"),
    ("/cpu>500m", "numbers: > >= < <= = != in the column's unit (500m, 1Gi, 80, 10m, 3)"),
    ("/-l app=web", "labels match, as in kubectl -l; also -l tier in (a,b)"),
    ("/-f wb1", "the name has these letters in this order"),
    ("/web restarts>3", "all of them"),
)
STATES: Sequence[tuple[State, str, str]] = (
    ("live", "live", "current, with the age of what was heard last"),
    ("loading", "loading", "rows are still arriving"),
    ("partial", "partial", "current, but something is missing; the title says what"),
    ("stale", "stale", "the last known picture; the source is lost and tried again"),
    ("denied", "forbidden", "a right is missing; the title names it"),
    ("absent", "absent", "the server does not offer this"),
)
"""What the badges of the titles mean: the state, the word for it, and what it says."""


def _marks(look: Look) -> tuple[tuple[str, str], ...]:
    """The marks as this terminal shows them, and what they mean."""
    return (
        *((f"{look.glyph(*GLYPHS[state][:2])} {word}", says) for state, word, says in STATES),
        ("! before a row", "something is wrong with it; such rows come first, ended ones after those that go on"),
        (
            f"{look.glyph('•', '*')} before a row",
            "it came, or became faulty, since your last key in this pane (and a minute); :seen clears",
        ),
        ("+35m/12m", "change against an hour ago, or against 12 minutes ago where nothing older was seen"),
        (
            f"{look.glyph('›', '>')} deploy/web 5 !2",
            "a group of five pods, two of them faulty; Enter opens and closes it",
        ),
    )


def sections(
    keymap: Keymap, pane_id: str, title: str, look: Look, sheet: Sheet[object] | None = None
) -> list[Section]:
    """All of the help; `title` is the name of the pane, `sheet` its columns if it is a table."""
    own = OWN.get(pane_id, ())
    groups: dict[str, list[Action]] = {}
    for action in ACTIONS:
        groups.setdefault(action.group, []).append(action)
    first = [row for group in own for row in _keys(groups.get(group, ()), keymap)]
    found = [Section(f"{title}: the pane you are in", (*first, *_columns(sheet)))] if first else []
    found += [
        Section(group, tuple(_keys(actions, keymap))) for group, actions in groups.items() if group not in own
    ]
    found.append(
        Section("Commands, after :", tuple((f":{c.names[0]}", _command(c.usage, c.text)) for c in COMMANDS))
    )
    found.append(Section("Filters, after /", FILTERS))
    found.append(Section("Marks", _marks(look)))
    return found


def _keys(actions: Sequence[Action], keymap: Keymap) -> list[tuple[str, str]]:
    rows = []
    for action in actions:
        number = action.name.removeprefix("namespace_")
        if action.name == "namespace_1":
            rows.append(("1 .. 9", "namespaces as numbered in the header"))
        elif not (number.isdecimal() and action.keys == number == keymap.shown(action.name)):
            rows.append((keymap.shown(action.name) or "(no key)", f"{action.text}  (:{action.name})"))
    return rows


def _command(usage: str, text: str) -> str:
    return f"{usage}  {text}".strip()


def _columns(sheet: Sheet[object] | None) -> list[tuple[str, str]]:
    if sheet is None:
        return []
    return [("columns", ", ".join(sheet.names)), ("numbers", ", ".join(sheet.units))]
