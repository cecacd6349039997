"""The header: which cluster, which namespaces, what time it is here, and how each source is doing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rich.style import Style

from sources.text import clean
from tui.bands import band, is_production
from tui.panes.title import clipped
from tui.session import Session
from tui.states import health
from tui.widgets.lines import Line, LineWidget, Piece
from tui.widgets.text import width


def clock_text(now: float, clock: str, seconds: bool = True) -> str:
    """A moment (epoch seconds) as the header shows it, with its zone."""
    form = "%H:%M:%S" if seconds else "%H:%M"
    if clock == "local":
        return time.strftime(f"{form} %Z", time.localtime(now))
    return time.strftime(f"{form} UTC", time.gmtime(now))


class Header(LineWidget):
    """The first line tells where one is and whether to trust it; the second, if there is room, namespaces."""

    under = "surface"
    DEFAULT_CSS = "Header { height: 1; width: 1fr; } Header.tall { height: 2; }"

    def __init__(self, session: Session, palette: Mapping[str, Style]) -> None:
        super().__init__(palette)
        self.session = session

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        lines = [self._first(columns)]
        if rows > 1:
            lines.append(Line(tuple(clipped(self._namespaces(), columns))))
        return lines

    def _first(self, columns: int) -> Line:
        session = self.session
        place = session.place()
        left: list[Piece] = [self._band(place.context)]
        if place.warning:
            left.append((f" {clean(place.warning)} ", "held"))
        if session.narrowed:
            short = "memory short: " if session.bounds.short else ""
            left.append((f" {short}only {','.join(map(clean, session.narrowed))}, :unscope ", "held"))
        elif session.bounds.short:
            left.append((" memory short: the past dropped ", "held"))
        if session.edited:
            left.append((" config edited, :reload ", "held"))
        if session.low_bandwidth:
            left.append((" low bandwidth ", "dim"))
        elif session.slow_link is not None:
            left.append((f" slow link {session.slow_link:.1f}s, :low-bandwidth ", "held"))
        left.append((f" ns:{','.join(map(clean, session.namespaces)) or 'all'}", "strong"))
        left.append((f" {clock_text(session.now, session.settings.ui.clock, not session.low_bandwidth)}", "dim"))
        offset = session.clock_offset
        if offset:
            left.append((f" clock {offset:+.0f}s", "warn"))
        if session.held_since is not None:
            left.append((f" HELD {session.waiting} waiting ", "held"))
        taken = sum(width(text) for text, _ in left)
        right = self._dots(columns - taken - 1)
        left = clipped(left, columns - sum(width(text) for text, _ in right))
        gap = columns - sum(width(text) for text, _ in (*left, *right))
        where = clean(place.server)
        if where and width(where) + 3 <= gap:
            # Which server it is matters least: it has what is left.
            left.append((f"  {where}", "dim"))
            gap -= width(where) + 2
        return Line((*left, (" " * gap, ""), *right))

    def _band(self, context: str) -> Piece:
        """The context in its colour; production says so in words, for those who see no red."""
        name, ui = clean(context), self.session.settings.ui
        if is_production(context, ui.production):
            return f" {'!' if self.session.ascii_only else '▲'} PRODUCTION {name} ", "band.production"
        return f" {name} ", band(context, ui.bands)

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
        short = [
            piece
            for glyph, style, text in dots
            for piece in ((f" {glyph}", style), (text.partition(" ")[0][:4], "dim"))
        ]
        # The titles of the panes tell ages, too; that no key can do harm stands nowhere else.
        safe = (" read-only ", "dim")
        ways = ([*full, safe], [*short, safe], short)
        fitting = (way for way in ways if sum(width(text) for text, _ in way) <= room)
        return next(fitting, [(glyph, style) for glyph, style, _ in dots])

    def _namespaces(self) -> list[Piece]:
        session = self.session
        pieces: list[Piece] = [(" 0", "key"), (" all ", "" if session.namespaces else "strong")]
        counts = session.world.namespaces
        for digit, name in enumerate(session.namespace_slots(), start=1):
            style = "strong" if name in session.namespaces else "dim"
            pieces += [(f" {digit}", "key"), (f" {clean(name)} {counts.get(name, 0)} ", style)]
        return pieces
