"""The demo's alerting rules, evaluated over its own metrics, and what Prometheus and Alertmanager make of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from math import floor
from typing import TypeAlias

from msgspec import Struct

from sources.demo.alert_rules import EVERY, LOOK_BACK, RULES, AlertRule, Found
from sources.demo.cluster import Plan
from sources.demo.story import Hush
from sources.demo.waves import uid
from sources.model import Alert, AlertState, Labels, Matcher, Rule, Silence
from sources.rules.alerts import fingerprint

_EXTERNAL = ("prometheus", "monitoring/k8s")
"""The external label that Prometheus adds to what it sends to Alertmanager."""
_RECEIVERS = {"critical": "pager", "none": "null"}
Results: TypeAlias = Callable[[float, float], Awaitable[Sequence[Found]]]
"""Evaluates all rules from a moment to another."""
_EVERY_DAY = (
    Hush(
        -5400, 19_800, (Matcher("namespace", "batch"), Matcher("pod", "model-training-.*", is_regex=True)),
        "dana@example.com", "waiting for the GPU quota, OPS-4117",
    ),
    Hush(-90_000, 7200, (Matcher("alertname", "NodeClockNotSynchronising"),), "dana@example.com", "time server"),
)  # fmt: skip
_PLANNED = Hush(
    3600, 3600, (Matcher("node", "worker-c.*", is_regex=True),), "lee@example.com", "kernel update of zone c"
)


class Active(Struct, frozen=True):
    """An alert that its rule's expression names: pending until `since` plus the rule's `for`."""

    rule: AlertRule
    labels: Labels
    since: float
    value: float
    seen: float

    @property
    def fires(self) -> float:
        """When it fires, or fired."""
        return self.since + self.rule.duration


class AlertBook:
    """Evaluates the rules at each whole multiple of EVERY and keeps what is active."""

    def __init__(self, results: Results, plan: Plan) -> None:
        self._results = results
        self._plan = plan
        self._start = plan.start
        self._read_to = 0.0
        self._stated: list[Alert] | None = None
        self._active: dict[tuple[int, Labels], Active] = {}
        self._advancing = asyncio.Lock()

    async def advance(self, now: float) -> None:
        """Evaluates what is due."""
        async with self._advancing:
            last = floor(now / EVERY) * EVERY
            if last <= self._read_to:
                return
            first = max(self._read_to + EVERY, last - LOOK_BACK)
            found = await self._results(first, last)
            if first > self._read_to + EVERY:
                self._active.clear()
            for each in found:
                self._take(each)
            for key, active in list(self._active.items()):
                if active.seen < last:
                    del self._active[key]
            self._read_to = last
            self._stated = None

    def _take(self, found: Found) -> None:
        """A series of a rule, whose moments follow those of the evaluations before."""
        rule = RULES[found.rule]
        labels = rule.alert_labels(found.labels)
        active = self._active.get((found.rule, labels))
        for time, value in zip(found.times, found.values, strict=True):
            goes_on = active is not None and time - active.seen <= EVERY * 1.5
            active = Active(rule, labels, active.since if active and goes_on else time, value, time)
        if active is not None:
            self._active[(found.rule, labels)] = active

    def active(self) -> list[Active]:
        """What is pending or firing since the last evaluation."""
        return list(self._active.values())

    def alerts(self) -> list[Alert]:
        """Every active alert as Prometheus states it, and the firing ones as Alertmanager does too."""
        if self._stated is None:
            self._stated = list(self._state())
        return self._stated

    def _state(self) -> Iterator[Alert]:
        firing = [active for active in self._active.values() if active.fires <= active.seen]
        silences = self.silences(self._read_to)
        for active in self._active.values():
            state: AlertState = "firing" if active.fires <= active.seen else "pending"
            yield self._alert("prometheus", active, state, active.since)
        for active in firing:
            alert = self._alert("alertmanager", active, "firing", active.fires)
            inhibited = tuple(
                sorted(fingerprint(_sent(other.labels)) for other in firing if _inhibits(other, active))
            )
            silenced = tuple(
                silence.id
                for silence in silences
                if silence.state == "active" and all(_matches(matcher, alert) for matcher in silence.matchers)
            )
            yield Alert(
                origin=alert.origin,
                fingerprint=alert.fingerprint,
                labels=alert.labels,
                state="firing",
                annotations=alert.annotations,
                since=alert.since,
                silenced_by=silenced,
                inhibited_by=inhibited,
                receivers=(_RECEIVERS.get(alert.severity, "chat"),),
            )

    def _alert(self, origin: str, active: Active, state: AlertState, since: float) -> Alert:
        labels = active.labels if origin == "prometheus" else _sent(active.labels)
        words = dict(active.labels) | {"value": f"{active.value:.3g}"}
        rule = active.rule
        return Alert(
            origin=origin,
            fingerprint=fingerprint(labels),
            labels=labels,
            state=state,
            annotations=(
                ("description", _filled(rule.description, words)),
                ("summary", _filled(rule.summary, words)),
            ),
            since=since,
            value=f"{active.value:g}" if origin == "prometheus" else "",
            rule=rule.expr if origin == "prometheus" else "",
        )

    def silences(self, now: float) -> list[Silence]:
        """What people have silenced so far: those of every day, and those of the scenario once they are made."""
        made = (hush for hush in (*_EVERY_DAY, *self._plan.scenario.silences) if self._start + hush.begins <= now)
        return [self._silence(hush, now) for hush in (*made, _PLANNED)]

    def _silence(self, hush: Hush, now: float) -> Silence:
        begins = self._start + hush.begins
        ends = begins + hush.lasts
        state = "pending" if now < begins else "expired" if ends <= now else "active"
        made = uid(self._plan.rng("silence", hush.comment))
        return Silence(made, state, hush.matchers, begins, ends, hush.by, hush.comment)

    def rules(self) -> list[Rule]:
        """The rules as Prometheus's API tells them."""
        worst: dict[int, str] = {}
        for (number, _), active in self._active.items():
            state = "firing" if active.fires <= active.seen else "pending"
            worst[number] = "firing" if "firing" in (state, worst.get(number)) else state
        return [
            Rule(
                group=rule.group,
                name=rule.name,
                type="alerting",
                query=rule.expr,
                state=worst.get(number, "inactive"),
                health="ok",
                duration=rule.duration,
                labels=(("severity", rule.severity),),
                annotations=(("description", rule.description), ("summary", rule.summary)),
            )
            for number, rule in enumerate(RULES)
        ]


def _sent(labels: Labels) -> Labels:
    return tuple(sorted((*labels, _EXTERNAL)))


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _inhibits(source: Active, target: Active) -> bool:
    """The usual rules: a critical alert inhibits the milder ones of the same name and subject, and one about a
    lost node those about what runs on it."""
    if source.rule.severity != "critical" or target.rule.severity not in ("warning", "info"):
        return False
    ours, theirs = dict(source.labels), dict(target.labels)
    if ours["alertname"] == "KubeNodeNotReady" and theirs.get("node") == ours.get("node"):
        return True
    subject = ("alertname", "namespace", "service", "persistentvolumeclaim")
    return all(ours.get(name) == theirs.get(name) for name in subject)


def _matches(matcher: Matcher, alert: Alert) -> bool:
    text = alert.label(matcher.name)
    if not matcher.is_regex:
        return (text == matcher.value) == matcher.is_equal
    from sources.promql.regex import compile_regex  # with its tables it takes longer than all the rest of the demo

    return compile_regex(matcher.value).matches(text) == matcher.is_equal
