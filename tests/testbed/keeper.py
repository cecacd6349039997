"""Process in place of the hand-kept node's kubelet: renews its lease and conditions, repeats Warning events."""

import argparse
import hashlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.testbed.content import faults, nodes
from tests.testbed.content.nodes import HAND
from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import Api, ApiError, path_of

LEASE_EVERY = 10  # seconds, as a kubelet
EVENT_EVERY = 20


def renew_lease(api: Api) -> None:
    """Say that the node is alive, as a kubelet does."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {"holderIdentity": HAND, "leaseDurationSeconds": 40, "renewTime": now}
    meta = {"name": HAND, "namespace": "kube-node-lease"}
    api.apply({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec})


def recover(api: Api) -> None:
    """After an outage of the API server the node controller has called the node's conditions unknown and its pods
    not ready; only a kubelet takes that back, and without it Services on the node have no endpoints."""
    node = path_of("Node", "v1", "", HAND)
    conditions = api.request("GET", node)["status"]["conditions"]
    if not any(each["status"] == "Unknown" for each in conditions):
        return
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch = "application/strategic-merge-patch+json"
    api.request("PATCH", f"{node}/status", {"status": {"conditions": nodes.conditions(HAND, now)}}, patch)
    for pod in api.list("Pod", "v1", query=f"fieldSelector=spec.nodeName={HAND}"):
        said = {each["type"]: each["status"] for each in pod["status"].get("conditions", ())}
        ours = (said.get("ContainersReady"), said.get("Ready")) == ("True", "False")
        if not ours or "readinessGates" in pod["spec"]:
            continue
        path = path_of("Pod", "v1", pod["metadata"]["namespace"], pod["metadata"]["name"])
        ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        api.request("PATCH", f"{path}/status", ready, patch)


def repeat_event(api: Api, namespace: str, name: str) -> None:
    """Count the pod's Warning event up by one, or write it for the first time."""
    container, reason, message = faults.BACKOFFS[(namespace, name)]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    pod = api.request("GET", path_of("Pod", "v1", namespace, name))
    # Event names end in a number that is the same as long as the event is.
    suffix = hashlib.sha256(f"{pod['metadata']['uid']}{reason}".encode()).hexdigest()[:16]
    path = path_of("Event", "v1", namespace, f"{name}.{suffix}")
    try:
        known = api.request("GET", path)
    except ApiError as error:
        if error.code != 404:
            raise
        event: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{name}.{suffix}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": namespace,
                "name": name,
                "uid": pod["metadata"]["uid"],
                "fieldPath": f"spec.containers{{{container}}}",
            },
            "type": "Warning",
            "reason": reason,
            "message": message,
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "source": {"component": "kubelet", "host": HAND},
            "reportingComponent": "kubelet",
            "reportingInstance": HAND,
        }
        api.request("POST", path_of("Event", "v1", namespace), event)
        return
    change = {"count": known.get("count", 1) + 1, "lastTimestamp": now}
    api.request("PATCH", path, change, "application/merge-patch+json")


def main(arguments: list[str]) -> int:
    """Run until stopped. The API server may come and go."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    api = Api(options.port, options.state / "certificates", timeout=5)
    turn = 0
    while True:
        try:
            renew_lease(api)
            recover(api)
            if turn % (EVENT_EVERY // LEASE_EVERY) == 0:
                for namespace, name in faults.BACKOFFS:
                    repeat_event(api, namespace, name)
        except (OSError, TestBedError) as error:
            print(f"keeper: {error}", flush=True)
            api.close()
        turn += 1
        time.sleep(LEASE_EVERY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
