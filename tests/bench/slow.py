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
LOW = ("--low-bandwidth",)
ANSWERS = {b"\x1b[5n": b"\x1b[0n"}
"""A terminal says that it is fine when it has drawn what came before."""


def typed(seat: Seat, so_far: str) -> float:
    """Seconds until the last character typed stands in the prompt, whatever else is drawn meanwhile."""
    began = time.monotonic()
    seat.send(so_far if len(so_far) == 2 else so_far[-1])
    seat.wait_for(lambda: so_far in "".join(seat.screen.display[-2:]), 20)
    return time.monotonic() - began


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
            late = [typed(seat, WORD[:end]) - 2 * DELAY for end in range(2, len(WORD) + 1)]
            note = "a character of a filter; the link's own round trip is not counted"
            yield Row("the same, key to screen, p50", percentile(late, 0.5) * 1000, "ms", note=note)
            yield Row("the same, at most", max(late) * 1000, "ms")
            seat.send("\x1b")
            seat.rest(3.0)
            link.down.most = 0
            share = seat.rest(seconds)[1] * 8 / seconds / BITS
            yield Row("the same, at rest, of what the link takes", 100 * share, "%")
            yield Row("the same, at rest, waiting for the link at most", link.down.most / 1000, "KB", 16)
