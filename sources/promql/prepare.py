"""What is worked out of a tree before it is evaluated: durations in milliseconds, moments of @, and which parts do
not change from step to step, so that they are evaluated once."""

from __future__ import annotations

import math

from sources.promql.ast import (
    Aggregate,
    At,
    Binary,
    Call,
    DurationBinary,
    DurationCall,
    DurationExpr,
    DurationUnary,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.results import ExecutionError
from sources.promql.signatures import STEP_BOUND

_LARGEST = 2**63 / 1e9


def unwrapped(expr: Expr) -> Expr:
    """Without parentheses around it."""
    while isinstance(expr, Paren):
        expr = expr.expr
    return expr


class Durations:
    """Durations of a query from start to end (milliseconds); an instant query has step 0."""

    def __init__(self, start: int, end: int, step: int) -> None:
        self._range, self._step = (end - start) / 1000, step / 1000

    def of(self, expr: DurationExpr, negative: bool = False) -> int:
        """Milliseconds. Raises ExecutionError for what comes out as no duration, or as none above zero."""
        if isinstance(expr, NumberLiteral):
            return _milliseconds(round(expr.value * 1e9))
        seconds = self._seconds(expr)
        where = f"{expr.start}:{expr.end}"
        if not math.isfinite(seconds):
            raise ExecutionError(f"{where}: duration is NaN or infinite")
        if seconds <= 0 and not negative:
            raise ExecutionError(f"{where}: duration must be greater than 0")
        if abs(seconds) > _LARGEST:
            raise ExecutionError(f"{where}: duration is out of range")
        return int(seconds * 1000)

    def offset(self, expr: DurationExpr | None) -> int:
        return 0 if expr is None else self.of(expr, negative=True)

    def _seconds(self, expr: DurationExpr) -> float:
        if isinstance(expr, NumberLiteral):
            return expr.value
        if isinstance(expr, DurationUnary):
            inner = self._seconds(expr.expr)
            return -inner if expr.op == "-" else inner
        if isinstance(expr, DurationCall):
            return self._called(expr)
        left, right = self._seconds(expr.left), self._seconds(expr.right)
        return _computed(expr, left, right)

    def _called(self, expr: DurationCall) -> float:
        if expr.name == "step":
            return self._step
        if expr.name == "range":
            return self._range
        first, second = (self._seconds(arg) for arg in expr.args)
        if math.isnan(first) or math.isnan(second):
            return math.nan
        return min(first, second) if expr.name == "min_of" else max(first, second)


def _milliseconds(nanoseconds: int) -> int:
    return nanoseconds // 1_000_000 if nanoseconds >= 0 else -(-nanoseconds // 1_000_000)


def _computed(expr: DurationBinary, left: float, right: float) -> float:
    if expr.op == "+":
        return left + right
    if expr.op == "-":
        return left - right
    if expr.op == "*":
        return left * right
    if expr.op in ("/", "%") and right == 0:
        word = "division" if expr.op == "/" else "modulo"
        raise ExecutionError(f"{expr.start}:{expr.end}: {word} by zero")
    try:
        if expr.op == "/":
            return left / right
        return math.fmod(left, right) if expr.op == "%" else math.pow(left, right)
    except (ValueError, OverflowError):
        return math.nan


def moment(at: At | None, start: int, end: int) -> int | None:
    """The time of an @ modifier in a query from start to end (milliseconds), None without one."""
    if at is None:
        return None
    if at.bound is not None:
        return start if at.bound == "start" else end
    return at.timestamp


def constant_parts(expr: Expr) -> frozenset[int]:
    """The ids of the nodes that give the same at each step and are therefore evaluated once."""
    marks = _Marks()
    _, wrap = marks.visit(expr)
    if wrap:
        marks.found.add(id(expr))
    return frozenset(marks.found)


class _Marks:
    """`visit` says whether a node is invariant, and whether to evaluate it once (never a range on its own)."""

    def __init__(self) -> None:
        self.found: set[int] = set()

    def visit(self, expr: Expr) -> tuple[bool, bool]:
        if isinstance(expr, (NumberLiteral, StringLiteral)):
            return True, False
        if isinstance(expr, VectorSelector):
            return expr.at is not None, expr.at is not None
        if isinstance(expr, MatrixSelector):
            return self.visit(expr.selector)[0], False
        if isinstance(expr, (Paren, Unary)):
            return self.visit(expr.expr)
        if isinstance(expr, Aggregate):
            return self.visit(unwrapped(expr.expr))
        if isinstance(expr, Subquery):
            if self.visit(expr.expr)[0]:
                self.found.add(id(expr.expr))
            return expr.at is not None, False
        if isinstance(expr, Call):
            return self._call(expr)
        return self._chain(expr)

    def _chain(self, expr: Binary) -> tuple[bool, bool]:
        """Operators; a chain is followed on its left without recursion."""
        chain = [expr]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
        left = self.visit(chain[-1].left)
        for node in reversed(chain):
            right = self.visit(node.right)
            if left[0] and right[0]:
                left = (True, True)
                continue
            for part, (_, wrap) in ((node.left, left), (node.right, right)):
                if wrap:
                    self.found.add(id(part))
            left = (False, False)
        return left

    def _call(self, expr: Call) -> tuple[bool, bool]:
        args = [unwrapped(arg) for arg in expr.args]
        visited = [self.visit(arg) for arg in args]
        invariant = all(each for each, _ in visited)
        if invariant and expr.name not in STEP_BOUND:
            return True, True
        if invariant and expr.name == "timestamp" and isinstance(args[0], VectorSelector):
            return True, True
        self.found.update(id(arg) for arg, (_, wrap) in zip(args, visited, strict=True) if wrap)
        return False, False
