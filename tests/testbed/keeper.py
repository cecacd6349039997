"""Process in place of the hand-kept node's kubelet: renews its lease, repeats Warning events."""

import argparse
import hashlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.testbed.content import faults
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
