"""What the engine asks of whoever holds the samples: select series by matchers in a range of time."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # the parser needs the matchers below, and whoever only parses does not wait for numpy
    import numpy as np
    from numpy.typing import NDArray

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""(name, value) pairs sorted by name, `__name__` among them; no empty values."""

Times: TypeAlias = "NDArray[np.int64]"
Floats: TypeAlias = "NDArray[np.float64]"

STALE_BITS = 0x7FF0000000000002
"""The bits of the NaN that marks the end of a series (Prometheus' StaleNaN); any other NaN is a value."""
STALE: float = struct.unpack("<d", struct.pack("<Q", STALE_BITS))[0]


class MatchOp(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on a label; a label that is missing has the empty value. Expressions are anchored RE2."""

    name: str
    op: MatchOp
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class StoredSeries:
    """A series' float samples in the order of time: milliseconds since the epoch, strictly increasing.

    `values` may hold stale markers (`STALE`, told by its bits: see `stale_mask`).
    """

    labels: Labels
    times: Times
    values: Floats


class Storage(Protocol):
    """Where samples come from."""

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> Iterable[StoredSeries]:
        """The series that satisfy all matchers, with at least their samples of start <= time <= end (in ms).

        More samples may be given, never fewer; each set of labels once, in any order.
        """
        ...


def in_order(labels: Labels) -> str:
    """A key that sorts series as their labels do. Comparing texts is one step for the processor where comparing
    nested tuples are many, and a sort of 100,000 series lets no other thread in before it is done."""
    return "\0".join([text for pair in labels for text in pair])


def stale_mask(values: Floats) -> NDArray[np.bool_]:
    """True where a value is the stale marker."""
    mask: NDArray[np.bool_] = values.view("uint64") == STALE_BITS
    return mask
