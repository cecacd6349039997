"""Samples in Prometheus' remote-write format 1.0: protobuf in snappy blocks, which need not compress."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from tests.differential.data import Raw

LARGEST = 8_000_000
"""Bytes of one request, more or less; a server refuses 32 MB."""


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _series(raw: Raw, chosen: Iterable[int]) -> bytes:
    out = b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in raw.labels)
    for index in chosen:
        sample = b"\x09" + struct.pack("<d", raw.values[index]) + b"\x10" + _varint(raw.times[index])
        out += _field(2, sample)
    return _field(1, out)


def write_requests(series: Sequence[Raw], slice_length: int) -> Iterable[bytes]:
    """Request bodies of a slice of time each, in order, because a Prometheus refuses what is too old."""
    begin = min(each.times[0] for each in series if each.times)
    end = max(each.times[-1] for each in series if each.times)
    for start in range(begin, end + 1, slice_length):
        parts, size = [], 0
        for each in series:
            chosen = [i for i, time in enumerate(each.times) if start <= time < start + slice_length]
            if chosen:
                parts.append(_series(each, chosen))
                size += len(parts[-1])
            if size > LARGEST:
                yield snappy(b"".join(parts))
                parts, size = [], 0
        if parts:
            yield snappy(b"".join(parts))


def snappy(data: bytes) -> bytes:
    """A snappy block of literals."""
    out = bytearray(_varint(len(data)))
    for at in range(0, len(data), 65_536):
        part = data[at : at + 65_536]
        out += b"\xf4" + struct.pack("<H", len(part) - 1) + part
    return bytes(out)
