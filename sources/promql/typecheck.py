"""The static checks of a parse tree: types of operands and arguments, matching, empty selectors.

Walks with a stack of its own, so a chain of thousands of operators is no problem; the first error is raised, in
the order in which a Prometheus server finds them.
"""

from __future__ import annotations

from typing import NoReturn

from sources.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Cardinality,
    Expr,
    MatrixSelector,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from sources.promql.cursor import parse_error
from sources.promql.formats import quoted
from sources.promql.regex import compile_regex
from sources.promql.signatures import FUNCTIONS, ValueType
from sources.promql.storage import Matcher, MatchOp
from sources.promql.tokens import COMPARISONS, SET_OPERATORS

_WORDS = {ValueType.VECTOR: "instant vector", ValueType.MATRIX: "range vector"}


def documented(kind: ValueType) -> str:
    """A type as errors call it."""
    return _WORDS.get(kind, kind.value)


def type_of(expr: Expr) -> ValueType:
    """The type an expression evaluates to."""
    while isinstance(expr, (Paren, Unary)):
        expr = expr.expr
    if isinstance(expr, (VectorSelector, Aggregate)):
        return ValueType.VECTOR
    if isinstance(expr, (MatrixSelector, Subquery)):
        return ValueType.MATRIX
    if isinstance(expr, Call):
        return FUNCTIONS[expr.name].gives
    if isinstance(expr, StringLiteral):
        return ValueType.STRING
    while isinstance(expr, Binary):  # a chain of operators is followed on its left without recursion
        if type_of(expr.right) != ValueType.SCALAR:
            return ValueType.VECTOR
        if not isinstance(expr.left, Binary):
            return ValueType.SCALAR if type_of(expr.left) == ValueType.SCALAR else ValueType.VECTOR
        expr = expr.left
    return ValueType.SCALAR


class _Done:
    """On the stack: the checks of a node that come after those of its parts."""

    __slots__ = ("argument", "node")

    def __init__(self, node: Expr, argument: int = -1) -> None:
        self.node, self.argument = node, argument


def check(expr: Expr, text: str) -> None:
    """Raises ParseError where types do not fit."""
    _Check(text).run(expr)


