"""The header: which cluster, which namespaces, what time it is here, and how each source is doing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rich.style import Style

from sources.text import clean
from tui.panes.title import clipped
from tui.session import Session
from tui.states import health
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import width

PRODUCTION = ("prod", "prd", "live")
"""Parts of a context's name that make the band loud."""


class Header(LineWidget):
    """The first line tells where one is and whether to trust it; the second, if there is room, namespaces."""

    DEFAULT_CSS = "Header { height: 1; width: 1fr; } Header.tall { height: 2; }"

    def __init__(self, session: Session, palette: Mapping[str, Style], title: str) -> None:
        super().__init__(palette)
        self.session = session
        self.title_text = clean(title)

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        lines = [self._first(columns)]
        if rows > 1:
            lines.append(Line(tuple(clipped(self._namespaces(), columns)), ""))
        return lines

    def _first(self, columns: int) -> Line:
        session = self.session
        loud = any(part in self.title_text.lower() for part in PRODUCTION)
        left: list[Piece] = [(f" {self.title_text} ", "band.production" if loud else "band")]
        left.append((f" ns:{','.join(map(clean, session.namespaces)) or 'all'}", "strong"))
        left.append((time.strftime(" %H:%M:%S UTC", time.gmtime(session.now)), "dim"))
        offset = session.clock_offset
        if offset:
            left.append((f" clock {offset:+.0f}s", "warn"))
        if session.held_since is not None:
            left.append((f" HELD {session.waiting} waiting ", "held"))
        room = columns - sum(width(text) for text, _ in left) - 1
        right = self._dots(room)
        left = clipped(left, columns - sum(width(text) for text, _ in right))
        gap = columns - sum(width(text) for text, _ in (*left, *right))
        return Line((*left, (" " * gap, ""), *right), "")

    def _dots(self, room: int) -> list[Piece]:
        """Every source's dot, with as many words as there is room for; a dot is never dropped for a word."""
        session = self.session
        order = list(session.runtime.sources)
        feeds = sorted(
            session.world.feeds.values(), key=lambda f: order.index(f.source) if f.source in order else len(order)
        )
        dots = health(feeds, session.heard_now, session.ascii_only)
        for name in session.runtime.problems:
            dots.append(("x" if session.ascii_only else "×", "bad", f"{clean(name)} misconfigured"))
        full = [piece for glyph, style, text in dots for piece in ((f" {glyph} ", style), (text, "dim"))]
        full.append((" read-only ", "dim"))
        if sum(width(text) for text, _ in full) <= room:
            return full
        short = [
            piece
            for glyph, style, text in dots
            for piece in ((f" {glyph}", style), (text.partition(" ")[0][:4], "dim"))
        ]
        return (
            short
            if sum(width(text) for text, _ in short) <= room
            else [(glyph, style) for glyph, style, _ in dots]
        )

    def _namespaces(self) -> list[Piece]:
        session = self.session
        pieces: list[Piece] = [(" 0", "key"), (" all ", "" if session.namespaces else "strong")]
        counts = session.world.namespaces
        for digit, name in enumerate(session.namespace_slots(), start=1):
            style = "strong" if name in session.namespaces else "dim"
            pieces += [(f" {digit}", "key"), (f" {clean(name)} {counts.get(name, 0)} ", style)]
        return pieces
