"""Cuts the items out of a Kubernetes list while it downloads, so that 150,000 pods are never held as one body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from sources.rules.decode import Bytes
from sources.rules.wire import NotJsonError, WireError

_ITEMS = b'"items":['
_SEAM = re.compile(rb'\{"(?:(?:apiVersion|kind)":"[^"]{1,200}",|[^"]{1,60}":)')
"""How an item starts. An API version belongs to it: the items' own is hardly that of their owner references."""
_MOST = 64 * 1024 * 1024
"""Bytes kept without the end of an item. An object is some 3 MB at most; lists of a strange shape are small."""
_TRIES = 64
"""Seams within one item that are tried, block by block, before it has to be the end that tells its parts."""

_WORTH = 8
"""What came is looked at when it is at least such a part of what is kept: else a long item is copied each time."""

T = TypeVar("T")
Decode = Callable[[Bytes], T]
"""Reads one object, or raises `WireError`: `NotJsonError` where it is not the whole of one."""


class ListMeta(Struct, frozen=True, rename="camel"):
    """`metadata` of a list (meta/v1 ListMeta). Items that lie behind it count in `remaining_item_count`."""

    resource_version: str | None = None
    continue_: str | None = msgspec.field(default=None, name="continue")
    remaining_item_count: int | None = None


class _Body(Struct):
    items: list[Raw] | None = None
    metadata: ListMeta | None = None


class _Kind(Struct):
    kind: str | None = None


class NotAListError(ValueError):
    """The body is not a Kubernetes list (a login page, a `Status`, a cut-off answer)."""


_body = msgspec.json.Decoder(_Body)
_kind = msgspec.json.Decoder(_Kind)


class ListSplitter(Generic[T]):
    """Feed it blocks of bytes as they come; it gives back the objects that are complete.

    Items are found by the text between two of them, `},{"metadata":` or whatever key the first item starts with.
    Within a JSON string the quotes would be escaped, so this can only also match between the elements of a nested
    array; what ends there has an open bracket and is no JSON, so it goes on to the next seam. So each object is
    read once, and only by who decodes it. A body without such seams (pretty-printed, `"items":null`, items first)
    is decoded in one piece at the end.
    """

    def __init__(self, decode: Decode[T], most: int = _MOST) -> None:
        self.bad = 0
        """Items that could not be read."""
        self._decode = decode
        self._most = most
        self._rest = b""
        self._parts: list[bytes] = []
        self._waiting = 0
        """What came since `_rest` was put together, and how many bytes it is."""
        self._head: bytes | None = None
        self._seam = b""
        self._searched = 0
        """How much of `_rest` holds no seam that was not tried."""

    def feed(self, block: bytes) -> Sequence[T]:
        """The items completed by this block. Raises NotAListError when none is complete after many bytes."""
        self._parts.append(block)
        self._waiting += len(block)
        size = len(self._rest) + self._waiting
        if _WORTH * self._waiting < len(self._rest) and size <= self._most:
            return ()
        self._join()
        found: list[T] = []
        if (self._head is not None or self._find_items()) and (self._seam or self._find_seam()):
            self._cut(found)
        if len(self._rest) > self._most:
            raise NotAListError(f"the answer holds no complete item in {self._most} bytes")
        return found

    def _join(self) -> None:
        self._rest = b"".join((self._rest, *self._parts))
        self._parts.clear()
        self._waiting = 0

    def _cut(self, found: list[T]) -> None:
        data, seam, tries = self._rest, self._seam, 0
        view = memoryview(data)
        start, search = 0, max(0, self._searched - len(seam))  # a seam may straddle the old end
        while tries < _TRIES and (cut := data.find(seam, search)) >= 0:
            search = cut + 1
            try:
                found.append(self._decode(view[start : cut + 1]))
            except NotJsonError:
                tries += 1  # a seam inside an item: it goes on
                continue
            except WireError:
                self.bad += 1
            start, tries = cut + 2, 0
        self._rest = data[start:]
        self._searched = len(self._rest)

    def finish(self) -> tuple[Sequence[T], ListMeta]:
        """The last items and the list's metadata. Raises NotAListError when what came is not a whole list."""
        self._join()
        if self._head is None:
            rest, head = self._rest, None
        else:
            rest, head = b'{"items":[' + self._rest, self._head + b"]}"
        try:
            body = _body.decode(rest)
            first = _body.decode(head) if head is not None else body
            kind = _kind.decode(head if head is not None else rest).kind or ""
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotAListError(f"the answer is not a complete Kubernetes list ({error})") from None
        if kind and not kind.endswith("List"):
            raise NotAListError(f"the answer is a {kind}, not a list")
        self._rest = b""
        return [*self._decoded(body.items or ())], _merged(first.metadata, body.metadata)

    def _decoded(self, items: Sequence[Raw]) -> Iterator[T]:
        for raw in items:
            try:
                yield self._decode(raw)
            except WireError:
                self.bad += 1

    def _find_items(self) -> bool:
        at = self._rest.find(_ITEMS, max(0, self._searched - len(_ITEMS)))
        if at < 0:
            self._searched = len(self._rest)
            return False
        at += len(_ITEMS)
        self._head, self._rest, self._searched = self._rest[:at], self._rest[at:], 0
        return True

    def _find_seam(self) -> bool:
        start = _SEAM.match(self._rest)
        if start is None:
            return False
        self._seam = b"}," + start[0]
        return True


def _merged(first: ListMeta | None, last: ListMeta | None) -> ListMeta:
    if first is None or last is None or first is last:
        return first or last or ListMeta()
    return ListMeta(
        resource_version=first.resource_version or last.resource_version,
        continue_=first.continue_ or last.continue_,
        remaining_item_count=(
            last.remaining_item_count if first.remaining_item_count is None else first.remaining_item_count
        ),
    )
