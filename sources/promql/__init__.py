"""An embedded PromQL engine: parse and evaluate over any `Storage`. Needs numpy; imports nothing else of topmast.

    engine = Engine()
    engine.query("sum(rate(http_requests_total[5m]))", at=1_700_000_000_000, storage=storage)
    engine.query_range("up", start=..., end=..., step=15_000, storage=storage)

All times and durations are integer milliseconds.
"""

from sources.promql.engine import Engine
from sources.promql.parser import parse

__all__ = ["Engine", "parse"]
