"""The services of a cluster as the usual charts and operators install them."""

from __future__ import annotations

from sources.model import Service, ServicePort


def service(namespace: str, name: str, ports: str, **labels: str) -> Service:
    """`ports` as "web:9090 grpc:10901"; label names with "_" for "/" are not needed here."""
    pairs = tuple(sorted((key.replace("__", "/").replace("_", "-"), value) for key, value in labels.items()))
    found = [each.rpartition(":") for each in ports.split()]
    return Service(namespace, name, pairs, tuple(ServicePort(port, int(number)) for port, _, number in found))


def named(value: str) -> dict[str, str]:
    return {"app.kubernetes.io__name": value}


STACK = [
    service("default", "kubernetes", "https:443"),
    service(
        "kube-system",
        "kps-kube-prometheus-stack-coredns",
        "http-metrics:9153",
        app="kube-prometheus-stack-coredns",
    ),
    service(
        "kube-system",
        "kps-kube-prometheus-stack-kubelet",
        "https-metrics:10250 http-metrics:10255",
        **named("kubelet"),
    ),
    service(
        "monitoring",
        "alertmanager-operated",
        "http-web:9093 tcp-mesh:9094 udp-mesh:9094",
        operated_alertmanager="true",
    ),
    service("monitoring", "kps-grafana", "http-web:80", **named("grafana")),
    service(
        "monitoring",
        "kps-kube-prometheus-stack-alertmanager",
        "http-web:9093 reloader-web:8080",
        app="kube-prometheus-stack-alertmanager",
    ),
    service("monitoring", "kps-kube-prometheus-stack-operator", "https:443", app="kube-prometheus-stack-operator"),
    service(
        "monitoring",
        "kps-kube-prometheus-stack-prometheus",
        "reloader-web:8080 http-web:9090",
        app="kube-prometheus-stack-prometheus",
    ),
    service("monitoring", "kps-kube-state-metrics", "http:8080", **named("kube-state-metrics")),
    service(
        "monitoring", "kps-prometheus-node-exporter", "http-metrics:9100", **named("prometheus-node-exporter")
    ),
    service("monitoring", "prometheus-adapter", "https:443", **named("prometheus-adapter")),
    service("monitoring", "prometheus-operated", "http-web:9090", operated_prometheus="true"),
    service("monitoring", "prometheus-pushgateway", "http:9091", **named("prometheus-pushgateway")),
]


COMMUNITY = [
    service("mon", "prometheus-server", "http:80", component="server", **named("prometheus")),
    service("mon", "prometheus-alertmanager", "http:9093", **named("alertmanager")),
    service("mon", "prometheus-alertmanager-headless", "http:9093", **named("alertmanager")),
    service("mon", "prometheus-kube-state-metrics", "http:8080", **named("kube-state-metrics")),
    service("mon", "prometheus-prometheus-node-exporter", "metrics:9100", **named("prometheus-node-exporter")),
    service("mon", "prometheus-prometheus-pushgateway", "http:9091", **named("prometheus-pushgateway")),
]


OPENSHIFT = [
    service(
        "openshift-monitoring", "alertmanager-main", "web:9094 tenancy:9092 metrics:9097", **named("alertmanager")
    ),
    service("openshift-monitoring", "prometheus-k8s", "web:9091 metrics:9092", **named("prometheus")),
    service("openshift-monitoring", "prometheus-operator", "https:8443"),
    service("openshift-monitoring", "prometheus-k8s-thanos-sidecar", "thanos-proxy:10903", **named("prometheus")),
    service(
        "openshift-monitoring",
        "thanos-querier",
        "web:9091 tenancy:9092 tenancy-rules:9093 metrics:9094",
        **named("thanos-query"),
    ),
]


PLAIN = [
    service("ops", "prometheus", "web:9090"),
    service("ops", "alertmanager", ":9093"),
    service("ops", "prometheus-postgres-exporter", ":9187"),
]
