"""How well typed letters fit a name: the ordering of a picker. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_BREAKS = "-_./ :"
_IN_WORDS = 2_500


def score(wanted: str, text: str) -> int | None:
    """The smaller the better; None when the letters are not in the text in this order.

    A beginning goes before the beginning of a word, that before the middle of one, that before scattered letters;
    shorter texts before longer ones.
    """
    wanted, text = wanted.lower(), text.lower()
    if not wanted:
        return 0
    at = text.find(wanted)
    if at == 0:
        return len(text)
    if at > 0:
        begins = any(text.startswith(wanted, place + 1) for place, letter in enumerate(text) if letter in _BREAKS)
        return (1_000 if begins else 2_000) + len(text)
    place, gaps = -1, 0
    for letter in wanted:
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1 if place >= 0 else 0
        place = found
    return 3_000 + gaps * 10 + len(text)


def ranked(wanted: str, items: Iterable[T], name: Callable[[T], str], words: Callable[[T], str]) -> list[T]:
    """The items that fit, the best first. Each word that is typed must fit the name, or stand in the words about
    it, which counts less."""
    typed = wanted.lower().split()
    found = []
    for place, item in enumerate(items):
        total = 0
        for word in typed:
            value = score(word, name(item))
            if value is None and word in words(item).lower():
                value = _IN_WORDS
            if value is None:
                break
            total += value
        else:
            found.append((total, place, item))
    found.sort(key=lambda each: each[:2])
    return [item for _, _, item in found]
