"""Whether the alerts on the screen can be trusted: are rules evaluated, do alerts arrive, is all of it current."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from sources.rules.alerts import DisplayAlert, Heartbeat
from sources.rules.duration import human_duration

GRACE = 120.0
"""Seconds that an alert may fire before Alertmanager has to know it: Prometheus sends again each minute, and both
are asked only now and then."""


class System(NamedTuple):
    """A source of alerts: its name, the state of its feed, how long ago it was heard (seconds), and whether it
    tells people of them, as an Alertmanager does."""

    name: str
    state: str
    age: float
    tells: bool = False


class Verdict(NamedTuple):
    """`parts` are sentences, the most important first; names in them are as the configuration has them."""

    level: Literal["ok", "unsure", "bad"]
    parts: tuple[str, ...]


def trust(beat: Heartbeat, systems: Sequence[System], unsent: int = 0) -> Verdict:
    """What can be said of the alerting path itself; `unsent` alerts fire that Alertmanager does not know."""
    if not systems:
        return Verdict("unsure", ("nothing watches for alerts: an empty pane proves nothing",))
    bad: list[str] = []
    unsure: list[str] = []
    for system in systems:
        if system.state in ("stale", "failed", "denied"):
            bad.append(_away(system))
        elif system.state == "absent":
            unsure.append(f"no {system.name}: {_loss(system)}")
        elif system.state in ("connecting", "loading"):
            unsure.append(f"{system.name} is not heard yet")
    current = [system for system in systems if system.state in ("live", "partial")]
    if beat.beating is False and current:
        bad.append("watchdog lost: a silent pane proves nothing")
    elif beat.beating is None and current:
        unsure.append("no watchdog alert seen: a silent pane proves nothing")
    if unsent:
        bad.append(f"{unsent} firing not in Alertmanager: nobody may be told")
    receiving = [system for system in current if system.tells]
    delivered = "alertmanager" in beat.origins
    if beat.beating and receiving and not delivered:
        unsure.append("watchdog not in Alertmanager: alerts may not arrive there")
    good = (
        [f"watchdog {human_duration(max(system.age for system in current))}"] if beat.beating and current else []
    )
    if beat.beating and delivered and len(beat.origins) > 1:
        good.append("joined")
    good += [f"{system.name} {system.state}" for system in current]
    if bad or unsure:
        return Verdict("bad" if bad else "unsure", (*bad, *unsure, *good))
    return Verdict("ok", tuple(good))


def _away(system: System) -> str:
    word = {"denied": "forbidden", "stale": "unreachable", "failed": "unreachable"}[system.state]
    return f"{system.name} {word}: {_loss(system)}"


def _loss(system: System) -> str:
    return "silences unknown" if system.tells else "alerts as they were"


class Unsent:
    """Alerts that Prometheus says are firing and Alertmanager does not know, by how long we have seen that."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def observe(self, alerts: Iterable[DisplayAlert], now: float, receiving: bool) -> None:
        """The alerts as they are now; `receiving` says that Alertmanager's own list is current."""
        lone = (
            {alert.key for alert in alerts if alert.alertmanager is None and alert.state == "firing"}
            if receiving
            else set()
        )
        self._since = {key: self._since.get(key, now) for key in lone}

    def keys(self, now: float) -> frozenset[str]:
        """Those for which it has been so for longer than is usual."""
        return frozenset(key for key, since in self._since.items() if now - since >= GRACE)
