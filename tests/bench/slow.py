"""The screen on a slow link: what a key waits beyond the link's own time, and what waits for the link."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.replaying import OWN_CORE
from tests.bench.seat import Seat, percentile
from tests.bench.table import Row
from tests.pty.link import Link

BITS, DELAY = 56_000, 0.4
"""A modem's pace, and seconds each way."""
WORD = "/payments"
EVERY = 0.15
"""Seconds between two characters of somebody who does not wait for them."""
STEPS = 8
LOW = ("--low-bandwidth",)
CURSOR = "000087"
"""What the cursor's row lies on, in a terminal of 256 colours."""
ANSWERS = {b"\x1b[5n": b"\x1b[0n"}
"""A terminal says that it is fine when it has drawn what came before."""


def typed(seat: Seat, so_far: str) -> float:
    """Seconds until the last character typed stands in the prompt, whatever else is drawn meanwhile."""
    began = time.monotonic()
    seat.send(so_far if len(so_far) == 2 else so_far[-1])
    seat.wait_for(lambda: so_far in "".join(seat.screen.display[-2:]), 20)
    return time.monotonic() - began


def typed_on(seat: Seat, word: str) -> list[float]:
    """The same of each character of a word that is typed without waiting."""
    sent: list[float] = []
    seen: list[float] = []
    began = time.monotonic()
    while len(seen) < len(word):
        now = time.monotonic()
        if len(sent) < len(word) and now >= began + EVERY * len(sent):
            seat.send(word[len(sent)])
            sent.append(now)
        seat.read(0.005)
        last = "".join(seat.screen.display[-2:])
        shown = next((end for end in range(len(sent), len(seen), -1) if word[:end] in last), len(seen))
        seen += [time.monotonic()] * (shown - len(seen))
        if now > began + 30:
            raise TimeoutError(f"{word!r} was typed, and the screen shows {last!r}")
    return [there - key for key, there in zip(sent, seen, strict=True)]


def stepped(seat: Seat) -> float:
    """Seconds until the cursor stands on the next row."""
    before = marked(seat)
    began = time.monotonic()
    seat.send("j")
    seat.wait_for(lambda: marked(seat) - before, 20)
    return time.monotonic() - began


def marked(seat: Seat) -> set[int]:
    """Lines that the cursor is on."""
    screen = seat.screen
    return {y for y in range(screen.lines) if sum(screen.buffer[y][x].bg == CURSOR for x in range(60)) > 40}


def slow(seconds: float) -> Iterator[Row]:
    """The demo at 80x24 and at 200x50, as it is and in low-bandwidth mode."""
    for columns, rows, mode in ((80, 24, ()), (200, 50, ()), (80, 24, LOW), (200, 50, LOW)):
        link, size = Link(BITS, DELAY), " ".join((f"{columns}x{rows}", *mode))
        with Seat(("demo", *mode), OWN_CORE, columns, rows, link=link, replies=ANSWERS) as seat:
            seat.until(r"Pods +\d", 120)
            seat.rest(3.0)
            sent = len(seat.output)
            yield Row(
                f"slow link, {size}, first screen", sent / 1000, "KB", note=f"{sent * 8 / BITS:.1f} s of link"
            )
            note = "beyond the link's own round trip"
            waited = [typed(seat, WORD[:end]) for end in range(2, len(WORD) + 1)]
            yield from late("a character of a filter", waited, note)
            seat.send("\x1b")
            seat.rest(3.0)
            yield from late("the same without waiting for them", typed_on(seat, WORD), note)
            seat.send("\x1b")
            seat.rest(3.0)
            yield from late("a row on", [stepped(seat) for _ in range(STEPS)], note)
            seat.rest(3.0)
            link.down.most = 0
            share = seat.rest(seconds)[1] * 8 / seconds / BITS
            yield Row("at rest, of what the link takes", 100 * share, "%")
            yield Row("at rest, waiting for the link at most", link.down.most / 1000, "KB", 16)


def late(what: str, seconds: list[float], note: str) -> Iterator[Row]:
    beyond = [1000 * (each - 2 * DELAY) for each in seconds]
    yield Row(f"{what}, p50", percentile(beyond, 0.5), "ms", note=note)
    yield Row(f"{what}, at most", max(beyond), "ms")
