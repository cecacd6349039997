"""The alerts feed of Prometheus: rules joined with alerts, changes, staleness, and servers that offer less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpx

from sources.contract import Change, Context, Delete, Snapshot, Status, Upsert
from sources.model import Alert
from sources.prometheus import PrometheusConfig, PrometheusSource
from sources.prometheus.alerts import joined
from sources.prometheus.wire import AlertData, WireAlert
from sources.rules.alerts import join

T0 = 1_700_000_000.0


class FakeClock:
    """Time that passes only by sleeping; keeps what was slept."""

    def __init__(self) -> None:
        self.time = T0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def wire_alert(
    name: str, state: str = "firing", at: str = "2023-11-14T22:13:20.5Z", **labels: str
) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, **labels},
        "annotations": {"summary": name},
        "state": state,
        "activeAt": at,
        "value": "NaN",
    }


def wire_rule(name: str, query: str, alerts: list[dict[str, Any]] | None, **more: Any) -> dict[str, Any]:
    state = alerts[0]["state"] if alerts else more.pop("state", "inactive")
    return {
        "type": "alerting",
        "name": name,
        "query": query,
        "state": state,
        "health": "ok",
        "alerts": alerts,
        **more,
    }


def rules(*found: dict[str, Any]) -> httpx.Response:
    return ok({"groups": [{"name": "g", "rules": list(found)}]})


def ok(data: Any, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": data, **more})


class Server:
    """Answers by path: a response, or a list of them used up one after the other (the last one stays)."""

    def __init__(self, **answers: httpx.Response | list[httpx.Response]) -> None:
        self.answers = answers
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/")[2]
        self.paths.append(path)
        answer = self.answers[path]
        if not isinstance(answer, list):
            return answer
        return answer.pop(0) if len(answer) > 1 else answer[0]


async def batches(
    handler: Callable[[httpx.Request], httpx.Response], count: int, clock: FakeClock | None = None
) -> list[Sequence[Change]]:
    clock = clock or FakeClock()
    config = PrometheusConfig(url="http://user:pw@prom:9090")
    source = PrometheusSource(config, Context("prom", clock), transport=httpx.MockTransport(handler))
    feed = source.alerts()
    found = [await anext(feed) for _ in range(count)]
    await feed.aclose()  # type: ignore[attr-defined]  # feeds are generators here
    await source.close()
    return found


def only_alerts(batch: Sequence[Change]) -> list[Alert]:
    snapshot = batch[0]
    assert isinstance(snapshot, Snapshot)
    return [each for each in snapshot.objects if isinstance(each, Alert)]


def status(batch: Sequence[Change]) -> Status:
    last = batch[-1]
    assert isinstance(last, Status)
    return last


async def test_alerts_carry_their_rules_expression() -> None:
    server = Server(rules=rules(wire_rule("Down", "up == 0", [wire_alert("Down", job="a")])))
    first, second = await batches(server, 2)
    assert status(first) == Status("connecting", via="http://***@prom:9090")
    (alert,) = only_alerts(second)
    assert (alert.name, alert.rule, alert.state, alert.value) == ("Down", "up == 0", "firing", "NaN")
    assert alert.since == T0 + 0.5
    assert alert.annotations == (("summary", "Down"),)
    assert status(second).state == "live"
    assert server.paths == ["rules"]


async def test_backends_that_leave_the_alerts_out_of_the_rules_are_asked_for_them() -> None:
    found = [
        wire_rule("Down", "up == 0", None, state="firing", labels={"severity": "page"}),
        wire_rule(
            "Down", "up == 0 or absent(up)", None, state="firing", labels={"severity": "{{ $labels.s }}", "x": "y"}
        ),
    ]
    listed = ok(
        {"alerts": [wire_alert("Down", severity="page"), wire_alert("Other"), wire_alert("Gone", "inactive")]}
    )
    batch = (await batches(Server(rules=rules(*found), alerts=listed), 2))[1]
    assert {alert.name: alert.rule for alert in only_alerts(batch)} == {"Down": "up == 0", "Other": ""}


async def test_without_rules_the_alerts_alone_are_partial() -> None:
    server = Server(rules=httpx.Response(404, text="no"), alerts=ok({"alerts": [wire_alert("Down")]}))
    batch = (await batches(server, 2))[1]
    assert [alert.name for alert in only_alerts(batch)] == ["Down"]
    assert (status(batch).state, status(batch).missing) == ("partial", ("rules",))


async def test_neither_rules_nor_alerts_is_absent() -> None:
    gone = httpx.Response(404, text="no")
    batch = (await batches(Server(rules=gone, alerts=gone), 2))[1]
    assert status(batch).state == "absent"
    assert len(batch) == 1


async def test_null_groups_are_no_alerts() -> None:
    batch = (await batches(Server(rules=ok({"groups": None})), 2))[1]
    assert only_alerts(batch) == []
    assert status(batch).state == "live"


async def test_the_same_label_set_from_two_rules_is_one_alert_and_firing_wins() -> None:
    server = Server(
        rules=rules(
            wire_rule("A", "1", [wire_alert("A", "pending")]),
            wire_rule("A", "2", [wire_alert("A", "firing", "2023-11-14T23:00:00Z")]),
            wire_rule("A", "3", [wire_alert("A", "firing", "2023-11-14T22:30:00Z")]),
        )
    )
    (alert,) = only_alerts((await batches(server, 2))[1])
    assert (alert.state, alert.rule) == ("firing", "3")


async def test_after_the_first_picture_only_changes_are_told() -> None:
    stays = wire_rule("Stays", "1", [wire_alert("Stays")])
    server = Server(
        rules=[
            rules(
                stays,
                wire_rule("Goes", "2", [wire_alert("Goes")]),
                wire_rule("P", "3", [wire_alert("P", "pending")]),
            ),
            rules(stays, wire_rule("P", "3", [wire_alert("P")])),
            rules(stays, wire_rule("P", "3", [wire_alert("P")])),
        ]
    )
    clock = FakeClock()
    _, first, second, third = await batches(server, 4, clock)
    keys = {alert.name: alert.key for alert in only_alerts(first)}
    upsert, delete, _ = second
    assert isinstance(upsert, Upsert)
    assert isinstance(upsert.object, Alert)
    assert (upsert.object.key, upsert.object.state) == (keys["P"], "firing")
    assert delete == Delete("alert", keys["Goes"])
    assert [type(change) for change in third] == [Status]
    assert all(13.5 <= pause <= 16.5 for pause in clock.slept)


async def test_while_the_server_is_away_the_last_picture_stands() -> None:
    good = rules(wire_rule("A", "1", [wire_alert("A")]))
    away = httpx.Response(503, text="gone")
    clock = FakeClock()
    _, first, second, third, back = await batches(Server(rules=[good, away, away, good]), 5, clock)
    assert status(first).state == "live"
    assert [type(change) for change in second] == [Status]
    stale = status(third)
    assert (stale.state, stale.since) == ("stale", T0)
    assert "503" in stale.detail
    assert stale.retry_at is not None
    assert stale.retry_at > stale.since
    assert [change.state for change in back if isinstance(change, Status)] == ["live"]
    assert clock.slept[2] > clock.slept[1]


async def test_the_servers_own_pause_is_kept() -> None:
    clock = FakeClock()
    busy = httpx.Response(429, headers={"retry-after": "300"}, text="busy")
    _, first, _ = await batches(Server(rules=busy), 3, clock)
    assert status(first).state == "failed"
    assert clock.slept[0] >= 270


async def test_a_denial_names_what_is_missing() -> None:
    message = (
        'services "p" is forbidden: User "u" cannot get resource "services/proxy" in API group "" '
        'in the namespace "m"'
    )
    forbidden = httpx.Response(403, json={"kind": "Status", "message": message})
    batch = (await batches(Server(rules=forbidden, alerts=forbidden), 2))[1]
    assert (status(batch).state, status(batch).missing) == ("denied", ("get services/proxy in m",))


async def test_the_servers_clock_is_compared_with_ours() -> None:
    answer = rules()
    answer.headers["date"] = "Tue, 14 Nov 2023 22:14:20 GMT"
    assert status((await batches(Server(rules=answer), 2))[1]).clock_offset == 60.0


async def test_warnings_make_the_picture_partial() -> None:
    answer = ok({"groups": []}, warnings=["store gone: partial response"])
    batch = (await batches(Server(rules=answer), 2))[1]
    assert (status(batch).state, status(batch).missing) == ("partial", ("store gone: partial response",))


def test_two_servers_that_fire_the_same_label_set_are_two_alerts() -> None:
    answer = AlertData([WireAlert(labels={"alertname": "Watchdog"}, state="firing")])
    eu, us = joined(None, answer, "prometheus-eu")[0], joined(None, answer, "prometheus-us")[0]
    assert eu.key != us.key
    shown = join([eu, us])
    assert sorted(each.origins for each in shown) == [("prometheus-eu",), ("prometheus-us",)]
