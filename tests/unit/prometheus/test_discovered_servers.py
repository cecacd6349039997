"""Servers found in the cluster: proved, asked through it, looked for again; and what is said when none is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import httpx
import pytest

from sources.alertmanager import AlertmanagerConfig, AlertmanagerSource
from sources.contract import (
    Context,
    Denied,
    Misconfigured,
    NotSupported,
    ReadOnlyError,
    Snapshot,
    Status,
    Unauthorized,
    Unavailable,
)
from sources.model import Service, ServicePort
from sources.prometheus import PrometheusConfig, PrometheusSource
from tests.unit.prometheus.charts import COMMUNITY, PLAIN, STACK, service

BUILD = {"status": "success", "data": {"version": "3.5.0"}}


VECTOR = {"status": "success", "data": {"resultType": "vector", "result": []}}


Answers = Callable[[str, httpx.Request], httpx.Response]


class Cluster:
    """A peer that offers `ServiceProxy`; `answers` gets the service's name and the request."""

    def __init__(self, services: Sequence[Service], answers: Answers) -> None:
        self.found = services
        self.answers = answers
        self.lists = 0
        self.asked: list[str] = []
        self.open = 0

    def searched(self) -> Sequence[str]:
        return ()

    async def services(self) -> Sequence[Service]:
        self.lists += 1
        return self.found

    async def service_client(self, service: Service, port: ServicePort, scheme: str = "http") -> httpx.AsyncClient:
        def handle(request: httpx.Request) -> httpx.Response:
            path = request.url.path.partition("/proxy")[2]
            self.asked.append(f"{request.method} {service.name} {path}")
            return self.answers(service.name, request)

        cluster = self
        cluster.open += 1

        class Client(httpx.AsyncClient):
            async def aclose(self) -> None:
                cluster.open -= 1
                await super().aclose()

        base = f"https://api/api/v1/namespaces/{service.namespace}/services/{service.name}:{port.port}/proxy"
        return Client(base_url=base, transport=httpx.MockTransport(handle))


class Blind(Cluster):
    async def services(self) -> Sequence[Service]:
        raise Denied("services is forbidden", "list services")


class Stranger(Cluster):
    async def services(self) -> Sequence[Service]:
        raise Unauthorized("the cluster does not accept our credentials (401)")


class Limited(Cluster):
    def searched(self) -> Sequence[str]:
        return ("team-a", "team-b")


