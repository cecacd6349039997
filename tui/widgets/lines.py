"""A widget that keeps the lines it has painted, and sends only the cells of lines that became different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Blur, DescendantBlur, DescendantFocus, Focus, Resize, Show
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.text import fit, width

Piece = tuple[str, str]
"""A piece of a line: (text, name of its style; "" is the widget's own)."""

# Beyond this share of changed cells one whole repaint costs less than many small ones.
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its pieces side by side, and the name of a style laid over all of them ("" for none)."""

    pieces: tuple[Piece, ...] = ()
    over: str = ""


EMPTY = Line()


def changed_span(old: Line, new: Line, columns: int) -> tuple[int, int] | None:
    """First and one-past-last cell in which two lines differ, None when they look the same.

    Textual 8.2 uses the end only (it sends a line from the left edge of its widget to there).
    Exact to the piece, not to the character: neighbours of one style are split by whoever makes the line.
    """
    if old == new:
        return None
    if old.over != new.over:
        return 0, columns
    before, after = old.pieces, new.pieces
    pairs = enumerate(zip(before, after, strict=False))
    index = next((i for i, (a, b) in pairs if a != b), min(len(before), len(after)))
    start = sum(width(text) for text, _ in before[:index])
    end_old = sum(width(text) for text, _ in before)
    end_new = sum(width(text) for text, _ in after)
    if end_old != end_new:  # behind its end each is blank
        return start, min(max(end_old, end_new), columns)
    end = end_new
    for a, b in zip(reversed(before[index:]), reversed(after[index:]), strict=False):
        if a != b:
            break
        end -= width(a[0])
    return (start, min(end, columns)) if end > start else (start, columns)


class LineWidget(Widget):
    """Base of all widgets here: a subclass says which lines there are, this class paints the difference.

    Textual never compares frames: `refresh()` sends a whole widget again, `refresh(Region)` only that region.
    So a subclass overrides `compose_lines` and calls `update_lines` after a change; nothing different means
    nothing sent. There is no Textual scrolling: a virtual size is a layout property, and a screen layout for
    each row that comes or goes costs more than the drawing.

    `palette` gives each style name a Rich style; unknown names are drawn in the widget's own style.
    """

    under: ClassVar[str] = ""
    """Name of a style that lies under all lines: the surface of a bar."""

    DEFAULT_CSS = "LineWidget { width: 1fr; height: 1fr; }"

    def __init__(
        self,
        palette: Mapping[str, Style] | None = None,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._palette: Mapping[str, Style] = palette or {}
        self._lines: list[Line] = []
        self._drawn: tuple[int, int] | None = None  # size the lines were composed for; None: compose again

    @property
    def palette(self) -> Mapping[str, Style]:
        """Rich styles by name; assigning (after a change of theme) repaints everything."""
        return self._palette

    @palette.setter
    def palette(self, palette: Mapping[str, Style]) -> None:
        if palette != self._palette:
            self._palette = palette
            self.refresh()

    @property
    def lines(self) -> Sequence[Line]:
        """The lines as they are on the screen, top first (for tests, copying and screen readers)."""
        self._ensure()
        return self._lines

    @property
    def plain(self) -> list[str]:
        """The text of `lines`, without trailing spaces."""
        return ["".join(text for text, _ in line.pieces).rstrip() for line in self.lines]

    def compose_lines(self, columns: int, rows: int) -> Sequence[Line]:
        """The lines for a widget of this size, top first; missing ones are blank."""
        raise NotImplementedError

    def update_lines(self) -> None:
        """Compose the lines again and send the cells that differ from what is on the screen."""
        columns, rows = self.size
        if not self._can_be_seen():
            # Nobody looks: compose when it is shown again, and forget what Textual keeps of it.
            if self._drawn is not None:
                self._drawn = None
                self.refresh()
            return
        if self._drawn != (columns, rows):
            self._drawn = None
            self.refresh()
            return
        before = self._lines
        self._fill(columns, rows)
        regions = []
        cells = 0
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old is not new and (span := changed_span(old, new, columns)) is not None:
                regions.append(Region(span[0], y, span[1] - span[0], 1))
                cells += span[1] - span[0]
        if cells > columns * rows * _MOST:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def _can_be_seen(self) -> bool:
        return self.is_attached and bool(self.size) and self.is_on_screen

    def _fill(self, columns: int, rows: int) -> None:
        lines = list(self.compose_lines(columns, rows)[:rows])
        lines.extend([EMPTY] * (rows - len(lines)))
        self._lines = lines
        self._drawn = (columns, rows)

    def _ensure(self) -> None:
        columns, rows = self.size
        if self._drawn != (columns, rows):
            self._fill(columns, rows)

    def render_line(self, y: int) -> Strip:
        """Textual asks for one line of the content."""
        self._ensure()
        columns = self.size.width
        line = self._lines[y] if y < len(self._lines) else EMPTY
        base = self.visual_style.rich_style  # kept by Textual, `rich_style` is not
        if self.under:
            base = _style(self.under, self._palette, base, None)
        over = self._palette.get(line.over) if line.over else None
        return _strip(line.pieces, self._palette, base, over, columns)

    def on_resize(self, event: Resize) -> None:
        """Another size is another set of lines."""
        self.update_lines()

    def on_show(self, event: Show) -> None:
        """What changed while it was hidden is drawn now."""
        self.update_lines()

    def on_focus(self, event: Focus) -> None:
        """What Textual does by default, without sending the whole widget: a cursor may look different."""
        event.prevent_default()
        self.has_focus = True
        self.update_lines()
        if isinstance(self.parent, Widget):
            self.parent.post_message(DescendantFocus(self))

    def on_blur(self, event: Blur) -> None:
        """What Textual does by default, without sending the whole widget: a cursor may look different."""
        event.prevent_default()
        self.has_focus = False
        self.update_lines()
        if isinstance(self.parent, Widget):
            self.parent.post_message(DescendantBlur(self))


def _strip(
    pieces: Sequence[Piece], palette: Mapping[str, Style], base: Style, over: Style | None, columns: int
) -> Strip:
    """Neighbours of one style become one segment: each segment costs two escape sequences on the wire."""
    segments: list[Segment] = []
    used = 0
    text = ""
    current = ""
    for piece, name in pieces:
        if name != current and not (text and piece.isspace() and _unseen_on_space(palette.get(current))):
            if text:
                segments.append(Segment(text, _style(current, palette, base, over)))
                text = ""
            current = name
        size = width(piece)
        if used + size > columns:
            piece = fit(piece, columns - used, ellipsis="")
            size = columns - used
        text += piece
        used += size
        if used >= columns:
            break
    if text:
        segments.append(Segment(text, _style(current, palette, base, over)))
    if used < columns:
        segments.append(Segment(" " * (columns - used), _style("", palette, base, over)))
    return Strip(segments, columns)


def _unseen_on_space(style: Style | None) -> bool:
    """Whether a space looks the same with and without this style."""
    return style is None or not (style.bgcolor or style.reverse or style.underline or style.strike)


def _style(name: str, palette: Mapping[str, Style], base: Style, over: Style | None) -> Style:
    style = palette.get(name) if name else None
    result = base if style is None else base + style
    return result if over is None else result + over
