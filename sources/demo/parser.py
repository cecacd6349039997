"""PromQL text to a checked tree: what is not valid, and what this evaluator cannot do, is said with its place."""

from __future__ import annotations

from math import inf, nan

from sources.contract import QueryError
from sources.demo.functions import AGGREGATIONS, FUNCTIONS, LATER_AGGREGATIONS, LATER_FUNCTIONS
from sources.demo.regex import RegexError, compile_regex
from sources.demo.syntax import (
    Aggregate,
    Binary,
    Call,
    Expr,
    LabelMatcher,
    Negation,
    Number,
    Selector,
    Text,
    Token,
    Type,
    failure,
    seconds,
    tokens,
)

_PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2,
    "==": 3, "!=": 3, "<=": 3, "<": 3, ">=": 3, ">": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "atan2": 5, "^": 6,
}  # fmt: skip
COMPARISONS = frozenset({"==", "!=", "<=", "<", ">=", ">"})
SETS = frozenset({"and", "or", "unless"})
_MOST_DEPTH = 100
_LONGEST = 9.2e9  # seconds in a Go duration
_MOST_OPERATORS = 200


def parse(query: str) -> Expr:
    """The tree of a query. Raises QueryError with line and column, in Prometheus's words where it has some."""
    return _Parser(query).parse()


