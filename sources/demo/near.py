"""What stands around the demo's pods when somebody looks closely: services, and what only a description shows."""

from __future__ import annotations

from typing import Any

from sources.demo.catalog import Workload

Json = dict[str, Any]
_PORTS = {"postgres": 5432, "redis-cart": 6379, "kafka": 9092, "opensearch-data": 9200, "coredns": 53}
_SERVED = ("Deployment", "StatefulSet")


def is_served(workload: Workload) -> bool:
    """Whether a Service leads to its pods."""
    return workload.kind in _SERVED


def port(workload: Workload) -> int:
    return _PORTS.get(workload.name, 8080)


def service_object(workload: Workload) -> Json:
    """core/v1 Service of a workload, by its name."""
    number = port(workload)
    spec: Json = {
        "type": "ClusterIP",
        "selector": {"app.kubernetes.io/name": workload.name},
        "ports": [
            {"name": "main", "port": 80 if number == 8080 else number, "protocol": "TCP", "targetPort": number}
        ],
    }
    if workload.kind == "StatefulSet":
        spec["clusterIP"] = "None"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": workload.name,
            "namespace": workload.namespace,
            "labels": {"app.kubernetes.io/name": workload.name},
        },
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def closely(pod: Json, workload: Workload) -> Json:
    """A pod with what only a description shows: ports, probes, tolerations, the token's volume."""
    first, *rest = pod["spec"]["containers"]
    if is_served(workload):
        number = port(workload)
        probe = (
            {"tcpSocket": {"port": number}}
            if number != 8080
            else {"httpGet": {"path": "/healthz", "port": number}}
        )
        first = first | {
            "ports": [{"name": "main", "containerPort": number, "protocol": "TCP"}],
            "livenessProbe": probe | {"periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3},
            "readinessProbe": probe | {"periodSeconds": 5, "timeoutSeconds": 1, "failureThreshold": 3},
        }
    token: Json = {
        "name": "kube-api-access",
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt"}},
                {"downwardAPI": {"items": []}},
            ]
        },
    }
    tolerations = [
        {
            "key": f"node.kubernetes.io/{name}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        }
        for name in ("not-ready", "unreachable")
    ]
    spec = pod["spec"] | {
        "containers": [first, *rest],
        "volumes": [*pod["spec"].get("volumes", []), token],
        "tolerations": tolerations,
    }
    return pod | {"spec": spec, "status": pod["status"] | {"qosClass": "Burstable"}}
