"""Expositions in files as a storage: what `curl .../metrics` gave, or a dump with timestamps."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sources.contract import Misconfigured
from sources.model import Labels
from sources.promql.tsdb import FixedStorage
from sources.scrape.exposition import Exposition, ExpositionError


class Data(NamedTuple):
    """Samples of some files, and the moment (seconds) that a query is about where nobody says otherwise."""

    storage: FixedStorage
    at: float


def read_files(paths: Sequence[str], now: float) -> Data:
    """Reads text and OpenMetrics expositions; "-" is standard input. Samples without a time are of `now`.

    Raises Misconfigured with the file and the line that is wrong.
    """
    labels: list[Labels] = []
    numbers: dict[Labels, int] = {}
    times: list[list[int]] = []
    values: list[list[float]] = []
    moment = round(now * 1000)

    def number_of(given: Labels) -> int:
        series = tuple(pair for pair in given if pair[1])
        number = numbers.setdefault(series, len(labels))
        if number == len(labels):
            labels.append(series)
            times.append([])
            values.append([])
        return number

    for path in paths:
        body = _body(path)
        try:
            found = Exposition(number_of).read(body, openmetrics=body.rstrip().endswith(b"# EOF"))
        except ExpositionError as error:
            raise Misconfigured(f"{path}: {error}") from None
        for number, value in zip(found.series, found.values, strict=True):
            times[number].append(moment)
            values[number].append(value)
        for number, at, value in zip(found.own_series, found.own_times, found.own_values, strict=True):
            times[number].append(at)
            values[number].append(value)
    storage = FixedStorage(zip(labels, times, values, strict=True))
    span = storage.span
    return Data(storage, now if span is None else span[1] / 1000)


def _body(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path}: cannot be read: {error.strerror}") from None
