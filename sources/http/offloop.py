"""Large answers are decoded in a thread, so that the feeds and questions of the loop go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

OFF_LOOP = 500_000
"""Bytes from which an answer is decoded in a thread: some 5 ms of work."""


async def off_loop(size: int, work: Callable[[], T]) -> T:
    """Runs `work` here when `size` bytes are few, else in a thread."""
    return work() if size <= OFF_LOOP else await asyncio.to_thread(work)
