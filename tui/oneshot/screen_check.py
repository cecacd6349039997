"""What only the screen can say about its settings: actions and keys, names of layouts and of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sources.config import Settings, nearest, state_path

if TYPE_CHECKING:
    from tui.sheets.sheet import Sheet


def screen_problems(settings: Settings, starting: bool = False) -> list[str]:
    """What is wrong, each with its place ("file:line: key: ..."), in the order of the keys.

    When the screen is `starting`, a key that somebody took from another action's defaults is not: a new version
    with new keys must not keep anybody out. The screen says it.
    """
    from tui.keymap import Keymap, key_conflicts

    keys = settings.ui.remapped
    said = [*(Keymap(keys).problems if starting else key_conflicts(keys)), *_layout(settings), *_columns(settings)]
    return [f"{place}: {text}" if (place := _place(settings, text)) else text for text in said]


def _layout(settings: Settings) -> Iterator[str]:
    from tui.saved_layouts import Layouts

    known = [*settings.layouts, *Layouts({}, state_path()).names()]
    if settings.ui.layout not in known:
        yield f"ui.layout: there is no layout {settings.ui.layout!r}{nearest(settings.ui.layout, known)}"


def _columns(settings: Settings) -> Iterator[str]:
    from tui.sheets.alerts import ALERTS
    from tui.sheets.events import EVENTS
    from tui.sheets.nodes import NODES
    from tui.sheets.pods import PODS

    sheets: Mapping[str, Sheet[Any]] = {"nodes": NODES, "pods": PODS, "events": EVENTS, "alerts": ALERTS}
    for table, keys in settings.columns.items():
        known = [column.key for column in sheets[table].columns]
        for key in keys:
            if key not in known:
                yield f"columns.{table}: there is no column {key!r}{nearest(key, known)}"


def _place(settings: Settings, text: str) -> str:
    """Where the key stands that a message begins with. A key that two actions claim is told of `ui.keys`: then the
    first of the two that somebody remapped."""
    key = text.partition(": ")[0]
    if key == "ui.keys":
        named = [name for name in re.findall(r"\w+", text) if name in settings.ui.keys]
        key = f"ui.keys.{named[0]}" if named else key
    return settings.origins.get(key, "")
