"""The first page of a long list against a real API server: rows and total at once, and no ghost after it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest

from sources.kubernetes import cluster as kubernetes_cluster
from sources.kubernetes import listing
from sources.rules import decode
from tests.live.following import Following, following
from tests.testbed import Bed
from tests.testbed.kubeapi import Api, ApiError

PODS = "/api/v1/namespaces/default/pods"
NAMES = ["aa-first-1", "aa-first-2", "aa-first-3", "aa-first-4"]


def made(name: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"schedulerName": "nobody", "containers": [{"name": "c", "image": "registry.test/first:1"}]},
    }


def remove(api: Api, name: str) -> None:
    with suppress(ApiError):
        api.request("DELETE", f"{PODS}/{name}", {"gracePeriodSeconds": 0})


@pytest.fixture
def four(bed: Bed):
    """Four pods that come first in their namespace, and an API client."""
    api = bed.api()
    for name in NAMES:
        api.apply(made(name))
    yield api
    for name in NAMES:
        remove(api, name)
    api.close()


@pytest.mark.parametrize("watch_list", [None, False])
async def test_a_pod_that_goes_between_the_page_and_the_list_is_no_ghost(bed, four, monkeypatch, watch_list):
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(listing, "MANY", 0)
    monkeypatch.setattr(kubernetes_cluster, "STREAMED_SINCE", 999)  # with None it comes as a watch
    options = {"namespaces": ("default",), "watch_list": watch_list}
    async with following(bed.kubeconfig("viewer"), **options) as (source,):
        cluster = (await source._connect()).cluster
        pods = Following("pods")

        async def run() -> None:
            async for changes in source.pods():
                pods.take(changes)

        async with cluster.gate.slot(), cluster.gate.slot():  # the list waits, the page does not
            task = asyncio.create_task(run())
            try:
                await pods.until(lambda: bool(pods.statuses) and pods.status.total is not None)
                assert sorted(pods.rows("pod")) == ["default/aa-first-1", "default/aa-first-2"]
                assert (pods.status.state, pods.status.done) == ("loading", 2)
                assert pods.status.total >= 4
                early = pods.rows("pod")["default/aa-first-2"]
                remove(four, "aa-first-1")
            except BaseException:
                task.cancel()
                raise
        await pods.settled()
        assert pods.status.state == "live"
        rows = pods.rows("pod")
        assert [name for name in NAMES if f"default/{name}" in rows] == NAMES[1:]
        assert rows["default/aa-first-2"] == early
        fresh = four.request("GET", f"{PODS}/aa-first-2")
        assert decode.decode_pod(json.dumps(fresh)) == early
        assert cluster.first_page
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        first, second = [
            request.path for request in source._connection.client.audit.requests() if "/pods?" in request.path
        ][:2]
        assert first.endswith("/pods?limit=2")
        assert ("sendInitialEvents=true" in second) is (watch_list is None)
        assert "resourceVersion=" in second
        assert not second.endswith("resourceVersion=0")


async def test_of_a_small_cluster_the_page_is_the_list(bed):
    async with following(bed.kubeconfig("viewer"), "pods") as (source, pods):
        await pods.settled()
        paths = [request.path for request in source._connection.client.audit.requests() if "/pods" in request.path]
        assert [path for path in paths if "watch=" not in path] == ["/api/v1/pods?limit=500"]
        await pods.until(lambda: any("watch=" in r.path for r in source._connection.client.audit.requests()))
        assert len(pods.snapshots) == 1
