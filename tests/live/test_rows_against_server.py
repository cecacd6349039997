"""Our columns against the server's own printer: the Table answers of a real API server, cell by cell.

A Table with `includeObject=Object` gives the printed cells and the object they were printed from together.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from sources.model import Pod
from sources.rules import decode, events, pods, quantity, resources
from sources.rules.duration import age
from tests.testbed import Bed
from tests.testbed.content.nodes import HAND
from tests.testbed.kubeapi import ApiError

Row = dict[str, Any]
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
RECORDED = Path(__file__).parents[1] / "unit" / "rules" / "objects" / "pods.json"
CASES = {case["case"]: case for case in json.loads(RECORDED.read_text())["cases"]}
FINALIZER = "testbed.example/hold"


@pytest.fixture(scope="module")
def server(bed: Bed) -> Iterator[httpx.Client]:
    """The API server as the user who may read everything."""
    user = yaml.safe_load(bed.kubeconfig("viewer").read_text())["users"][0]["user"]
    headers = {"Authorization": f"Bearer {user['token']}"}
    with httpx.Client(
        base_url=bed.server, headers=headers, verify=ssl.create_default_context(cafile=str(bed.ca))
    ) as client:
        yield client


class Table:
    """A Table answer: rows as column -> cell with the object under "object", and when it was printed."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        before = time.time()
        answer = client.get(path, params={"includeObject": "Object"}, headers=TABLE).raise_for_status().json()
        self.printed = (before, time.time())
        assert answer["kind"] == "Table"
        columns = [column["name"] for column in answer["columnDefinitions"]]
        self.rows: list[Row] = [
            {**dict(zip(columns, row["cells"], strict=True)), "object": json.dumps(row["object"])}
            for row in answer["rows"] or []
        ]

    def at_that_time(self, text: Any) -> set[str]:
        """What `text(now)` gave at any moment between request and answer."""
        start, end = self.printed
        steps = int((end - start) * 20) + 2
        return {text(start + (end - start) * step / (steps - 1)) for step in range(steps)}


def compare_pod(table: Table, row: Row) -> None:
    pod = decode.decode_pod(row["object"])
    ours = {
        "Name": pod.name,
        "Ready": pods.ready_text(pod.ready, pod.total),
        "Status": pod.status,
        "IP": pod.ip or "<none>",
        "Node": pod.node or "<none>",
        "Nominated Node": pod.nominated_node or "<none>",
        "Readiness Gates": pod.readiness_gates or "<none>",
    }
    assert ours == {name: row[name] for name in ours}
    restarts = table.at_that_time(lambda now: pods.restarts_text(pod.restarts, pod.last_restart, now))
    assert str(row["Restarts"]) in restarts, pod.key
    assert row["Age"] in table.at_that_time(lambda now: age(pod.created, now)), pod.key


def test_every_pod(server: httpx.Client) -> None:
    table = Table(server, "/api/v1/pods")
    assert len(table.rows) > 50
    for row in table.rows:
        compare_pod(table, row)
    assert {row["Status"] for row in table.rows} >= {"Running", "CrashLoopBackOff", "Terminating", "Evicted"}


def test_every_node(server: httpx.Client) -> None:
    table = Table(server, "/api/v1/nodes")
    for row in table.rows:
        node = decode.decode_node(row["object"])
        ours = {
            "Name": node.name,
            "Status": node.status,
            "Roles": node.roles,
            "Version": node.version,
            "Internal-IP": node.internal_ip or "<none>",
            "External-IP": node.external_ip or "<none>",
            "OS-Image": node.os_image or "<unknown>",
            "Kernel-Version": node.kernel or "<unknown>",
            "Container-Runtime": node.runtime or "<unknown>",
        }
        assert ours == {name: row[name] for name in ours}
        assert row["Age"] in table.at_that_time(lambda now, node=node: age(node.created, now))
    assert {row["Status"] for row in table.rows} >= {"Ready", "NotReady", "Ready,SchedulingDisabled"}


def compare_event(table: Table, row: Row) -> None:
    event = decode.decode_event(row["object"])
    ours = {
        "Type": event.type,
        "Reason": event.reason,
        "Object": events.target(event.about.kind, event.about.name),
        "Source": event.source,
        "Message": event.message,
        "Count": event.count,
        "Name": event.name,
    }
    assert ours == {name: row[name] for name in ours}
    assert row["Last Seen"] in table.at_that_time(lambda now: age(event.last, now)), event.name
    assert row["First Seen"] in table.at_that_time(lambda now: age(event.first, now)), event.name


def test_every_event(server: httpx.Client) -> None:
    table = Table(server, "/api/v1/events")
    assert table.rows
    for row in table.rows:
        compare_event(table, row)


