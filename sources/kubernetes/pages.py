"""Small lists in one piece: a page of items, names of namespaces, services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Raw

from sources.contract import Unavailable
from sources.kubernetes.api import Api
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.splitter import ListMeta, ListSplitter, NotAListError
from sources.rules.wire import WireError

T = TypeVar("T")
PAGE = 500


async def get_page(
    api: Api, path: str, params: Mapping[str, str], decode: Callable[[Raw], T]
) -> tuple[list[T], ListMeta, int]:
    """The items of one answer, its metadata, and how many items could not be read.

    Decoded while it downloads. Raises what the transport raises, and Unavailable when the answer is no list.
    """
    splitter, found, bad = ListSplitter(), list[T](), 0
    try:
        async with api.stream(path, params) as answer:
            async for block in answer.blocks():
                bad += _decode(splitter.feed(block), decode, found)
                await asyncio.sleep(0)
        items, meta = splitter.finish()
    except NotAListError as error:
        raise Unavailable(f"GET {path}: {error}") from None
    bad += _decode(items, decode, found)
    return found, meta, bad


async def get_all(api: Api, path: str, decode: Callable[[Raw], T]) -> list[T]:
    """All items, page by page; from the start once more when a page's token expired."""
    for last in (False, True):
        found: list[T] = []
        token = ""
        try:
            while True:
                params = {"limit": str(PAGE)} | ({"continue": token} if token else {})
                items, meta, _ = await get_page(api, path, params, decode)
                found += items
                token = meta.continue_ or ""
                if not token:
                    return found
        except ApiStatusError as error:
            if error.status != 410 or last:
                raise
    raise AssertionError("unreachable")


def _decode(items: Sequence[Raw], decode: Callable[[Raw], T], into: list[T]) -> int:
    bad = 0
    for raw in items:
        try:
            into.append(decode(raw))
        except WireError:
            bad += 1
    return bad
