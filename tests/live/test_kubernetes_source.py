"""The Kubernetes source against a real API server: as each kind of user, and as the contract wants it."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest

from sources.contract import Context, Denied, NotFound, NotSupported
from sources.kubernetes import KubernetesSource, cluster, listing
from sources.model import Service, ServicePort
from sources.rules import decode
from sources.testing import SourceContract
from tests.live.following import following
from tests.testbed import Bed
from tests.testbed.content.faults import STATES


def listed(bed: Bed, what: str, *arguments: str) -> list[dict]:
    return json.loads(bed.kubectl_run("get", what, *arguments, "-o", "json"))["items"]


class TestContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _use(self, bed: Bed) -> None:
        self.kubeconfig = bed.kubeconfig("viewer")

    @asynccontextmanager
    async def source(self):
        made = KubernetesSource(KubernetesSource.Config(kubeconfig=str(self.kubeconfig)), Context("kubernetes"))
        try:
            yield made
        finally:
            await made.close()


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("watch_list", [None, False])
@pytest.mark.parametrize("page", [500, 5])
async def test_the_tables_are_the_servers(bed, monkeypatch, gzip, watch_list, page):
    monkeypatch.setattr(listing, "PAGE", page)  # of this cluster all, or the beginning as of a large one...
    monkeypatch.setattr(listing, "MANY", 0)
    monkeypatch.setattr(cluster, "STREAMED_SINCE", 999)  # ...of a server that does not stream lists
    async with following(bed.kubeconfig("viewer"), "nodes", "pods", gzip=gzip, watch_list=watch_list) as (
        source,
        nodes,
        pods,
    ):
        await nodes.settled()
        await pods.settled()
        assert (nodes.status.state, pods.status.state) == ("live", "live")
        assert pods.status.via == bed.server
        assert abs(pods.status.clock_offset) < 2

        def same() -> bool:  # the cluster moves on between two looks: looked at again when something arrives
            fresh = (decode.decode_pod(json.dumps(each)) for each in listed(bed, "pods", "-A"))
            return set(pods.rows("pod")) == {pod.key for pod in fresh}

        await pods.until(same)
        assert set(nodes.rows("node")) == {each["metadata"]["name"] for each in listed(bed, "nodes")}
        used = source._connection.cluster.watch_list
        assert used is (watch_list if page == 500 else watch_list is None)


async def test_every_bad_state_shows_as_kubectl_prints_it(bed):
    async with following(bed.kubeconfig("viewer"), "pods") as (_, pods):
        await pods.settled()
        await pods.until(
            lambda: all(pods.rows("pod")[f"{ns}/{name}"].status == status for (ns, name), status in STATES.items())
        )


async def test_events_are_the_servers_and_new_ones_arrive(bed):
    async with following(bed.kubeconfig("viewer"), "events") as (_, events):
        await events.settled()
        assert events.status.state == "live"
        before = events.upserts
        expected = {each["metadata"]["uid"] for each in listed(bed, "events", "-A")}
        await events.until(lambda: expected <= set(events.rows("event")))
        await events.until(lambda: events.upserts > before + 1, 90)


async def test_usage_has_samples_with_their_own_moment(bed):
    async with following(bed.kubeconfig("viewer"), "usage") as (_, usage):
        await usage.settled()
        assert usage.status.state == "live"
        nodes = usage.rows("node_usage")
        assert "lost-1" not in nodes
        assert all(sample.cpu > 0 and sample.at > 1.7e9 and sample.window for sample in nodes.values())
        assert usage.rows("pod_usage")


async def test_one_namespace_only(bed):
    async with following(bed.kubeconfig("team"), "nodes", "pods", "events", "usage") as (
        source,
        nodes,
        pods,
        events,
        usage,
    ):
        for feed in (nodes, pods, events, usage):
            await feed.settled()
        assert (nodes.status.state, nodes.status.missing) == ("denied", ("list nodes",))
        assert pods.status.state == "partial"
        assert "team-a" in pods.status.missing[0]
        expected = {f"team-a/{each['metadata']['name']}" for each in listed(bed, "pods", "-n", "team-a")}
        await pods.until(lambda: set(pods.rows("pod")) == expected)
        assert {scope for _, scope, _ in pods.snapshots} == {"team-a"}
        expected_events = {each["metadata"]["uid"] for each in listed(bed, "events", "-n", "team-a")}
        await events.until(lambda: expected_events <= set(events.rows("event")))
        assert {event.namespace for event in events.rows("event").values()} <= {"team-a"}
        assert usage.status.state == "partial"
        assert {sample.namespace for sample in usage.rows("pod_usage").values()} == {"team-a"}
        source.include_namespace("shop")  # asked for, but forbidden: said, and nothing breaks
        await pods.until(lambda: "list pods in shop" in pods.status.missing)
        assert set(pods.rows("pod")) == expected


async def test_no_rights_at_all(bed):
    async with following(bed.kubeconfig("nobody"), "nodes", "pods", "events", "usage") as (source, *feeds):
        for feed in feeds:
            status = await feed.settled()
            assert status.state == "denied", feed.name
            assert status.missing
            assert status.retry_at is not None
        assert [check.name for check in await source.check() if check.ok is False] == [
            "rights: nodes",
            "rights: pods",
            "rights: events",
        ]
        with pytest.raises(Denied):
            await source.services()


async def test_explicit_namespaces(bed):
    async with following(bed.kubeconfig("viewer"), "pods", namespaces=("shop", "team-a")) as (_, pods):
        assert (await pods.settled()).state == "live"
        assert {pod.namespace for pod in pods.rows("pod").values()} == {"shop", "team-a"}


async def test_an_exec_plugin_user(bed):
    async with following(bed.kubeconfig("exec"), "nodes") as (_, nodes):
        assert (await nodes.settled()).state == "live"


async def test_objects(bed):
    async with following(bed.kubeconfig("viewer")) as (source,):
        for kind, what in [("Pod", "pods"), ("Deployment", "deployments"), ("ReplicaSet", "replicasets")]:
            meta = listed(bed, what, "-n", "shop")[0]["metadata"]
            found = await source.get_object(kind, "shop", meta["name"])
            assert found["metadata"]["uid"] == meta["uid"]
        assert (await source.get_object("Node", "", "worker-1"))["kind"] == "Node"
        with pytest.raises(NotFound, match="no-such"):
            await source.get_object("Pod", "shop", "no-such")
        for kind, namespace, name in [("Nonsense", "shop", "x"), ("Pod", "", "x"), ("Pod", "shop", "../x")]:
            with pytest.raises(NotSupported):
                await source.get_object(kind, namespace, name)


async def test_a_service_through_the_api_server(bed):
    async with following(bed.kubeconfig("viewer")) as (source,):
        services = {(service.namespace, service.name): service for service in await source.services()}
        service = services["monitoring", "prometheus-operated"]
        async with await source.service_client(service, service.ports[0]) as client:
            answer = await client.get("api/v1/status/buildinfo")
            assert answer.json()["status"] == "success"
        missing = Service("monitoring", "no-such")
        async with await source.service_client(missing, ServicePort("", 80)) as client:
            assert (await client.get("")).status_code in (404, 503)


async def test_only_get_leaves(bed):
    async with following(bed.kubeconfig("viewer"), "nodes", "pods", "events", "usage") as (source, *feeds):
        for feed in feeds:
            await feed.settled()
        await source.check()
        assert {request.method for request in source._connection.client.audit.requests()} == {"GET"}
