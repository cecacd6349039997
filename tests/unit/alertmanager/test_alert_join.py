"""An alert known to Prometheus and Alertmanager is shown once, in the state and order that people need."""

from __future__ import annotations

from typing import Any

import pytest

from sources.model import Alert, AlertState, Labels, Silence
from sources.rules.alerts import DisplayAlert, heartbeat, is_heartbeat, join


def labels(name: str, **more: str) -> Labels:
    return tuple(sorted({"alertname": name, **more}.items()))


def ours(name: str, state: AlertState = "firing", since: float = 100.0, **more: str) -> Alert:
    own = labels(name, **more)
    return Alert("prometheus", f"p{hash(own)}", own, state, since=since, value="1", rule=f"expr of {name}")


def theirs(name: str, muted: dict[str, Any] | None = None, **more: str) -> Alert:
    own = labels(name, **more)
    return Alert(
        "alertmanager", f"a{hash(own)}", own, "firing", since=200.0, receivers=("pager",), **(muted or {})
    )


def brief(alerts: tuple[DisplayAlert, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(alert.name, alert.state, alert.origins) for alert in alerts]


BOTH = ("prometheus", "alertmanager")


def test_the_two_sides_are_one_despite_external_labels() -> None:
    silence = Silence("s1", "active", (), ends=900.0, created_by="jane")
    later = Silence("s2", "active", (), ends=1900.0)
    muted = {"silenced_by": ("s1", "s2", "unknown")}
    (alert,) = join([ours("A", pod="x"), theirs("A", muted, pod="x", cluster="eu")], [silence, later])
    assert (alert.state, alert.origins) == ("silenced", BOTH)
    assert (alert.since, alert.value, alert.rule, alert.receivers) == (100.0, "1", "expr of A", ("pager",))
    assert alert.label("cluster") == "eu"
    assert alert.silences == (later, silence)
    assert alert.silenced_until == 1900.0


@pytest.mark.parametrize(
    ("muted", "state"),
    [
        ({}, "firing"),
        ({"inhibited_by": ("x",)}, "inhibited"),
        ({"muted_by": ("weekend",)}, "muted"),
        ({"inhibited_by": ("x",), "muted_by": ("weekend",)}, "muted"),
        ({"inhibited_by": ("x",), "silenced_by": ("s",)}, "silenced"),
    ],
)
def test_state_words(muted: dict[str, Any], state: str) -> None:
    (alert,) = join([ours("A"), theirs("A", muted)])
    assert alert.state == state


def test_each_side_alone_is_shown() -> None:
    found = join([ours("A", "pending"), theirs("B", severity="page"), ours("C", "inactive")])
    assert brief(found) == [("B", "firing", ("alertmanager",)), ("A", "pending", ("prometheus",))]
    assert found[0].since == 200.0


def test_alerts_of_one_name_find_their_own_counterpart() -> None:
    # The one with fewer labels would fit both; the exact one must not be taken from it.
    found = join(
        [
            ours("A"),
            ours("A", pod="x"),
            theirs("A", {"silenced_by": ("s",)}, pod="x", cluster="eu"),
            theirs("A", cluster="eu"),
        ]
    )
    assert sorted((alert.label("pod"), alert.state, alert.origins) for alert in found) == [
        ("", "firing", BOTH),
        ("x", "silenced", BOTH),
    ]


def test_other_clusters_alerts_are_not_taken_for_ours() -> None:
    # Two clusters report to one Alertmanager. An unambiguous alert tells which external label is ours.
    found = join(
        [
            ours("Lonely"),
            theirs("Lonely", cluster="us"),
            ours("A"),
            theirs("A", {"silenced_by": ("s",)}, cluster="eu"),
            theirs("A", cluster="us"),
        ]
    )
    assert sorted((alert.name, alert.label("cluster"), alert.state, alert.origins) for alert in found) == [
        ("A", "eu", "silenced", ("alertmanager",)),
        ("A", "us", "firing", BOTH),
        ("Lonely", "us", "firing", BOTH),
    ]


def test_an_external_label_does_not_replace_the_alerts_own() -> None:
    found = join(
        [
            ours("First"),
            theirs("First", cluster="us"),
            ours("A", cluster="own"),
            theirs("A", cluster="own"),
            theirs("A", cluster="us"),
        ]
    )
    pairs = {(alert.name, alert.label("cluster")): alert.origins for alert in found}
    assert pairs[("A", "own")] == BOTH
    assert pairs[("A", "us")] == ("alertmanager",)


def test_different_values_are_different_alerts() -> None:
    assert len(join([ours("A", pod="x"), theirs("A", pod="y")])) == 2
    assert len(join([ours("A", pod="x", extra="1"), theirs("A", pod="x")])) == 2


def test_many_alerts_of_one_name_on_both_sides() -> None:
    pods = [f"p{number}" for number in range(500)]
    found = join([*(ours("A", pod=pod) for pod in pods), *(theirs("A", pod=pod, cluster="c") for pod in pods)])
    assert len(found) == 500
    assert all(alert.origins == BOTH for alert in found)


def test_the_key_stays_when_alertmanager_learns_of_the_alert() -> None:
    before = join([ours("A")])
    after = join([ours("A"), theirs("A", cluster="x")])
    assert before[0].key == after[0].key


def test_reading_order() -> None:
    found = join(
        [
            ours("None", severity="none"),
            ours("Info", severity="info"),
            ours("Unlabelled"),
            ours("Odd", severity="ticket"),
            ours("Warn", severity="warning"),
            ours("Page", severity="page"),
            ours("CritPending", "pending", severity="critical"),
            ours("CritSilenced", severity="critical"),
            theirs("CritSilenced", {"silenced_by": ("s",)}, severity="critical"),
            ours("CritOld", since=10.0, severity="Critical"),
            ours("CritNew", since=90.0, severity="critical"),
        ]
    )
    assert [alert.name for alert in found] == [
        *("CritNew", "CritOld", "CritPending", "CritSilenced"),
        *("Page", "Warn", "Odd", "Unlabelled", "Info", "None"),
    ]


def test_the_order_does_not_depend_on_the_order_of_arrival() -> None:
    alerts = [ours("A", pod=str(number), severity="page") for number in range(5)]
    alerts += [theirs("A", pod=str(number), severity="page", cluster="c") for number in range(5)]
    assert join(alerts) == join(alerts[::-1])


@pytest.mark.parametrize("name", ["Watchdog", "DeadMansSwitch", "dead_mans_switch", "DeadManSwitch"])
def test_heartbeats_are_known_by_name(name: str) -> None:
    (alert,) = join([ours(name)])
    assert is_heartbeat(name)
    assert (alert.is_heartbeat, alert.is_trouble) == (True, False)


def test_the_health_line() -> None:
    beating = heartbeat(join([ours("Watchdog"), theirs("Watchdog"), ours("A")]))
    assert (beating.beating, beating.name, beating.origins) == (True, "Watchdog", BOTH)
    assert heartbeat(join([ours("A")])).beating is None
    assert heartbeat(join([ours("A")]), known_before=True).beating is False


def test_trouble_is_what_nobody_muted() -> None:
    found = join([ours("A"), ours("B", "pending"), ours("C"), theirs("C", {"inhibited_by": ("A",)})])
    assert {alert.name for alert in found if alert.is_trouble} == {"A", "B"}