class _Check:
    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, ValueType] = {}

    def _type(self, expr: Expr) -> ValueType:
        """As `type_of`; that of a chain of operators is known from its checks."""
        while isinstance(expr, (Paren, Unary)):
            expr = expr.expr
        return self._known[id(expr)] if isinstance(expr, Binary) else type_of(expr)

    def _error(self, message: str, start: int, end: int) -> NoReturn:
        raise parse_error(self._text, message, start, end)

    def run(self, expr: Expr) -> None:
        stack: list[Expr | _Done] = [expr]
        while stack:
            item = stack.pop()
            if isinstance(item, _Done):
                self._finish(item)
            else:
                stack.extend(reversed(self._begin(item)))

    def _begin(self, node: Expr) -> list[Expr | _Done]:
        """What remains to be done for a node, in order."""
        if isinstance(node, VectorSelector):
            self._selector(node)
        elif isinstance(node, MatrixSelector):
            return [node.selector]
        elif isinstance(node, Paren):
            return [node.expr]
        elif isinstance(node, (Unary, Subquery)):
            return [node.expr, _Done(node)]
        elif isinstance(node, Binary):
            return [node.left, node.right, _Done(node)]
        elif isinstance(node, Aggregate):
            parts: list[Expr | _Done] = [node.expr, _Done(node, 0)]
            return [*parts, node.param, _Done(node, 1)] if node.param is not None else parts
        elif isinstance(node, Call):
            self._count(node)
            return [part for index, arg in enumerate(node.args) for part in (arg, _Done(node, index))]
        return []

    def _finish(self, done: _Done) -> None:
        node = done.node
        if isinstance(node, Binary):
            self._binary(node)
        elif isinstance(node, Aggregate):
            self._aggregate(node, done.argument)
        elif isinstance(node, Call):
            self._argument(node, done.argument)
        elif isinstance(node, Unary):
            kind = self._type(node.expr)
            if kind not in (ValueType.SCALAR, ValueType.VECTOR):
                allowed = "unary expression only allowed on expressions of type scalar or instant vector"
                self._error(f"{allowed}, got {quoted(documented(kind))}", node.start, node.end)
        elif isinstance(node, Subquery) and (kind := self._type(node.expr)) != ValueType.VECTOR:
            self._error(
                f"subquery is only allowed on instant vector, got {kind.value} instead", node.start, node.end
            )

    def _aggregate(self, node: Aggregate, argument: int) -> None:
        if argument == 0:
            self._expect(node.expr, ValueType.VECTOR, "aggregation expression")
        elif node.param is not None:
            wanted = ValueType.STRING if node.op == "count_values" else ValueType.SCALAR
            self._expect(node.param, wanted, "aggregation parameter")

    def _expect(self, node: Expr, wanted: ValueType, context: str) -> None:
        kind = self._type(node)
        if kind != wanted:
            problem = f"expected type {documented(wanted)} in {context}, got {documented(kind)}"
            self._error(problem, node.start, node.end)

    def _count(self, node: Call) -> None:
        signature, given = FUNCTIONS[node.name], len(node.args)
        most = len(signature.args)
        problem = ""
        if not signature.variadic:
            problem = f"expected {most} argument(s)" if given != most else ""
        elif given < most - 1:
            problem = f"expected at least {most - 1} argument(s)"
        elif 0 < signature.variadic < given - most + 1:
            problem = f"expected at most {most - 1 + signature.variadic} argument(s)"
        if problem:
            self._error(f"{problem} in call to {quoted(node.name)}, got {given}", node.start, node.end)

    def _argument(self, node: Call, index: int) -> None:
        wanted = FUNCTIONS[node.name].args
        self._expect(
            node.args[index], wanted[min(index, len(wanted) - 1)], f"call to function {quoted(node.name)}"
        )

    def _binary(self, node: Binary) -> None:
        left, right = self._type(node.left), self._type(node.right)
        start = node.left.end
        while self._text[start : start + 1] in tuple(" \t\n\r"):
            start += 1
        if node.returns_bool and node.op not in COMPARISONS:
            self._error("bool modifier can only be used on comparison operators", start, node.right.start)
        scalars = left == right == ValueType.SCALAR
        self._known[id(node)] = ValueType.SCALAR if scalars else ValueType.VECTOR
        if node.op in COMPARISONS and not node.returns_bool and scalars:
            self._error("comparisons between scalars must use BOOL modifier", start, node.right.start)
        matching = node.matching
        assert matching is not None
        if matching.on:
            for label in matching.labels:
                if label in matching.include:
                    problem = f"label {quoted(label)} must not occur in ON and GROUP clause at once"
                    self._error(problem, start, node.right.start)
        for side, kind in ((node.left, left), (node.right, right)):
            if kind not in (ValueType.SCALAR, ValueType.VECTOR):
                self._error(
                    "binary expression must contain only scalar and instant vector types", side.start, side.end
                )
        vectors = left == right == ValueType.VECTOR
        if not vectors and matching.labels:
            self._error("vector matching only allowed between instant vectors", node.start, node.end)
        if node.op in SET_OPERATORS:
            if vectors and matching.cardinality != Cardinality.ONE_TO_ONE:
                self._error(f"no grouping allowed for {quoted(node.op)} operation", node.start, node.end)
            if not vectors:
                problem = f"set operator {quoted(node.op)} not allowed in binary scalar expression"
                self._error(problem, node.start, node.end)

    def _selector(self, node: VectorSelector) -> None:
        if node.name:
            for matcher in node.matchers[:-1]:
                if matcher.name == "__name__":
                    twice = f"{quoted(node.name)} or {quoted(matcher.value)}"
                    self._error(f"metric name must not be set twice: {twice}", node.start, node.end)
        elif all(map(_matches_empty, node.matchers)):
            self._error("vector selector must contain at least one non-empty matcher", node.start, node.end)


def _matches_empty(matcher: Matcher) -> bool:
    if matcher.op == MatchOp.EQUAL:
        return not matcher.value
    if matcher.op == MatchOp.NOT_EQUAL:
        return bool(matcher.value)
    return compile_regex(matcher.value).matches("") == (matcher.op == MatchOp.REGEX)
