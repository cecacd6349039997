"""A bare client: downloads one list and does nothing with it. What any client needs at the very least.

python -m tests.bench.bare URL [CERTIFICATES]     prints seconds of wall time, seconds of CPU, bytes

CERTIFICATES is a folder of the test bed with ca.crt, admin.crt and admin.key. A list that comes as a watch is
over with its mark.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from pathlib import Path

import aiohttp

MARK = b'"k8s.io/initial-events-end":"true"'


async def download(url: str, certificates: Path | None = None) -> tuple[float, float, int]:
    started, before, size, tail = time.monotonic(), time.process_time(), 0, b""
    context: ssl.SSLContext | bool = True
    if certificates is not None:
        context = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
        context.load_cert_chain(certificates / "admin.crt", certificates / "admin.key")
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, ssl=context) as answer:
        answer.raise_for_status()
        async for block in answer.content.iter_any():
            size += len(block)
            tail = tail[-len(MARK) :] + block[-1024:]
            if MARK in tail:
                break
    return time.monotonic() - started, time.process_time() - before, size


if __name__ == "__main__":
    print(*asyncio.run(download(sys.argv[1], *map(Path, sys.argv[2:]))))