def type_of(expr: Expr) -> Type:
    """The type of an expression's value."""
    if isinstance(expr, Number):
        return "scalar"
    if isinstance(expr, Text):
        return "string"
    if isinstance(expr, Selector):
        return "instant vector" if expr.range is None else "range vector"
    if isinstance(expr, Call):
        return FUNCTIONS[expr.function][1]
    if isinstance(expr, Negation):
        return type_of(expr.expr)
    if isinstance(expr, Binary) and type_of(expr.left) == type_of(expr.right) == "scalar":
        return "scalar"
    return "instant vector"


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokens(query)
        self._next = 0
        self._depth = 0
        self._operators = 0

    def parse(self) -> Expr:
        if self._token.kind == "end":
            raise self._fail(self._token, "no expression found in input")
        expr = self._binary(0)
        if self._token.kind != "end":
            raise self._unexpected()
        return expr

    # -- tokens ----------------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _is(self, text: str) -> bool:
        return self._token.kind == "op" and self._token.text == text

    def _word(self) -> str:
        return self._token.text.lower() if self._token.kind == "name" else ""

    def _expect(self, text: str, context: str) -> Token:
        if not self._is(text):
            raise self._unexpected(context, f'"{text}"')
        return self._advance()

    def _fail(self, token: Token, message: str) -> QueryError:
        return failure(self._query, token.at, message)

    def _cannot(self, token: Token, what: str) -> QueryError:
        return self._fail(token, f"the demo's evaluator does not know {what} yet")

    def _unexpected(self, context: str = "", expected: str = "") -> QueryError:
        token = self._token
        kinds = {"end": "end of input", "string": f'string "{token.text}"', "name": f'identifier "{token.text}"'}
        named = kinds.get(token.kind, f'{token.kind} "{token.text}"' if token.kind != "op" else f'"{token.text}"')
        message = f"unexpected {named}" + (f" in {context}" if context else "")
        return self._fail(token, message + (f", expected {expected}" if expected else ""))

    # -- expressions -----------------------------------------------------------------------------------

    def _operator(self) -> str:
        text = self._token.text if self._token.kind == "op" else self._word()
        return text if text in _PRECEDENCE else ""

    def _binary(self, least: int) -> Expr:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._fail(self._token, "the expression is nested too deeply")
        left = self._unary()
        while (op := self._operator()) and _PRECEDENCE[op] > least:
            token = self._advance()
            self._operators += 1
            if self._operators > _MOST_OPERATORS:
                raise self._fail(token, f"more than {_MOST_OPERATORS} operators in one expression")
            if op == "atan2":
                raise self._cannot(token, "the operator atan2")
            returns_bool, labels, on = self._modifiers(op)
            # "^" alone binds to the right
            right = self._binary(_PRECEDENCE[op] - (op == "^"))
            left = self._checked(Binary(token.at, op, left, right, returns_bool, labels, on), token)
        self._depth -= 1
        return left

    def _modifiers(self, op: str) -> tuple[bool, tuple[str, ...] | None, bool]:
        returns_bool = self._word() == "bool"
        if returns_bool:
            if op not in COMPARISONS:
                raise self._fail(self._token, "bool modifier can only be used on comparison operators")
            self._advance()
        labels, on = None, False
        if self._word() in ("on", "ignoring"):
            on = self._advance().text.lower() == "on"
            labels = self._grouping()
            if self._word() in ("group_left", "group_right"):
                raise self._cannot(self._token, self._word())
        return returns_bool, labels, on

    def _checked(self, expr: Binary, token: Token) -> Binary:
        sides = type_of(expr.left), type_of(expr.right)
        if not set(sides) <= {"scalar", "instant vector"}:
            raise self._fail(token, "binary expression must contain only scalar and instant vector types")
        if expr.op in SETS and "scalar" in sides:
            raise self._fail(token, f'set operator "{expr.op}" not allowed in binary scalar expression')
        if sides == ("scalar", "scalar") and expr.op in COMPARISONS and not expr.returns_bool:
            raise self._fail(token, "comparisons between scalars must use BOOL modifier")
        if expr.labels is not None and "scalar" in sides:
            raise self._fail(token, "vector matching only allowed between instant vectors")
        return expr

    def _unary(self) -> Expr:
        if self._is("-") or self._is("+"):
            token = self._advance()
            expr = self._binary(_PRECEDENCE["^"] - 1)
            if type_of(expr) not in ("scalar", "instant vector"):
                text = "unary expression only allowed on expressions of type scalar or instant vector"
                raise self._fail(token, text)
            if token.text == "+":
                return expr
            return Number(token.at, -expr.value) if isinstance(expr, Number) else Negation(token.at, expr)
        return self._suffixed(self._primary())

    def _suffixed(self, expr: Expr) -> Expr:
        """Range, offset and @ after an expression."""
        while True:
            token = self._token
            if self._is("["):
                expr = self._ranged(expr, token)
            elif self._word() == "offset":
                self._advance()
                sign = -1.0 if self._is("-") else 1.0
                if self._is("-") or self._is("+"):
                    self._advance()
                offset = sign * self._duration("offset")
                if not isinstance(expr, Selector):
                    raise self._fail(
                        token,
                        "offset modifier must be preceded by an instant vector selector or "
                        "range vector selector or a subquery",
                    )
                if expr.offset:
                    raise self._fail(token, "offset may not be set multiple times")
                expr = Selector(expr.at, expr.matchers, expr.range, offset)
            elif self._is("@"):
                raise self._cannot(token, "the @ modifier")
            else:
                return expr

    def _ranged(self, expr: Expr, token: Token) -> Expr:
        self._advance()
        length = self._duration("range")
        if self._token.text.startswith(":"):
            raise self._cannot(token, "subqueries")
        self._expect("]", "range")
        if not isinstance(expr, Selector) or expr.range is not None:
            raise self._fail(token, "ranges only allowed for vector selectors")
        if expr.offset:
            raise self._fail(token, "no offset modifiers allowed before range")
        return Selector(expr.at, expr.matchers, length)

    def _duration(self, context: str) -> float:
        token = self._token
        if token.kind == "duration":
            value = seconds(token.text)
        elif token.kind == "number":
            value = _number(token.text)
        elif self._is("(") or self._is("-") or self._word() in ("step", "range", "min", "max"):
            raise self._cannot(token, "duration expressions")
        else:
            raise self._unexpected(context, "number or duration")
        if value <= 0 and context == "range":
            raise self._fail(token, "duration must be greater than 0")
        if value > _LONGEST:
            raise self._fail(token, "duration out of range")
        self._advance()
        if self._operator() in ("+", "-", "*", "/", "%", "^") and context == "range":
            raise self._cannot(self._token, "duration expressions")
        return value

    def _primary(self) -> Expr:
        token = self._token
        if token.kind in ("number", "duration"):
            self._advance()
            return Number(token.at, _number(token.text) if token.kind == "number" else seconds(token.text))
        if token.kind == "string":
            self._advance()
            return Text(token.at, token.text)
        if self._is("("):
            self._advance()
            expr = self._binary(0)
            if self._token.kind == "end":
                raise self._fail(token, "unclosed left parenthesis")
            self._expect(")", "parenthesized expression")
            return expr
        if self._is("{"):
            return self._selector("", token)
        if token.kind != "name":
            raise self._unexpected()
        return self._named()

    def _named(self) -> Expr:
        token = self._advance()
        word = token.text.lower()
        if word in ("nan", "inf"):
            return Number(token.at, nan if word == "nan" else inf)
        if word in AGGREGATIONS | LATER_AGGREGATIONS and (self._is("(") or self._word() in ("by", "without")):
            if word in LATER_AGGREGATIONS:
                raise self._cannot(token, f"the aggregation {word}()")
            return self._aggregate(word, token)
        if self._is("("):
            return self._call(token)
        if word in _PRECEDENCE or word in ("by", "without", "on", "ignoring", "bool", "offset"):
            raise self._fail(token, f"unexpected <{word}>")
        return self._selector(token.text, token)

    # -- calls -----------------------------------------------------------------------------------------

    def _call(self, token: Token) -> Expr:
        name = token.text
        if name in LATER_FUNCTIONS:
            raise self._cannot(token, f"the function {name}()")
        if name not in FUNCTIONS:
            raise self._fail(token, f'unknown function with name "{name}"')
        args = self._arguments(token)
        wanted = FUNCTIONS[name][0]
        if len(args) != len(wanted):
            raise self._fail(token, f'expected {len(wanted)} argument(s) in call to "{name}", got {len(args)}')
        for arg, want in zip(args, wanted, strict=True):
            self._want(arg, want, f'call to function "{name}"')
        return Call(token.at, name, args)

    def _arguments(self, token: Token) -> tuple[Expr, ...]:
        self._expect("(", "function call")
        args: list[Expr] = []
        while not self._is(")"):
            args.append(self._binary(0))
            if self._is(","):
                self._advance()
                if self._is(")"):
                    raise self._fail(self._token, "trailing commas not allowed in function call args")
            elif self._token.kind == "end":
                raise self._fail(token, "unclosed left parenthesis")
            elif not self._is(")"):
                raise self._unexpected("function call", '"," or ")"')
        self._advance()
        return tuple(args)

    def _aggregate(self, op: str, token: Token) -> Expr:
        labels: tuple[str, ...] | None = None
        without = False
        if self._word() in ("by", "without"):
            without = self._advance().text.lower() == "without"
            labels = self._grouping()
        args = self._arguments(token)
        if labels is None and self._word() in ("by", "without"):
            without = self._advance().text.lower() == "without"
            labels = self._grouping()
        wanted = 2 if op in ("topk", "bottomk") else 1
        if len(args) != wanted:
            counts = f"expected {wanted}, got {len(args)}"
            raise self._fail(token, f"wrong number of arguments for aggregate expression provided, {counts}")
        self._want(args[-1], "instant vector", "aggregation expression")
        if wanted == 2:
            self._want(args[0], "scalar", "aggregation parameter")
        return Aggregate(token.at, op, args[-1], args[0] if wanted == 2 else None, labels or (), without)

    def _want(self, expr: Expr, wanted: Type, context: str) -> None:
        got = type_of(expr)
        if got != wanted:
            raise failure(self._query, expr.at, f"expected type {wanted} in {context}, got {got}")

    def _grouping(self) -> tuple[str, ...]:
        self._expect("(", "grouping opts")
        names: list[str] = []
        while not self._is(")"):
            if self._token.kind not in ("name", "string") or ":" in self._token.text:
                raise self._unexpected("grouping opts", "label")
            names.append(self._advance().text)
            if self._is(","):
                self._advance()
            elif not self._is(")"):
                raise self._unexpected("grouping opts", '"," or ")"')
        self._advance()
        return tuple(names)

    # -- selectors -------------------------------------------------------------------------------------

    def _selector(self, name: str, token: Token) -> Selector:
        matchers = [LabelMatcher("__name__", "=", name)] if name else []
        if self._is("{"):
            self._advance()
            while not self._is("}"):
                matchers.append(self._matcher(bool(name)))
                if self._is(","):
                    self._advance()
                elif not self._is("}"):
                    raise self._unexpected("label matching", '"," or "}"')
            self._advance()
        if all(_matches_empty(matcher) for matcher in matchers):
            raise self._fail(token, "vector selector must contain at least one non-empty matcher")
        return Selector(token.at, tuple(matchers))

    def _matcher(self, named: bool) -> LabelMatcher:
        if self._token.kind not in ("name", "string"):
            raise self._unexpected("label matching", 'identifier or "}"')
        name = self._advance()
        if name.kind == "string" and (self._is(",") or self._is("}")):  # {"a name that needs quotes"}
            if named:
                raise self._fail(name, f'metric name must not be set twice: "{name.text}"')
            return LabelMatcher("__name__", "=", name.text)
        op = self._token.text
        if self._token.kind != "op" or op not in ("=", "!=", "=~", "!~"):
            raise self._unexpected("label matching", "label matching operator")
        self._advance()
        value = self._token
        if value.kind != "string":
            raise self._unexpected("label matching", "string")
        self._advance()
        if "~" in op:
            try:
                compile_regex(value.text)
            except RegexError as error:
                raise self._fail(value, f"error parsing regexp: {error}: `{value.text}`") from None
        return LabelMatcher(name.text, op, value.text)  # type: ignore[arg-type]  # it is one of the four


def _matches_empty(matcher: LabelMatcher) -> bool:
    if matcher.op == "=":
        return matcher.value == ""
    if matcher.op == "!=":
        return matcher.value != ""
    return compile_regex(matcher.value).matches("") == (matcher.op == "=~")


def _number(text: str) -> float:
    if text[:2].lower() != "0x":
        return float(text)
    return float(int(text, 16)) if len(text) < 200 else inf
