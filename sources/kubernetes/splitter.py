"""Cuts the items out of a Kubernetes list while it downloads, so that 150,000 pods are never held as one body."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

_ITEMS = b'"items":['
_SEAM = re.compile(rb'\{"(?:(?:apiVersion|kind)":"[^"]{1,200}",|[^"]{1,60}":)')
"""How an item starts. An API version belongs to it: the items' own is hardly that of their owner references."""
_MOST = 64 * 1024 * 1024
"""Bytes kept without the end of an item. An object is some 3 MB at most; lists of a strange shape are small."""
_TRIES = 8
"""Seams of one block that are tried before waiting for more."""


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


_slice = msgspec.json.Decoder(list[Raw])
_body = msgspec.json.Decoder(_Body)
_kind = msgspec.json.Decoder(_Kind)


class ListSplitter:
    """Feed it blocks of bytes as they come; it gives back the items that are complete.

    Items are found by the text between two of them, `},{"metadata":` or whatever key the first item starts with.
    Within a JSON string the quotes would be escaped, so this can only also match between the elements of a nested
    array; a slice that ends there has an open bracket and is no JSON, so it is kept until the next seam.
    A body without such seams (pretty-printed, `"items":null`, items first) is decoded in one piece at the end.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._buffer = bytearray()
        self._head: bytes | None = None
        self._seam = b""
        self._searched = 0

    def feed(self, block: bytes) -> Sequence[Raw]:
        """The items completed by this block, each the bytes of one JSON object. Raises NotAListError when none
        is complete after many bytes."""
        self._buffer += block
        if len(self._buffer) > self._most:
            raise NotAListError(f"the answer holds no complete item in {self._most} bytes")
        if self._head is None and not self._find_items():
            return ()
        if not self._seam and not self._find_seam():
            return ()
        start = max(0, self._searched - len(self._seam))  # a seam may straddle the old end of the buffer
        end = self._searched = len(self._buffer)
        for _ in range(_TRIES):
            cut = self._buffer.rfind(self._seam, start, end)
            if cut < 0:
                break
            try:
                items = _slice.decode(b"[" + self._buffer[: cut + 1] + b"]")
            except msgspec.DecodeError:
                end = cut + len(self._seam) - 1  # a seam inside an item: the one before may be a real one
                continue
            del self._buffer[: cut + 2]
            self._searched = 0
            return items
        return ()

    def finish(self) -> tuple[Sequence[Raw], ListMeta]:
        """The last items and the list's metadata. Raises NotAListError when what came is not a whole list."""
        if self._head is None:
            rest, head = bytes(self._buffer), None
        else:
            rest, head = b'{"items":[' + bytes(self._buffer), self._head + b"]}"
        try:
            body = _body.decode(rest)
            first = _body.decode(head) if head is not None else body
            kind = _kind.decode(head if head is not None else rest).kind or ""
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotAListError(f"the answer is not a complete Kubernetes list ({error})") from None
        if kind and not kind.endswith("List"):
            raise NotAListError(f"the answer is a {kind}, not a list")
        self._buffer.clear()
        return body.items or (), _merged(first.metadata, body.metadata)

    def _find_items(self) -> bool:
        at = self._buffer.find(_ITEMS, max(0, self._searched - len(_ITEMS)))
        if at < 0:
            self._searched = len(self._buffer)
            return False
        at += len(_ITEMS)
        self._head = bytes(self._buffer[:at])
        del self._buffer[:at]
        self._searched = 0
        return True

    def _find_seam(self) -> bool:
        start = _SEAM.match(self._buffer)
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
