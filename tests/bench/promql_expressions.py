"""Expressions with the constructs that rules and dashboards for Kubernetes and its nodes are made of.

Written for this bench over the series that the demo has; some find nothing, as rules do that look for what is
wrong.
"""

from __future__ import annotations

_RUNNING = 'kube_pod_status_phase{phase=~"Pending|Running"} == 1'
_OWNER = (
    'label_replace(kube_pod_info{created_by_kind="ReplicaSet"}, "replicaset", "$1", "created_by_name", "(.*)")'
)
_CPU = "rate(container_cpu_usage_seconds_total[5m])"
_LATENCY = "http_request_duration_seconds"

EXPRESSIONS: tuple[str, ...] = (
    # availability
    "sum by (job) (up)",
    "100 * (count by (job, namespace) (up == 0) / count by (job, namespace) (up)) > 10",
    'absent(up{job="kubelet"} == 1)',
    'absent(up{job="kube-scheduler"} == 1)',
    "min_over_time(up[10m]) == 0 unless on (instance) up == 1",
    "avg_over_time(up[30m]) < 0.99",
    # pods and workloads
    'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
    "increase(kube_pod_container_status_restarts_total[10m]) > 2",
    "sum by (namespace, pod) (max by (namespace, pod) (" + _RUNNING + ") * on (namespace, pod) group_left "
    "(created_by_kind) topk by (namespace, pod) (1, max by (namespace, pod, created_by_kind) "
    '(kube_pod_info{created_by_kind!="Job"}))) > 0',
    "kube_deployment_spec_replicas > kube_deployment_status_replicas_available "
    "and changes(kube_deployment_status_replicas_available[10m]) == 0",
    'kube_deployment_status_condition{condition="Progressing",status="false"} != 0',
    'sum by (namespace, reason) (kube_pod_container_status_waiting_reason{reason!="ContainerCreating"}) > 0',
    "sum by (namespace) (" + _OWNER + " * on (namespace, pod) group_left () (" + _RUNNING + "))",
    "count by (created_by_kind, namespace) (kube_pod_info)",
    'count_values("version", count by (image) (container_memory_working_set_bytes))',
    # autoscalers
    "kube_horizontalpodautoscaler_status_current_replicas == kube_horizontalpodautoscaler_spec_max_replicas",
    "(kube_horizontalpodautoscaler_status_desired_replicas "
    "!= kube_horizontalpodautoscaler_status_current_replicas) "
    "and (kube_horizontalpodautoscaler_status_current_replicas > kube_horizontalpodautoscaler_spec_min_replicas) "
    "and changes(kube_horizontalpodautoscaler_status_current_replicas[15m]) == 0",
    # resources
    f"sum by (namespace) ({_CPU})",
    f"topk(10, sum by (namespace, pod) ({_CPU}))",
    'sum by (namespace, pod, container) (irate(container_cpu_usage_seconds_total{image!=""}[5m])) '
    "* on (namespace, pod) group_left (node) topk by (namespace, pod) (1, max by (namespace, pod, node) "
    '(kube_pod_info{node!=""}))',
    f"sum by (namespace, pod) ({_CPU}) / sum by (namespace, pod) "
    '(kube_pod_container_resource_requests{resource="cpu"})',
    'sum by (namespace) (kube_pod_container_resource_requests{resource="memory"} '
    "* on (namespace, pod) group_left () max by (namespace, pod) (" + _RUNNING + "))",
    'sum(kube_pod_container_resource_requests{resource="cpu"}) '
    '- (sum(kube_node_status_allocatable{resource="cpu"}) '
    '- max(kube_node_status_allocatable{resource="cpu"})) > 0',
    'sum by (node) (kube_pod_container_resource_limits{resource="memory"}) '
    '/ on (node) kube_node_status_allocatable{resource="memory"}',
    "sum by (namespace, pod) (container_memory_working_set_bytes) "
    "/ sum by (namespace, pod) (container_spec_memory_limit_bytes > 0) > 0.9",
    "sum by (container, pod, namespace) (increase(container_cpu_cfs_throttled_periods_total[5m])) "
    "/ sum by (container, pod, namespace) (increase(container_cpu_cfs_periods_total[5m])) > (25 / 100)",
    "quantile by (namespace) (0.95, container_memory_working_set_bytes)",
    "max_over_time(sum by (namespace) (container_memory_working_set_bytes)[30m:1m])",
    f"avg_over_time(sum by (namespace) ({_CPU})[15m:1m])",
    "sum without (instance, job, uid) (kube_pod_container_resource_requests)",
    # volumes
    "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.15 "
    "and predict_linear(kubelet_volume_stats_available_bytes[6h], 4 * 24 * 3600) < 0",
    "max without (instance, node) ((kubelet_volume_stats_capacity_bytes - kubelet_volume_stats_available_bytes) "
    "/ kubelet_volume_stats_capacity_bytes * 100)",
    "deriv(kubelet_volume_stats_used_bytes[1h]) > 0",
    # nodes
    'kube_node_status_condition{condition="Ready",status="true"} == 0',
    'sum by (node) (changes(kube_node_status_condition{status="true",condition="Ready"}[15m])) > 2',
    "count by (node) (kube_pod_info * on (namespace, pod) group_left () (" + _RUNNING + ")) "
    '/ max by (node) (kube_node_status_allocatable{resource="pods"} != 1) > 0.95',
    "sum(kube_node_spec_unschedulable) by (node) == 1",
    '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    'sum by (instance) (rate(node_cpu_seconds_total{mode!~"idle|iowait|steal"}[5m])) '
    "/ count by (instance) (count by (cpu, instance) (node_cpu_seconds_total))",
    'count without (cpu, mode) (node_cpu_seconds_total{mode="idle"})',
    "1 - sum(node_memory_MemAvailable_bytes) / sum(node_memory_MemTotal_bytes)",
    "(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / node_memory_MemTotal_bytes * 100 > 90",
    'node_load1 / on (instance) group_left () count by (instance) (node_cpu_seconds_total{mode="idle"})',
    'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 40 '
    'and predict_linear(node_filesystem_avail_bytes{fstype!=""}[6h], 24 * 60 * 60) < 0',
    "sum by (instance) (rate(node_network_receive_bytes_total[2m])) + "
    "sum by (instance) (rate(node_network_transmit_bytes_total[2m]))",
    "rate(node_network_transmit_bytes_total[5m]) > on (instance) group_left () 1.5 * "
    "avg by (instance) (rate(node_network_transmit_bytes_total[1h]))",
    "time() - node_boot_time_seconds < 600",
    "avg(node_load1) by (job) + 3 * stddev(node_load1) by (job) < on (job) group_right () node_load1",
    "sum(increase(kubelet_evictions[5m])) by (node, eviction_signal) > 0",
    "quantile_over_time(0.9, node_load1[30m])",
    # services
    'sum by (service) (rate(http_requests_total{code=~"5.."}[5m])) '
    "/ sum by (service) (rate(http_requests_total[5m]))",
    f"histogram_quantile(0.99, sum by (service, le) (rate({_LATENCY}_bucket[5m])))",
    f"histogram_quantile(0.5, sum by (le) (rate({_LATENCY}_bucket[5m])))",
    f"sum by (service) (rate({_LATENCY}_sum[5m])) / sum by (service) (rate({_LATENCY}_count[5m]))",
    f'1 - (sum(rate({_LATENCY}_count[1h])) - sum(rate({_LATENCY}_bucket{{le="1"}}[1h]))) '
    f"/ sum(rate({_LATENCY}_count[1h]))",
    "sum by (code) (rate(http_requests_total[5m] offset 1h)) or sum by (code) (rate(http_requests_total[5m]))",
    'clamp_max(sum(rate(http_requests_total{code!~"5.."}[30m])) / sum(rate(http_requests_total[30m])), 1)',
    'label_join(sum by (namespace, service) (rate(http_requests_total[5m])), "key", "/", "namespace", "service")',
    "rate(http_requests_total[5m] @ end()) > bool 1",
    # alerts
    'count by (severity) (ALERTS{alertstate="firing"}) or vector(0)',
    "vector(1)",
)
