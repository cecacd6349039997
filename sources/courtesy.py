"""What goes first: a screen that opens or has much to show, and a key. What is computed in the background rests.

One interpreter computes for all, so this is one for the process. Threads that take turns with the one that answers
a key make it wait twice as long.
"""

from __future__ import annotations

import asyncio
import time

KEY = 0.03
"""Seconds that the rest takes: what a key does needs several turns of the event loop, and what comes between is
felt..."""
DRAWN = 0.002
"""...and once its answer is drawn: it has still to be written."""
STEP = 0.004
"""Seconds after which whoever rests looks whether that goes on."""

PAINT = 10.0
"""Seconds after which a screen that opened is taken to have painted, whatever it waits for."""

OPENING = 2.0
"""Seconds after which nobody waits for it to draw anything: a terminal may be slow."""
LOOK = 0.02
"""Seconds after which whoever waits for that looks again."""

_pressed = _opened = _undrawn = _rests = float("-inf")
_behind = False


def key_pressed() -> None:
    """A key was pressed just now. From any thread."""
    global _pressed, _rests
    _pressed = time.monotonic()
    _rests = _pressed + KEY


def key_answered() -> None:
    """What the last key did is drawn."""
    global _rests
    _rests = min(_rests, time.monotonic() + DRAWN)


def calm() -> float:
    """Seconds since the last key."""
    return time.monotonic() - _pressed


def rest() -> float:
    """Seconds for which whoever has more to do had better wait, then look again; 0.0 when nobody minds."""
    return min(max(0.0, _rests - time.monotonic()), STEP)


async def gap(least: float) -> None:
    """Lets others work for so many seconds, and as long as they had better."""
    await asyncio.sleep(least)
    while more := rest():  # noqa: ASYNC110  # another thread says so, and is not to be held up
        await asyncio.sleep(more)


def screen_behind(behind: bool) -> None:
    """Whether a screen has still to show what arrived."""
    global _behind
    _behind = behind


def catching_up() -> bool:
    """Whether it has: what nobody waits for had better not come now."""
    return _behind


def screen_opens() -> None:
    """A screen is being made."""
    global _opened, _undrawn
    _opened = _undrawn = time.monotonic()


def screen_drawn() -> None:
    """It shows what came so far."""
    global _undrawn
    _undrawn = float("-inf")


def screen_painted() -> None:
    """Its first full picture is drawn."""
    global _opened
    _opened = float("-inf")
    screen_drawn()


async def first_picture() -> None:
    """Returns once a screen that opens has drawn what came so far, which what lies behind it would make late."""
    while time.monotonic() - _undrawn < OPENING:  # noqa: ASYNC110  # another thread says so
        await asyncio.sleep(LOOK)


def painting() -> bool:
    """Whether a screen opens that has not painted yet: what nobody waits for had better wait for it."""
    return time.monotonic() - _opened < PAINT
