"""What the simulated exporters expose: each metric family with its help text and its series.

Names, types and labels are those of node_exporter, the kubelet's cAdvisor and kube-state-metrics. A series is a
function of time that gives None while the series does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from sources.demo import node_series as nodes
from sources.demo import pod_series as pods
from sources.demo import scaler_series as more
from sources.demo import traffic
from sources.demo.cluster import GI
from sources.demo.series import KSM, Gauge, SeriesOf, always
from sources.demo.simulation import Simulation
from sources.demo.usage import memory_use
from sources.model import MetricMetadata


class Family(Struct, frozen=True):
    """A metric: `series` gives those that may have samples between two moments."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    help: str
    series: Callable[[Simulation, float, float], SeriesOf]


def targets(simulation: Simulation) -> Iterator[tuple[str, str, str, str]]:
    """What is scraped: job, address, metrics path, and the node that it goes away with ("" for none)."""
    for node in simulation.plan.nodes:
        yield "node-exporter", f"{node.ip}:9100", "/metrics", node.name
        yield "kubelet", f"{node.ip}:10250", "/metrics/cadvisor", node.name
        if node.control_plane:
            yield "apiserver", f"{node.ip}:6443", "/metrics", node.name
    yield "kube-state-metrics", KSM["instance"], "/metrics", ""
    for index in range(2):
        yield "prometheus-k8s", f"10.244.{9 + index}.14:9090", "/metrics", ""
    yield "kafka-exporter", "10.244.12.33:9308", "/metrics", "-"


def target_up(simulation: Simulation, node: str, t: float) -> bool:
    """Whether a scrape works: those of a lost node fail, and the Kafka exporter's always does."""
    return node != "-" and not simulation.plan.trouble.down(node, t)


def up(simulation: Simulation, start: float, end: float) -> SeriesOf:
    for job, address, _, node in targets(simulation):
        labels = {"instance": address, "job": job} | ({"node": node} if len(node) > 1 else {})
        yield labels, _is_up(simulation, node)


def _is_up(simulation: Simulation, node: str) -> Gauge:
    return lambda t: float(target_up(simulation, node, t))


def _none(simulation: Simulation, start: float, end: float) -> SeriesOf:
    return iter(())


