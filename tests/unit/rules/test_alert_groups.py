"""Alerts grouped, and what can be said of the alerting path itself."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Alert, Silence
from sources.rules.alertgroups import group_alerts, group_key
from sources.rules.alerts import Heartbeat, join
from sources.rules.alerttrust import GRACE, System, Unsent, trust

NOW = 1_764_000_000.0


def alert(name: str = "Down", state: str = "firing", origin: str = "prometheus", **labels: Any) -> Alert:
    more = {key: labels.pop(key) for key in ("since", "silenced_by", "annotations") if key in labels}
    pairs = tuple(sorted({"alertname": name, **labels}.items()))
    return Alert(origin, repr(pairs), pairs, state, **more)  # type: ignore[arg-type]  # a literal


def test_alerts_of_one_name_severity_state_and_namespace_are_one_row() -> None:
    rows = join(
        [
            *(alert(namespace="shop", severity="warning", pod=f"web-{i}", container="app") for i in range(10)),
            alert(namespace="shop", severity="critical", pod="web-0", container="app"),
            alert(namespace="pay", severity="warning", pod="web-0", container="app"),
            alert("Slow", namespace="shop", severity="warning", pod="web-0", container="app"),
            alert(state="pending", namespace="shop", severity="warning", pod="web-x", container="app"),
        ]
    )
    groups = group_alerts(rows)
    assert sorted(len(group.alerts) for group in groups.values()) == [1, 1, 1, 1, 10]
    assert all(group_key(each) == key for key, group in groups.items() for each in group.alerts)
    ten = max(groups.values(), key=lambda group: len(group.alerts))
    assert ten.differing == ("pod",), "what all have in common is folded away"
    assert len(ten.values("pod")) == 10


def test_the_most_telling_of_the_labels_that_differ_comes_first() -> None:
    rows = join([alert(a="1", pod="x", instance="i1"), alert(a="2", pod="y", instance="i2"), alert(pod="z")])
    (group,) = group_alerts(rows).values()
    assert group.differing == ("pod", "instance", "a")
    assert sorted(group.values("a")) == ["1", "2"], "one that does not have it has no value"


def test_the_newest_stands_for_its_group() -> None:
    rows = join([alert(pod="old", since=NOW - 60), alert(pod="new", since=NOW)])
    (group,) = group_alerts(rows).values()
    assert group.head.label("pod") == "new"


# -- can it be trusted

BEATS = Heartbeat(True, "Watchdog", NOW, ("prometheus", "alertmanager"))
PROMETHEUS = System("prometheus", "live", 12.0)
ALERTMANAGER = System("alertmanager", "live", 3.0, tells=True)
FAILED = System("prometheus", "failed", 90.0)
BOTH = (PROMETHEUS, ALERTMANAGER)


def manager(state: str) -> System:
    return System("alertmanager", state, 90.0, tells=True)


def test_a_screen_that_can_be_trusted_says_why() -> None:
    verdict = trust(BEATS, BOTH)
    assert verdict == ("ok", ("watchdog 12s", "joined", "prometheus live", "alertmanager live"))


@pytest.mark.parametrize(
    ("beat", "systems", "unsent", "level", "first"),
    [
        (BEATS, (PROMETHEUS, manager("stale")), 0, "bad", "alertmanager unreachable: silences unknown"),
        (BEATS, (PROMETHEUS, manager("denied")), 0, "bad", "alertmanager forbidden: silences unknown"),
        (BEATS, (FAILED, ALERTMANAGER), 0, "bad", "prometheus unreachable: alerts as they were"),
        (BEATS, (PROMETHEUS, manager("absent")), 0, "unsure", "no alertmanager: silences unknown"),
        (BEATS, (PROMETHEUS, manager("connecting")), 0, "unsure", "alertmanager is not heard yet"),
        (Heartbeat(None), BOTH, 0, "unsure", "no watchdog alert seen: a silent pane proves nothing"),
        (Heartbeat(False), BOTH, 0, "bad", "watchdog lost: a silent pane proves nothing"),
        (Heartbeat(True, "W", NOW, ("prometheus",)), BOTH, 0, "unsure",
         "watchdog not in Alertmanager: alerts may not arrive there"),
        (BEATS, BOTH, 2, "bad", "2 firing not in Alertmanager: nobody may be told"),
        (Heartbeat(None), (), 0, "unsure", "nothing watches for alerts: an empty pane proves nothing"),
    ],
)  # fmt: skip
def test_what_is_in_doubt_is_said_first(
    beat: Heartbeat, systems: tuple[System, ...], unsent: int, level: str, first: str
) -> None:
    verdict = trust(beat, systems, unsent)
    assert (verdict.level, verdict.parts[0]) == (level, first)


def test_what_tells_people_is_told_by_what_it_is_not_by_its_name() -> None:
    systems = (System("prometheus-alertmanager", "stale", 90.0), System("pager", "stale", 90.0, tells=True))
    assert trust(Heartbeat(None), systems).parts == (
        "prometheus-alertmanager unreachable: alerts as they were",
        "pager unreachable: silences unknown",
    )


def test_a_watchdog_is_not_called_lost_while_nobody_can_be_heard() -> None:
    stale = tuple(system._replace(state="stale") for system in BOTH)
    assert not any("watchdog" in part for part in trust(Heartbeat(False), stale).parts)


def test_an_alert_that_alertmanager_does_not_know_is_told_after_a_while() -> None:
    lone, known, silenced = alert("A"), alert("B"), alert("C", origin="alertmanager", silenced_by=("s",))
    pending = alert("D", state="pending")
    rows = join([lone, known, alert("B", origin="alertmanager"), silenced, pending], [Silence("s", "active", ())])
    unsent = Unsent()
    unsent.observe(rows, NOW, receiving=True)
    assert unsent.keys(NOW + GRACE - 1) == frozenset()
    unsent.observe(rows, NOW + 60, receiving=True)
    assert unsent.keys(NOW + GRACE) == {lone.key}
    unsent.observe(rows, NOW + 90, receiving=False)
    assert unsent.keys(NOW + 10 * GRACE) == frozenset(), "without Alertmanager's own list nothing is known"
