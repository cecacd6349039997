"""Remembers what stands on the terminal, so that of each frame only the cells that became different are sent.

Textual compares nothing: a layout, a change of focus or of size sends whole widgets again, often several times,
and a changed part of a line is sent from the left edge of its widget on.
"""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

GAP = 8
"""Unchanged cells between two changed ones that cost less than a move and another start of the style."""

Frame = LayoutUpdate | ChopsUpdate
"""A whole screen, or parts of its lines."""


class Sent(CompositorUpdate):
    """A frame of which it is already known what to send."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render_segments(self, console: Console) -> str:
        return self.text


class Shown:
    """The cells of the terminal, as far as they were drawn since the last `forget`.

    A cell is its character with its style. Text with wide or combining characters is kept and sent as a whole
    strip: terminals do not agree on how wide it is, and half of it must not stay.
    """

    def __init__(self) -> None:
        self._rows: dict[int, tuple[list[object], list[object]]] = {}
        self.size: Size | None = None
        """The size of the last frame that was a whole screen."""

    def forget(self) -> None:
        """The terminal may show anything now: whatever comes next is sent."""
        self._rows.clear()

    def changes(self, frame: Frame, console: Console) -> str:
        """What to send so that the terminal shows the frame; "" when it does already. Counts as sent."""
        sent: list[str] = []
        if isinstance(frame, LayoutUpdate):
            if self.size is not None and self.size != frame.region.size:
                # What was drawn for another size may have landed anywhere.
                self.forget()
            self.size = frame.region.size
            for y, line in enumerate(frame.strips, frame.region.y):
                x = frame.region.x
                for strip in line:
                    self._draw(y, x, strip, console, sent)
                    x += strip.cell_length
        else:
            for y, x1, x2 in frame.spans:
                for end, (x, part) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
                    if part is not None and x < x2 and x1 < end:
                        self._draw(y, x, part, console, sent)
        return "".join(sent)

    def _draw(self, y: int, x: int, strip: Strip, console: Console, sent: list[str]) -> None:
        characters, styles = self._rows.setdefault(y, ([], []))
        size = strip.cell_length
        if len(characters) < x + size:
            missing = x + size - len(characters)
            characters.extend([None] * missing)
            styles.extend([None] * missing)
        segments = list(strip)
        if sum(len(segment.text) for segment in segments) != size:
            spans = _changed_whole(characters, x, size, segments)
            styles[x : x + size] = [None] * size
        else:
            spans = _changed(characters, styles, x, segments)
        for start, end in spans:
            part = strip if end - start == size else strip.crop(start - x, end - x)
            sent.append(f"\x1b[{y + 1};{start + 1}H{part.render(console)}")


def _changed_whole(characters: list[object], x: int, size: int, segments: list[Segment]) -> list[list[int]]:
    whole: list[object] = [tuple((segment.text, segment.style) for segment in segments)] * size
    if characters[x : x + size] == whole:
        return []
    characters[x : x + size] = whole
    return [[x, x + size]]


def _changed(characters: list[object], styles: list[object], x: int, segments: list[Segment]) -> list[list[int]]:
    """First and one-past-last cells that differ from what is known; puts the new ones in their place."""
    spans: list[list[int]] = []
    for text, style, _ in segments:
        end = x + len(text)
        new: list[object] = list(text)
        like: list[object] = [style] * len(text)
        old, liked = characters[x:end], styles[x:end]
        if old != new or liked != like:
            cells = zip(old, new, liked, like, strict=True)
            for at, (a, b, s, t) in enumerate(cells, x):
                if a == b and s == t:
                    continue
                if spans and at - spans[-1][1] <= GAP:
                    spans[-1][1] = at + 1
                else:
                    spans.append([at, at + 1])
            characters[x:end], styles[x:end] = new, like
        x = end
    return spans
