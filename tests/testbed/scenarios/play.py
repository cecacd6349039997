"""What the scenarios play with: a namespace of their own, objects, hand-written statuses, events, and waiting."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.testbed.content import nodes
from tests.testbed.content.nodes import HAND
from tests.testbed.content.statuses import Clock, Object, status_of
from tests.testbed.kubeapi import Api, path_of
from tests.testbed.populate import wait_for

LABEL = "testbed/scenario"
"""On everything that a scenario creates outside its namespace, and on the namespace: its name."""
ON_KWOK: Object = {"nodeSelector": {"type": "kwok"}}
"""For pods that run well."""
BY_HAND: Object = {
    "nodeSelector": {"kubernetes.io/hostname": HAND},
    "tolerations": [{"operator": "Exists"}],
}
"""For pods whose status is written here."""
_SELECTED = "app.kubernetes.io/name"
_STRATEGIC = "application/strategic-merge-patch+json"


class Player:
    """Plays one scenario, in the namespace "incident-NAME"."""

    def __init__(self, api: Api, name: str, kubelet_port: int) -> None:
        self.api = api
        self.name = name
        self.namespace = f"incident-{name}"
        self._kubelet_port = kubelet_port
        labels = {LABEL: name}
        api.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": labels}}
        )
        wait_for(
            f"the service account of {self.namespace}",
            lambda: bool(api.list("ServiceAccount", "v1", self.namespace)),
        )

    @property
    def clock(self) -> Clock:
        """Times before this very moment."""
        return Clock(datetime.now(UTC))

    # -- objects

    def apply(self, obj: Object) -> Object:
        """Create or change one object."""
        obj["metadata"].setdefault("labels", {})[LABEL] = self.name
        return self.api.apply(obj)

    def node(self, name: str, kwok: bool) -> None:
        """A node of the scenario's own, ready; nobody but kwok keeps it alive."""
        made = nodes.node(name, kwok=kwok, roles=("worker",), taints=(("testbed/incident", name, "NoSchedule"),))
        self.apply(made)
        status = nodes.status(made, 90, self.clock.ago(), self._kubelet_port)
        meta = {"name": name}
        self.api.apply({"apiVersion": "v1", "kind": "Node", "metadata": meta, "status": status}, "status")
        wait_for(f"node {name} to be ready", lambda: self.condition("Node", "v1", name, "Ready") == "True")

    def condition(self, kind: str, api_version: str, name: str, wanted: str) -> str:
        """The status of one condition of an object, "" while it has none."""
        found = self.api.request("GET", path_of(kind, api_version, self.namespace, name))
        conditions = found.get("status", {}).get("conditions", ())
        return next((each["status"] for each in conditions if each["type"] == wanted), "")

    def until(self, kind: str, api_version: str, name: str, condition: str, is_: str) -> None:
        """Wait until a condition of an object is as it should be."""
        said = f"{kind} {name} to say {condition}={is_}"
        wait_for(said, lambda: self.condition(kind, api_version, name, condition) == is_, seconds=180, every=1)

    def press(self, name: str, condition: str, reason: str, message: str) -> None:
        """Have a node say that it is under pressure."""
        now = self.clock.ago()
        said = {"type": condition, "status": "True", "reason": reason, "message": message}
        said |= {"lastHeartbeatTime": now, "lastTransitionTime": now}
        path = path_of("Node", "v1", None, name)
        self.api.request("PATCH", f"{path}/status", {"status": {"conditions": [said]}}, _STRATEGIC)

    # -- pods

    def pods(self, app: str, number: int, wanted: Callable[[Object], bool]) -> list[Object]:
        """The pods of a workload of which `number` are as wanted; waits for them."""

        def found() -> list[Object]:
            pods = self.api.list("Pod", "v1", self.namespace, f"labelSelector={_SELECTED}%3D{app}")
            return [pod for pod in pods if wanted(pod) and "deletionTimestamp" not in pod["metadata"]]

        wait_for(f"{number} pods of {app}", lambda: len(found()) >= number, seconds=180)
        return [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in found()[:number]]

    def running(self, app: str, number: int) -> list[Object]:
        """Pods that kwok has started."""
        return self.pods(app, number, lambda pod: pod["status"].get("phase") == "Running")

    def placed(self, app: str, number: int, node: str = HAND) -> list[Object]:
        """Pods that the scheduler has put on a node."""
        return self.pods(app, number, lambda pod: pod["spec"].get("nodeName") == node)

    def write(self, pod: Object, phase: str, containers: list[Object], ready: bool = False, **more: Any) -> None:
        """Write a pod's status, in place of its kubelet. What kwok wrote before is replaced."""
        started = pod["metadata"]["creationTimestamp"]
        status = status_of(self.clock, phase, containers, ready, **{"startTime": started, **more})
        for each in status["conditions"]:
            each["lastTransitionTime"] = started
        path = path_of("Pod", "v1", self.namespace, pod["metadata"]["name"])
        self.api.request("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")

    # -- events

    def tell(self, about: Object, reason: str, message: str, *, count: int = 1, **more: Any) -> None:
        """An event as the kubelet would send it: Warning, unless `more` says otherwise."""
        meta = about["metadata"]
        namespace = meta.get("namespace", "default")
        suffix = hashlib.sha256(f"{meta['uid']}{reason}{message}".encode()).hexdigest()[:16]
        host = about.get("spec", {}).get("nodeName", HAND)
        subject = {key: meta[key] for key in ("name", "namespace", "uid") if key in meta}
        event: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{suffix}", "namespace": namespace, "labels": {LABEL: self.name}},
            "involvedObject": {"apiVersion": "v1", "kind": about["kind"], **subject},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "count": count,
            "firstTimestamp": self.clock.ago(seconds=12 * (count - 1)),
            "lastTimestamp": self.clock.ago(),
            "source": {"component": "kubelet", "host": host},
            "reportingComponent": "kubelet",
            "reportingInstance": host,
            **more,
        }
        self.api.apply(event)


def stop(api: Api) -> list[str]:
    """Remove everything that scenarios made; their names. Returns when it is gone."""
    query = f"labelSelector={LABEL}"
    spaces = api.list("Namespace", "v1", query=query)
    for kind in ("Namespace", "Node", "PersistentVolume"):
        for obj in api.list(kind, "v1", query=query):
            api.delete({"apiVersion": "v1", "kind": kind, **obj})
    for event in api.list("Event", "v1", "default", query):
        api.delete({"apiVersion": "v1", "kind": "Event", **event})
    names = [space["metadata"]["name"] for space in spaces]

    def gone() -> bool:
        # No kubelet confirms that these pods have ended.
        for name in names:
            for pod in api.list("Pod", "v1", name):
                api.delete({"apiVersion": "v1", "kind": "Pod", **pod}, at_once=True)
        return not api.list("Namespace", "v1", query=query)

    wait_for("the scenarios' namespaces to go", gone, every=1)
    return [name.removeprefix("incident-") for name in names]
