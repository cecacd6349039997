"""Measures, cuts and pads text in terminal cells, so that columns stay aligned in every script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rich.cells import cell_len

Align = Literal["left", "right", "center"]
Elide = Literal["end", "middle", "start"]

ELLIPSIS = "…"
_ZWJ = "\u200d"


def width(text: str) -> int:
    """Cells that `text` occupies: 2 for East Asian wide characters, 0 for combining ones.

    The table is Rich's, the one Textual measures its strips with, so both always agree.
    `text` holds no control characters (it was cleaned where it entered the screen).
    """
    return len(text) if text.isascii() else cell_len(text)


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield (what is seen as one character, its cells): a base with its combining marks is never parted."""
    start = 0
    for index, character in enumerate(text):
        if index > start and cell_len(character) and text[index - 1] != _ZWJ:
            yield text[start:index], cell_len(text[start:index])
            start = index
    if text:
        yield text[start:], cell_len(text[start:])


def head(text: str, cells: int) -> str:
    """As much of the start of `text` as fits into `cells` cells."""
    if text.isascii():
        return text[:cells]
    used = 0
    taken: list[str] = []
    for cluster, size in clusters(text):
        if used + size > cells:
            break
        used += size
        taken.append(cluster)
    return "".join(taken)


def tail(text: str, cells: int) -> str:
    """As much of the end of `text` as fits into `cells` cells."""
    if text.isascii():
        return text[len(text) - cells :] if cells > 0 else ""
    used = 0
    taken: list[str] = []
    for cluster, size in reversed(list(clusters(text))):
        if used + size > cells:
            break
        used += size
        taken.append(cluster)
    return "".join(reversed(taken))


def truncate(text: str, cells: int, *, elide: Elide = "end", ellipsis: str = ELLIPSIS) -> str:
    """`text` in at most `cells` cells, the loss shown by `ellipsis`.

    A wide character that would be halved is left out, so the result can be one cell short.
    `elide` says where the loss is: names that differ at their ends want "middle".
    """
    if cells <= 0:
        return ""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        return head(text, cells)
    if elide == "start":
        return ellipsis + tail(text, room)
    if elide == "middle":
        left = room // 2
        return head(text, left) + ellipsis + tail(text, room - left)
    return head(text, room) + ellipsis


def fit(text: str, cells: int, align: Align = "left", *, elide: Elide = "end", ellipsis: str = ELLIPSIS) -> str:
    """`text` in exactly `cells` cells: cut with `ellipsis`, or padded with spaces."""
    size = len(text) if text.isascii() else cell_len(text)
    if size > cells:
        text = truncate(text, cells, elide=elide, ellipsis=ellipsis)
        size = width(text)
    missing = cells - size
    if missing <= 0:
        return text
    if align == "left":
        return text + " " * missing
    if align == "right":
        return " " * missing + text
    left = missing // 2
    return " " * left + text + " " * (missing - left)


def wrap(text: str, cells: int) -> list[str]:
    """`text` as lines of at most `cells` cells, broken at spaces, or inside words longer than a line."""
    if cells <= 0:
        return []
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if width(candidate) <= cells:
                line = candidate
                continue
            if line:
                lines.append(line)
            while width(word) > cells:
                piece = head(word, cells) or word[:1]
                lines.append(piece)
                word = word[len(piece) :]
            line = word
        lines.append(line)
    return lines
