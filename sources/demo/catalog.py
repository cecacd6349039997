"""The workloads that the demo cluster runs: a table, so that a row is all that a new workload takes."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from sources.demo.story import Part

Script: TypeAlias = Literal["steady", "rolling", "quota", "cron"]


class Container(Struct, frozen=True, gc=False):
    """One container: requests and limits in millicores and MiB, 0 for "not set"."""

    name: str
    image: str
    cpu_request: int = 0
    cpu_limit: int = 0
    memory_request: int = 0
    memory_limit: int = 0


class Workload(Struct, frozen=True, gc=False):
    """One workload: the first of `containers` is the one that things happen to.

    `cpu` (millicores) and `memory` (MiB) are what one pod typically uses; `every` is the time between rollouts or
    cron runs in seconds; `volume` is the size of each pod's volume in GiB; `part` is what the scenario does to it.
    """

    namespace: str
    name: str
    kind: str
    replicas: int
    containers: tuple[Container, ...]
    cpu: float
    memory: float
    script: Script = "steady"
    every: float = 0.0
    roughness: float = 1.0
    volume: int = 0
    part: Part | None = None

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"


_MESH = Container("istio-proxy", "docker.io/istio/proxyv2:1.27.3", 20, 200, 64, 128)
_REGISTRY = "registry.example.com"
_ALONE = "kube-system", "monitoring", "ingress-nginx", "cert-manager"


def _w(
    namespace: str,
    name: str,
    kind: str,
    replicas: int,
    image: str,
    resources: tuple[int, int, int, int],
    use: tuple[float, float],
    script: Script = "steady",
    every: float = 0.0,
    extra: tuple[Container, ...] = (),
    roughness: float = 1.0,
    volume: int = 0,
) -> Workload:
    if ":" not in image:
        raise ValueError(f"{namespace}/{name}: the image needs a tag")
    if "/" not in image and namespace not in _ALONE:
        image = f"{_REGISTRY}/{namespace}/{image}"
    main = Container(name if kind != "CronJob" else "run", image, *resources)
    return Workload(namespace, name, kind, replicas, (main, *extra), *use, script, every, roughness, volume)


_CSI = tuple(
    Container(name, f"registry.k8s.io/sig-storage/{name}:v2.13.0", 10, 0, 40, 256)
    for name in ("node-driver-registrar", "liveness-probe")
)
_KUBE = "registry.k8s.io"
D, S, DS, ST = "Deployment", "StatefulSet", "DaemonSet", "Static"

# fmt: off
CATALOG: tuple[Workload, ...] = (
    _w("kube-system", "etcd", ST, 3, f"{_KUBE}/etcd:3.6.4-0", (100, 0, 100, 0), (95, 420)),
    _w("kube-system", "kube-apiserver", ST, 3, f"{_KUBE}/kube-apiserver:v1.34.2", (250, 0, 0, 0), (330, 1460)),
    _w("kube-system", "kube-controller-manager", ST, 3, f"{_KUBE}/kube-controller-manager:v1.34.2",
       (200, 0, 0, 0), (45, 160)),
    _w("kube-system", "kube-scheduler", ST, 3, f"{_KUBE}/kube-scheduler:v1.34.2", (100, 0, 0, 0), (12, 70)),
    _w("kube-system", "kube-proxy", DS, 0, f"{_KUBE}/kube-proxy:v1.34.2", (50, 0, 64, 0), (4, 38)),
    _w("kube-system", "cilium", DS, 0, "quay.io/cilium/cilium:v1.18.4", (100, 0, 256, 1024), (48, 290)),
    _w("kube-system", "ebs-csi-node", DS, 0, "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.51.0",
       (10, 0, 40, 256), (3, 42), extra=_CSI),
    _w("kube-system", "coredns", D, 2, f"{_KUBE}/coredns/coredns:v1.12.1", (100, 0, 70, 170), (22, 46)),
    _w("kube-system", "metrics-server", D, 2, f"{_KUBE}/metrics-server/metrics-server:v0.8.0",
       (100, 0, 200, 400), (9, 74)),
    _w("kube-system", "cilium-operator", D, 2, "quay.io/cilium/operator-generic:v1.18.4", (0, 0, 0, 0), (6, 60)),
    _w("kube-system", "ebs-csi-controller", D, 2, "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.51.0",
       (10, 0, 40, 256), (4, 58), extra=_CSI),
    _w("kube-system", "cluster-autoscaler", D, 1, f"{_KUBE}/autoscaling/cluster-autoscaler:v1.34.1",
       (100, 0, 300, 600), (17, 210)),
    _w("monitoring", "node-exporter", DS, 0, "quay.io/prometheus/node-exporter:v1.10.2", (20, 250, 32, 180),
       (8, 24)),
    _w("monitoring", "fluent-bit", DS, 0, "cr.fluentbit.io/fluent/fluent-bit:4.1.1", (50, 200, 64, 256),
       (31, 92), roughness=1.3),
    _w("monitoring", "prometheus-k8s", S, 2, "quay.io/prometheus/prometheus:v3.7.3", (500, 2000, 2048, 6144),
       (620, 3480), volume=100),
    _w("monitoring", "alertmanager-main", S, 3, "quay.io/prometheus/alertmanager:v0.29.0", (10, 100, 100, 200),
       (5, 48)),
    _w("monitoring", "grafana", D, 1, "docker.io/grafana/grafana:12.2.1", (100, 500, 128, 512), (38, 245)),
    _w("monitoring", "kube-state-metrics", D, 1, f"{_KUBE}/kube-state-metrics/kube-state-metrics:v2.17.0",
       (20, 100, 190, 250), (14, 118)),
    _w("monitoring", "prometheus-operator", D, 1, "quay.io/prometheus-operator/prometheus-operator:v0.86.1",
       (100, 200, 100, 200), (6, 66)),
    _w("monitoring", "blackbox-exporter", D, 1, "quay.io/prometheus/blackbox-exporter:v0.27.0", (10, 50, 20, 60),
       (3, 22)),
    _w("ingress-nginx", "ingress-nginx-controller", D, 3, f"{_KUBE}/ingress-nginx/controller:v1.14.0",
       (200, 1000, 256, 512), (310, 290), roughness=1.2),
    _w("cert-manager", "cert-manager", D, 1, "quay.io/jetstack/cert-manager-controller:v1.19.1", (10, 0, 32, 0),
       (4, 58)),
    _w("cert-manager", "cert-manager-webhook", D, 2, "quay.io/jetstack/cert-manager-webhook:v1.19.1",
       (10, 0, 32, 0), (2, 31)),
    _w("shop", "frontend", D, 14, "frontend:5.31.2", (100, 500, 128, 256), (84, 132), extra=(_MESH,)),
    _w("shop", "catalog", D, 10, "catalog:3.8.0", (150, 500, 256, 512), (120, 240), extra=(_MESH,)),
    _w("shop", "cart", D, 8, "cart:2.2.9", (100, 300, 128, 256), (61, 118), extra=(_MESH,)),
    _w("shop", "checkout", D, 8, "checkout:4.17.3", (200, 600, 256, 512), (170, 305), extra=(_MESH,)),
    _w("shop", "assets", D, 6, "docker.io/library/nginx:1.29.3", (50, 200, 64, 128), (12, 31)),
    _w("shop", "recommendations", D, 8, "recommendations:1.44.1", (250, 1000, 512, 1024), (330, 610)),
    _w("shop", "shipping", D, 5, "shipping:1.9.4", (50, 200, 96, 192), (24, 81)),
    _w("shop", "currency", D, 4, "currency:0.12.0", (50, 200, 64, 128), (19, 44)),
    _w("shop", "email", D, 3, "email:2.0.1", (50, 100, 64, 128), (6, 52)),
    _w("shop", "ads", D, 4, "ads:7.3.5", (100, 300, 256, 384), (55, 214)),
    _w("shop", "redis-cart", S, 3, "docker.io/library/redis:8.2-alpine", (100, 0, 512, 1024), (41, 388),
       volume=10),
    _w("payments", "payments-api", D, 10, "payments-api:9.2.0", (250, 1000, 384, 768), (210, 402),
       extra=(_MESH,)),
    _w("payments", "ledger", D, 6, "ledger:3.0.4", (200, 800, 512, 768), (160, 310)),
    _w("payments", "fraud-scorer", D, 6, "fraud-scorer:2.6.1", (500, 2000, 1024, 2048), (720, 1310),
       roughness=1.4),
    _w("payments", "webhook-dispatcher", D, 5, "webhook-dispatcher:1.3.3", (100, 300, 128, 256), (37, 98)),
    _w("payments", "settlement", D, 3, "settlement:4.4.0", (200, 500, 256, 512), (66, 233)),
    _w("payments", "postgres", S, 3, "docker.io/library/postgres:17.6", (1000, 4000, 4096, 8192), (840, 5210),
       volume=200),
    _w("search", "query", D, 10, "query:6.1.0", (500, 1000, 512, 1024), (290, 560), roughness=1.2),
    _w("search", "indexer", D, 5, "indexer:6.1.0", (500, 2000, 1024, 2048), (610, 1180), roughness=1.5),
    _w("search", "suggest", D, 4, "suggest:2.5.2", (100, 400, 256, 512), (88, 268)),
    _w("search", "opensearch-data", S, 6, "docker.io/opensearchproject/opensearch:3.3.2",
       (1000, 3000, 4096, 6144), (930, 4630), volume=500),
    _w("search", "opensearch-master", S, 3, "docker.io/opensearchproject/opensearch:3.3.2",
       (250, 1000, 1024, 2048), (74, 1350), volume=20),
    _w("batch", "thumbnailer", D, 8, "thumbnailer:1.17.0", (200, 1000, 256, 512), (240, 270), roughness=1.5),
    _w("batch", "kafka", S, 3, "docker.io/apache/kafka:4.1.1", (500, 2000, 2048, 4096), (380, 2950),
       volume=250),
    _w("batch", "kafka-exporter", D, 1, "docker.io/danielqsj/kafka-exporter:v1.9.0", (20, 100, 32, 64), (4, 28)),
    _w("batch", "model-training", "Job", 1, "model-training:2.3.0", (96000, 96000, 65536, 65536), (0, 0),
       "quota"),
    _w("batch", "report-builder", D, 2, "report-builder:1.6.0", (0, 0, 0, 0), (140, 420)),
    _w("batch", "exchange-rates", "CronJob", 1, "exchange-rates:1.0.8", (20, 100, 32, 64), (14, 30), "cron", 60.0),
    _w("batch", "invoice-mailer", "CronJob", 1, "invoice-mailer:3.3.0", (100, 500, 128, 256), (90, 120), "cron",
       180.0),
    _w("batch", "sitemap", "CronJob", 1, "sitemap:0.9.2", (200, 500, 128, 256), (310, 140), "cron", 300.0),
    _w("batch", "db-backup", "CronJob", 1, "db-backup:2.1.0", (100, 500, 128, 256), (60, 90), "cron",
       360.0),
    _w("team-atlas", "gateway", D, 4, "gateway:1.12.1", (100, 400, 128, 256), (73, 120)),
    _w("team-atlas", "tiles", D, 6, "tiles:4.0.3", (250, 1000, 512, 1024), (270, 580), roughness=1.3),
    _w("team-atlas", "geocoder", D, 4, "geocoder:2.8.0", (200, 600, 1024, 1536), (130, 1020)),
    _w("team-borealis", "api", D, 5, "api:0.44.0", (100, 300, 128, 256), (58, 131)),
    _w("team-borealis", "worker", D, 8, "worker:0.44.0", (250, 500, 256, 512), (320, 290), "rolling", 600.0),
    _w("team-borealis", "scheduler", D, 2, "scheduler:0.44.0", (50, 100, 64, 128), (11, 63)),
    _w("team-cobalt", "api", D, 4, "api:11.0.2", (100, 300, 192, 384), (49, 180)),
    _w("team-cobalt", "consumer", D, 6, "consumer:11.0.2", (150, 400, 192, 384), (140, 205), roughness=1.4),
    _w("team-delta", "portal", D, 4, "portal:2026.10", (100, 300, 256, 512), (33, 270)),
    _w("team-delta", "docs", D, 3, "docs:2026.10", (20, 100, 32, 64), (2, 19)),
)
# fmt: on
