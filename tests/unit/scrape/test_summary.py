"""A kubelet's summary as series."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.contract import Unavailable
from sources.scrape.exposition import Exposition
from sources.scrape.summary import exposition

TIME = "2023-11-14T22:13:20Z"
FILES = {
    "time": TIME,
    "availableBytes": 18_446_744_073_709_551_615,
    "capacityBytes": 10_000,
    "usedBytes": 4_000,
    "inodesFree": 50,
    "inodes": 60,
    "inodesUsed": 10,
}
SUMMARY: dict[str, Any] = {
    "node": {
        "nodeName": "a",
        "systemContainers": [{"name": "kubelet", "cpu": {"time": TIME, "usageCoreNanoSeconds": 3_000_000_000}}],
        "cpu": {"time": TIME, "usageNanoCores": 250_000_000, "usageCoreNanoSeconds": 7_500_000_000},
        "memory": {
            "time": TIME,
            "availableBytes": 400,
            "usageBytes": 900,
            "workingSetBytes": 600,
            "rssBytes": 500,
        },
        "network": {"time": TIME, "name": "eth0", "rxBytes": 11, "rxErrors": 1, "txBytes": 12, "txErrors": 0},
        "fs": FILES,
        "runtime": {"imageFs": FILES, "containerFs": FILES},
        "rlimit": {"time": TIME, "maxpid": 32_768, "curproc": 300},
        "swap": {"time": TIME, "swapUsageBytes": 0, "swapAvailableBytes": 99},
    },
    "pods": [
        {
            "podRef": {"name": "web-1", "namespace": "shop", "uid": "x"},
            "containers": [
                {
                    "name": "app",
                    "cpu": {"time": TIME, "usageNanoCores": 100, "usageCoreNanoSeconds": 5_000_000_000},
                    "memory": {"time": TIME, "workingSetBytes": 70, "rssBytes": 60},
                    "rootfs": FILES,
                    "logs": {"time": TIME, "usedBytes": 33},
                    "swap": {"time": TIME, "swapUsageBytes": 0},
                    "userDefinedMetrics": None,
                }
            ],
            "network": {"time": TIME, "name": "eth0", "rxBytes": 21, "txBytes": 22},
            "volume": [
                {**FILES, "name": "data", "pvcRef": {"name": "data-0", "namespace": "shop"}},
                {**FILES, "name": "tmp"},
            ],
            "ephemeral-storage": {"time": TIME, "usedBytes": 44, "inodesUsed": 9},
            "process_stats": {"process_count": 1},
        }
    ],
}
POD = {"namespace": "shop", "pod": "web-1"}


def series(summary: object) -> dict[str, list[tuple[dict[str, str], float]]]:
    """By name without the prefix; read as a scrape reads it, so that it is a valid exposition."""
    names: list[dict[str, str]] = []

    def number(labels: tuple[tuple[str, str], ...]) -> int:
        names.append(dict(labels))
        return len(names) - 1

    found = Exposition(number).read(exposition(json.dumps(summary).encode()))
    assert not found.series, "each sample has its moment"
    assert set(found.own_times) <= {1_700_000_000_000}
    by_name: dict[str, list[tuple[dict[str, str], float]]] = {}
    for at, value in zip(found.own_series, found.own_values, strict=True):
        labels = dict(names[at])
        by_name.setdefault(labels.pop("__name__").removeprefix("kube_summary_"), []).append((labels, value))
    return by_name


def test_a_node_has_its_usage_its_disks_and_its_processes() -> None:
    found = series(SUMMARY)
    assert found["node_cpu_usage_seconds_total"] == [({}, 7.5)]
    assert found["node_cpu_usage_cores"] == [({}, 0.25)]
    assert found["node_memory_working_set_bytes"] == [({}, 600.0)]
    assert found["node_network_receive_bytes_total"] == [({"interface": "eth0"}, 11.0)]
    assert found["node_fs_available_bytes"] == [({}, 2.0**64)]
    assert (
        found["node_runtime_imagefs_used_bytes"] == found["node_runtime_containerfs_used_bytes"] == [({}, 4000.0)]
    )
    assert found["node_processes"] == [({}, 300.0)]
    assert found["node_swap_available_bytes"] == [({}, 99.0)]
    assert found["node_system_cpu_usage_seconds_total"] == [({"container": "kubelet"}, 3.0)]


def test_pods_and_containers_have_theirs_with_the_usual_labels() -> None:
    found = series(SUMMARY)
    container = {**POD, "container": "app"}
    assert found["container_cpu_usage_seconds_total"] == [(container, 5.0)]
    assert found["container_memory_working_set_bytes"] == [(container, 70.0)]
    assert found["container_logs_used_bytes"] == [(container, 33.0)]
    assert found["pod_ephemeral_storage_used_bytes"] == [(POD, 44.0)]
    assert found["pod_network_transmit_bytes_total"] == [({**POD, "interface": "eth0"}, 22.0)]


def test_only_a_claim_has_a_size_of_its_own() -> None:
    found = series(SUMMARY)
    claim = {**POD, "volume": "data", "persistentvolumeclaim": "data-0"}
    assert found["pod_volume_used_bytes"] == [(claim, 4000.0), ({**POD, "volume": "tmp"}, 4000.0)]
    assert found["pod_volume_capacity_bytes"] == [(claim, 10_000.0)]


def test_what_the_kubelet_leaves_out_is_left_out() -> None:
    assert series({"node": {"cpu": {"time": TIME}, "memory": None}, "pods": None}) == {}


def test_names_cannot_leave_their_quotes() -> None:
    pod = {"podRef": {"name": 'x"} 1\nevil 7', "namespace": "\\"}, "cpu": {"time": TIME, "usageNanoCores": 1}}
    (name,) = (found := series({"node": {}, "pods": [pod]}))
    assert found[name] == [({"namespace": "\\", "pod": 'x"} 1\nevil 7'}, 1e-9)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"node": 5}', b'{"node": {"cpu": {"usageNanoCores": "x"}}}', b"\xff"]
)
def test_what_is_no_summary_is_named(body: bytes) -> None:
    with pytest.raises(Unavailable, match="/stats/summary: not a kubelet's summary"):
        exposition(body)
