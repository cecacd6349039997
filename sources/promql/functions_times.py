"""Functions of time: the moment of evaluation, of samples, and the calendar (UTC)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sources.promql.ast import Call, VectorSelector
from sources.promql.functions_vectors import one_row
from sources.promql.grid import Grid, Value, drop_names, with_values
from sources.promql.prepare import unwrapped
from sources.promql.storage import Floats

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

Handler = Callable[["Evaluation", Call], Value]
_Whole = NDArray[np.int64]
_DAY = 86_400
_ERA_YEARS, _ERA_DAYS = 400, 146_097
_FIRST_YEAR = -292_277_022_400
"""Years are counted from here, so that all 64-bit seconds are positive; beyond, they wrap around as Go's do."""
_TO_FIRST = (719_468 - _FIRST_YEAR // _ERA_YEARS * _ERA_DAYS) * _DAY


class _Date(NamedTuple):
    year: _Whole
    month: _Whole
    day: _Whole


def _time(evaluation: Evaluation, call: Call) -> Floats:
    return evaluation.steps.times / 1000.0


def _timestamp(evaluation: Evaluation, call: Call) -> Grid:
    """When the samples of a selector were taken; any other value is of the moment of evaluation."""
    node = unwrapped(call.args[0])
    if isinstance(node, VectorSelector):
        return drop_names(evaluation.selected(node, moments=True), evaluation.delayed)
    grid = evaluation.vector(node)
    moments = np.broadcast_to(evaluation.steps.times / 1000.0, grid.values.shape)
    return drop_names(with_values(grid, np.array(moments)), evaluation.delayed)


def _seconds(values: Floats) -> NDArray[np.uint64]:
    """Whole seconds since the first of March of the first year; what is no 64-bit integer is the least one."""
    with np.errstate(invalid="ignore"):
        fits = np.abs(values) < 2.0**63
        whole = np.trunc(np.where(fits, values, 0.0)).astype(np.int64)
    whole = np.where(fits, whole, np.iinfo(np.int64).min)
    return whole.view(np.uint64) + np.uint64(_TO_FIRST % 2**64)


def _date(days: _Whole) -> _Date:
    """The Gregorian date; years begin in March in the arithmetic, which puts the leap day at their end."""
    era, day = np.divmod(days, _ERA_DAYS)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day_of_year = day - (365 * year + year // 4 - year // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = np.where(shifted < 10, shifted + 3, shifted - 9)
    return _Date(
        year + era * _ERA_YEARS + _FIRST_YEAR + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1
    )


def _days(seconds: NDArray[np.uint64]) -> _Whole:
    return (seconds // np.uint64(_DAY)).astype(np.int64)


def _within_day(seconds: NDArray[np.uint64]) -> _Whole:
    return (seconds % np.uint64(_DAY)).astype(np.int64)


def _leap(year: _Whole) -> NDArray[np.bool_]:
    leap: NDArray[np.bool_] = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return leap


_LENGTHS = np.array((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
_BEFORE = np.cumsum(_LENGTHS) - _LENGTHS


def _days_in_month(seconds: NDArray[np.uint64]) -> _Whole:
    date = _date(_days(seconds))
    return np.asarray(_LENGTHS[date.month - 1] + ((date.month == 2) & _leap(date.year)))


def _day_of_year(seconds: NDArray[np.uint64]) -> _Whole:
    date = _date(_days(seconds))
    return np.asarray(_BEFORE[date.month - 1] + date.day + ((date.month > 2) & _leap(date.year)))


def _calendar(part: Callable[[NDArray[np.uint64]], _Whole]) -> Handler:
    def handle(evaluation: Evaluation, call: Call) -> Grid:
        if not call.args:
            return one_row((), part(_seconds(evaluation.steps.times / 1000.0)).astype(np.float64))
        grid = evaluation.vector(call.args[0])
        values = part(_seconds(grid.values)).astype(np.float64)
        return drop_names(with_values(grid, values), evaluation.delayed)

    return handle


TIMES: dict[str, Handler] = {
    "time": _time,
    "timestamp": _timestamp,
    "minute": _calendar(lambda seconds: _within_day(seconds) // 60 % 60),
    "hour": _calendar(lambda seconds: _within_day(seconds) // 3600),
    "day_of_week": _calendar(lambda seconds: (_days(seconds) + 3) % 7),
    "day_of_month": _calendar(lambda seconds: _date(_days(seconds)).day),
    "day_of_year": _calendar(_day_of_year),
    "days_in_month": _calendar(_days_in_month),
    "month": _calendar(lambda seconds: _date(_days(seconds)).month),
    "year": _calendar(lambda seconds: _date(_days(seconds)).year),
}
