"""An embedded PromQL engine: parse and evaluate over any `Storage`. Needs numpy; imports nothing else of topmast.

    engine = Engine()
    engine.query("sum(rate(http_requests_total[5m]))", at=1_700_000_000_000, storage=storage)
    engine.query_range("up", start=..., end=..., step=15_000, storage=storage)

All times and durations are integer milliseconds. The lexer and the parser (`sources.promql.parser`) do without
numpy: an editor uses them on every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sources.promql.engine import Engine
    from sources.promql.parser import parse

__all__ = ["Engine", "parse"]


def __getattr__(name: str) -> Any:
    """`Engine` and `parse`, imported when somebody evaluates or reads a query: the lexer is cheaper."""
    if name == "Engine":
        from sources.promql.engine import Engine

        return Engine
    if name == "parse":
        from sources.promql.parser import parse

        return parse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
