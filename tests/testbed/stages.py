"""What kwok does with nodes and pods: its Stage resources, and log lines for every container."""

from pathlib import Path
from typing import Any

import yaml

from tests.testbed import files

Object = dict[str, Any]

# Go templates, the language of kwok's stages. `Now` is kwok's function for the current time.
NODE_READY = """\
{{ $now := Now }}
conditions:
- {type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status,
   lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }}}
"""
ADDRESSES = """\
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
{{ $ip := PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) \
( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ $ip | Quote }}
podIPs:
- ip: {{ $ip | Quote }}
"""
POD_PULLED = (
    """\
{{ $now := Now }}
phase: Pending
startTime: {{ $now | Quote }}
conditions:
- {type: PodReadyToStartContainers, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Initialized, status: {{ if .spec.initContainers }}"False"{{ else }}"True"{{ end }}, \
lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
{{ $reason := "ContainerCreating" }}
{{ if .spec.initContainers }}
{{ $reason = "PodInitializing" }}
initContainerStatuses:
{{ range .spec.initContainers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: false, restartCount: 0, \
started: false, state: {waiting: {reason: PodInitializing}}}
{{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: false, restartCount: 0, \
started: false, state: {waiting: {reason: {{ $reason }}}}}
{{ end }}
"""
    + ADDRESSES
)
POD_STARTED = """\
{{ $now := Now }}
phase: Running
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ else }}
  started: false
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, \
finishedAt: {{ $now | Quote }}}}
  {{ end }}
{{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: "", ready: true, restartCount: 0, \
started: true, state: {running: {startedAt: {{ $now | Quote }}}}}
{{ end }}
"""
POD_COMPLETED = """\
{{ $now := Now }}
{{ $root := . }}
phase: Succeeded
conditions:
- {type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range $index, $item := .spec.containers }}
{{ $before := index $root.status.containerStatuses $index }}
- {name: {{ $item.name | Quote }}, image: {{ $item.image | Quote }}, imageID: "", ready: false, restartCount: 0, \
started: false, state: {terminated: {exitCode: 0, reason: Completed, \
startedAt: {{ $before.state.running.startedAt | Quote }}, finishedAt: {{ $now | Quote }}}}}
{{ end }}
"""

ALIVE = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
READY = '.status.conditions.[] | select( .type == "Ready" ) | .status'


def _is(key: str, value: str) -> Object:
    return {"key": key, "operator": "In", "values": [value]}


def _stage(name: str, kind: str, match: list[Object], following: Object, delay: int = 0) -> Object:
    spec: Object = {
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": match},
        "next": following,
    }
    if delay:
        spec["delay"] = {"durationMilliseconds": delay, "jitterDurationMilliseconds": 3 * delay}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": name}, "spec": spec}


def _event(reason: str, message: str) -> Object:
    return {"type": "Normal", "reason": reason, "message": message}


def _stages() -> list[Object]:
    not_ready = {"key": READY, "operator": "NotIn", "values": ["True"]}
    no_address = {"key": ".status.podIP", "operator": "DoesNotExist"}
    has_address = {"key": ".status.podIP", "operator": "Exists"}
    of_a_job = _is(".metadata.ownerReferences.[].kind", "Job")
    pulled = _event("Pulled", "Container image already present on machine")
    started = _event("Started", "Started container")
    return [
        _stage("node-ready", "Node", [not_ready], {"statusTemplate": NODE_READY}),
        _stage(
            "pod-pulled", "Pod", [ALIVE, no_address], {"event": pulled, "statusTemplate": POD_PULLED}, delay=300
        ),
        _stage(
            "pod-started",
            "Pod",
            [ALIVE, has_address, _is(".status.phase", "Pending")],
            {"event": started, "statusTemplate": POD_STARTED},
            delay=500,
        ),
        _stage(
            "pod-completed",
            "Pod",
            [ALIVE, _is(".status.phase", "Running"), _is(READY, "True"), of_a_job],
            {"statusTemplate": POD_COMPLETED},
            delay=4000,
        ),
        _stage(
            "pod-deleted",
            "Pod",
            [
                {"key": ".metadata.deletionTimestamp", "operator": "Exists"},
                {"key": ".metadata.finalizers", "operator": "DoesNotExist"},
            ],
            {"event": _event("Killing", "Stopping container"), "delete": True},
            delay=1000,
        ),
    ]


def write(state: Path) -> None:
    """Write kwok's configuration and the log every simulated container shows."""
    log = state / "container.log"
    # kwok serves files in the format of the container runtime: time, stream, full line or part, text.
    files.write(log, "".join(f"2026-01-01T00:00:{n:02d}.000000000Z stdout F line {n}\n" for n in range(60)))
    logs = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "everything"},
        "spec": {"logs": [{"logsFile": str(log), "follow": False}]},
    }
    files.write(state / "kwok.yaml", yaml.safe_dump_all([*_stages(), logs], sort_keys=False))
