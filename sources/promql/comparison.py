"""Takes the condition of an alerting rule apart: what is measured, and the threshold that it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sources.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Cardinality,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.formats import quoted
from sources.promql.parser import parse
from sources.promql.results import PromQLError
from sources.promql.tokens import COMPARISONS

_WHOLE = frozenset(("topk", "bottomk", "limitk", "limit_ratio"))
"""Aggregators that keep the labels of what they pick."""
_WRITES_LABELS = frozenset(("label_replace", "label_join", "absent", "absent_over_time"))


class Condition(NamedTuple):
    """`measured` is PromQL; `thresholds` are empty where the condition could not be taken apart."""

    measured: str
    thresholds: tuple[float, ...] = ()


def condition(text: str, labels: Mapping[str, str] | None = None) -> Condition:
    """`expr > 5` as (expr, 5). Of `a and b` and `a unless b` the first is taken: it is what the value is of.

    `labels` narrow what is measured to one alert as far as that is certain to be right. Never raises; what is no
    PromQL is given back whole.
    """
    try:
        tree = parse(text)
    except (PromQLError, RecursionError):
        return Condition(text.strip())
    found, thresholds = _measured(tree)
    measured = _narrowed(text, found, labels or {})
    # A comment ends with its line.
    return Condition(measured if "#" in measured else " ".join(measured.split()), thresholds)


def _measured(tree: Expr) -> tuple[Expr, tuple[float, ...]]:
    inner = _bare(tree)
    if isinstance(inner, Binary) and inner.op in ("and", "unless"):
        return _measured(inner.left)
    if isinstance(inner, Binary) and inner.op in COMPARISONS:
        for side, other in ((inner.left, inner.right), (inner.right, inner.left)):
            value = _number(other)
            if value is not None and _number(side) is None:
                deeper, more = _measured(side)  # 1 < expr < 5 has two
                return deeper, (*more, value)
    return inner, ()


def _bare(tree: Expr) -> Expr:
    while isinstance(tree, Paren):
        tree = tree.expr
    return tree


def _number(tree: Expr) -> float | None:
    """The value of what is written in numbers alone, such as `60 * 15` or `-(25 / 100)`."""
    tree = _bare(tree)
    if isinstance(tree, NumberLiteral):
        return tree.value
    if isinstance(tree, Unary):
        value = _number(tree.expr)
        return None if value is None else -value if tree.op == "-" else value
    if isinstance(tree, Binary) and tree.op in ("+", "-", "*", "/"):
        left, right = _number(tree.left), _number(tree.right)
        if left is None or right is None or (tree.op == "/" and right == 0):
            return None
        return {"+": left + right, "-": left - right, "*": left * right}.get(tree.op, left / (right or 1))
    return None


def _narrowed(text: str, tree: Expr, labels: Mapping[str, str]) -> str:
    """The text of a tree with matchers for the labels in those selectors that the labels come from."""
    shown = text[tree.start : tree.end]
    for selector, names in sorted(_sources(tree, frozenset(labels)), key=lambda found: -found[0].start):
        known = {matcher.name for matcher in selector.matchers}
        added = ", ".join(f"{name}={quoted(labels[name])}" for name in labels if name in names - known)
        start = selector.start - tree.start
        head, tail = shown[:start], shown[start:]
        # Where the name stands inside the braces it is left alone.
        if added and selector.name and tail.startswith(selector.name):
            rest = tail[len(selector.name) :]
            inside = rest.lstrip()[1:].lstrip() if rest.lstrip().startswith("{") else None
            if inside is None:
                shown = f"{head}{selector.name}{{{added}}}{rest}"
            else:
                comma = "" if inside.startswith("}") else ", "
                shown = f"{head}{selector.name}{{{added}{comma}{inside}"
    return shown.strip()


def _sources(tree: Expr, names: frozenset[str]) -> Iterator[tuple[VectorSelector, frozenset[str]]]:
    """The selectors below, each with those of the result's labels that it is certain to have itself.

    Two sides that are matched one to one agree in all labels of the result; with group_left or group_right those
    of the many side are kept. Nothing is certain where labels are written, or where one of two sides is taken.
    """
    if isinstance(tree, VectorSelector):
        yield tree, names
    elif isinstance(tree, MatrixSelector):
        yield tree.selector, names
    elif isinstance(tree, (Paren, Unary, Subquery)):
        yield from _sources(tree.expr, names)
    elif isinstance(tree, Aggregate) and tree.op != "count_values":
        yield from _sources(tree.expr, names if tree.without or tree.op in _WHOLE else names & set(tree.grouping))
    elif isinstance(tree, Call) and tree.name not in _WRITES_LABELS:
        for each in tree.args:
            yield from _sources(each, names)
    elif isinstance(tree, Binary) and tree.op != "or":
        side = tree.matching.cardinality if tree.matching is not None else Cardinality.ONE_TO_ONE
        names -= set(tree.matching.include) if tree.matching is not None else set()
        if side != Cardinality.ONE_TO_MANY:
            yield from _sources(tree.left, names)
        if tree.op not in ("and", "unless") and side != Cardinality.MANY_TO_ONE:
            yield from _sources(tree.right, names)
