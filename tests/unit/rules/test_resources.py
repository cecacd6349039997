"""Requests and limits as `kubectl describe node` counts them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.model import Pod
from sources.rules import resources, wire
from sources.rules.quantity import NANO

MILLI = 1_000_000
MI = 2**20 * NANO


def pod(status: dict[str, Any] | None = None, **spec: Any) -> wire.Pod:
    return wire.decode(wire.Pod, json.dumps({"metadata": {"name": "p"}, "spec": spec, "status": status or {}}))


def needs(requests: Any = None, limits: Any = None, **more: Any) -> dict[str, Any]:
    return {"resources": {"requests": requests, "limits": limits}, **more}


def cpu(amount: str, **more: Any) -> dict[str, Any]:
    return needs({"cpu": amount}, {"cpu": amount}, **more)


def test_containers_add_up_exactly() -> None:
    found = pod(
        containers=[
            needs({"cpu": "100m", "memory": "64Mi"}, {"memory": "128Mi"}),
            needs({"cpu": "1n"}, {"cpu": "1", "example.com/gpu": "2"}),
            {"name": "without"},
        ]
    )
    assert resources.pod_requests(found) == {"cpu": 100 * MILLI + 1, "memory": 64 * MI}
    assert resources.pod_limits(found) == {"memory": 128 * MI, "cpu": NANO, "example.com/gpu": 2 * NANO}


def test_nothing_named_is_absent_and_zero_is_zero() -> None:
    assert resources.pod_requests(pod(containers=[{"name": "a"}])) == {}
    assert resources.pod_quartet(pod(containers=[{"name": "a"}])).cpu_request is None
    assert resources.pod_quartet(pod(containers=[cpu("0")])).cpu_request == 0
    assert resources.pod_requests(wire.Pod()) == {}


@pytest.mark.parametrize(
    ("inits", "total"),
    [
        ([cpu("50m")], 200),  # smaller than the containers together
        ([cpu("500m")], 500),  # init containers run one after the other: the largest counts
        ([cpu("500m"), cpu("300m")], 500),
        ([cpu("50m", restartPolicy="Always")], 250),  # a sidecar runs along
        ([cpu("50m", restartPolicy="Always"), cpu("500m")], 550),  # and during later init containers
        ([cpu("500m"), cpu("50m", restartPolicy="Always")], 500),  # but not during earlier ones
        ([cpu("50m", restartPolicy="Always"), cpu("400m"), cpu("60m", restartPolicy="Always")], 450),
        ([cpu("300m", restartPolicy="Always"), cpu("300m", restartPolicy="Always")], 800),
    ],
)
def test_init_containers_and_sidecars(inits: list[dict[str, Any]], total: int) -> None:
    found = pod(containers=[cpu("100m"), cpu("100m")], initContainers=inits)
    assert resources.pod_requests(found) == {"cpu": total * MILLI}
    assert resources.pod_limits(found) == {"cpu": total * MILLI}
    for _ in range(2):  # the second time it is remembered
        assert resources.pod_quartet(found) == (total * MILLI, total * MILLI, None, None)


def test_init_container_alone_names_a_resource() -> None:
    found = pod(containers=[cpu("100m")], initContainers=[needs({"memory": "1Mi"})])
    assert resources.pod_requests(found) == {"cpu": 100 * MILLI, "memory": MI}


def test_overhead_joins_requests_and_only_set_limits() -> None:
    found = pod(containers=[needs({"cpu": "100m"}, {"cpu": "1"})], overhead={"cpu": "250m", "memory": "120Mi"})
    assert resources.pod_requests(found) == {"cpu": 350 * MILLI, "memory": 120 * MI}
    assert resources.pod_limits(found) == {"cpu": 1250 * MILLI}
    assert resources.pod_quartet(found) == (350 * MILLI, 1250 * MILLI, 120 << 20, None)
    assert resources.pod_quartet(pod(containers=[needs({"cpu": "100m"}, {"cpu": "1"})])).cpu_request == 100 * MILLI


def test_pod_level_resources_override_what_may_be_set_for_a_pod() -> None:
    found = pod(
        containers=[needs({"cpu": "3", "ephemeral-storage": "1Mi"})],
        **needs({"cpu": "500m", "hugepages-2Mi": "4Mi", "ephemeral-storage": "9Mi"}, {"memory": "1Mi"}),
        overhead={"cpu": "1m"},
    )
    wanted = {"cpu": 501 * MILLI, "hugepages-2Mi": 4 * MI, "ephemeral-storage": MI}
    assert resources.pod_requests(found) == wanted
    assert resources.pod_limits(found) == {"memory": MI}


def resized(condition: str | None) -> wire.Pod:
    return pod(
        status={
            "conditions": [{"type": "PodResizePending", "status": "True", "reason": condition}]
            if condition
            else [],
            "containerStatuses": [
                {
                    "name": "app",
                    "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "3"}},
                    "allocatedResources": {"cpu": "2500m"},
                }
            ],
        },
        containers=[needs({"cpu": "4"}, {"cpu": "5"}, name="app")],
    )


def test_a_resize_counts_at_the_larger_of_wanted_and_had() -> None:
    assert resources.pod_requests(resized(None), use_status=True) == {"cpu": 4 * NANO}
    assert resources.pod_limits(resized("Deferred"), use_status=True) == {"cpu": 5 * NANO}
    assert resources.pod_requests(resized("Infeasible")) == {"cpu": 4 * NANO}


def test_an_infeasible_resize_counts_at_what_it_has() -> None:
    assert resources.pod_requests(resized("Infeasible"), use_status=True) == {"cpu": 2500 * MILLI}
    assert resources.pod_limits(resized("Infeasible"), use_status=True) == {"cpu": 3 * NANO}


def test_an_unreadable_quantity_is_left_out() -> None:
    found = pod(containers=[needs({"cpu": "many", "memory": None}), cpu("100m")])
    assert resources.pod_requests(found) == {"cpu": 100 * MILLI}


def test_finished_pods_hold_nothing_on_a_node() -> None:
    held = Pod("shop", "a", phase="Running", cpu_request=100, memory_limit=7)
    counted = resources.allocated(
        [
            held,
            Pod("shop", "b", phase="Pending", cpu_request=10, cpu_limit=5, memory_request=3),
            Pod("shop", "c", phase="Succeeded", cpu_request=1000),
            Pod("shop", "d", phase="Failed", cpu_request=1000),
        ]
    )
    assert counted == resources.Allocated(2, cpu_request=110, cpu_limit=5, memory_request=3, memory_limit=7)


def test_percentages_are_cut_not_rounded() -> None:
    assert resources.cpu_percent(1_999 * MILLI, 2 * NANO) == 99
    assert resources.cpu_percent(1, NANO) == 0  # 1n counts as 1m of 1000m
    assert resources.cpu_percent(29 * MILLI, 100 * MILLI) == 28  # 0.29 * 100 in double precision, as in kubectl
    assert resources.memory_percent(3, 2) == 150
    assert resources.memory_percent(5, None, 10) == 50
    assert resources.memory_percent(5, 0, 10) == 0
    assert resources.cpu_percent(5, None) == 0
