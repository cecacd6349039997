"""A bare client: downloads one list and does nothing with it. What any client needs at the very least.

python -m tests.bench.bare URL        prints seconds of wall time, seconds of CPU, bytes
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp


async def download(url: str) -> tuple[float, float, int]:
    started, before, size = time.monotonic(), time.process_time(), 0
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        async for block in answer.content.iter_any():
            size += len(block)
    return time.monotonic() - started, time.process_time() - before, size


if __name__ == "__main__":
    print(*asyncio.run(download(sys.argv[1])))