_BOOT = "Unix time of the node's start."
# fmt: off
FAMILIES: tuple[Family, ...] = (
    Family("ALERTS", "gauge", "", _none),  # the store asks whoever evaluates the rules
    Family("container_cpu_cfs_periods_total", "counter", "Periods with a CPU limit.",
           pods.container(pods.cpu_periods)),
    Family("container_cpu_cfs_throttled_periods_total", "counter", "Periods in which the CPU limit held it up.",
           pods.container(pods.throttled_periods)),
    Family("container_cpu_usage_seconds_total", "counter", "CPU time used.", pods.container(pods.cpu_seconds)),
    Family("container_fs_usage_bytes", "gauge", "Space on the node's disk.", pods.container(pods.disk_used)),
    Family("container_memory_working_set_bytes", "gauge", "Working set.", pods.container(memory_use)),
    Family("container_spec_memory_limit_bytes", "gauge", "Its memory limit.", pods.container(pods.memory_limit)),
    Family("http_request_duration_seconds_bucket", "histogram", "Latency of requests.", traffic.buckets),
    Family("http_request_duration_seconds_count", "histogram", "Latency of requests.", traffic.counts),
    Family("http_request_duration_seconds_sum", "histogram", "Latency of requests.", traffic.sums),
    Family("http_requests_total", "counter", "Requests by status code.", traffic.requests),
    Family("kube_deployment_spec_replicas", "gauge", "Pods that it should have.", pods.deployments(pods.wanted)),
    Family("kube_deployment_status_condition", "gauge", "Whether a rollout gets on.", pods.progressing),
    Family("kube_deployment_status_replicas_available", "gauge", "Available pods.",
           pods.deployments(pods.available)),
    Family("kube_horizontalpodautoscaler_spec_max_replicas", "gauge", "At most.", more.scaler(more.at_most)),
    Family("kube_horizontalpodautoscaler_spec_min_replicas", "gauge", "At least.", more.scaler(more.at_least)),
    Family("kube_horizontalpodautoscaler_spec_target_metric", "gauge", "Wanted use of the CPU request in percent.",
           more.scaler(more.wished, metric_name="cpu", metric_target_type="utilization")),
    Family("kube_horizontalpodautoscaler_status_condition", "gauge", "Whether it would like more than it may.",
           more.scaler(more.is_limited, condition="ScalingLimited", status="true")),
    Family("kube_horizontalpodautoscaler_status_current_replicas", "gauge", "Pods now.",
           more.scaler(more.current)),
    Family("kube_horizontalpodautoscaler_status_desired_replicas", "gauge", "Pods wanted.",
           more.scaler(more.current)),
    Family("kube_horizontalpodautoscaler_status_target_metric", "gauge", "Use of the CPU request in percent.",
           more.scaler(more.measured, metric_name="cpu", metric_target_type="utilization")),
    Family("kube_node_spec_taint", "gauge", "The taint of a lost node.", nodes.taints),
    Family("kube_node_spec_unschedulable", "gauge", "Whether a node is cordoned.", nodes.unschedulable),
    Family("kube_node_status_allocatable", "gauge", "What a node offers to pods.", nodes.allocatable),
    Family("kube_node_status_condition", "gauge", "The conditions of a node.", nodes.node_condition),
    Family("kube_pod_container_resource_limits", "gauge", "Limits of containers.",
           pods.resources(lambda c: c.cpu_limit, lambda c: c.memory_limit)),
    Family("kube_pod_container_resource_requests", "gauge", "Requests of containers.",
           pods.resources(lambda c: c.cpu_request, lambda c: c.memory_request)),
    Family("kube_pod_container_status_last_terminated_reason", "gauge", "Why it ended.",
           pods.terminated_reason),
    Family("kube_pod_container_status_ready", "gauge", "Readiness.", pods.main_container(pods.container_ready)),
    Family("kube_pod_container_status_restarts_total", "counter", "Restarts.",
           pods.main_container(pods.restarts)),
    Family("kube_pod_container_status_waiting_reason", "gauge", "Why it waits.", pods.waiting_reason),
    Family("kube_pod_info", "gauge", "Where a pod runs and whose it is.", pods.pod_info),
    Family("kube_pod_status_phase", "gauge", "The phase of a pod.", pods.phase),
    Family("kube_pod_status_unschedulable", "gauge", "No node can take it.", pods.unscheduled),
    Family("kubelet_evictions", "counter", "Pods driven out for want of something.", nodes.evictions),
    Family("kubelet_volume_stats_available_bytes", "gauge", "Space left on a volume.",
           more.volume(more.volume_free)),
    Family("kubelet_volume_stats_capacity_bytes", "gauge", "Size of a volume.", more.volume(more.volume_size)),
    Family("kubelet_volume_stats_used_bytes", "gauge", "Space taken on a volume.", more.volume(more.volume_used)),
    Family("node_boot_time_seconds", "gauge", _BOOT, nodes.per_node(lambda s, node: always(node.created))),
    Family("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.", nodes.node_cpu),
    Family("node_filesystem_avail_bytes", "gauge", "Space free to everybody.", nodes.filesystem(True)),
    Family("node_filesystem_size_bytes", "gauge", "Size of the file system.", nodes.filesystem(False)),
    Family("node_load1", "gauge", "1 minute load average.", nodes.per_node(nodes.load)),
    Family("node_memory_Active_bytes", "gauge", "Active memory.", nodes.per_node(nodes.memory_active)),
    Family("node_memory_MemAvailable_bytes", "gauge", "Memory available.", nodes.per_node(nodes.memory_available)),
    Family("node_memory_MemTotal_bytes", "gauge", "Memory in all.",
           nodes.per_node(lambda s, node: always(float(node.memory * GI)))),
    Family("node_network_receive_bytes_total", "counter", "Bytes received.", nodes.network("receive")),
    Family("node_network_transmit_bytes_total", "counter", "Bytes sent.", nodes.network("transmit")),
    Family("up", "gauge", "Whether the target could be scraped.", up),
)
# fmt: on
_HISTOGRAM_PARTS = ("_bucket", "_count", "_sum")


def metadata(metric: str | None, limit: int) -> list[MetricMetadata]:
    """What the metrics are; a histogram is one entry, as its exporter declares it."""
    found: dict[str, MetricMetadata] = {}
    for family in FAMILIES:
        name = family.name
        if family.name == "ALERTS":
            continue  # Prometheus makes it itself and knows no metadata of it
        if family.type == "histogram":
            name = next(name.removesuffix(part) for part in _HISTOGRAM_PARTS if name.endswith(part))
        if metric in (None, name):
            found.setdefault(name, MetricMetadata(name, family.type, family.help))
    entries = list(found.values())
    return entries[:limit] if limit else entries
