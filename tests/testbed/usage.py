"""Process that writes NodeMetrics and PodMetrics, as a metrics server would show them, every 15 seconds."""

import argparse
import hashlib
import math
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.testbed.content.metrics_api import VERSION
from tests.testbed.content.nodes import LOST, UNMEASURED
from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import Api, ApiError, Object, path_of

EVERY = 15
WINDOW = "15s"
CPU, MEMORY = "testbed/cpu", "testbed/memory"
"""Annotations of a pod that uses what a scenario wants: millicores and MiB of each container."""
MIB = 1024  # in the kibibytes of the usage strings


def container_usage(uid: str, name: str, seconds: float) -> tuple[int, int]:
    """(CPU in nanocores, memory in KiB) of one container: a steady level of its own and a slow wave on it, the
    same for the same pod and time in every run."""
    digest = hashlib.sha256(f"{uid}/{name}".encode()).digest()
    level = 5_000_000 + int.from_bytes(digest[:3], "big") * 9  # 5 to 155 millicores
    wave = 1 + 0.4 * math.sin(seconds / 300 + digest[3] / 40)
    memory = (20 + digest[4]) * MIB * (1 + 0.05 * math.sin(seconds / 900 + digest[5] / 40))
    return int(level * wave), int(memory)


def pod_metrics(pod: Object, now: float) -> Object:
    """The PodMetrics object of a running pod, sidecars included."""
    meta = pod["metadata"]
    states = [*pod["status"].get("containerStatuses", []), *pod["status"].get("initContainerStatuses", [])]
    containers = []
    for status in states:
        if "running" in status.get("state", {}):
            cpu, memory = container_usage(f"{meta['namespace']}/{meta['name']}", status["name"], now)
            cpu, memory = _told(meta, CPU, cpu, 1_000_000), _told(meta, MEMORY, memory, MIB)
            containers.append({"name": status["name"], "usage": {"cpu": f"{cpu}n", "memory": f"{memory}Ki"}})
    named = {"name": meta["name"], "namespace": meta["namespace"], "labels": meta.get("labels", {})}
    return _sample("PodMetrics", named, now, {"containers": containers})


def _told(meta: Object, annotation: str, usual: int, unit: int) -> int:
    """What a pod's annotation wants its containers to use, in millicores or MiB; else the usual."""
    said = meta.get("annotations", {}).get(annotation)
    return usual if said is None else int(said) * unit


def node_metrics(name: str, pods: list[Object], now: float) -> Object:
    """The NodeMetrics object: the sum of its pods and what a system uses by itself."""
    cpu, memory = 120_000_000, 900 * MIB
    for pod in pods:
        for container in pod["containers"]:
            cpu += int(container["usage"]["cpu"].removesuffix("n"))
            memory += int(container["usage"]["memory"].removesuffix("Ki"))
    return _sample("NodeMetrics", {"name": name}, now, {"usage": {"cpu": f"{cpu}n", "memory": f"{memory}Ki"}})


def _sample(kind: str, meta: Object, now: float, body: Object) -> Object:
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"apiVersion": VERSION, "kind": kind, "metadata": meta, "timestamp": stamp, "window": WINDOW, **body}


def write_once(api: Api, now: float) -> None:
    """Write a sample of every node and running pod, and drop those of pods that are gone."""
    running = api.list("Pod", "v1", query="fieldSelector=status.phase%3DRunning")
    by_node: dict[str, list[Object]] = {}
    present: set[tuple[str, str]] = set()
    for pod in running:
        sample = pod_metrics(pod, now)
        if not sample["containers"]:
            continue
        by_node.setdefault(pod["spec"].get("nodeName", ""), []).append(sample)
        present.add((pod["metadata"]["namespace"], pod["metadata"]["name"]))
        api.apply(sample)
    for node in api.list("Node", "v1"):
        name = node["metadata"]["name"]
        if name not in (UNMEASURED, LOST):
            api.apply(node_metrics(name, by_node.get(name, []), now))
    for old in api.list("PodMetrics", VERSION):
        meta = old["metadata"]
        if (meta["namespace"], meta["name"]) not in present:
            _delete(api, path_of("PodMetrics", VERSION, meta["namespace"], meta["name"]))


def _delete(api: Api, path: str) -> Any:
    try:
        return api.request("DELETE", path)
    except ApiError as error:
        if error.code != 404:
            raise
        return None


def main(arguments: list[str]) -> int:
    """Run until stopped. The API server may come and go."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    api = Api(options.port, options.state / "certificates")
    while True:
        began = time.time()
        try:
            write_once(api, began)
        except (OSError, TestBedError) as error:
            print(f"usage: {error}", flush=True)
            api.close()
        time.sleep(max(1.0, EVERY - (time.time() - began)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
