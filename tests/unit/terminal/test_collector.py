"""What survived a collection is set aside, and collected at last when nobody types."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.terminal import collector as collector_module
from tui.terminal.collector import EVERY, SELDOM, STILL, TRIM, Collector
from tui.terminal.heap import LARGE


class Knot:
    """Something that only a collection finds, once nobody holds it."""

    def __init__(self) -> None:
        self.itself = self


class Time:
    now = 1000.0


@pytest.fixture
def started() -> Iterator[tuple[Collector, type[Time]]]:
    class Now(Time):
        pass

    collector = Collector(lambda: Now.now)
    loop, often = asyncio.new_event_loop(), gc.get_threshold()
    collector.start(loop)
    yield collector, Now
    collector.stop()
    gc.set_threshold(*often)
    loop.close()


def test_what_survived_is_not_looked_at_again_until_a_sweep(started: tuple[Collector, type[Time]]) -> None:
    collector, time = started
    kept = Knot()
    gc.collect()
    assert gc.get_freeze_count() > 0
    seen = weakref.ref(kept)
    del kept
    gc.collect()
    assert seen() is not None, "it is set aside"
    time.now += SELDOM
    collector.used()
    assert not collector.sweep(), "somebody types"
    time.now += STILL
    assert collector.sweep()
    assert seen() is None
    assert not collector.sweep(), "it has just been done"


@pytest.mark.parametrize(("objects", "seconds"), [(50_000, EVERY), (700_000, 700.0), (9_000_000, SELDOM)])
def test_the_more_there_is_to_go_through_the_less_often_it_is_swept(
    started: tuple[Collector, type[Time]], monkeypatch: pytest.MonkeyPatch, objects: int, seconds: float
) -> None:
    collector, time = started
    monkeypatch.setattr(gc, "get_freeze_count", lambda: objects)
    time.now += seconds - 1
    assert not collector.sweep()
    time.now += 1
    assert collector.sweep()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library")
def test_a_sweep_gives_back_what_lies_free_between_what_is_used(started: tuple[Collector, type[Time]]) -> None:
    collector, time = started
    buffers = [b"x" * 30_000 for _ in range(2_000)]
    kept = buffers[::50]
    before = resident()
    del buffers
    collector.used()
    time.now += TRIM
    assert not collector.sweep(), "no collection is due"
    assert before - resident() > 30_000_000
    assert len(kept) == 40


async def test_large_blocks_lie_apart_soon_after_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    apart, often = asyncio.Event(), gc.get_threshold()
    monkeypatch.setattr(collector_module, "keep_large_apart", apart.set)
    monkeypatch.setattr(collector_module, "PAINTED", 0.0)
    collector = Collector()
    collector.start(asyncio.get_running_loop())
    await asyncio.wait_for(apart.wait(), 30)
    collector.stop()
    gc.set_threshold(*often)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="another C library")
def test_large_blocks_lie_apart_also_after_larger_ones_were_freed() -> None:
    # In a process of its own: in this one's heap there may be room for one by now.
    said = subprocess.run([sys.executable, "-c", _LARGE_ONES], capture_output=True, text=True, check=True)
    assert int(said.stdout) >= 2 * LARGE


_LARGE_ONES = """
from tests.bench.soaked import heap
from tui.terminal.heap import LARGE, keep_large_apart
keep_large_apart()
large = bytearray(16 * LARGE)
del large  # from here on glibc would take blocks of this size from the heap
before = heap()["heap mapped"]
large = bytearray(2 * LARGE)
print(heap()["heap mapped"] - before)
"""


def resident() -> int:
    """Bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_leaving_something_large_behind_is_a_reason_to_sweep(started: tuple[Collector, type[Time]]) -> None:
    collector, time = started
    collector.used()
    collector.left()
    assert not collector.sweep()
    time.now += STILL
    assert collector.sweep()


def test_nothing_is_left_frozen(started: tuple[Collector, type[Time]]) -> None:
    collector, _ = started
    gc.collect()
    collector.stop()
    assert gc.get_freeze_count() == 0
