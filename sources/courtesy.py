"""What goes first: a screen that opens, and a key. What is computed in the background rests meanwhile.

One interpreter computes for all, so this is one for the process. Threads that take turns with the one that answers
a key make it wait twice as long.
"""

from __future__ import annotations

import time

KEY = 0.03
"""Seconds that the rest takes: what a key does needs several turns of the event loop, and what comes between is
felt."""

PAINT = 10.0
"""Seconds after which a screen that opened is taken to have painted, whatever it waits for."""

_pressed = _opened = float("-inf")


def key_pressed() -> None:
    """A key was pressed just now. From any thread."""
    global _pressed
    _pressed = time.monotonic()


def calm() -> float:
    """Seconds since the last key."""
    return time.monotonic() - _pressed


def rest() -> float:
    """Seconds for which whoever has more to do had better wait; 0.0 when nobody minds."""
    return max(0.0, KEY - calm())


def screen_opens() -> None:
    """A screen is being made."""
    global _opened
    _opened = time.monotonic()


def screen_painted() -> None:
    """It has what its first full picture needs."""
    global _opened
    _opened = float("-inf")


def painting() -> bool:
    """Whether a screen opens that has not painted yet: what nobody waits for had better wait for it."""
    return time.monotonic() - _opened < PAINT
