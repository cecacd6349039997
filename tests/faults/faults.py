"""What can be injected into a `Proxy`: answers of somebody else, and what happens to an answer on its way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping

from tests.faults.proxy import Answer, Ask, Asked, Bytes, Cut, Fault, changed

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>token=hunter2hunter2</body></html>"


async def _blocks(blocks: Iterable[bytes]) -> Bytes:
    for block in blocks:
        yield block
        await asyncio.sleep(0)


def answer(status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> Fault:
    """This, whatever was asked; the server is not asked at all. `retry_after="1"` is a header's name and value."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def fault(_: Asked, __: Ask) -> Answer:
        return Answer(status, {"Content-Type": kind, **named}, _blocks([body] if body else []))

    return fault


def page(status: int = 200, **headers: str) -> Fault:
    """The HTML of a sign-in or a gateway."""
    return answer(status, PAGE, "text/html; charset=utf-8", **headers)


def said(status: int, body: Mapping[str, object], **headers: str) -> Fault:
    """JSON."""
    return answer(status, json.dumps(body).encode(), "application/json", **headers)


def refused(code: int, reason: str, message: str = "no", **details: object) -> Fault:
    """The API server's own refusal."""
    status = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
    return said(code, {**status, "details": details})


def lines(*wanted: bytes, forever: bool = False) -> Fault:
    """A stream of these lines instead of the server's; it stays open unless they go on for ever."""

    async def body() -> Bytes:
        while True:
            yield b"".join(wanted)
            if not forever:
                return
            await asyncio.sleep(0.001)

    async def fault(_: Asked, __: Ask) -> Answer:
        return Answer(200, {"Content-Type": "application/json"}, body())

    return fault


def endless(block: bytes = b"x" * 65536, start: bytes = b'{"items":[{"metadata":{"name":"') -> Fault:
    """A body without an end, as fast as it is read."""

    async def body() -> Bytes:
        yield start
        while True:
            yield block

    async def fault(_: Asked, __: Ask) -> Answer:
        return Answer(200, {"Content-Type": "application/json"}, body())

    return fault


async def silence(_: Asked, __: Ask) -> Answer:
    """The request is taken and never answered."""
    return await asyncio.get_running_loop().create_future()


async def drop(_: Asked, __: Ask) -> Answer:
    """The request is taken, and reset."""
    raise Cut


def delay(seconds: float) -> Fault:
    """The answer begins so much later."""

    async def fault(asked: Asked, ask: Ask) -> Answer:
        await asyncio.sleep(seconds)
        return await ask(asked)

    return fault


def cut(after: int) -> Fault:
    """The answer breaks off after so many bytes of its body."""

    async def change(body: Bytes) -> Bytes:
        left = after
        async for block in body:
            yield block[:left]
            left -= len(block)
            if left <= 0:
                raise Cut
        raise Cut

    return changed(change)


def truncate(after: int) -> Fault:
    """The answer ends in order after so many bytes, as if it were whole."""

    async def change(body: Bytes) -> Bytes:
        left = after
        async for block in body:
            if left > 0:
                yield block[:left]
            left -= len(block)
            if left <= 0:
                return

    return changed(change)


def drip(size: int, pause: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Fault:
    """So many bytes at a time."""

    async def change(body: Bytes) -> Bytes:
        async for block in body:
            for start in range(0, len(block), size):
                yield block[start : start + size]
                await sleep(pause)

    return changed(change)


def throttle(rate: float) -> Fault:
    """So many bytes a second."""

    async def change(body: Bytes) -> Bytes:
        async for block in body:
            yield block
            await asyncio.sleep(len(block) / rate)

    return changed(change)


def among(garbage: bytes, every: int = 2) -> Fault:
    """`garbage` after every so many lines of a watch."""

    async def change(body: Bytes) -> Bytes:
        count, rest = 0, b""
        async for block in body:
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                count += 1
                yield line + b"\n" + (garbage if count % every == 0 else b"")
        yield rest

    return changed(change)


def hold(most: int = 1 << 20) -> Fault:
    """A buffering proxy: nothing, not even the headers, before the answer is whole or so many bytes are there."""

    async def fault(asked: Asked, ask: Ask) -> Answer:
        answer = await ask(asked)
        held = bytearray()
        async for block in answer.body:
            held += block
            if len(held) >= most:
                break

        async def body() -> Bytes:
            yield bytes(held)
            async for block in answer.body:
                yield block

        return Answer(answer.status, answer.headers, body())

    return fault
