"""Runs the cases of a script and counts how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from sources.promql import Engine, parse
from sources.promql.ast import At, Call, Expr, Node, Subquery, VectorSelector
from sources.promql.results import (
    Matrix,
    PromQLError,
    Result,
    Sample,
    Scalar,
    String,
    UnsupportedError,
    Vector,
)
from tests.promqltest.check import MismatchError, check_failure, check_result, check_value
from tests.promqltest.notation import Histogram
from tests.promqltest.script import Clear, Eval, Load, parse_script
from tests.promqltest.store import MemoryStore

_MINUTE = 60_000
_DEPENDS_ON_TIME = {
    "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year",
    "predict_linear", "time", "timestamp", "start", "end", "range", "step",
}  # fmt: skip


class Outcome(Enum):
    PASSED = "passed"
    EMPTY = "empty"
    """Passed by giving nothing, which an engine that can do nothing does as well."""
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    """Native histograms or syntax behind a feature flag, refused as such."""


@dataclass(frozen=True, slots=True)
class Verdict:
    case: Eval
    outcome: Outcome
    detail: str = ""


@dataclass(slots=True)
class Score:
    """How the cases of a file ended: those that must pass, and the others."""

    name: str
    stable: Counter[Outcome] = field(default_factory=Counter)
    other: Counter[Outcome] = field(default_factory=Counter)
    failures: list[Verdict] = field(default_factory=list)

    @property
    def stable_failed(self) -> int:
        return self.stable[Outcome.FAILED] + self.stable[Outcome.UNSUPPORTED]


def score_file(path: Path, stable: set[int] | None, strict: bool = False) -> Score:
    """Runs a file; `stable` are the lines of the cases that must pass (None: all). Raises ScriptError."""
    score = Score(path.name)
    for verdict in verdicts(path.read_text(encoding="utf-8"), strict):
        must = stable is None or verdict.case.line in stable
        (score.stable if must else score.other)[verdict.outcome] += 1
        if verdict.outcome is Outcome.FAILED or (must and verdict.outcome is Outcome.UNSUPPORTED):
            score.failures.append(verdict)
    return score


def verdicts(text: str, strict: bool = False) -> Iterator[Verdict]:
    """The verdict on each case of a script. Raises ScriptError."""
    engine = Engine(delayed_name_removal=True)
    store = MemoryStore()
    for command in parse_script(text):
        if isinstance(command, Clear):
            store = MemoryStore()
        elif isinstance(command, Load):
            store.load(command)
        else:
            yield _judge(engine, store, command, strict)


def _judge(engine: Engine, store: MemoryStore, case: Eval, strict: bool) -> Verdict:
    if any(isinstance(point, Histogram) for _, points in case.rows for point in points):
        return Verdict(case, Outcome.UNSUPPORTED, "expects native histograms")
    try:
        try:
            result = _ask(engine, store, case, case.query)
        except UnsupportedError as error:
            return Verdict(case, Outcome.UNSUPPORTED, str(error))
        except PromQLError as error:
            check_failure(case, error)
            return Verdict(case, Outcome.PASSED)
        check_result(case, result)
        if strict and case.instant and case.grid is None and case.string is None:
            _check_elsewhere(engine, store, case)
    except MismatchError as error:
        return Verdict(case, Outcome.FAILED, str(error))
    except Exception as error:  # a crash of the engine is a failure of this case, the others go on
        return Verdict(case, Outcome.FAILED, f"{type(error).__name__}: {error}")
    return Verdict(case, Outcome.EMPTY if case.expects_nothing else Outcome.PASSED)


def _ask(engine: Engine, store: MemoryStore, case: Eval, query: str | Expr) -> Result:
    if case.instant:
        return engine.query(query, case.start, store)
    return engine.query_range(query, case.start, case.end, case.step, store)


def _check_elsewhere(engine: Engine, store: MemoryStore, case: Eval) -> None:
    """The same values must come from the middle of a range query, and at other times with @ on all selectors."""
    _middle(engine, store, case, case.query, case.start)
    tree = parse(case.query)
    if any(isinstance(node, Call) and node.name in _DEPENDS_ON_TIME for node in _nodes(tree)):
        return
    pinned = _pinned(tree, case.start)
    for at in (-10 * case.start, 0, case.start // 5, case.start, 10 * case.start):
        try:
            check_value(case, engine.query(pinned, at, store))
        except (MismatchError, PromQLError) as error:
            raise MismatchError(f"with @ at {at}: {error}") from None
        _middle(engine, store, case, pinned, at)


def _middle(engine: Engine, store: MemoryStore, case: Eval, query: str | Expr, at: int) -> None:
    """The step `at` of a range query; the order is that of labels there."""
    if any(f"{name}()" in case.query for name in ("start", "end", "range", "step")):
        return
    try:
        matrix = engine.query_range(query, at - _MINUTE, at + _MINUTE, _MINUTE, store).value
        assert isinstance(matrix, Matrix)
        found = [
            Sample(series.labels, float(series.values[series.times == at][0]))
            for series in matrix.series
            if at in series.times
        ]
        value: Scalar | Vector | String = Vector(at, tuple(found))
        if case.scalar is not None:
            value = Scalar(at, found[0].value)
        check_value(replace(case, ordered=False), Result(value))
    except (MismatchError, PromQLError) as error:
        raise MismatchError(f"in the middle of a range query at {at}: {error}") from None


def _nodes(tree: object) -> Iterator[object]:
    yield tree
    if isinstance(tree, Node):
        for name in type(tree).__dataclass_fields__:
            child = getattr(tree, name)
            for each in child if isinstance(child, tuple) else (child,):
                if isinstance(each, Node):
                    yield from _nodes(each)


def _pinned(tree: Expr, at: int) -> Expr:
    """The tree with @ on all its selectors and subqueries that have none; inside of a subquery nothing changes."""
    if isinstance(tree, VectorSelector | Subquery):
        return replace(tree, at=tree.at or At(at))
    changed: dict[str, Any] = {}
    for name in type(tree).__dataclass_fields__:
        child = getattr(tree, name)
        if isinstance(child, tuple) and child and isinstance(child[0], Node):
            changed[name] = tuple(_pinned(each, at) for each in child)
        elif isinstance(child, Node) and name not in ("range", "step", "offset"):
            changed[name] = _pinned(child, at)  # type: ignore[arg-type]  # of nodes only expressions are left here
    return replace(tree, **changed)
