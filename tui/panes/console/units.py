"""The unit of a query's answer, worked out from the names of its metrics and what is done with them.

Names follow https://prometheus.io/docs/practices/naming/ (base units, `_total`, `_ratio`), recording rules
`level:metric:operations`. Where sides of a sum disagree, or a number converts (`/ 1024`), there is no unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from sources.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.tokens import COMPARISONS
from tui.panes.console.measures import PLAIN, Measure
from tui.panes.console.reading import constant, tree


def _words(text: str) -> list[str]:
    return text.split()


class _Dim(NamedTuple):
    """Powers of bytes and of seconds; `kind` tells shares, hundredths and moments from plain amounts."""

    bytes: int = 0
    seconds: int = 0
    kind: Literal["amount", "ratio", "percent", "moment"] = "amount"


_COUNT, _BYTES, _SECONDS = _Dim(), _Dim(bytes=1), _Dim(seconds=1)
_RATIO, _PERCENT, _MOMENT = _Dim(kind="ratio"), _Dim(kind="percent"), _Dim(kind="moment")
_WORDS: Mapping[str, _Dim] = {
    "bytes": _BYTES, "byte": _BYTES, "seconds": _SECONDS, "second": _SECONDS, "ratio": _RATIO,
    "percent": _PERCENT, "percentage": _PERCENT,
}  # fmt: skip
_PARTS = re.compile(r"_(total|sum|bucket|count|created)$")
_MOMENTS = re.compile(
    r"(_timestamp|_boot_time|_start_time|_time_of_day|_created)_?seconds$|_created$|_start_time$"
)
_PER_SECOND = frozenset(("rate", "irate", "deriv"))
_COUNTS = frozenset(
    _words(
        "absent absent_over_time changes count_over_time day_of_month day_of_week day_of_year days_in_month "
        "histogram_count histogram_stdvar hour minute month present_over_time resets sgn stdvar_over_time year"
    )
)
_NONE = frozenset(
    _words("acos acosh asin asinh atan atanh cos cosh deg exp ln log10 log2 pi rad sin sinh sqrt tan tanh")
)
_OF_BUCKETS = frozenset(("histogram_quantile", "histogram_avg", "histogram_sum", "histogram_stddev"))
_MEASURES: Mapping[_Dim, Measure] = {
    _RATIO: Measure("percent"),
    _PERCENT: Measure("si", "%"),
    _BYTES: Measure("iec", "B"),
    _Dim(1, -1): Measure("iec", "B/s"),
    _SECONDS: Measure("duration"),
    _Dim(0, -1): Measure("si", "/s"),
}


def measure(query: str, units: Mapping[str, str] | None = None) -> Measure:
    """How to write the values of a query. `units` are those of the metrics' metadata, by name."""
    expr = tree(query)
    dim = _dim(expr, units or {}) if expr is not None else None
    return _MEASURES.get(dim, PLAIN) if dim is not None else PLAIN


def _dim(expr: Expr, units: Mapping[str, str]) -> _Dim | None:
    if isinstance(expr, (Paren, Unary, Subquery)):
        return _dim(expr.expr, units)
    if isinstance(expr, MatrixSelector):
        return _dim(expr.selector, units)
    if isinstance(expr, VectorSelector):
        return _selected(expr, units)
    if isinstance(expr, Aggregate):
        return _COUNT if expr.op in ("count", "count_values", "group", "stdvar") else _dim(expr.expr, units)
    if isinstance(expr, Binary):
        return _combined(expr, units)
    if isinstance(expr, Call):
        return _called(expr, units)
    return None


def _selected(selector: VectorSelector, units: Mapping[str, str]) -> _Dim:
    name = selector.name or next((m.value for m in selector.matchers if m.name == "__name__" and m.op == "="), "")
    for matcher in selector.matchers:  # kube-state-metrics says the unit of mixed metrics in labels
        if matcher.op == "=" and (matcher.name, matcher.value) in (
            ("unit", "byte"), ("resource", "memory"), ("resource", "ephemeral_storage"),
        ):  # fmt: skip
            return _BYTES
    return _named(name, units)


