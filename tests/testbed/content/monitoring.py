"""Services in the cluster behind which the real monitoring servers answer.

The API server's service proxy only goes to an address that a pod of the endpoint has. So each server gets a pod on
the node kept by hand, with the servers' real address in its status, and a service that selects it. Names and
labels are those the kube-prometheus-stack chart and the Prometheus operator give.
"""

from datetime import datetime
from typing import Any

from tests.testbed.content.nodes import HAND
from tests.testbed.content.workloads import container

Object = dict[str, Any]
NAMESPACE = "monitoring"
RELEASE = "kube-prometheus-stack"
# pod -> (label app.kubernetes.io/name, port name, service port, server of the bed)
PODS = {
    f"prometheus-{RELEASE}-prometheus-0": ("prometheus", 9090, "prometheus"),
    f"alertmanager-{RELEASE}-alertmanager-0": ("alertmanager", 9093, "alertmanager"),
    f"{RELEASE}-kube-state-metrics-0": ("kube-state-metrics", 8080, "kube-state-metrics"),
    "prometheus-pushgateway-0": ("prometheus-pushgateway", 9091, "pushgateway"),
}
OPERATED = ("prometheus", "alertmanager")


def _port_name(app: str) -> str:
    return "http-web" if app in OPERATED else "http"


def pods(ports: dict[str, int]) -> list[Object]:
    """The pods that stand for the servers."""
    found = []
    for name, (app, _, server) in PODS.items():
        port = {"name": _port_name(app), "containerPort": ports[server]}
        meta = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": app}}
        spec = {
            "nodeName": HAND,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container(app, app, ports=[port])],
        }
        found.append({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    return found


def pod_status(pod: Object, address: str, now: datetime) -> Object:
    """Running and ready at `address`."""
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    name = pod["spec"]["containers"][0]["name"]
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "phase": "Running",
        "startTime": stamp,
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": stamp} for kind in kinds],
        "containerStatuses": [
            {
                "name": name,
                "image": f"registry.example/{name}",
                "imageID": "",
                "ready": True,
                "restartCount": 0,
                "started": True,
                "state": {"running": {"startedAt": stamp}},
            }
        ],
    }


def _service(name: str, app: str, port: int, target: int, labels: dict[str, str], headless: bool) -> Object:
    spec: Object = {
        "selector": {"app.kubernetes.io/name": app},
        "ports": [{"name": _port_name(app), "port": port, "targetPort": target, "protocol": "TCP"}],
    }
    if headless:
        spec["clusterIP"] = "None"
    meta = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}


def services(ports: dict[str, int]) -> list[Object]:
    """For each server the service of its chart, and for those that the operator runs its headless one."""
    found = []
    for app, port, server in PODS.values():
        if app not in OPERATED:
            name = app if app.startswith("prometheus-") else f"{RELEASE}-{app}"
            found.append(_service(name, app, port, ports[server], {"app.kubernetes.io/name": app}, False))
            continue
        operated = {f"operated-{app}": "true"}
        chart = {
            "app": f"{RELEASE}-{app}",
            "app.kubernetes.io/instance": RELEASE,
            "app.kubernetes.io/part-of": RELEASE,
            "release": RELEASE,
            "self-monitor": "true",
        }
        found.append(_service(f"{app}-operated", app, port, ports[server], operated, True))
        found.append(_service(f"{RELEASE}-{app}", app, port, ports[server], chart, False))
    return found