class FakeClock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def monitoring(name: str, request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/buildinfo"):
        return httpx.Response(200, json=BUILD)
    if request.url.path.endswith("/query"):
        return httpx.Response(200, json=VECTOR)
    if request.url.path.endswith("/api/v2/status"):
        return httpx.Response(200, json={"versionInfo": {"version": "0.28.0"}, "cluster": {"status": "ready"}})
    if "/api/v2/" in request.url.path:
        return httpx.Response(200, json=[])
    return httpx.Response(200, json={"status": "success", "data": {"groups": []}})


def prometheus(*peers: object, clock: FakeClock | None = None) -> PrometheusSource:
    return PrometheusSource(PrometheusConfig(), Context("prom", clock or FakeClock(), lambda: peers))


async def first_status(source: PrometheusSource | AlertmanagerSource) -> Status:
    feed = source.alerts()
    await anext(feed)
    batch = await anext(feed)
    status = batch[-1]
    assert isinstance(status, Status)
    return status


async def test_the_best_service_answers_queries_by_get_only() -> None:
    cluster = Cluster(STACK, monitoring)
    source = prometheus(cluster)
    await source.query("up")
    assert cluster.asked[-1] == "GET kps-kube-prometheus-stack-prometheus /api/v1/query"
    assert all(each.startswith("GET ") for each in cluster.asked)
    assert source.describe() == "Prometheus at service monitoring/kps-kube-prometheus-stack-prometheus:9090"
    assert cluster.open == 1
    await source.close()
    assert cluster.open == 0


async def test_the_feed_names_the_service_it_found() -> None:
    status = await first_status(prometheus(Cluster(COMMUNITY, monitoring)))
    assert (status.state, status.via) == ("live", "service mon/prometheus-server:80")


async def test_alertmanager_is_found_the_same_way() -> None:
    source = AlertmanagerSource(
        AlertmanagerConfig(), Context("am", FakeClock(), lambda: [Cluster(STACK, monitoring)])
    )
    status = await first_status(source)
    assert status.via == "service monitoring/kps-kube-prometheus-stack-alertmanager:9093"


async def test_a_service_that_does_not_prove_itself_is_passed_over() -> None:
    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if name != "prometheus-operated":
            return httpx.Response(200, json={"hello": "world"})
        return monitoring(name, request)

    cluster = Cluster(STACK, answers)
    source = prometheus(cluster)
    await source.query("up")
    assert source.describe().endswith("monitoring/prometheus-operated:9090")
    assert cluster.open == 1


async def test_a_querier_without_buildinfo_proves_itself_by_a_query() -> None:
    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/buildinfo"):
            return httpx.Response(404, text="404 page not found")
        return monitoring(name, request)

    await prometheus(Cluster([service("m", "thanos-query", "http:10902 grpc:10901")], answers)).query("up")


async def test_none_found_is_absent_with_the_remedy() -> None:
    cluster = Cluster([service("default", "kubernetes", "https:443")], monitoring)
    status = await first_status(prometheus(cluster))
    assert status.state == "absent"
    assert status.detail == "no Prometheus found among 1 service; give --prometheus URL"
    with pytest.raises(NotSupported, match="give --prometheus URL"):
        await prometheus(cluster).query("up")


async def test_none_found_by_a_limited_user_says_where_was_looked() -> None:
    status = await first_status(prometheus(Limited([], monitoring)))
    assert status.detail == (
        "no Prometheus found among 0 services of namespaces team-a, team-b (all you may list); "
        "give --prometheus URL"
    )


async def test_look_alikes_that_answer_something_else_are_counted() -> None:
    cluster = Cluster(PLAIN, lambda name, request: httpx.Response(200, text="hello"))
    with pytest.raises(NotSupported, match="among 3 services; 1 looked like one but did not answer"):
        await prometheus(cluster).query("up")


async def test_no_right_to_list_services() -> None:
    status = await first_status(prometheus(Blind([], monitoring)))
    assert (status.state, status.missing) == ("denied", ("list services",))
    assert "--prometheus URL" in status.detail


async def test_a_cluster_that_refuses_our_credentials_is_said_not_an_absent_prometheus() -> None:
    status = await first_status(prometheus(Stranger([], monitoring)))
    assert (status.state, status.detail) == ("failed", "the cluster does not accept our credentials (401)")


async def test_no_right_to_proxy() -> None:
    def denied(name: str, request: httpx.Request) -> httpx.Response:
        message = (
            f'services "{name}" is forbidden: User "u" cannot get resource "services/proxy" in API group "" '
            'in the namespace "monitoring"'
        )
        return httpx.Response(403, json={"kind": "Status", "reason": "Forbidden", "message": message})

    cluster = Cluster(STACK, denied)
    status = await first_status(prometheus(cluster))
    assert (status.state, status.missing) == ("denied", ("get services/proxy in monitoring",))
    assert cluster.open == 0


async def test_a_service_that_wants_its_own_sign_in_does_not_ask_for_a_cluster_right() -> None:
    cluster = Cluster(PLAIN, lambda name, request: httpx.Response(403, text="no"))
    with pytest.raises(NotSupported):
        await prometheus(cluster).query("up")


async def test_no_cluster_at_all() -> None:
    with pytest.raises(Misconfigured, match="give --prometheus URL"):
        await prometheus().query("up")


async def test_another_peer_is_asked_when_the_first_may_not() -> None:
    source = prometheus(Blind([], monitoring), object(), Cluster(PLAIN, monitoring))
    await source.query("up")
    assert source.describe().endswith("ops/prometheus:9090")


async def test_a_failed_search_is_repeated_only_after_a_while() -> None:
    clock = FakeClock()
    cluster = Cluster([], monitoring)
    source = prometheus(cluster, clock=clock)
    for _ in range(3):
        with pytest.raises(NotSupported):
            await source.query("up")
    assert cluster.lists == 1
    cluster.found = PLAIN
    clock.time += 6
    await source.query("up")
    assert cluster.lists == 2


async def test_a_service_that_went_away_is_looked_for_again() -> None:
    gone: set[str] = set()

    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if name in gone:
            return httpx.Response(503, json={"kind": "Status", "message": f'no endpoints available for "{name}"'})
        return monitoring(name, request)

    cluster = Cluster(STACK, answers)
    source = prometheus(cluster)
    await source.query("up")
    gone.add("kps-kube-prometheus-stack-prometheus")
    for _ in range(3):
        with pytest.raises(Unavailable, match="no endpoints"):
            await source.query("up")
    await source.query("up")
    assert source.describe().endswith("monitoring/prometheus-operated:9090")
    assert cluster.open == 1


async def test_long_queries_are_posted_even_through_the_cluster_and_fall_back() -> None:
    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            message = 'services "p" is forbidden: User "u" cannot create resource "services/proxy"'
            return httpx.Response(403, json={"kind": "Status", "message": message})
        return monitoring(name, request)

    cluster = Cluster(PLAIN, answers)
    await prometheus(cluster).query("up + " * 2000 + "up")
    assert [each.split()[0] for each in cluster.asked[-2:]] == ["POST", "GET"]


async def test_alerts_of_a_found_server_arrive() -> None:
    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/rules"):
            alert = {"labels": {"alertname": "A"}, "state": "firing", "value": "1"}
            rule = {"type": "alerting", "name": "A", "query": "x", "state": "firing", "alerts": [alert]}
            data = {"groups": [{"name": "g", "rules": [rule]}]}
            return httpx.Response(
                200,
                content=json.dumps({"status": "success", "data": data}).encode(),
                headers={"content-type": "application/json"},
            )
        return monitoring(name, request)

    feed = prometheus(Cluster(PLAIN, answers)).alerts()
    await anext(feed)
    snapshot = (await anext(feed))[0]
    assert isinstance(snapshot, Snapshot)
    assert len(snapshot.objects) == 1


async def test_a_read_only_way_to_the_cluster_is_asked_by_get() -> None:
    def answers(name: str, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise ReadOnlyError("POST is refused")
        return monitoring(name, request)

    cluster = Cluster(PLAIN, answers)
    source = prometheus(cluster)
    for _ in range(2):
        await source.query("up + " * 2000 + "up")
    assert [each.split()[0] for each in cluster.asked[1:]] == ["POST", "GET", "GET"]
