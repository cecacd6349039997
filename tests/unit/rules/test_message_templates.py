"""Messages of real kubelets, schedulers and controllers: which of them say the same, and what stays of them."""

from __future__ import annotations

import pytest

from sources.model import Owner
from sources.rules.generated import workload_of
from sources.rules.templates import LONGEST, Pattern, split

SAME = {
    "back-off": (
        "Back-off restarting failed container app in pod web-7d9c5bdf4-x2x8q_shop("
        "0b0c9f0a-5a0f-4a6e-9a3e-1f2d3c4b5a69)",
        "Back-off restarting failed container app in pod web-7d9c5bdf4-lk4ns_shop("
        "11223344-5566-4788-99aa-bbccddeeff00)",
        "Back-off restarting failed container app in pod web-7d9c5bdf4-*_shop(*)",
    ),
    "probe": (
        'Readiness probe failed: Get "http://10.244.1.17:8080/ready": dial tcp 10.244.1.17:8080: '
        "connect: connection refused",
        'Readiness probe failed: Get "http://10.244.23.4:8080/ready": dial tcp 10.244.23.4:8080: '
        "connect: connection refused",
        'Readiness probe failed: Get "http://*/ready": dial tcp *: connect: connection refused',
    ),
    "probe over IPv6": (
        'Liveness probe failed: Get "http://[fd00:10:244::1a]:8080/": context deadline exceeded',
        'Liveness probe failed: Get "http://[fd00:10:244::2]:8080/": context deadline exceeded',
        'Liveness probe failed: Get "http://*/": context deadline exceeded',
    ),
    "status code": (
        "Readiness probe failed: HTTP probe failed with statuscode: 500",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "Readiness probe failed: HTTP probe failed with statuscode: *",
    ),
    "scheduling": (
        "0/12 nodes are available: 3 node(s) had untolerated taint "
        "{node.kubernetes.io/disk-pressure: }, 9 Insufficient cpu.",
        "0/11 nodes are available: 2 node(s) had untolerated taint "
        "{node.kubernetes.io/disk-pressure: }, 9 Insufficient cpu.",
        "0/* nodes are available: * node(s) had untolerated taint "
        "{node.kubernetes.io/disk-pressure: }, 9 Insufficient cpu.",
    ),
    "pulled": (
        'Successfully pulled image "nginx:1.19" in 1.234s (1.234s including waiting). Image size: 51234567 bytes.',
        'Successfully pulled image "nginx:1.19" in 1m2.5s (3m0.1s including waiting). Image size: 51234567 bytes.',
        'Successfully pulled image "nginx:1.19" in * (* including waiting). Image size: 51234567 bytes.',
    ),
    "created": ("Created pod: web-7d9c5bdf4-x2x8q", "Created pod: web-6b7f9c8d5f-lk4ns", "Created pod: web-*-*"),
    "scaled": (
        "Scaled up replica set web-7d9c5bdf4 from 0 to 3",
        "Scaled up replica set web-6b7f9c8d5f from 0 to 1",
        "Scaled up replica set web-* from 0 to *",
    ),
    "evicted": (
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9436Mi. ",
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 12Ki. ",
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: *. ",
    ),
    "volume": (
        'MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : failed to fetch token: timed out after 30s',
        'MountVolume.SetUp failed for volume "kube-api-access-bz9dq" : '
        "failed to fetch token: timed out after 1m30s",
        'MountVolume.SetUp failed for volume "kube-api-access-*" : failed to fetch token: timed out after *',
    ),
    "sandbox": (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"6f2d3c4b5a690b0c9f0a5a0f4a6e9a3e1f2d3c4b5a690b0c9f0a5a0f4a6e9a3e"',
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"0b0c9f0a5a0f4a6e9a3e1f2d3c4b5a690b0c9f0a5a0f4a6e9a3e1f2d3c4b5a69"',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "*"',
    ),
    "job": (
        "Created job backup-29400000",
        "Created job backup-29400060",
        "Created job backup-*",
    ),
    "moment": (
        "Certificate expires at 2026-11-27T23:10:00Z",
        "Certificate expires at 2027-01-01T00:00:00.5+01:00",
        "Certificate expires at *",
    ),
    "autoscaler": (
        "New size: 8; reason: cpu resource utilization (percentage of request) above target",
        "New size: 12; reason: cpu resource utilization (percentage of request) above target",
        "New size: *; reason: cpu resource utilization (percentage of request) above target",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_messages_that_say_the_same_have_one_template(name: str) -> None:
    one, other, shown = SAME[name]
    (template, values), (also, more) = split(one), split(other)
    assert template == also
    pattern = Pattern(template, values)
    assert pattern.text == one, "what does not vary stays readable"
    pattern.add(more)
    assert pattern.text == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stopping container app", "Stopping container sidecar"),
        ("Insufficient cpu", "Insufficient memory"),
        ("Readiness probe failed: timeout", "Liveness probe failed: timeout"),
        ('Back-off pulling image "nginx:1.19"', 'Back-off pulling image "redis:1.19"'),
    ],
)
def test_other_words_are_another_template(one: str, other: str) -> None:
    assert split(one)[0] != split(other)[0]


def test_a_value_that_once_varied_stays_open() -> None:
    template, values = split("exit code 1")
    pattern = Pattern(template, values)
    pattern.add(("137",))
    pattern.add(("1",))
    assert pattern.text == "exit code *"


def test_the_name_of_the_object_is_a_value_whatever_it_looks_like() -> None:
    one = split("pod alpha of 3: alpha failed", "alpha")
    assert one == (split("pod beta of 3: beta failed", "beta")[0], ("alpha", "3", "alpha"))
    assert Pattern(*one).text == "pod alpha of 3: alpha failed"


@pytest.mark.parametrize("message", ["", "*", "a\0b 1\0", "*v1.Pod 3 * 4", "9" * 5000, "-" * 5000, "a-" * 3000])
def test_any_text_is_split_and_put_together_again(message: str) -> None:
    template, values = split(message)
    assert Pattern(template, values).text == message[:LONGEST].replace("\0", "\ufffd")


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("Pod", "web-7d9c5bdf4-x2x8q", Owner("Deployment", "web")),
        ("Pod", "my-web-app-6b7f9c8d5f-lk4ns", Owner("Deployment", "my-web-app")),
        ("Pod", "kube-proxy-x2x8q", Owner("", "kube-proxy")),
        ("Pod", "kafka-0", Owner("StatefulSet", "kafka")),
        ("Pod", "backup-29400000-b89s6", Owner("CronJob", "backup")),
        ("Pod", "etcd-control-plane", Owner("Pod", "etcd-control-plane")),
        ("ReplicaSet", "web-7d9c5bdf4", Owner("Deployment", "web")),
        ("Job", "backup-29400000", Owner("CronJob", "backup")),
        ("Job", "release-20260401", Owner("Job", "release-20260401")),
        ("Deployment", "web-7d9c5bdf4", Owner("Deployment", "web-7d9c5bdf4")),
        ("Node", "worker-1", Owner("Node", "worker-1")),
        ("Pod", "", Owner("Pod", "")),
    ],
)
def test_the_workload_behind_a_name(kind: str, name: str, owner: Owner) -> None:
    assert workload_of(kind, name) == owner
