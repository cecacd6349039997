"""Queries over a storage: limits, evaluation, results."""

from __future__ import annotations

from collections.abc import Callable

from sources.promql.ast import Expr
from sources.promql.results import Result
from sources.promql.storage import Storage


class Engine:
    """Evaluates queries. One engine may serve many threads; it keeps no state between queries.

    `lookback` and `subquery_step` are milliseconds, `timeout` is seconds (None: no limit), `max_samples` how many
    samples a query may hold. `delayed_name_removal` is Prometheus' feature flag of that name.
    """

    def __init__(
        self,
        *,
        lookback: int = 300_000,
        subquery_step: int = 60_000,
        max_samples: int = 50_000_000,
        timeout: float | None = 120.0,
        delayed_name_removal: bool = False,
    ) -> None:
        self.lookback, self.subquery_step = lookback, subquery_step
        self.max_samples, self.timeout = max_samples, timeout
        self.delayed_name_removal = delayed_name_removal

    def query(
        self, expr: str | Expr, at: int, storage: Storage, canceled: Callable[[], bool] | None = None
    ) -> Result:
        """The value at a moment (milliseconds). Raises PromQLError."""
        raise NotImplementedError

    def query_range(
        self,
        expr: str | Expr,
        start: int,
        end: int,
        step: int,
        storage: Storage,
        canceled: Callable[[], bool] | None = None,
    ) -> Result:
        """The values at start, start + step, ... up to end (milliseconds), as a Matrix. Raises PromQLError."""
        raise NotImplementedError
