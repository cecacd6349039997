"""Where the parser stands in the tokens, and how it says that it cannot go on."""

from __future__ import annotations

from typing import NoReturn

from sources.promql.lexer import tokenize
from sources.promql.results import ParseError, UnsupportedError
from sources.promql.tokens import ERROR, Token, described

MAX_DEPTH = 100
"""Levels of nesting that a query may have; deeper ones are no query that anybody wrote."""


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column (in bytes, from 1) of a character offset, as Prometheus counts them."""
    before = text[:at]
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before[line_start:].encode(errors="replace")) + 1


def parse_error(text: str, message: str, start: int, end: int) -> ParseError:
    line, column = place(text, start)
    return ParseError(line, column, message, start, end)


class Cursor:
    """The tokens of one query and the place in them.

    `contexts` names what is being read for errors that no rule foresees: ("aggregation", "") for instance.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.contexts: list[tuple[str, str]] = []
        self._depth = 0

    @property
    def kind(self) -> str:
        return self.peek().kind

    def peek(self) -> Token:
        token = self.tokens[self.index]
        if token.kind == ERROR:
            raise parse_error(self.text, token.text, token.start, token.end)
        return token

    def after(self) -> str:
        """The kind of the token after the next one."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)].kind

    def take(self) -> Token:
        token = self.peek()
        if self.index < len(self.tokens) - 1:
            self.index += 1
        return token

    def accept(self, kind: str) -> Token | None:
        return self.take() if self.kind == kind else None

    def unexpected(self, context: str | None = None, expected: str = "") -> NoReturn:
        """The next token fits nowhere; without a context the innermost one that is being read."""
        token = self.peek()
        if context is None:
            context, expected = self.contexts[-1] if self.contexts else ("", "")
        message = f"unexpected {described(token)}"
        if context:
            message += f" in {context}"
        if expected:
            message += f", expected {expected}"
        raise parse_error(self.text, message, token.start, token.end)

    def expect(self, kind: str) -> Token:
        if self.kind != kind:
            self.unexpected()
        return self.take()

    def error(self, message: str, start: int, end: int) -> NoReturn:
        raise parse_error(self.text, message, start, end)

    def unsupported(self, what: str, start: int, end: int) -> NoReturn:
        line, column = place(self.text, start)
        raise UnsupportedError(what, line, column, start, end)

    def enter(self) -> None:
        """One level of nesting deeper."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            token = self.peek()
            message = f"expression is nested too deeply, more than {MAX_DEPTH} levels"
            raise parse_error(self.text, message, token.start, token.end)

    def leave(self) -> None:
        self._depth -= 1
