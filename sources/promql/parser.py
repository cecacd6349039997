"""PromQL text to a parse tree, types checked."""

from __future__ import annotations

from sources.promql.ast import Expr


def parse(text: str) -> Expr:
    """The tree of a query. Raises ParseError, or UnsupportedError for what this engine leaves out."""
    raise NotImplementedError
