"""When a key was last pressed: what is computed in the background rests for a moment then, and the key goes first.

One interpreter computes for all, so this is one for the process. Threads that take turns with the one that answers
a key make it wait twice as long.
"""

from __future__ import annotations

import time

KEY = 0.03
"""Seconds that the rest takes: what a key does needs several turns of the event loop, and what comes between is
felt."""

_pressed = float("-inf")


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
