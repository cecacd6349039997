"""Aggregations over groups of series, all steps at once; floating-point operations in the order Prometheus does
them, series after series, so that results agree to the last bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sources.promql.ast import Aggregate
from sources.promql.compensated import average_of
from sources.promql.formats import general
from sources.promql.grid import METADATA, Grid, Mask, Steps, empty
from sources.promql.prepare import unwrapped
from sources.promql.ranking import counted_values, ranked
from sources.promql.results import ExecutionError
from sources.promql.session import Session
from sources.promql.storage import Floats, Labels
from sources.promql.windows import quantiles, sorted_nan_first


class Groups(NamedTuple):
    """Rows sorted by their group: those of group g are first[g] ... first[g] + size[g] - 1."""

    labels: list[Labels]
    values: Floats
    present: Mask
    first: NDArray[np.int64]
    size: NDArray[np.int64]


def grouping(expr: Aggregate) -> Callable[[Labels], Labels]:
    """The labels of a series' group."""
    names = frozenset(expr.grouping)
    if expr.without:
        hidden = names | METADATA
        return lambda labels: tuple(pair for pair in labels if pair[0] not in hidden)
    if not names:
        return lambda labels: ()
    return lambda labels: tuple(pair for pair in labels if pair[0] in names)


def aggregated(session: Session, steps: Steps, expr: Aggregate, grid: Grid, param: Floats | str) -> Grid:
    """The groups' values; `param` is a number for each step, or the label of count_values."""
    key = grouping(expr)
    if isinstance(param, str):
        if expr.op == "count_values":
            return counted_values(session, expr, grid, param)
    elif expr.op == "quantile":
        _check_quantile(session, expr, param)
    elif not _check_k(param):
        return empty(steps.count)
    if not grid.labels:
        return empty(steps.count)
    numbers: dict[Labels, int] = {}
    group_of = [numbers.setdefault(key(labels), len(numbers)) for labels in grid.labels]
    if not isinstance(param, str) and expr.op != "quantile":
        return ranked(session, grid, group_of, param, expr.op == "topk")
    groups = _sorted(grid, group_of, list(numbers))
    with np.errstate(all="ignore"):
        values = _quantile(groups, param) if not isinstance(param, str) else _FOLDS[expr.op](groups, session)
    nameless = [False] * len(groups.labels)
    for row, group in enumerate(group_of):
        nameless[group] = nameless[group] or grid.nameless[row]
    return Grid(groups.labels, values, np.logical_or.reduceat(groups.present, groups.first, axis=0), nameless)


def _sorted(grid: Grid, group_of: list[int], labels: list[Labels]) -> Groups:
    numbers = np.array(group_of, np.int64)
    size = np.bincount(numbers, minlength=len(labels)).astype(np.int64)
    first = np.cumsum(size) - size
    order = np.argsort(numbers, kind="stable")
    if (order[1:] > order[:-1]).all():
        return Groups(labels, grid.values, grid.present, first, size)
    return Groups(labels, grid.values[order], grid.present[order], first, size)


def _check_quantile(session: Session, expr: Aggregate, param: Floats) -> None:
    assert expr.param is not None
    node = unwrapped(expr.param)
    undefined = bool(np.isnan(param).any())
    if undefined:  # then the extremes are undefined, too, unless they are infinite
        session.invalid_quantile(np.nan, node)
    if (param == np.inf).any() or ((param > 1).any() and not undefined):
        session.invalid_quantile(float(np.nanmax(param)), node)
    if (param == -np.inf).any() or ((param < 0).any() and not undefined):
        session.invalid_quantile(float(np.nanmin(param)), node)


def _check_k(param: Floats) -> bool:
    """Whether there is a step at which the k of topk and bottomk takes anything."""
    if not len(param) or (not np.isnan(param).any() and param.max() < 1):
        return False
    if np.isnan(param).any():
        raise ExecutionError("Parameter value is NaN")
    if param.min() <= -(2.0**63):
        raise ExecutionError(f"Scalar value {general(float(param.min()))} underflows int64")
    if param.max() >= 2.0**63:
        raise ExecutionError(f"Scalar value {general(float(param.max()))} overflows int64")
    return True


# -- folds -------------------------------------------------------------------------------------------------


def _turns(groups: Groups, session: Session) -> Iterator[tuple[NDArray[np.int64] | slice, Floats, Mask]]:
    """For k = 0, 1, ...: the groups that have a k-th row, those rows' values and where they are present."""
    largest = int(groups.size.max())
    if len(groups.size) == 1:
        for row in range(largest):
            if row % 512 == 0:
                session.poll()
            yield slice(0, 1), groups.values[row : row + 1], groups.present[row : row + 1]
        return
    for k in range(largest):
        if k % 512 == 0:
            session.poll()
        chosen = np.flatnonzero(groups.size > k)
        rows = groups.first[chosen] + k
        yield chosen, groups.values[rows], groups.present[rows]


