"""Objects as a large cluster has them: pods of 7.5 KB with managed fields, nodes, samples of usage; as JSON.

The bytes are made from one template by putting names in, so that 150,000 pods are ready within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

Object = dict[str, Any]
_encode = msgspec.json.encode


class Size(NamedTuple):
    """How large the cluster is."""

    nodes: int
    pods: int
    namespaces: int


SIZES = {
    "XS": Size(3, 30, 3),
    "S": Size(100, 3_000, 10),
    "M": Size(1_000, 30_000, 100),
    "L": Size(5_000, 150_000, 300),
}
STAMP = "2026-01-02T03:04:05Z"
_LABELS = {
    "app.kubernetes.io/name": "checkout",
    "app.kubernetes.io/instance": "checkout-blue",
    "app.kubernetes.io/version": "4.18.2",
    "app.kubernetes.io/part-of": "shop",
    "team": "payments",
    "pod-template-hash": "8fb4f8f6c",
}


def _managed(manager: str, fields: int) -> Object:
    """An entry of managedFields, a third of what a pod weighs."""
    owned = {f"f:field-{number:02d}": {"f:name": {}, "f:value": {}, ".": {}} for number in range(fields)}
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": STAMP,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": {"f:labels": owned}, "f:spec": owned},
    }


def _container(name: str) -> Object:
    return {
        "name": name,
        "image": f"registry.example/shop/{name}:4.18.2",
        "args": ["--listen=:8080", "--log-format=json", "--config=/etc/checkout/config.yaml"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": f"SETTING_{number}", "value": f"value-of-setting-{number}"} for number in range(10)],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10},
        "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
        "imagePullPolicy": "IfNotPresent",
    }


def _state(name: str) -> Object:
    return {
        "name": name,
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": f"registry.example/shop/{name}:4.18.2",
        "imageID": "registry.example/shop/" + name + "@sha256:" + "0f" * 32,
        "containerID": "containerd://" + "ab" * 32,
        "state": {"running": {"startedAt": STAMP}},
    }


def _pod(namespace: str, name: str, uid: str, node: str, ip: str, version: str) -> Object:
    kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready", "PodReadyToStartContainers")
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": uid,
            "resourceVersion": version,
            "creationTimestamp": STAMP,
            "labels": _LABELS,
            "annotations": {"checksum/config": "d41d8cd98f00b204" * 4},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": "checkout-8fb4f8f6c",
                    "uid": "5" * 36,
                    "controller": True,
                }
            ],
            "managedFields": [_managed("kube-controller-manager", 14), _managed("kubelet", 14)],
        },
        "spec": {
            "nodeName": node,
            "serviceAccountName": "checkout",
            "restartPolicy": "Always",
            "containers": [_container("checkout"), _container("envoy")],
            "volumes": [{"name": "token", "projected": {"defaultMode": 420, "sources": []}}],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
        },
        "status": {
            "phase": "Running",
            "podIP": ip,
            "hostIP": ip,
            "startTime": STAMP,
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": STAMP} for kind in kinds],
            "containerStatuses": [_state("checkout"), _state("envoy")],
        },
    }


_MARKS = tuple(f"@@{number}@@" for number in range(6))
_TEMPLATE = _encode(_pod(*_MARKS)).decode().replace("%", "%%")
for _number, _mark in enumerate(_MARKS):
    _TEMPLATE = _TEMPLATE.replace(_mark, f"%({_number})s")


def pod(number: int, size: Size, version: int = 1) -> bytes:
    """The pod of a number, always the same but for its version."""
    names = {
        "0": f"team-{number % size.namespaces:03d}",
        "1": f"checkout-8fb4f8f6c-{number:06x}",
        "2": f"{number:08x}-0000-4000-8000-000000000000",
        "3": f"node-{number % size.nodes:04d}",
        "4": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "5": str(version),
    }
    return (_TEMPLATE % names).encode()


def restarted(number: int, size: Size, version: int) -> bytes:
    """The same pod after so many restarts: what churn is made of."""
    return pod(number, size, version).replace(b'"restartCount":0', b'"restartCount":%d' % version)


def nodes(size: Size) -> Iterator[bytes]:
    for number in range(size.nodes):
        yield _encode(
            {
                "metadata": {
                    "name": f"node-{number:04d}",
                    "uid": f"{number:08x}-1111-4000-8000-000000000000",
                    "resourceVersion": "1",
                    "creationTimestamp": STAMP,
                    "labels": {"kubernetes.io/hostname": f"node-{number:04d}", "kubernetes.io/arch": "amd64"},
                    "managedFields": [_managed("kubelet", 14)],
                },
                "spec": {},
                "status": {
                    "capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"},
                    "allocatable": {"cpu": "15800m", "memory": "62Gi", "pods": "110"},
                    "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": STAMP}],
                    "addresses": [{"type": "InternalIP", "address": f"192.168.{number >> 8}.{number & 255}"}],
                    "nodeInfo": {"kubeletVersion": "v1.37.2", "osImage": "Debian GNU/Linux 12"},
                },
            }
        )


def node_usage(size: Size, stamp: str) -> Iterator[bytes]:
    for number in range(size.nodes):
        yield _encode(
            {
                "metadata": {"name": f"node-{number:04d}"},
                "timestamp": stamp,
                "window": "15s",
                "usage": {"cpu": f"{number % 15000 + 100}m", "memory": f"{number % 60 + 1}Gi"},
            }
        )


def event(number: int, about: int, size: Size, version: int, stamp: str) -> bytes:
    """An event of its own name about the pod of a number; every third one is a warning."""
    kind, reason = ("Warning", "BackOff") if number % 3 == 0 else ("Normal", "Pulled")
    namespace, name = f"team-{about % size.namespaces:03d}", f"checkout-8fb4f8f6c-{about:06x}"
    return _encode(
        {
            "metadata": {
                "name": f"{name}.{number:016x}",
                "namespace": namespace,
                "uid": f"{number:08x}-3333-4000-8000-000000000000",
                "resourceVersion": str(version),
                "creationTimestamp": stamp,
            },
            "involvedObject": {"kind": "Pod", "namespace": namespace, "name": name, "apiVersion": "v1"},
            "type": kind,
            "reason": reason,
            "message": f"{reason} number {number}",
            "source": {"component": "kubelet", "host": f"node-{about % size.nodes:04d}"},
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "count": 1,
        }
    )


def pod_usage(numbers: Iterable[int], size: Size, stamp: str) -> Iterator[bytes]:
    for number in numbers:
        yield (
            b'{"metadata":{"name":"checkout-8fb4f8f6c-%06x","namespace":"team-%03d"},"timestamp":"%s","window":"15s",'
            b'"containers":[{"name":"checkout","usage":{"cpu":"%dn","memory":"%dKi"}},'
            b'{"name":"envoy","usage":{"cpu":"1500000n","memory":"20480Ki"}}]}'
        ) % (number, number % size.namespaces, stamp.encode(), number * 7919 % 900_000_000, number * 31 % 400_000)
