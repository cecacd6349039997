"""Series for metrics that the demo cluster does not have, made from how expressions ask for them.

Whatever an expression selects is there: metrics with the labels that its selectors, groups and joins name, some
with the values that are asked for and some with others.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields, is_dataclass

from sources.promql import parse
from sources.promql.ast import Aggregate, Binary, VectorSelector
from sources.promql.regex import compile_regex
from sources.promql.storage import Labels, Matcher, MatchOp
from tests.differential.data import Raw

_ENTITIES = 300
"""Series of a metric at most, but for its buckets."""
_VALUES = {"namespace": 6, "node": 100, "instance": 100, "pod": 150}
_BOUNDS = ("0.005", "0.05", "0.1", "0.5", "1", "5", "10", "30", "+Inf")
_COUNTERS = ("_total", "_count", "_sum", "_bucket")


def invented(expressions: Iterable[str], known: Collection[str], times: list[int]) -> list[Raw]:
    """Series with samples at `times` for the metrics that are not known; what does not parse is left out."""
    wanted: dict[str, dict[str, dict[str, None]]] = {}
    for expr in expressions:
        try:
            nodes = list(_nodes(parse(expr)))
        except Exception:  # who evaluates it reports that
            continue
        named = [name for node in nodes for name in _label_names(node)]
        for node in nodes:
            if isinstance(node, VectorSelector) and node.name and node.name not in known:
                labels = wanted.setdefault(node.name, {})
                for name in named:
                    labels.setdefault(name, {})
                for matcher in node.matchers:
                    if matcher.name != "__name__":
                        labels.setdefault(matcher.name, {}).update(dict.fromkeys(_asked_for(matcher)))
    return [series for name, labels in wanted.items() for series in _metric(name, labels, times)]


def _nodes(node: object) -> Iterator[object]:
    """The node and all below it."""
    yield node
    if is_dataclass(node):
        for each in fields(node):
            value = getattr(node, each.name)
            for part in value if isinstance(value, tuple) else (value,):
                if is_dataclass(part):
                    yield from _nodes(part)


def _label_names(node: object) -> tuple[str, ...]:
    if isinstance(node, Aggregate) and not node.without:
        return node.grouping
    if isinstance(node, Binary) and node.matching is not None and node.matching.on:
        return (*node.matching.labels, *node.matching.include)
    return ()


def _asked_for(matcher: Matcher) -> list[str]:
    """Values that satisfy a matcher, or else that fail it."""
    if matcher.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL):
        return [matcher.value]
    pattern = compile_regex(matcher.value)
    likely = (part.strip("()^$").replace(".*", "x").replace(".+", "x") for part in matcher.value.split("|"))
    return [value for value in likely if pattern.matches(value)]


def _metric(name: str, labels: dict[str, dict[str, None]], times: list[int]) -> Iterator[Raw]:
    rng = random.Random(name)
    own = {label: values for label, values in labels.items() if label != "le"}
    seen: set[Labels] = set()
    for entity in range(_ENTITIES):
        pairs = {"__name__": name}
        for place, (label, asked) in enumerate(own.items()):
            others = [f"{label}-{number}" for number in range(_VALUES.get(label, 2))]
            # The same entity has the same other values in all metrics, so that joins find partners.
            pairs[label] = (
                rng.choice(list(asked))
                if asked and rng.random() < 0.8
                else others[(entity >> (place % 2 if label not in _VALUES else 0)) % len(others)]
            )
        key = tuple(sorted(pair for pair in pairs.items() if pair[1]))
        if key in seen:
            continue
        seen.add(key)
        values = _values(name, entity, rng, len(times))
        if not name.endswith("_bucket"):
            yield Raw(key, times, values)
            continue
        for number, bound in enumerate(_BOUNDS, 1):
            share = number / len(_BOUNDS)
            yield Raw(tuple(sorted((*key, ("le", bound)))), times, [math.floor(v * share) for v in values])


def _values(name: str, entity: int, rng: random.Random, count: int) -> list[float]:
    if name.endswith(_COUNTERS):
        total, slope = float(rng.randrange(1000)), rng.choice((0.0, 0.5, 30.0))
        reset = rng.randrange(count) if entity % 10 == 0 else -1
        found = []
        for number in range(count):
            total = 0.0 if number == reset else total + slope * rng.random()
            found.append(total)
        return found
    if entity % 3 < 2:
        return [float(entity % 3)] * count
    level = rng.random() * 100
    return [level + math.sin(number / 7 + entity) for number in range(count)]
