"""Watches while a real control plane is stopped, stunned, compacted and churned: no row is lost, nothing lies.

These have a control plane of their own (`plane`), so that they disturb nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal

import pytest

from tests.faults.between import between
from tests.live.following import Following, following
from tests.testbed import Bed
from tests.testbed.kubeapi import ApiError

POD = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c", "image": "none.test/x"}]}}


def names(plane: Bed) -> set[str]:
    """A fresh list by somebody else."""
    items = json.loads(plane.kubectl_run("get", "pods", "-A", "-o", "json"))["items"]
    return {f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in items}


def pod(name: str) -> dict:
    spec = POD["spec"] | {"terminationGracePeriodSeconds": 0, "nodeSelector": {"none": "such"}}
    return POD | {"metadata": {"name": name, "namespace": "default"}, "spec": spec}


async def agrees(pods: Following, plane: Bed, seconds: float = 60.0) -> None:
    """The table becomes what a fresh list says (which moves on too, so it is asked again)."""
    until = asyncio.get_running_loop().time() + seconds
    while set(pods.rows("pod")) != (fresh := await asyncio.to_thread(names, plane)):
        assert asyncio.get_running_loop().time() < until, set(pods.rows("pod")) ^ fresh


@pytest.mark.fault(27)
async def test_a_restart_keeps_the_rows_and_recovers(plane):
    async with following(plane.kubeconfig("viewer"), "pods", "nodes") as (_, pods, nodes):
        await pods.settled()
        await nodes.settled()
        known = set(pods.rows("pod"))
        lists = len(pods.snapshots)
        await asyncio.to_thread(plane.stop, "kube-apiserver")
        await pods.until(lambda: pods.status.state == "stale", 20)
        await nodes.until(lambda: nodes.status.state == "stale", 20)
        assert pods.status.since is not None
        assert pods.status.retry_at is not None
        # Controllers work until the server stops: what it took back itself may be gone, and more may have come.
        assert known - pods.deleted <= set(pods.rows("pod"))
        assert len(pods.snapshots) == lists
        assert nodes.rows("node")
        await asyncio.to_thread(plane.start, "kube-apiserver")
        await pods.until(lambda: pods.status.state == "live", 90)
        await nodes.until(lambda: nodes.status.state == "live", 90)
        # none, but for the polls while a server that has just started knows no roles and refuses everybody
        assert len(pods.snapshots) <= lists + 2
        await agrees(pods, plane)


@pytest.mark.fault(15, 16)
async def test_compaction_behind_our_back_is_a_new_list_and_nothing_is_lost(plane, tmp_path):
    async with (
        between(plane.kubeconfig("viewer"), tmp_path) as (proxy, kubeconfig),
        following(kubeconfig, "pods", "events") as (_, pods, events),
    ):
        await pods.settled()
        await events.settled()
        api = plane.api()
        await asyncio.to_thread(api.apply, pod("before-1"))
        await pods.until(lambda: "default/before-1" in pods.rows("pod"))
        lists = len(pods.snapshots)
        await proxy.cut()
        await pods.until(lambda: pods.status.state == "stale")
        # changes that we miss, and whose history is gone when we come back
        await asyncio.to_thread(api.apply, pod("missed-1"))
        await asyncio.to_thread(api.request, "DELETE", "/api/v1/namespaces/default/pods/before-1")
        api.close()
        await asyncio.to_thread(plane.compact_etcd)
        await asyncio.to_thread(plane.restart, "kube-apiserver")
        await proxy.open()
        await pods.until(lambda: pods.status.state == "live" and len(pods.snapshots) > lists, 90)
        assert "default/missed-1" in pods.rows("pod")
        assert "default/before-1" not in pods.rows("pod")
        await agrees(pods, plane)
        await events.until(lambda: events.status.state in ("live", "partial"), 90)


@pytest.mark.fault(24)
async def test_a_cut_connection_is_taken_up_where_it_was(plane, tmp_path):
    async with (
        between(plane.kubeconfig("viewer"), tmp_path) as (proxy, kubeconfig),
        following(kubeconfig, "pods") as (_, pods),
    ):
        await pods.settled()
        lists = len(pods.snapshots)
        api = plane.api()
        for turn in range(3):
            await proxy.cut()
            await asyncio.to_thread(api.apply, pod(f"cut-{turn}"))
            await proxy.open()
            await pods.until(lambda turn=turn: f"default/cut-{turn}" in pods.rows("pod"))
        api.close()
        assert len(pods.snapshots) == lists
        await agrees(pods, plane)


@pytest.mark.fault(25, 26)
async def test_a_dead_peer_shows_although_the_watch_looks_open(plane, tmp_path):
    async with (
        between(plane.kubeconfig("viewer"), tmp_path) as (proxy, kubeconfig),
        following(kubeconfig, "pods") as (_, pods),
    ):
        await pods.settled()
        proxy.stall()
        await pods.until(lambda: pods.status.state == "stale", 25)
        assert pods.rows("pod")
        await proxy.cut()
        proxy.flow()
        await proxy.open()
        await pods.until(lambda: pods.status.state == "live", 60)


@pytest.mark.fault(25)
async def test_a_stunned_server_is_noticed_and_forgiven(plane):
    async with following(plane.kubeconfig("viewer"), "nodes") as (_, nodes):
        await nodes.settled()
        pid = plane.pid("kube-apiserver")
        os.kill(pid, signal.SIGSTOP)
        try:
            await nodes.until(lambda: nodes.status.state == "stale", 25)
        finally:
            os.kill(pid, signal.SIGCONT)
        await nodes.until(lambda: nodes.status.state == "live", 60)


@pytest.mark.parametrize("options", [{}, {"gzip": True}, {"watch_list": False}])
@pytest.mark.fault(36, 37)
async def test_churn_ends_in_the_same_table(plane, options):
    """Pods made and removed as fast as the server takes them, many under a name that was used before."""
    async with following(plane.kubeconfig("viewer"), "pods", **options) as (_, pods):
        await pods.settled()
        batches, started = pods.batches, asyncio.get_running_loop().time()
        await asyncio.gather(*(asyncio.to_thread(churn, plane, lane) for lane in range(8)))
        lasted = asyncio.get_running_loop().time() - started
        await agrees(pods, plane)
        assert any(key.startswith("default/churn-") for key in pods.rows("pod"))
        assert len(pods.snapshots) == 1
        assert pods.batches - batches < 25 * (lasted + 10)  # coalesced: at most 20 a second


def churn(plane: Bed, lane: int) -> None:
    api = plane.api()
    path = "/api/v1/namespaces/default/pods"
    for n in range(120):
        name = f"churn-{lane}-{n % 30}"
        with contextlib.suppress(ApiError):  # it is still there from the round before
            api.request("POST", path, pod(name))
        if n % 5:
            api.request("DELETE", f"{path}/{name}")
    api.close()


@pytest.mark.fault(14)
async def test_no_metrics_api(plane):
    async with following(plane.kubeconfig("viewer"), "usage") as (source, usage):
        status = await usage.settled()
        assert status.state == "absent"
        assert "metrics API not available (metrics.k8s.io)" in status.detail
        metrics = next(check for check in await source.check() if check.name == "metrics API")
        assert metrics.ok is None
        assert "metrics-server" in metrics.fix


@pytest.mark.fault(1)
async def test_nobody_there(tmp_path, plane):
    async with between(plane.kubeconfig("viewer"), tmp_path) as (proxy, kubeconfig):
        await proxy.cut()
        async with following(kubeconfig, "pods") as (source, pods):
            await pods.until(lambda: bool(pods.statuses) and pods.status.state == "failed")
            assert "refused" in pods.status.detail
            checks = await source.check()
            assert checks[-1].ok is False
            assert checks[-1].fix
            await proxy.open()
            await pods.until(lambda: pods.status.state == "live", 60)
