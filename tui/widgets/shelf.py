"""Children of a widget that are mounted when they are first shown: a start pays for none that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from textual.widget import Widget

W = TypeVar("W", bound=Widget)


class Shelf:
    """Where the children of `home` lie that are not always shown."""

    def __init__(self, home: Widget) -> None:
        self._home = home
        self._order: Sequence[Widget] = ()

    def later(self, widget: W) -> W:
        """The widget, which stays hidden, and not mounted, until it is shown."""
        widget.display = False
        return widget

    def compose(self, *order: Widget) -> Iterator[Widget]:
        """What `home` is composed of, of all its children in their order."""
        self._order = order
        return (widget for widget in order if widget.display)

    def show(self, widget: Widget, shown: bool = True) -> None:
        """Shows a child or hides it. What is shown can be given the keyboard at once, though it is drawn later."""
        if shown and widget.parent is None and self._order:
            behind = self._order[self._order.index(widget) + 1 :]
            self._home.mount(widget, before=next((each for each in behind if each.parent is not None), None))
        widget.display = shown
