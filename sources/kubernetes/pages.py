"""Small lists in one piece: a page of items, names of namespaces, services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Generic, NamedTuple, TypeVar

from sources.contract import Unavailable
from sources.kubernetes.api import Api
from sources.kubernetes.errors import ApiStatusError
from sources.kubernetes.splitter import Decode, ListMeta, ListSplitter, NotAListError

T = TypeVar("T")
PAGE = 500
PART = 2_000


class Part(NamedTuple, Generic[T]):
    """Some items of an answer; with the last ones its metadata, and how many items in all could not be read."""

    items: list[T]
    meta: ListMeta | None = None
    bad: int = 0


async def in_parts(
    api: Api, path: str, params: Mapping[str, str], decode: Decode[T], size: int = PART
) -> AsyncGenerator[Part[T]]:
    """One answer, decoded while it downloads, in parts of `size` items and more. Close it.

    Raises what the transport raises, and Unavailable when the answer is no list.
    """
    splitter, found = ListSplitter(decode), list[T]()
    try:
        async with api.stream(path, params) as answer:
            async for block in answer.blocks():
                found += splitter.feed(block)
                if len(found) >= size:
                    yield Part(found)
                    found = []
                await asyncio.sleep(0)
        items, meta = splitter.finish()
    except NotAListError as error:
        raise Unavailable(f"GET {path}: {error}") from None
    yield Part([*found, *items], meta, splitter.bad)


async def get_page(
    api: Api, path: str, params: Mapping[str, str], decode: Decode[T]
) -> tuple[list[T], ListMeta, int]:
    """The items of one answer, its metadata, and how many items could not be read. Raises as `in_parts`."""
    found: list[T] = []
    async with aclosing(in_parts(api, path, params, decode)) as parts:
        async for part in parts:
            found += part.items
    assert part.meta is not None, "the last part has it"
    return found, part.meta, part.bad


async def get_all(api: Api, path: str, decode: Decode[T]) -> list[T]:
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
