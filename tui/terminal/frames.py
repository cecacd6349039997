"""Remembers what stands on the terminal, so that of each frame only the cells that became different are sent, and
of those first what answers a key.

Textual compares nothing: a layout, a change of focus or of size sends whole widgets again, often several times,
and a changed part of a line is sent from the left edge of its widget on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

GAP = 8
"""Unchanged cells between two changed ones that cost less than a move and another start of the style."""
MOST = 0.8
"""Beyond this share of changed cells a strip is sent as it is: cutting it would cost time and save nothing."""

Frame = LayoutUpdate | ChopsUpdate
"""A whole screen, or parts of its lines."""


class Sent(CompositorUpdate):
    """A frame of which it is already known what to send."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render_segments(self, console: Console) -> str:
        return self.text


class _Row:
    """One line of the terminal: characters and styles by cell (None where nothing is known), and its strips."""

    __slots__ = ("characters", "strips", "styles")

    def __init__(self) -> None:
        self.characters: list[object] = []
        self.styles: list[object] = []
        self.strips: dict[tuple[int, int], list[Segment]] = {}
        """What was drawn last, by first and one-past-last cell, as far as nothing was drawn over it."""

    def reach(self, end: int) -> None:
        missing = end - len(self.characters)
        if missing > 0:
            self.characters.extend([None] * missing)
            self.styles.extend([None] * missing)


class Shown:
    """The cells of the terminal, as far as they were drawn since the last `forget`.

    Text with wide or combining characters is kept and sent as a whole strip: terminals do not agree on how wide
    it is, and half of it must not stay.
    """

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}
        self.size: Size | None = None
        """The size of the last frame that was a whole screen."""

    def forget(self) -> None:
        """The terminal may show anything now: whatever comes next is sent."""
        self._rows.clear()

    def changes(
        self,
        frame: Frame,
        console: Console,
        first: Sequence[Region] = (),
        room: tuple[int | None, int | None] = (None, None),
    ) -> tuple[str, list[Region]]:
        """What to send so that the terminal shows the frame; "" when it does already. Counts as sent.

        What is in the regions `first` comes first. `room` has the bytes from which on no more of them is sent, and
        no more of the rest; None: all. Also returned is what was left out.
        """
        if isinstance(frame, LayoutUpdate):
            if self.size is not None and self.size != frame.region.size:
                # What was drawn for another size may have landed anywhere.
                self.forget()
            self.size = frame.region.size
        sent: list[str] = []
        left: list[Region] = []
        size = 0
        later: list[tuple[int, int, Strip]] = []
        for y, x, strip in _strips(frame):
            if not any(each.overlaps(Region(x, y, strip.cell_length, 1)) for each in first):
                later.append((y, x, strip))
            elif room[0] is None or size < room[0]:
                size += self._draw(y, x, strip, console, sent)
            else:
                left.append(Region(x, y, strip.cell_length, 1))
        for y, x, strip in later:
            if room[1] is None or size < room[1]:
                size += self._draw(y, x, strip, console, sent)
            else:
                left.append(Region(x, y, strip.cell_length, 1))
        return "".join(sent), left

    def _draw(self, y: int, x: int, strip: Strip, console: Console, sent: list[str]) -> int:
        """Appends what is to be sent for a strip; its size in bytes."""
        row = self._rows.setdefault(y, _Row())
        size = strip.cell_length
        end = x + size
        segments = list(strip)
        if row.strips.get((x, end)) == segments:
            return 0
        if (x, end) not in row.strips:
            row.strips = {place: old for place, old in row.strips.items() if place[1] <= x or place[0] >= end}
        row.strips[x, end] = segments
        row.reach(end)
        if sum(len(segment.text) for segment in segments) != size:
            spans = _changed_whole(row, x, end, segments)
        else:
            spans = _changed(row, x, segments)
        if sum(last - first for first, last in spans) > size * MOST:
            spans = [(x, end)]
        total = 0
        for first, last in spans:
            whole = last - first == size
            text = strip.render(console) if whole else _rendered(segments, first - x, last - x, console)
            sent.append(f"\x1b[{y + 1};{first + 1}H{text}")
            total += len(sent[-1].encode())
        return total


def _strips(frame: Frame) -> Iterator[tuple[int, int, Strip]]:
    """Line, first cell and content of each part of a frame."""
    if isinstance(frame, LayoutUpdate):
        for y, line in enumerate(frame.strips, frame.region.y):
            x = frame.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
    else:
        for y, x1, x2 in frame.spans:
            for end, (x, part) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
                if part is not None and x < x2 and x1 < end:
                    yield y, x, part


def _rendered(segments: list[Segment], first: int, last: int, console: Console) -> str:
    """Some cells of a strip whose characters take a cell each. Not by `Strip.crop`: a `Strip` is born with seven
    caches, which cost more than drawing it."""
    colours = console._color_system or ColorSystem.TRUECOLOR
    parts: list[str] = []
    start = 0
    for text, style, _ in segments:
        part = text[max(0, first - start) : max(0, last - start)]
        if part:
            parts.append(part if style is None else Strip.render_style(style, part, color_system=colours))
        start += len(text)
    return "".join(parts)


def _changed_whole(row: _Row, x: int, end: int, segments: list[Segment]) -> list[tuple[int, int]]:
    whole: list[object] = [tuple(segments)] * (end - x)
    if row.characters[x:end] == whole:
        return []
    row.characters[x:end] = whole
    row.styles[x:end] = [None] * (end - x)
    return [(x, end)]


def _changed(row: _Row, x: int, segments: list[Segment]) -> list[tuple[int, int]]:
    """First and one-past-last cells that differ from what is known; puts the new ones in their place."""
    spans: list[tuple[int, int]] = []
    for text, style, _ in segments:
        size = len(text)
        end = x + size
        new: list[object] = list(text)
        like: list[object] = [style] * size
        old, liked = row.characters[x:end], row.styles[x:end]
        if old != new or liked != like:
            first, last = 0, size
            while old[first] == new[first] and liked[first] == style:
                first += 1
            while old[last - 1] == new[last - 1] and liked[last - 1] == style:
                last -= 1
            if spans and x + first - spans[-1][1] <= GAP:
                spans[-1] = (spans[-1][0], x + last)
            else:
                spans.append((x + first, x + last))
            row.characters[x:end], row.styles[x:end] = new, like
        x = end
    return spans
