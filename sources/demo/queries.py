"""Answers about the demo's metrics beside the queries themselves: label names, values, series, metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sources.contract import QueryError
from sources.demo.families import FAMILIES
from sources.demo.metrics import DemoStorage
from sources.demo.parser import parse
from sources.demo.syntax import LabelMatcher, Selector
from sources.model import Labels, MetricMetadata, Series

_HISTOGRAM_PARTS = ("_bucket", "_count", "_sum")


def selectors(match: Sequence[str]) -> list[tuple[LabelMatcher, ...]]:
    """The matchers of series selectors. Raises QueryError for anything else."""
    found = []
    for text in match:
        expr = parse(text)
        if not isinstance(expr, Selector) or expr.range is not None:
            raise QueryError(f'invalid parameter "match[]": not an instant vector selector: {text}')
        found.append(expr.matchers)
    return found


def label_names(storage: DemoStorage, match: Sequence[str], limit: int) -> list[str]:
    """The label names of the series that match, sorted; `limit` 0 means all."""
    names = {name for labels in _sets(storage, match) for name, _ in labels}
    return _limited(sorted(names), limit)


def label_values(storage: DemoStorage, label: str, match: Sequence[str], limit: int) -> list[str]:
    """The values of one label among the series that match, sorted; `limit` 0 means all."""
    if label == "__name__" and not match:
        return _limited([family.name for family in FAMILIES], limit)
    values = {value for labels in _sets(storage, match) for name, value in labels if name == label}
    return _limited(sorted(values), limit)


def series(storage: DemoStorage, match: Sequence[str], limit: int) -> list[Series]:
    """The series that match, without samples. Raises QueryError if there is no selector."""
    if not match:
        raise QueryError("no match[] parameter provided")
    found = sorted(set(_sets(storage, match)))
    return [Series(labels) for labels in (found[:limit] if limit else found)]


def metadata(metric: str | None, limit: int) -> list[MetricMetadata]:
    """What the metrics are; a histogram is one entry, as its exporter declares it."""
    found: dict[str, MetricMetadata] = {}
    for family in FAMILIES:
        name = family.name
        if family.name == "ALERTS":
            continue  # Prometheus makes it itself and knows no metadata of it
        if family.type == "histogram":
            name = next(name.removesuffix(part) for part in _HISTOGRAM_PARTS if name.endswith(part))
        if metric in (None, name):
            found.setdefault(name, MetricMetadata(name, family.type, family.help))
    entries = list(found.values())
    return entries[:limit] if limit else entries


def _sets(storage: DemoStorage, match: Sequence[str]) -> Iterator[Labels]:
    return storage.label_sets(selectors(match))


def _limited(names: list[str], limit: int) -> list[str]:
    return names[:limit] if limit else names
