"""What is offered to complete a query: words of the language at once, names and values as they become known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sources.model import MetricMetadata
from sources.promql.formats import quoted
from sources.promql.signatures import FUNCTIONS, Signature
from sources.promql.tokens import AGGREGATORS, PARAMETRIC
from sources.text import clean
from tui.panes.console.wanted import Wanted

MOST = 200
"""Offers in one list; who looks for more types another letter."""
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""Names that need no quotes."""
_OPERATORS = ("and", "or", "unless", "offset", "on", "ignoring", "group_left", "group_right", "bool", "atan2")
_DURATIONS = ("1m", "5m", "10m", "30m", "1h", "6h", "1d")
_UNITS = "smhdw"
_PARTS = ("_total", "_bucket", "_count", "_sum")
_WHAT: Mapping[str, str] = {"vector": "vector", "matrix": "range", "scalar": "number", "string": "text"}


class Offer(NamedTuple):
    """`text` takes the place of what was typed; `shown` (clean) and `kind` and `detail` say what it is."""

    text: str
    shown: str
    kind: str = ""
    detail: str = ""


def _function(name: str, signature: Signature) -> Offer:
    args = ", ".join(_WHAT[kind.value] for kind in signature.args)
    more = {0: "", -1: ", ..."}.get(signature.variadic, " (or none)")
    return Offer(f"{name}(", name, "function", f"{name}({args}{more}): {_WHAT[signature.gives.value]}")


def _aggregation(name: str) -> Offer:
    args = "parameter, vector" if name in PARAMETRIC else "vector"
    return Offer(f"{name}(", name, "aggregation", f"{name} by (label) ({args})")


WORDS: Sequence[Offer] = (
    *(_aggregation(name) for name in sorted(AGGREGATORS)),
    *(_function(name, FUNCTIONS[name]) for name in sorted(FUNCTIONS)),
)
"""What an operand can begin with, besides a metric."""


def ranked(names: Iterable[str], typed: str) -> list[str]:
    """Those that contain what was typed, whatever the case: that begin with it, then words of theirs that do, then
    the others; at most `MOST`."""
    low = typed.lower()
    buckets: tuple[list[str], list[str], list[str]] = ([], [], [])
    for name in names:
        place = name.lower().find(low)
        if place == 0:
            buckets[0].append(name)
            if len(buckets[0]) == MOST:
                break
        elif place > 0 and min(len(bucket) for bucket in buckets[1:]) < MOST:
            at_word = re.search(rf"[^a-z0-9]{re.escape(low)}", name.lower()) is not None
            buckets[1 if at_word else 2].append(name)
    return [name for bucket in buckets for name in bucket][:MOST]


def offered(
    want: Wanted,
    names: Sequence[str],
    metadata: Mapping[str, MetricMetadata],
    follows: str = "",
) -> list[Offer]:
    """What completes `want`. `names` are what the source said: metrics, labels or values, as is wanted. `follows`
    is the text behind the replaced part."""
    if want.kind == "operand":
        words = {word.shown: word for word in WORDS}
        found = ranked([*words, *names] if want.prefix else [*names, *words], want.prefix)
        return [_called(words[name], follows) if name in words else metric(name, metadata) for name in found]
    if want.kind == "modifier":
        grouping = [Offer(f"{word} (", word, "grouping") for word in ("by", "without") if want.grouped]
        operators = [Offer(f"{word} ", word, "operator") for word in _OPERATORS]
        known = {offer.shown: offer for offer in (*grouping, *operators)}
        return [known[word] for word in known if word.startswith(want.prefix.lower())]
    if want.kind == "match":
        return [Offer(f'{op}"', op, "matches") for op in ("=", "!=", "=~", "!~")]
    if want.kind == "duration":
        digits = want.prefix.rstrip("abcdefghijklmnopqrstuvwxyz")
        texts = [digits + unit for unit in _UNITS] if digits else _DURATIONS
        return [Offer(text, text, "duration") for text in texts if text.startswith(want.prefix)]
    if want.kind == "label":
        inside = not follows.lstrip().startswith(("=", "!"))
        return [label(name, want, inside) for name in ranked(names, want.prefix) if name != "__name__"]
    if want.kind == "value":
        return [value(name) for name in ranked(names, want.prefix)]
    return []


def _called(word: Offer, follows: str) -> Offer:
    return word._replace(text=word.shown) if follows.lstrip().startswith("(") else word


def metric(name: str, metadata: Mapping[str, MetricMetadata]) -> Offer:
    """A metric with its type and help; classic histograms and counters are described by their base name."""
    found = metadata.get(name) or next(
        (metadata[name.removesuffix(part)] for part in _PARTS if name.removesuffix(part) in metadata), None
    )
    text = name if _METRIC.fullmatch(name) else "{" + quoted(name) + "}"
    if found is None:
        return Offer(text, clean(name), "metric")
    return Offer(text, clean(name), clean(found.type) or "metric", clean(found.help))


def label(name: str, want: Wanted, with_match: bool) -> Offer:
    """A label's name; inside braces it goes on with its value."""
    text = name if _LABEL.fullmatch(name) else quoted(name)
    return Offer(f'{text}="' if with_match and not want.listed else text, clean(name), "label")


def value(text: str) -> Offer:
    """A label's value, with its quotes."""
    return Offer(quoted(text), clean(text) or '""', "value")
