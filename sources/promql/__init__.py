"""An embedded PromQL engine: parse and evaluate over any `Storage`. Needs numpy; imports nothing else of topmast.

    engine = Engine()
    engine.query("sum(rate(http_requests_total[5m]))", at=1_700_000_000_000, storage=storage)
    engine.query_range("up", start=..., end=..., step=15_000, storage=storage)

All times and durations are integer milliseconds. The lexer and the parser (`sources.promql.parser`) do without
numpy: an editor uses them on every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.promql.parser import parse

if TYPE_CHECKING:
    from sources.promql.engine import Engine

__all__ = ["Engine", "parse"]


def __getattr__(name: str) -> Any:
    """`Engine`, imported when somebody evaluates."""
    if name == "Engine":
        from sources.promql.engine import Engine

        return Engine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
