"""One query while it runs: its limits, its storage, its annotations."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from sources.promql.ast import Expr
from sources.promql.cursor import place
from sources.promql.formats import general, quoted
from sources.promql.results import (
    Annotation,
    ExecutionError,
    LimitError,
    PromQLError,
    QueryCanceled,
    QueryTimeout,
)
from sources.promql.storage import Matcher, Storage, StoredSeries, in_order

_WHERE = "query execution"
_TOO_MANY = f"query processing would load too many samples into memory in {_WHERE}"
_MONOTONICITY = (
    "PromQL info: input to histogram_quantile needed to be fixed for monotonicity "
    "(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
)


@dataclass(frozen=True, slots=True)
class Fix:
    """What had to be repaired in buckets: the bounds and the greatest difference, and when (milliseconds)."""

    lowest: float
    highest: float
    difference: float
    first: int
    last: int
    count: int = 1


class Settings(NamedTuple):
    """What an engine is set to; times in milliseconds, the timeout in seconds."""

    lookback: int
    subquery_step: int
    max_samples: int
    timeout: float | None
    delayed_name_removal: bool


class Session:
    """State of one query. `held` are the samples that it holds at the moment."""

    def __init__(
        self,
        text: str,
        storage: Storage,
        settings: Settings,
        start: int,
        end: int,
        step: int,
        canceled: Callable[[], bool] | None,
    ) -> None:
        self.text, self.settings = text, settings
        self.start, self.end, self.step = start, end, step
        self.held = 0
        self._storage, self._canceled = storage, canceled
        self._deadline = math.inf if settings.timeout is None else time.monotonic() + settings.timeout
        self._annotations: dict[str, Annotation] = {}
        self._fixes: dict[str, Fix] = {}

    # -- limits ----------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Raises if the caller has canceled or the time is over."""
        if self._canceled is not None and self._canceled():
            raise QueryCanceled(f"query was canceled in {_WHERE}")
        if time.monotonic() > self._deadline:
            raise QueryTimeout(f"query timed out in {_WHERE}")

    def hold(self, held: int) -> None:
        """Notes how many samples are held now; raises LimitError if those are too many."""
        self.held = held
        if held > self.settings.max_samples:
            raise LimitError(_TOO_MANY)

    def allocate(self, rows: int, columns: int) -> None:
        """Before a grid is made: raises LimitError if its cells alone are far beyond the limit."""
        if rows * columns > 2 * self.settings.max_samples + 1_000_000:
            raise LimitError(_TOO_MANY)

    # -- storage ---------------------------------------------------------------------------------------

    def select(self, matchers: Sequence[Matcher], start: int, end: int) -> list[StoredSeries]:
        """The matching series sorted by their labels, with samples of start <= time <= end."""
        found = []
        try:
            for series in self._storage.select(matchers, start, end):
                found.append(series)
                if len(found) % 1000 == 0:
                    self.poll()
        except PromQLError:
            raise
        except OSError as error:
            raise ExecutionError(f"expanding series: {error}") from error
        found.sort(key=lambda series: in_order(series.labels))
        return found

    # -- annotations -----------------------------------------------------------------------------------

    def annotate(self, kind: Literal["warning", "info"], message: str, node: Expr) -> None:
        """Adds a notice about a node; the same text is kept once, with its last place."""
        text = f"PromQL {kind}: {message}"
        line, column = place(self.text, node.start)
        self._annotations[text] = Annotation(kind, text, line, column, node.start, node.end)

    def invalid_quantile(self, q: float, node: Expr) -> None:
        self.annotate("warning", f"quantile value should be between 0 and 1, got {general(q)}", node)

    def fixed_buckets(self, metric: str, fix: Fix, node: Expr) -> None:
        """Notes that a histogram's buckets had to be made monotonic."""
        text = _MONOTONICITY + (f" for metric name {quoted(metric)}" if metric else "")
        if (known := self._fixes.get(text)) is not None:
            fix = Fix(
                min(known.lowest, fix.lowest),
                max(known.highest, fix.highest),
                max(known.difference, fix.difference),
                min(known.first, fix.first),
                max(known.last, fix.last),
                known.count + fix.count,
            )
        self._fixes[text] = fix
        line, column = place(self.text, node.start)
        detail = (
            f", from buckets {general(fix.lowest)} to {general(fix.highest)}, with a max diff of "
            f"{general(fix.difference, 2)}, over {fix.count} samples "
            f"from {_moment(fix.first)} to {_moment(fix.last)}"
        )
        self._annotations[text] = Annotation("info", text, line, column, node.start, node.end, detail)

    def annotations(self) -> tuple[Annotation, ...]:
        """Warnings first, each kind in the order of its text."""
        return tuple(sorted(self._annotations.values(), key=lambda each: (each.kind == "info", each.text)))


def _moment(at: int) -> str:
    return datetime.fromtimestamp(int(at / 1000), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