def test_an_event_series(bed: Bed, server: httpx.Client) -> None:
    """The newer API's events: a series has its own count and last moment, and no host."""
    api = bed.api()
    path = "/api/v1/namespaces/default/events"
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 300))
    body = {
        "metadata": {"name": "printed-series"},
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "printed"},
        "type": "Warning",
        "reason": "Printed",
        "action": "Print",
        "message": "Printed seven times",
        "eventTime": stamp,
        "series": {"count": 7, "lastObservedTime": stamp.replace(".000000", ".500000")},
        "reportingComponent": "example.com/printer",
        "reportingInstance": "printer-0",
    }
    api.request("POST", path, body)
    try:
        table = Table(server, f"{path}/printed-series")
        compare_event(table, table.rows[0])
        assert table.rows[0]["Count"] == 7
    finally:
        api.request("DELETE", f"{path}/printed-series")


@pytest.mark.parametrize("case", CASES)
def test_recorded_objects_print_as_they_state(bed: Bed, server: httpx.Client, case: str) -> None:
    """The objects of the unit tests, shown to the real printer: they state its text, not what we believe it is.

    Each pod lives for the moment of one request, on the node without a kubelet.
    """
    api = bed.api()
    collection = "/api/v1/namespaces/default/pods"
    wanted, recorded = CASES[case]["kubectl"], CASES[case]["object"]
    meta = {"name": "printed-pod", "finalizers": [FINALIZER]}
    spec = {**recorded["spec"], "schedulerName": "nobody", "terminationGracePeriodSeconds": 30}
    if "nodeName" in spec:
        spec["nodeName"] = HAND
    created = api.request("POST", collection, {"metadata": meta, "spec": spec})
    path = f"{collection}/printed-pod"
    try:
        # The status is put as a whole, so that nothing stays of what the server gave a new pod.
        status = {"phase": "Pending", **recorded["status"]}
        api.request("PUT", f"{path}/status", {**created, "status": status})
        if recorded["metadata"].get("deletionTimestamp"):
            api.request("DELETE", path)
        table = Table(server, path)
        compare_pod(table, table.rows[0])
        if recorded["status"].get("phase"):  # a server keeps none without
            assert (table.rows[0]["Ready"], table.rows[0]["Status"]) == (wanted["READY"], wanted["STATUS"])
            assert str(table.rows[0]["Restarts"]).split(" ")[0] == wanted["RESTARTS"].split(" ")[0]
    finally:
        api.request("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        try:
            api.request("DELETE", f"{path}?gracePeriodSeconds=0")
        except ApiError as error:
            if error.code != 404:
                raise


def test_allocated_resources_of_every_node(bed: Bed, server: httpx.Client) -> None:
    """The sums and percentages of `kubectl describe node`."""
    for row in Table(server, "/api/v1/nodes").rows:
        node = decode.decode_node(row["object"])
        describe = partial(bed.kubectl_run, "describe", "node", node.name)
        everything, text = while_pods_rest(server, node.name, describe)
        total = resources.allocated(everything)
        shown = described(text)
        cpu = [
            (amount, resources.cpu_percent(amount, node.cpu_allocatable, node.cpu_capacity))
            for amount in (total.cpu_request, total.cpu_limit)
        ]
        memory = [
            (amount, resources.memory_percent(amount, node.memory_allocatable, node.memory_capacity))
            for amount in (total.memory_request, total.memory_limit)
        ]
        assert [(quantity.parse_cpu(text), share) for text, share in shown["cpu"]] == cpu, node.name
        assert [(quantity.parse_bytes(text), share) for text, share in shown["memory"]] == memory, node.name


def while_pods_rest(server: httpx.Client, node: str, look: Callable[[], str]) -> tuple[list[Pod], str]:
    """The pods of a node and what `look` saw, while none of them changed: controllers may be at work."""
    for _attempt in range(10):
        before = pods_of(server, node)
        text = look()
        if pods_of(server, node) == before:
            return before, text
    raise AssertionError(f"the pods of {node} never rested")


def pods_of(server: httpx.Client, node: str) -> list[Pod]:
    everything = (decode.decode_pod(row["object"]) for row in Table(server, "/api/v1/pods").rows)
    return [pod for pod in everything if pod.node == node]


def described(text: str) -> dict[str, list[tuple[str, int]]]:
    """Resource -> [(requests, %), (limits, %)] of the "Allocated resources" of a description."""
    found = {}
    for line in text.partition("Allocated resources:")[2].partition("Events:")[0].splitlines():
        words = line.split()
        if len(words) == 5 and words[2].endswith("%)"):
            found[words[0]] = [(words[1], int(words[2][1:-2])), (words[3], int(words[4][1:-2]))]
    return found
