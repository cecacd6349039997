"""The alerting rules of the demo: those of kubernetes-mixin and node-mixin in short, with shorter patience."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from sources.model import Labels

EVERY = 30.0
"""Seconds between two evaluations of the rules."""
LOOK_BACK = 300.0
"""Seconds for which what is active is followed back by whoever begins to look."""


class AlertRule(Struct, frozen=True):
    """An alerting rule: `duration` is its `for` in seconds; the texts may name labels as {label}."""

    name: str
    expr: str
    duration: float
    severity: str
    summary: str
    description: str
    group: str = "kubernetes-apps"

    def alert_labels(self, labels: Labels) -> Labels:
        """The labels of the alert that a series of the expression makes."""
        kept = {name: value for name, value in labels if name != "__name__"}
        return tuple(sorted((kept | {"alertname": self.name, "severity": self.severity}).items()))


class Found(NamedTuple):
    """A series that a rule's expression gave: the moments (seconds) at which it did, and its values.

    `rule` is the rule's place in RULES.
    """

    rule: int
    labels: Labels
    times: Sequence[float]
    values: Sequence[float]


_RATIO = (
    'sum by (namespace, service) (rate(http_requests_total{code=~"5.."}[2m])) '
    "/ sum by (namespace, service) (rate(http_requests_total[2m]))"
)
RULES: tuple[AlertRule, ...] = (
    AlertRule("Watchdog", "vector(1)", 0, "none", "The alerting pipeline works.",
              "This alert always fires; its absence means that alerts do not arrive.", "general"),
    AlertRule("TargetDown", "count by (job) (up == 0) / count by (job) (up) * 100 > 5", 60, "warning",
              "Targets of {job} cannot be scraped.", "{value}% of the targets of job {job} are down.", "general"),
    AlertRule("KubePodCrashLooping",
              'max by (namespace, pod, container) (max_over_time('
              'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[3m])) >= 1',
              60, "warning", "Pod is crash looping.",
              "Pod {namespace}/{pod} ({container}) is in waiting state (reason: CrashLoopBackOff)."),
    AlertRule("KubeContainerWaiting",
              'sum by (namespace, pod, container, reason) ('
              'kube_pod_container_status_waiting_reason{reason=~"ErrImagePull|ImagePullBackOff"}) > 0',
              60, "warning", "Container waits longer than it should.",
              "Container {container} of pod {namespace}/{pod} has been waiting (reason: {reason})."),
    AlertRule("KubePodNotReady", 'sum by (namespace, pod) (kube_pod_status_phase{phase="Pending"} == 1)', 240,
              "warning", "Pod has been in a non-ready state for more than 4 minutes.",
              "Pod {namespace}/{pod} has not become ready."),
    AlertRule("KubeDeploymentReplicasMismatch",
              "kube_deployment_spec_replicas > kube_deployment_status_replicas_available", 240, "warning",
              "Deployment has not matched the expected number of replicas.",
              "Deployment {namespace}/{deployment} has too few available replicas."),
    AlertRule("KubeDeploymentRolloutStuck",
              'kube_deployment_status_condition{condition="Progressing",status="false"} != 0', 30, "warning",
              "Deployment rollout is not progressing.",
              "Rollout of deployment {namespace}/{deployment} is not progressing: its deadline is exceeded."),
    AlertRule("ContainerOOMKilled",
              'count by (namespace, container) ('
              'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1)', 0, "warning",
              "Containers are killed for their memory.",
              "{value} pods of {container} in {namespace} were OOM-killed: they reached their memory limit."),
    AlertRule("PodUnschedulable", "max by (namespace, pod) (kube_pod_status_unschedulable) == 1", 60, "warning",
              "No node can take the pod.",
              "Pod {namespace}/{pod} cannot be scheduled; its events say what each node lacks."),
    AlertRule("CPUThrottlingHigh",
              'rate(container_cpu_cfs_throttled_periods_total[2m]) '
              '/ rate(container_cpu_cfs_periods_total[2m]) * 100 > 25',
              60, "warning", "Container is held up by its CPU limit.",
              "Container {container} of pod {namespace}/{pod} is throttled in {value}% of its CPU periods."),
    AlertRule("KubeHpaMaxedOut",
              'max by (namespace, horizontalpodautoscaler) ('
              'kube_horizontalpodautoscaler_status_condition{condition="ScalingLimited",status="true"}) == 1', 60,
              "warning", "Autoscaler is at its maximum.",
              "HPA {namespace}/{horizontalpodautoscaler} runs at its maximum and would like more replicas."),
    AlertRule("KubePersistentVolumeFillingUp",
              "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes * 100 < 3", 30,
              "critical", "PersistentVolume is filling up.",
              "The volume claimed by {persistentvolumeclaim} in {namespace} is only {value}% free.",
              "kubernetes-storage"),
    AlertRule("KubePersistentVolumeFillingUp",
              "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes * 100 < 12", 30,
              "warning", "PersistentVolume is filling up.",
              "The volume claimed by {persistentvolumeclaim} in {namespace} is only {value}% free.",
              "kubernetes-storage"),
    AlertRule("ContainerMemoryNearLimit",
              'container_memory_working_set_bytes{namespace="payments"} '
              '/ (container_spec_memory_limit_bytes{namespace="payments"} > 0) * 100 > 92', 30, "info",
              "Container is about to be killed for its memory.",
              "Container {container} of pod {namespace}/{pod} uses {value}% of its memory limit."),
    AlertRule("KubeNodeNotReady", 'kube_node_status_condition{condition="Ready",status="true"} == 0', 60,
              "critical", "Node is not ready.", "{node} has been unready for more than a minute.",
              "kubernetes-nodes"),
    AlertRule("KubeNodeUnreachable", 'kube_node_spec_taint{key="node.kubernetes.io/unreachable"} == 1', 30,
              "warning", "Node is unreachable.", "{node} is unreachable; its pods will be replaced elsewhere.",
              "kubernetes-nodes"),
    AlertRule("KubeNodePressure",
              'kube_node_status_condition{condition=~"DiskPressure|MemoryPressure",status="true"} == 1', 0,
              "warning", "Node is under pressure.", "{node} has active condition {condition}: it evicts pods.",
              "kubernetes-nodes"),
    AlertRule("KubeNodeEviction", "sum by (node, eviction_signal) (increase(kubelet_evictions[2m])) > 0", 0,
              "info", "Node is evicting pods.", "Node {node} is evicting pods: {eviction_signal} is low.",
              "kubernetes-nodes"),
    AlertRule("NodeFilesystemAlmostOutOfSpace",
              "node_filesystem_avail_bytes / node_filesystem_size_bytes * 100 < 10",
              30, "critical", "Filesystem has less than 10% space left.",
              "Filesystem on {device}, mounted on {mountpoint}, at {node} has only {value}% available space left.",
              "node-exporter"),
    AlertRule("HighErrorRate", f"{_RATIO} * 100 > 5", 60, "critical", "Many requests fail.",
              "{service} in {namespace} answers {value}% of its requests with a server error.", "slo"),
    AlertRule("HighErrorRate", f"{_RATIO} * 100 > 1", 60, "warning", "Some requests fail.",
              "{service} in {namespace} answers {value}% of its requests with a server error.", "slo"),
)  # fmt: skip
