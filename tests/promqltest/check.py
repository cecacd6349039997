"""Whether a result is what a case expects: values, order, failures, annotations."""

from __future__ import annotations

from sources.promql.buckets import almost_equal
from sources.promql.results import Matrix, Result, Scalar, String, Vector
from sources.promql.storage import Labels
from tests.promqltest.notation import Point
from tests.promqltest.script import Eval, Text

EPSILON = 1e-6


class MismatchError(AssertionError):
    """The result is not what the case expects; the text says what and what instead."""


def check_result(case: Eval, result: Result) -> None:
    """Raises MismatchError."""
    if case.fails:
        raise MismatchError(f"expected an error, got {shown(result)}")
    _annotations("warning", case.warnings, case.warns, case.no_warnings, result.warnings)
    _annotations("info", case.infos, case.informs, case.no_infos, result.infos)
    check_value(case, result)


def check_value(case: Eval, result: Result) -> None:
    """Only the value. Raises MismatchError."""
    value = result.value
    if isinstance(value, Scalar):
        if case.scalar is None or not almost_equal(case.scalar, value.value, EPSILON):
            raise MismatchError(f"expected {expected(case)}, got scalar {value.value!r}")
    elif isinstance(value, String):
        if case.string != value.value:
            raise MismatchError(f"expected {expected(case)}, got string {value.value!r}")
    elif case.scalar is not None or case.string is not None:
        raise MismatchError(f"expected {expected(case)}, got {shown(result)}")
    elif isinstance(value, Vector):
        _vector(case, value, result)
    else:
        _matrix(case, value, result)


def check_failure(case: Eval, error: Exception) -> None:
    """Raises MismatchError."""
    if not case.fails:
        raise MismatchError(f"expected {expected(case)}, got error: {error}")
    for text in case.failure:
        if not text.accepts(str(error)):
            raise MismatchError(f"expected error {text}, got error: {error}")


def _annotations(kind: str, wanted: list[Text], some: bool, none: bool, got: tuple[str, ...]) -> None:
    if none and got:
        raise MismatchError(f"expected no {kind}, got {list(got)}")
    if (some or wanted) and not got:
        raise MismatchError(f"expected a {kind} {' '.join(map(str, wanted))}, got none")
    if not wanted:
        return
    for text in wanted:
        if not any(text.accepts(each) for each in got):
            raise MismatchError(f"expected {kind} {text}, got {list(got)}")
    for each in got:
        if not any(text.accepts(each) for text in wanted):
            raise MismatchError(f"unexpected {kind}: {each}")


def _numbers(points: tuple[Point, ...]) -> list[float | None]:
    return [point if isinstance(point, float) else None for point in points]


def _vector(case: Eval, value: Vector, result: Result) -> None:
    rows = {labels: (position, points) for position, (labels, points) in enumerate(case.rows)}
    for position, sample in enumerate(value.samples):
        if sample.labels not in rows:
            raise MismatchError(f"unexpected {series(sample.labels)} {sample.value!r}; expected {expected(case)}")
        wanted_position, points = rows.pop(sample.labels)
        wanted = _numbers(points)[0]
        if wanted is None or not almost_equal(wanted, sample.value, EPSILON):
            raise MismatchError(f"expected {series(sample.labels)} {wanted!r}, got {sample.value!r}")
        if case.ordered and position != wanted_position:
            raise MismatchError(f"expected {series(sample.labels)} in place {wanted_position}, got {position}")
    if rows:
        raise MismatchError(f"missing {', '.join(map(series, rows))}; got {shown(result)}")


def _matrix(case: Eval, value: Matrix, result: Result) -> None:
    if case.ordered:
        raise MismatchError("expected an ordered result, got a matrix")
    start, end, step = case.grid or (case.start, case.end, case.step)
    found = [each.labels for each in value.series]
    if found != sorted(found):
        raise MismatchError(f"series are not sorted: {', '.join(map(series, found))}")
    rows = dict(case.rows)
    for each in value.series:
        if each.labels not in rows:
            raise MismatchError(f"unexpected {series(each.labels)}; got {shown(result)}")
        numbers = _numbers(rows.pop(each.labels))
        wanted = [(start + i * step, number) for i, number in enumerate(numbers) if number is not None]
        if wanted and wanted[-1][0] > end:
            raise MismatchError("more points expected than the range holds")
        got = list(zip(each.times.tolist(), each.values.tolist(), strict=True))
        same = len(wanted) == len(got) and all(
            a[0] == b[0] and almost_equal(a[1], b[1], EPSILON) for a, b in zip(wanted, got, strict=True)
        )
        if not same:
            raise MismatchError(f"{series(each.labels)}:\n      expected {wanted}\n      got      {got}")
    if rows:
        raise MismatchError(f"missing {', '.join(map(series, rows))}; got {shown(result)}")


def series(labels: Labels) -> str:
    """Labels for a message."""
    return "{" + ", ".join(f"{name}={value!r}" for name, value in labels) + "}"


def expected(case: Eval) -> str:
    """What a case expects, for a message."""
    if case.fails:
        return f"an error {' '.join(map(str, case.failure))}"
    if case.scalar is not None:
        return f"scalar {case.scalar!r}"
    if case.string is not None:
        return f"string {case.string!r}"
    return "; ".join(f"{series(labels)} {list(points)}" for labels, points in case.rows) or "nothing"


def shown(result: Result) -> str:
    """A result for a message."""
    value = result.value
    if isinstance(value, Scalar | String):
        return repr(value.value)
    if isinstance(value, Vector):
        return "; ".join(f"{series(each.labels)} {each.value!r}" for each in value.samples) or "nothing"
    return "; ".join(f"{series(each.labels)} {each.values.tolist()}" for each in value.series) or "nothing"
