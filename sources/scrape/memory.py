"""What has been scraped: bodies go in, samples with their target's labels come to lie in the ring. Needs numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sources.model import Labels, MetricMetadata
from sources.promql.tsdb import Full, Ring
from sources.scrape.direct import Direct, Table
from sources.scrape.exposition import LEFT_OUT, About, Exposition, ExpositionError, Scraped
from sources.scrape.targets import Target


class Written(NamedTuple):
    """What came of a scrape. `refused` are samples of series for which there is no room."""

    samples: int
    refused: int = 0
    error: str = ""


class Memory:
    """One thread writes, others may read `ring` meanwhile. Moments are milliseconds."""

    def __init__(self, retention: int, memory_limit: int, max_series: int) -> None:
        self.ring = Ring(retention, memory_limit, max_series)
        self._readers: dict[str, Exposition] = {}
        self._direct: dict[str, Direct] = {}
        self._epoch = self.ring.epoch

    def write(self, target: Target, at: int, seconds: float, body: bytes, openmetrics: bool = False) -> Written:
        """A body that took so many seconds to get. One that cannot be read is a failed scrape."""
        self._renumber()
        reader = self._reader(target)
        try:
            found = reader.read(body, openmetrics)
        except ExpositionError as error:
            self.fail(target, at, seconds)
            return Written(0, error=str(error))
        return self._append(target, at, seconds, found)

    def take(
        self, target: Target, at: int, seconds: float, tables: Sequence[Table], about: Mapping[str, About]
    ) -> Written:
        """What a target said, as values that took so many seconds to get."""
        self._renumber()
        direct = self._direct.get(target.key)
        if direct is None:
            direct = self._direct[target.key] = Direct(self._numbering(target), about)
        return self._append(target, at, seconds, direct.read(tables))

    def _append(self, target: Target, at: int, seconds: float, found: Scraped) -> Written:
        own = self._own(target, up=1.0, seconds=seconds, samples=found.total)
        self.ring.append(
            target.key,
            at,
            [*own, *found.series],  # the first counts: no target says of itself that it is up
            [*own.values(), *found.values],
            (found.own_series, found.own_times, found.own_values),
        )
        return Written(found.total, found.left_out)

    def fail(self, target: Target, at: int, seconds: float) -> None:
        """The target gave nothing: it is down, and its series end."""
        self._renumber()
        own = self._own(target, up=0.0, seconds=seconds, samples=0)
        self.ring.append(target.key, at, list(own), list(own.values()))

    def record(self, key: str, at: int, samples: Sequence[tuple[Labels, float]]) -> None:
        """Series that were made here; those of `key` that are not among them any more end."""
        self._renumber()
        numbered = {self._number(labels): value for labels, value in samples}
        numbered.pop(LEFT_OUT, None)
        self.ring.append(key, at, list(numbered), list(numbered.values()))

    def end(self, target: Target, at: int) -> None:
        """The target is no longer scraped: all its series end."""
        self._readers.pop(target.key, None)
        self._direct.pop(target.key, None)
        self.ring.append(target.key, at, [], [])

    def metadata(self) -> Sequence[MetricMetadata]:
        """What targets say of their metrics, sorted; of several different words the first ones."""
        found: dict[str, About] = {}
        for reader in self._all():
            for name, about in tuple(reader.about.items()):
                found.setdefault(name, about)
        return [
            MetricMetadata(name, about.type or "unknown", about.help, about.unit)
            for name, about in sorted(found.items())
        ]

    def _renumber(self) -> None:
        if self.ring.epoch != self._epoch:
            self._epoch = self.ring.epoch
            for reader in self._all():
                reader.forget()

    def _all(self) -> Sequence[Exposition | Direct]:
        return (*self._readers.values(), *self._direct.values())

    def _reader(self, target: Target) -> Exposition:
        reader = self._readers.get(target.key)
        if reader is None:
            reader = self._readers[target.key] = Exposition(self._numbering(target))
        return reader

    def _numbering(self, target: Target) -> Callable[[Labels], int]:
        """Gives a sample's labels the number of their series."""
        return lambda labels: self._number(joined(labels, target.labels, target.honor_labels))

    def _number(self, labels: Labels) -> int:
        try:
            return self.ring.series(labels)
        except Full:
            return LEFT_OUT

    def _own(self, target: Target, up: float, seconds: float, samples: int) -> Mapping[int, float]:
        """What a server says of each scrape itself."""
        said = {"up": up, "scrape_duration_seconds": seconds, "scrape_samples_scraped": float(samples)}
        numbered = {
            self._number(joined((("__name__", name),), target.labels, True)): v for name, v in said.items()
        }
        numbered.pop(LEFT_OUT, None)
        return numbered


def joined(labels: Labels, target: Labels, honor: bool) -> Labels:
    """A sample's labels with its target's; of two with one name the target's counts and the sample's becomes
    exported_..., or with `honor` the sample's counts, even an empty one (a Pushgateway's `instance`)."""
    found = dict(labels)
    for name, value in target:
        if honor:
            found.setdefault(name, value)
            continue
        if found.get(name):
            other = f"exported_{name}"
            while found.get(other):
                other = f"exported_{other}"
            found[other] = found[name]
        found[name] = value
    return tuple(sorted(pair for pair in found.items() if pair[1]))
