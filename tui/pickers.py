"""What can be chosen from a list, and what then happens: namespaces, themes, layouts, columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sources.choices import THEMES
from tui.panes.picker import Choice, Question
from tui.panes.table_pane import TablePane
from tui.words import counted

if TYPE_CHECKING:
    from tui.screen import MainScreen

ALL = "*"
"""Stands for all namespaces; no namespace is called so."""


def namespaces(screen: MainScreen) -> Question:
    """One namespace, or the union of several."""
    session = screen.session
    counts = session.world.namespaces
    slots = {name: str(digit) for digit, name in enumerate(session.namespace_slots(), start=1)}
    names = [*slots, *(name for name in sorted(counts) if name not in slots)]
    choices = [Choice(ALL, "all", "every namespace", screen.keymap.shown("all_namespaces"))]
    choices += [Choice(name, name, counted(counts.get(name, 0), "pod"), slots.get(name, "")) for name in names]

    def take(chosen: Sequence[str]) -> None:
        screen.set_namespaces([] if ALL in chosen else chosen)

    return Question(
        "namespaces", choices, take, many=True, marked=session.namespaces, current=(*session.namespaces, ALL)[0]
    )


def themes(screen: MainScreen) -> Question:
    choices = [Choice(name, name, "as suits this terminal" if name == "auto" else "") for name in THEMES]
    return Question("theme", choices, lambda chosen: screen.set_theme(chosen[0]), current=screen.theme_name)


def layouts(screen: MainScreen) -> Question:
    choices = [Choice(name, name, ", ".join(screen.layouts.get(name).panes)) for name in screen.layouts.names()]
    current = screen.arrangement.name
    return Question("layout", choices, lambda chosen: screen.choose_layout(chosen[0]), current=current)


def queries(screen: MainScreen) -> Question:
    """The queries that were asked here, the last one first."""
    console = screen.console
    choices = [Choice(line, line) for line in reversed(console.prompt.history().lines)]

    def take(chosen: Sequence[str]) -> None:
        screen.focus_pane(console)
        console.ask(chosen[0])

    return Question("query", choices, take, nothing="nothing was asked yet; e edits the query")


def columns(screen: MainScreen, pane: TablePane[object]) -> Question:
    """The column that orders the rows."""
    choices = [Choice(field.column.key, field.column.key, field.column.title) for field in pane.sheet.fields]
    return Question(
        f"order of the {pane.what}", choices, lambda chosen: pane.set_sort(chosen[0]), current=pane.sort
    )


def pins(screen: MainScreen) -> Question:
    """A pinned query, to be asked."""
    choices = [
        Choice(query, query, pinned.error, str(number))
        for number, (query, pinned) in enumerate(screen.console.strip.pins, start=1)
    ]

    def take(chosen: Sequence[str]) -> None:
        screen.focus_pane(screen.console)
        screen.console.ask(chosen[0])

    return Question("pinned query", choices, take, nothing="nothing is pinned: P pins the query of the console")
