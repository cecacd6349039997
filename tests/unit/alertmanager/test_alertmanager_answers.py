"""Alertmanager's API v2: alerts with what mutes them, silences, groups, peers, and its several kinds of errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from sources.alertmanager import AlertmanagerConfig, AlertmanagerSource
from sources.contract import (
    Change,
    Context,
    Misconfigured,
    NotSupported,
    QueryError,
    Snapshot,
    SourceError,
    Status,
    Unauthorized,
    Unavailable,
)
from sources.model import Alert, Matcher, Silence

T0 = 1_700_000_000.0  # 2023-11-14T22:13:20Z


class FakeClock:
    def __init__(self) -> None:
        self.time = T0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def wire_alert(name: str, fingerprint: str, state: str = "active", **more: Any) -> dict[str, Any]:
    status = {"state": state, "silencedBy": [], "inhibitedBy": [], **more.pop("status", {})}
    return {
        "labels": {"alertname": name, "cluster": "c"},
        "annotations": {},
        "fingerprint": fingerprint,
        "startsAt": "2023-11-14T22:00:00.000Z",
        "updatedAt": "2023-11-14T22:13:00Z",
        "endsAt": "2023-11-14T22:17:00Z",
        "generatorURL": "http://prom:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
        "receivers": [{"name": "pager"}, {"name": "chat", "labels": {}}],
        "status": status,
        **more,
    }


def wire_silence(
    id_: str, state: str = "active", ends: str = "2023-11-14T23:00:00Z", **more: Any
) -> dict[str, Any]:
    return {
        "id": id_,
        "status": {"state": state},
        "matchers": [{"name": "a", "value": "b.*", "isRegex": True}],
        "startsAt": "2023-11-14T22:00:00Z",
        "endsAt": ends,
        "updatedAt": "2023-11-14T22:00:00Z",
        "createdBy": "jane",
        "comment": "deploy",
        **more,
    }


Handler = Callable[[httpx.Request], httpx.Response]


def server(alerts: Any = (), silences: Any = (), **others: Any) -> Handler:
    answers = {"alerts": list(alerts), "silences": list(silences), **others}

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answers[request.url.path.rpartition("/")[2]])

    return handler


def source(handler: Handler, **config: Any) -> AlertmanagerSource:
    settings = AlertmanagerConfig(**{"url": "http://am-0:9093", **config})
    return AlertmanagerSource(settings, Context("am", FakeClock()), transport=httpx.MockTransport(handler))


async def picture(handler: Handler, **config: Any) -> tuple[list[Alert], list[Silence], Status]:
    batch = await second_batch(handler, **config)
    alerts, silences, status = batch
    assert isinstance(alerts, Snapshot)
    assert isinstance(silences, Snapshot)
    assert isinstance(status, Status)
    return (
        [each for each in alerts.objects if isinstance(each, Alert)],
        [each for each in silences.objects if isinstance(each, Silence)],
        status,
    )


async def second_batch(handler: Handler, **config: Any) -> Sequence[Change]:
    feed = source(handler, **config).alerts()
    await anext(feed)
    return await anext(feed)


async def test_alerts_say_what_mutes_them() -> None:
    found = [
        wire_alert("A", "1"),
        wire_alert("B", "2", "suppressed", status={"silencedBy": ["s2", "s1"], "mutedBy": ["weekend"]}),
        wire_alert("C", "3", "suppressed", status={"inhibitedBy": ["1"]}),
        wire_alert("D", "4", "unprocessed"),
    ]
    alerts, _, status = await picture(server(found))
    a, b, c, d = alerts
    assert (a.origin, a.state, a.receivers, a.rule) == ("alertmanager", "firing", ("chat", "pager"), "up == 0")
    assert a.since == T0 - 800
    assert (b.state, b.silenced_by, b.muted_by) == ("firing", ("s1", "s2"), ("weekend",))
    assert (c.inhibited_by, d.state) == (("1",), "unprocessed")
    assert (status.state, status.via) == ("live", "http://am-0:9093")


async def test_all_states_are_asked_for() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    await picture(handler)
    flags = next(dict(request.url.params) for request in seen if request.url.path.endswith("alerts"))
    assert flags == {"active": "true", "silenced": "true", "inhibited": "true", "unprocessed": "true"}
    assert all(request.method == "GET" for request in seen)


async def test_old_and_foreign_alerts_are_read_too() -> None:
    bare = {
        "labels": {"alertname": "X"},
        "fingerprint": "9",
        "status": None,
        "receivers": None,
        "generatorURL": "",
    }
    (alert,) = (await picture(server([bare])))[0]
    assert (alert.state, alert.since, alert.rule, alert.receivers) == ("firing", None, "", ())


async def test_silences() -> None:
    found = [
        wire_silence("new", matchers=[{"name": "x", "value": "y", "isRegex": False, "isEqual": False}]),
        wire_silence("old"),
        wire_silence("just-expired", "expired", "2023-11-14T22:10:00Z"),
        wire_silence("long-expired", "expired", "2023-11-14T20:00:00Z"),
    ]
    _, silences, _ = await picture(server((), found))
    by_id = {silence.id: silence for silence in silences}
    assert sorted(by_id) == ["just-expired", "new", "old"]
    assert by_id["new"].matchers == (Matcher("x", "y", False, False),)
    assert by_id["old"].matchers == (Matcher("a", "b.*", True, True),)
    assert (by_id["old"].created_by, by_id["old"].comment, by_id["old"].ends) == ("jane", "deploy", T0 + 2800)


async def test_groups() -> None:
    groups = [{"labels": {"alertname": "A"}, "receiver": {"name": "pager"}, "alerts": [wire_alert("A", "1")]}]
    (group,) = await source(server(groups=groups)).groups()
    assert (group.labels, group.receiver, len(group.alerts)) == ((("alertname", "A"),), "pager", 1)


async def test_status_with_and_without_a_cluster() -> None:
    full = {
        "versionInfo": {"version": "0.28.1"},
        "cluster": {"status": "ready", "peers": [{"name": "b", "address": "2"}, {"name": "a", "address": "1"}]},
        "config": {"original": "x"},
    }
    (status,) = await source(server(status=full)).status()
    assert (status.version, status.cluster, status.peers) == ("0.28.1", "ready", ("1", "2"))
    (bare,) = await source(server(status={})).status()
    assert (bare.version, bare.peers) == ("", ())


# -- peers -------------------------------------------------------------------------------------------------


async def test_peers_say_each_alert_once_and_the_latest_word_counts() -> None:
    early = wire_alert("A", "1")
    late = wire_alert("A", "1", "suppressed", status={"silencedBy": ["s"]}, updatedAt="2023-11-14T22:13:10Z")

    def handler(request: httpx.Request) -> httpx.Response:
        first = request.url.host == "am-0"
        if request.url.path.endswith("silences"):
            return httpx.Response(200, json=[wire_silence("s")])
        return httpx.Response(200, json=[late if first else early, *([] if first else [wire_alert("B", "2")])])

    alerts, silences, status = await picture(handler, peers=("http://am-1:9093",))
    assert [(alert.name, alert.silenced_by) for alert in alerts] == [("A", ("s",)), ("B", ())]
    assert len(silences) == 1
    assert status.via == "http://am-0:9093, http://am-1:9093"


async def test_a_peer_that_is_away_makes_the_picture_partial() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "am-0":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json=[])

    _, _, status = await picture(handler, peers=("http://am-1:9093",))
    assert status.state == "partial"
    assert "am-0" in status.missing[0]


async def test_all_peers_away_is_a_failure() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    (status,) = await second_batch(handler, peers=("http://am-1:9093",))
    assert isinstance(status, Status)
    assert status.state == "failed"


def test_peers_need_a_first_one() -> None:
    with pytest.raises(Misconfigured, match="peers"):
        AlertmanagerSource(AlertmanagerConfig(peers=("http://x",)), Context("am"))


# -- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "error", "words"),
    [
        (httpx.Response(400, json="bad matcher format: x"), QueryError, "bad matcher format: x"),
        (
            httpx.Response(422, json={"code": 602, "message": "filter is required"}),
            QueryError,
            "filter is required",
        ),
        (httpx.Response(500, json="storage is broken"), Unavailable, "500: storage is broken"),
        (httpx.Response(404, json={"code": 404, "message": "path /x was not found"}), NotSupported, "404"),
        (httpx.Response(410, json={"status": "deprecated"}), NotSupported, "410 .*removed"),
        (httpx.Response(200, text="<html>login"), Unauthorized, "login page"),
        (httpx.Response(302, headers={"location": "/login"}), Unauthorized, "redirect to /login"),
        (httpx.Response(503, text="upstream"), Unavailable, "503: upstream"),
        (httpx.Response(200, json={"status": "success"}), NotSupported, "unknown shape"),
        (httpx.Response(200, content=b"[{", headers={"content-type": "application/json"}), NotSupported, "shape"),
    ],
)
async def test_errors(response: httpx.Response, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        await source(lambda request: response).groups()


async def test_no_content_is_no_alerts() -> None:
    alerts, silences, _ = await picture(lambda request: httpx.Response(204))
    assert (alerts, silences) == ([], [])


async def test_check_names_version_and_alerts_or_the_fix() -> None:
    status = {"versionInfo": {"version": "0.28.1"}, "cluster": {"status": "settling"}}
    checks = await source(server([wire_alert("A", "1")], status=status)).check()
    assert [(check.name, check.ok) for check in checks] == [("status", True), ("cluster", None), ("alerts", True)]
    assert "0.28.1" in checks[0].detail
    (failed,) = await source(lambda request: httpx.Response(401, text="no")).check()
    assert (failed.ok, "[sources.alertmanager]" in failed.fix) == (False, True)
