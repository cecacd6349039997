"""A whole comparison: data, server, queries, report."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from sources.promql import Engine
from tests.differential.compare import Query, compare
from tests.differential.data import Raw, make
from tests.differential.mutations import broken
from tests.differential.queries import Generator
from tests.differential.server import SLICE, prometheus
from tests.promqltest.store import MemoryStore

Finding = tuple[Query, str]


@dataclass(slots=True)
class Report:
    seed: int
    queries: int = 0
    samples: int = 0
    empty: int = 0
    failed: int = 0
    wrong: list[Finding] = field(default_factory=list)
    chance: list[Finding] = field(default_factory=list)
    words: list[Finding] = field(default_factory=list)
    unsupported: list[Finding] = field(default_factory=list)

    def summary(self) -> str:
        return (
            f"seed {self.seed}: {self.queries} queries, {self.samples} samples compared, {self.empty} empty, "
            f"{self.failed} errors on both sides, {len(self.wrong)} wrong, {len(self.chance)} by chance, "
            f"{len(self.words)} only in words, {len(self.unsupported)} unsupported"
        )


def run(program: Path, seed: int, count: int, mistakes: float = 0.1, apart: bool = False) -> Report:
    """Asks `count` queries of this Prometheus and of the engine over the same data, some of them with mistakes.

    `apart`: no sample lies on the bound of a window, where the generations of Prometheus differ.
    """
    series = [each for each in make(seed) if each.times]
    if apart:
        series = [Raw(each.labels, [time | 1 for time in each.times], each.values) for each in series]
    store, reverse = MemoryStore(), MemoryStore()
    first = min(each.times[0] for each in series)
    # In the order in which the server hears of them, because sums depend on the order in their last digits.
    for each in sorted(series, key=lambda each: (each.times[0] - first) // SLICE):
        store.add(each.labels, each.times, each.values)
    for each in reversed(series):
        reverse.add(each.labels, each.times, each.values)
    engine, generator, report = Engine(), Generator(seed), Report(seed)
    slips = random.Random(seed)
    with prometheus(program, series) as server:
        for _ in range(count):
            query = generator.query()
            if apart:
                query = _even(query)
            if slips.random() < mistakes:
                query = replace(query, text=broken(slips, query.text))
            outcome = compare(server, engine, store, reverse, query)
            report.queries += 1
            report.samples += outcome.samples
            report.empty += outcome.empty
            report.failed += outcome.failed
            if outcome.wrong:
                report.wrong.append((query, outcome.wrong))
            if outcome.chance:
                report.chance.append((query, outcome.chance))
            if outcome.words:
                report.words.append((query, outcome.words))
            if outcome.needed:
                report.unsupported.append((query, outcome.unsupported))
    return report


def _even(query: Query) -> Query:
    """The query at an even number of milliseconds, like all its ranges, steps and moments."""
    text = query.text.replace("[1ms]", "[2ms]")
    text = re.sub(r"(@ [0-9]+\.[0-9]{2})[0-9]", r"\g<1>0", text)
    return Query(text, query.start & ~1, query.end & ~1, query.step & ~1)