def _named(name: str, units: Mapping[str, str], base_only: bool = False) -> _Dim:
    """The dimension of a metric; with `base_only` that of what it counts in buckets."""
    level, colon, rest = name.partition(":")
    if colon:
        metric, _, operations = rest.partition(":")
        dim = _named(metric if operations else level, units)
        words = re.split(r"[_:]", operations or rest)
        if "ratio" in words:
            return _RATIO
        rated = any(word.startswith(("rate", "irate")) for word in words)
        return _rated(dim) if rated and dim is not None else dim
    if _MOMENTS.search(name):
        return _MOMENT
    part = _PARTS.search(name)
    base = name[: part.start()] if part else name
    if part and part.group(1) in ("count", "bucket") and not base_only:
        return _COUNT
    unit = units.get(name) or units.get(base) or base.rpartition("_")[2]
    return _WORDS.get(unit, _COUNT)


def _rated(dim: _Dim) -> _Dim:
    return dim._replace(seconds=dim.seconds - 1, kind="amount")


def _called(call: Call, units: Mapping[str, str]) -> _Dim | None:
    name = call.name
    if name in ("time", "timestamp"):
        return _MOMENT
    if name in _COUNTS:
        return _COUNT
    if name == "histogram_fraction":
        return _RATIO
    if name in _NONE:
        return None
    if name in _OF_BUCKETS:
        found = _first_selector(call.args[-1])
        return _named(found.name, units, base_only=True) if found is not None else None
    vectors = [arg for arg in call.args if not isinstance(arg, NumberLiteral)]
    inside = _dim(vectors[0], units) if vectors else None
    if inside is None:
        return None
    return _rated(inside) if name in _PER_SECOND else inside


def _first_selector(expr: Expr) -> VectorSelector | None:
    while not isinstance(expr, VectorSelector):
        if isinstance(expr, (Paren, Unary, Subquery, Aggregate)):
            expr = expr.expr
        elif isinstance(expr, MatrixSelector):
            expr = expr.selector
        elif isinstance(expr, Binary):
            expr = expr.left
        elif isinstance(expr, Call) and expr.args:
            expr = expr.args[-1]
        else:
            return None
    return expr


def _combined(expr: Binary, units: Mapping[str, str]) -> _Dim | None:
    if expr.op in COMPARISONS and expr.returns_bool:
        return _COUNT
    numbers = constant(expr.left), constant(expr.right)
    left = _dim(expr.left, units) if numbers[0] is None else None
    right = _dim(expr.right, units) if numbers[1] is None else None
    if expr.op in ("and", "unless", "%"):
        return left
    if expr.op in ("*", "/"):
        return _scaled(expr.op, left, right, numbers)
    if expr.op in ("+", "-", "or") or expr.op in COMPARISONS:
        if numbers[0] is not None:
            return right
        if numbers[1] is not None or expr.op in COMPARISONS:
            return left
        return _joined(expr.op, left, right)
    return None


def _joined(op: str, left: _Dim | None, right: _Dim | None) -> _Dim | None:
    if left == _MOMENT and op == "-":
        return _SECONDS if right == _MOMENT else _MOMENT if right == _SECONDS else None
    return left if left == right else None


def _scaled(
    op: str, left: _Dim | None, right: _Dim | None, numbers: tuple[float | None, float | None]
) -> _Dim | None:
    number = numbers[1] if numbers[1] is not None else numbers[0]
    if number is not None:
        dim = left if numbers[1] is not None else right
        if dim == _RATIO and number == 100 and op == "*":
            return _PERCENT
        if dim == _PERCENT and number == 100 and op == "/" and numbers[1] is not None:
            return _RATIO
        return dim if number == 1 and (op == "*" or numbers[1] is not None) else None
    if (
        left is None
        or right is None
        or "moment" in (left.kind, right.kind)
        or "percent" in (left.kind, right.kind)
    ):
        return None
    if op == "*":
        if "ratio" in (left.kind, right.kind):
            return left if right.kind == "ratio" else right
        return _Dim(left.bytes + right.bytes, left.seconds + right.seconds)
    if right.kind == "ratio":
        return left
    if left == right and left != _COUNT:
        return _RATIO
    return _Dim(left.bytes - right.bytes, left.seconds - right.seconds)
