"""Draws what a key did in the same turn of the event loop.

Textual hands a change from the queue of one widget to that of the next, and then waits for the next sixtieth of a
second: on a busy event loop a cursor is 30 ms late.
"""

from __future__ import annotations

from textual.screen import Screen


def draw_at_once(screen: Screen[object]) -> None:
    """Draws the widget that has the keyboard, if it changed, and whatever else was due."""
    widget = screen.focused
    if widget is not None and widget._repaint_required:
        widget._repaint_required = False
        screen._dirty_widgets.add(widget)
        screen._on_timer_update()
