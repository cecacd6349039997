"""Evaluates rules over the memory of scrapes: recorded series go back into it, alerts go to whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sources.contract import Clock, QueryError
from sources.http.poll import Picture
from sources.model import Alert, Labels, Series
from sources.scrape.alerting import Duplicate, RuleState
from sources.scrape.cluster import Cluster
from sources.scrape.rulefiles import Group, Loaded, RuleDef, load

if TYPE_CHECKING:
    from sources.embedded import EmbeddedQueries

READ_AGAIN = 300.0
"""Seconds after which files and objects are read anew."""
MOST_TOLD = 3

Record = Callable[[str, float, Sequence[tuple[Labels, float]]], Awaitable[None]]
"""Takes the result of a rule (its key, the moment, labels and values) into the memory."""


class Ruler:
    """Keeps the state of all rules. `evaluate` is to be called now and then; it does what is due."""

    def __init__(self, files: Sequence[str], cluster: Cluster | None, clock: Clock, via: str) -> None:
        self._files, self._cluster, self._clock, self._via = files, cluster, clock, via
        self._loaded = Loaded(())
        self._read_at: float | None = None
        self._due: dict[str, float] = {}
        self._states: dict[tuple[str, RuleDef], RuleState] = {}
        self._failed: dict[tuple[str, RuleDef], str] = {}

    async def evaluate(self, queries: EmbeddedQueries, record: Record) -> Picture:
        """Evaluates the groups that are due and gives all alerts."""
        now = self._clock.now()
        if self._read_at is None or now - self._read_at >= READ_AGAIN:
            self._loaded = await load(self._files, self._cluster)
            self._read_at = now
            wanted = {(group.key, rule) for group in self._loaded.groups for rule in group.rules}
            self._states = {key: state for key, state in self._states.items() if key in wanted}
            self._failed = {key: error for key, error in self._failed.items() if key in wanted}
        for group in self._loaded.groups:
            if now >= self._due.get(group.key, 0.0):
                self._due[group.key] = now + group.interval - 0.5  # a poll that is a little early is in time
                await self._evaluate(group, queries, record)
        picture = self.picture()
        await record(
            "ALERTS", now, [_series(alert) for alert in picture.things["alert"] if isinstance(alert, Alert)]
        )
        return picture

    async def _evaluate(self, group: Group, queries: EmbeddedQueries, record: Record) -> None:
        now = self._clock.now()
        for number, rule in enumerate(group.rules):
            key = (group.key, rule)
            try:
                result = await queries.query(rule.expr, now)
                if result.type not in ("vector", "scalar"):
                    raise QueryError("rule result is not a vector or scalar")
                if rule.record:
                    await record(f"rule {group.key} {number}", now, recorded(rule, result.series))
                else:
                    self._states.setdefault(key, RuleState(rule)).update(result.series, now)
            except (QueryError, Duplicate) as error:
                self._failed[key] = f"{rule.name}: {error}"
            else:
                self._failed.pop(key, None)

    def picture(self) -> Picture:
        """The alerts, the rights that are missing, and what is wrong with rules."""
        alerts: dict[str, Alert] = {}
        for state in self._states.values():
            for alert in state.alerts():
                alerts.setdefault(alert.key, alert)
        wrong = [*self._loaded.wrong, *self._failed.values()]
        told = wrong[:MOST_TOLD] + ([f"and {len(wrong) - MOST_TOLD} more rules"] if len(wrong) > MOST_TOLD else [])
        count = sum(len(group.rules) for group in self._loaded.groups)
        detail = f"{count} rules evaluated by topmast itself"
        return Picture({"alert": list(alerts.values())}, self._via, (*self._loaded.missing, *told), detail)


def recorded(rule: RuleDef, series: Sequence[Series]) -> list[tuple[Labels, float]]:
    """The samples of a recording rule, named and labelled as it says."""
    found = []
    for each in series:
        labels = {**dict(each.labels), "__name__": rule.record, **dict(rule.labels)}
        found.append((tuple(sorted(pair for pair in labels.items() if pair[1])), each.values[-1]))
    return found


def _series(alert: Alert) -> tuple[Labels, float]:
    labels = {**dict(alert.labels), "__name__": "ALERTS", "alertstate": alert.state}
    return tuple(sorted(labels.items())), 1.0