_EXACT = float(1 << 53)
"""Whole numbers up to this one have no rounding: `up`, counts and bytes mostly are such."""


def _sums(groups: Groups, session: Session) -> tuple[Floats, Floats, Mask]:
    """Compensated sums: the sum, what rounding lost, and where the sum became infinite on the way."""
    shape = (len(groups.size), groups.values.shape[1])
    total, rest, overflown = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.bool_)
    known = groups.values if groups.present.all() else np.where(groups.present, groups.values, 0.0)
    if np.abs(known).max(initial=0.0) * groups.size.max() <= _EXACT and (known == np.trunc(known)).all():
        total += np.add.reduceat(known, groups.first, axis=0)  # nothing is lost, in whichever order
        return total, rest, overflown
    for chosen, values, present in _turns(groups, session):
        value = values if present.all() else np.where(present, values, -0.0)
        before = total[chosen]
        after = before + value
        lost = np.where(np.abs(before) >= np.abs(value), (before - after) + value, (value - after) + before)
        infinite = np.isinf(after)
        rest[chosen] = np.where(infinite, 0.0, rest[chosen] + lost)
        total[chosen] = after
        overflown[chosen] |= infinite
    return total, rest, overflown


def _sum(groups: Groups, session: Session) -> Floats:
    total, rest, _ = _sums(groups, session)
    return total + rest


def _avg(groups: Groups, session: Session) -> Floats:
    total, rest, overflown = _sums(groups, session)
    count = _count(groups, session)
    result = total / count + rest / count
    for group, step in np.argwhere(overflown):
        rows = slice(groups.first[group], groups.first[group] + groups.size[group])
        result[group, step] = average_of(groups.values[rows, step][groups.present[rows, step]].tolist())
    return result


def _count(groups: Groups, session: Session) -> Floats:
    return np.add.reduceat(groups.present.astype(np.float64), groups.first, axis=0)


def _group(groups: Groups, session: Session) -> Floats:
    return np.ones((len(groups.size), groups.values.shape[1]))


def _extreme(better: np.ufunc) -> Callable[[Groups, Session], Floats]:
    """A NaN only wins where there is nothing else."""

    def fold(groups: Groups, session: Session) -> Floats:
        values = np.where(groups.present, groups.values, np.nan)
        found: Floats = better.reduceat(values, groups.first, axis=0)
        zeros = values == 0
        if (zeros & np.signbit(values)).any():  # of 0 and -0 the first one stays
            for group, step in np.argwhere(found == 0):
                rows = slice(groups.first[group], groups.first[group] + groups.size[group])
                found[group, step] = values[rows, step][zeros[rows, step].argmax()]
        return found

    return fold


def _variance(groups: Groups, session: Session) -> Floats:
    """Population variance by Welford's method."""
    shape = (len(groups.size), groups.values.shape[1])
    count, mean, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for chosen, values, present in _turns(groups, session):
        first = present & (count[chosen] == 0)
        counted = count[chosen] + present
        off = values - mean[chosen]
        moved = np.where(first, values, mean[chosen] + off / counted)
        added = total[chosen] + off * (values - moved)
        added = np.where(first, np.where(np.isfinite(values), 0.0, np.nan), added)
        count[chosen] = counted
        mean[chosen] = np.where(present, moved, mean[chosen])
        total[chosen] = np.where(present, added, total[chosen])
    return total / count


def _deviation(groups: Groups, session: Session) -> Floats:
    return np.sqrt(_variance(groups, session))


_FOLDS: dict[str, Callable[[Groups, Session], Floats]] = {
    "sum": _sum,
    "avg": _avg,
    "count": _count,
    "group": _group,
    "min": _extreme(np.fmin),
    "max": _extreme(np.fmax),
    "stdvar": _variance,
    "stddev": _deviation,
}


def _quantile(groups: Groups, q: Floats) -> Floats:
    """The q-quantile of each group at each step."""
    result = np.zeros((len(groups.size), groups.values.shape[1]))
    for group, (first, size) in enumerate(zip(groups.first, groups.size, strict=True)):
        rows = slice(first, first + size)
        present = groups.present[rows].T
        # What is absent sorts behind everything and is not counted.
        ordered = sorted_nan_first(np.where(present, groups.values[rows].T, np.inf))
        result[group] = quantiles(ordered, np.maximum(present.sum(axis=1), 1), q)
    return result
