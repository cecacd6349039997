"""The test bed itself: what other live tests rely on is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.testbed import Bed
from tests.testbed.content import faults
from tests.testbed.content.nodes import LOST, UNMEASURED
from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import ApiError
from tests.testbed.monitoring_api import alert_states
from tests.testbed.populate import wait_for


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def service_proxy(bed: Bed, service: str, path: str, user: str = "viewer") -> str:
    return bed.kubectl_run(
        "get", "--raw", f"/api/v1/namespaces/monitoring/services/{service}/proxy/{path}", user=user
    )


def test_every_server_is_ready(bed: Bed) -> None:
    assert set(bed.status().values()) == {"ready"}, bed.status()
    assert bed.notes() == []


def test_up_again_changes_nothing(bed: Bed) -> None:
    before = {name: bed.pid(name) for name in bed.status()}
    bed.up()
    assert {name: bed.pid(name) for name in bed.status()} == before


def test_pods_print_as_the_catalogue_of_faults_says(bed: Bed) -> None:
    shown = rows(bed.kubectl_run("get", "pods", "-A", "--no-headers", "-l", "testbed/fault"))
    assert {(row[0], row[1]): row[3] for row in shown} == faults.STATES


def test_about_sixty_pods_run(bed: Bed) -> None:
    running = bed.kubectl_run("get", "pods", "-A", "--no-headers", "--field-selector=status.phase=Running")
    assert 55 <= len(rows(running)) <= 80


def test_nodes_have_the_promised_conditions(bed: Bed) -> None:
    nodes = {row[0]: row[1:3] for row in rows(bed.kubectl_run("get", "nodes", "--no-headers"))}
    assert len(nodes) == 10
    assert nodes["control-plane-1"] == ["Ready", "control-plane"]
    assert nodes["worker-5"][0] == "Ready,SchedulingDisabled"
    assert nodes[LOST][0] == "NotReady"
    assert nodes["hand-1"][0] == "Ready"


def test_usage_of_every_node_but_two(bed: Bed) -> None:
    top = {row[0]: row[1] for row in rows(bed.kubectl_run("top", "nodes", "--no-headers"))}
    assert {name for name, cpu in top.items() if cpu == "<unknown>"} == {UNMEASURED, LOST}


@pytest.mark.parametrize(
    ("user", "verb", "resource", "namespace", "allowed"),
    [
        ("admin", "delete", "pods", "shop", True),
        ("viewer", "list", "nodes", None, True),
        ("viewer", "list", "nodes.metrics.k8s.io", None, True),
        ("viewer", "get", "services/proxy", "monitoring", True),
        ("viewer", "delete", "pods", "shop", False),
        ("exec", "list", "nodes", None, True),
        ("team", "watch", "pods", "team-a", True),
        ("team", "list", "pods.metrics.k8s.io", "team-a", True),
        ("team", "list", "pods", "team-b", False),
        ("team", "list", "namespaces", None, False),
        ("nobody", "list", "pods", "default", False),
    ],
)
def test_rights(bed: Bed, user: str, verb: str, resource: str, namespace: str | None, allowed: bool) -> None:
    name, _, subresource = resource.partition("/")
    command = [str(bed.kubectl), f"--kubeconfig={bed.kubeconfig(user)}", "auth", "can-i", verb, name]
    command += [f"--subresource={subresource}"] if subresource else []
    # Without -A the context's namespace is asked for even where the resource has none, and a role bound in that
    # namespace then says yes to a request that is refused.
    command += [f"--namespace={namespace}"] if namespace else ["-A"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == ("yes" if allowed else "no"), answer.stderr


@pytest.mark.parametrize("user", ["admin", "viewer", "team", "nobody", "exec"])
def test_kubeconfigs_are_accepted_as_the_user_they_name(bed: Bed, user: str) -> None:
    answer = json.loads(bed.kubectl_run("auth", "whoami", "-o", "json", user=user))
    expected = {"exec": "viewer", "admin": "testbed-admin"}.get(user, user)
    assert answer["status"]["userInfo"]["username"] == expected


def test_events_are_counted_up(bed: Bed) -> None:
    def count() -> int:
        events = json.loads(
            bed.kubectl_run("get", "events", "-n", "shop", "-o", "json", "--field-selector=reason=BackOff")
        )
        return sum(event["count"] for event in events["items"])

    before = count()
    wait_for("the BackOff event to be repeated", lambda: count() > before, seconds=40)


def test_metrics_come_and_go(bed: Bed) -> None:
    bed.up(metrics=False)
    try:
        with pytest.raises(TestBedError, match=r"Metrics API not available|metrics\.k8s\.io"):
            bed.kubectl_run("top", "nodes")
    finally:
        bed.up()
    assert rows(bed.kubectl_run("top", "pods", "-n", "shop", "--no-headers"))


@pytest.mark.parametrize(("attribute", "major"), [("prometheus_url", "3"), ("prometheus_old_url", "2")])
def test_both_generations_of_prometheus(bed: Bed, attribute: str, major: str) -> None:
    with httpx.Client(base_url=getattr(bed, attribute), trust_env=False) as client:
        assert client.get("/api/v1/status/buildinfo").json()["data"]["version"].split(".")[0] == major

        def states() -> dict[str, str]:
            groups = client.get("/api/v1/rules").json()["data"]["groups"]
            return {r["name"]: r["state"] for group in groups for r in group["rules"] if r["type"] == "alerting"}

        wait_for("rules to be evaluated", lambda: states().get("Watchdog") == "firing", seconds=60)
        assert states()["TestBedPodCrashLooping"] == "firing"
        assert states()["TestBedSlowRollout"] == "pending"
        assert states()["TestBedNever"] == "inactive"

        def recorded() -> list[object]:
            query = {"query": "instance:node_cpu_utilisation:rate1m"}
            found: list[object] = client.get("/api/v1/query", params=query).json()["data"]["result"]
            return found

        wait_for("the recording rule", lambda: len(recorded()) == 1, seconds=90)


def test_alertmanager_has_active_silenced_and_inhibited_alerts(bed: Bed) -> None:
    wanted = {
        "Watchdog": "active",
        "TestBedPodCrashLooping": "active",
        "TestBedNodeUnreachable": "suppressed",
        "TestBedDiskFilling": "suppressed",
    }
    wait_for("alerts in their states", lambda: wanted.items() <= alert_states(bed.alertmanager_url).items(), 60)


@pytest.mark.parametrize(
    ("service", "path", "says"),
    [
        ("prometheus-operated:9090", "-/ready", "Ready"),
        ("prometheus-operated:http-web", "api/v1/query?query=up", "success"),
        ("kube-prometheus-stack-prometheus:9090", "api/v1/rules", "TestBedPodCrashLooping"),
        ("alertmanager-operated:9093", "api/v2/alerts", "Watchdog"),
        ("kube-prometheus-stack-alertmanager:9093", "api/v2/status", "versionInfo"),
    ],
)
def test_monitoring_behind_the_service_proxy(bed: Bed, service: str, path: str, says: str) -> None:
    assert says in service_proxy(bed, service, path)


def test_service_proxy_is_refused_without_the_right(bed: Bed) -> None:
    with pytest.raises(TestBedError, match="forbidden"):
        service_proxy(bed, "prometheus-operated:9090", "-/ready", user="team")


def test_old_versions_are_gone_after_compaction(bed: Bed) -> None:
    api = bed.api()
    old = api.request("GET", "/api/v1/namespaces?limit=1")["metadata"]["resourceVersion"]
    # Something has to be written after that version, or it is still the newest.
    change = {"metadata": {"annotations": {"testbed/compacted-after": old}}}
    api.request("PATCH", "/api/v1/namespaces/team-b", change, "application/merge-patch+json")
    bed.compact_etcd()
    bed.restart("kube-apiserver")
    with pytest.raises(ApiError) as refused:
        api.request("GET", f"/api/v1/namespaces?resourceVersion={old}&resourceVersionMatch=Exact&limit=1")
    assert refused.value.code == 410


def test_a_server_can_be_stopped_and_started(bed: Bed) -> None:
    bed.stop("node-exporter")
    try:
        with pytest.raises(httpx.ConnectError):
            httpx.get(bed.node_exporter_url, trust_env=False)
    finally:
        bed.start("node-exporter")
    assert "node_cpu_seconds_total" in httpx.get(f"{bed.node_exporter_url}/metrics", trust_env=False).text


def test_a_second_bed_runs_beside_it_and_leaves_nothing(bed: Bed, tmp_path: Path) -> None:
    env = {**os.environ, "TOPMAST_TESTBED_STATE": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.testbed", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)

    up = run("up", "--only", "monitoring")
    try:
        assert up.returncode == 0, up.stderr
        assert bed.prometheus_url not in up.stdout
    finally:
        down = run("down")
    assert down.returncode == 0, down.stderr
    assert "ready" not in run("status").stdout
    assert set(bed.status().values()) == {"ready"}
    assert "Ready" in service_proxy(bed, "prometheus-operated:9090", "-/ready")
