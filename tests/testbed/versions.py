"""The pinned versions of every server of the test bed, and how each binary is stamped."""

from dataclasses import dataclass

KUBERNETES = "v1.37.2"
STAGING = "v0.37.2"  # the version of k8s.io/api and its siblings that belongs to KUBERNETES
ETCD = "v3.7.3"
KWOK = "v0.8.0"
PROMETHEUS = "v0.316.0"  # module numbering: v0.316.0 is Prometheus 3.16.0
ALERTMANAGER = "v0.34.2"
NODE_EXPORTER = "v1.12.1"
PUSHGATEWAY = "v1.11.1"
KUBE_STATE_METRICS = "v2.18.0"

# What is built from one Go module shares its dependencies, each in one version and compiled once.
MODULE_SETS = {
    "shared": {
        "k8s.io/kubernetes": KUBERNETES,
        "go.etcd.io/etcd/server/v3": ETCD,
        "sigs.k8s.io/kwok": KWOK,
        "github.com/prometheus/prometheus": PROMETHEUS,
        "github.com/prometheus/node_exporter": NODE_EXPORTER,
        "k8s.io/kube-state-metrics/v2": KUBE_STATE_METRICS,
    },
    # Does not compile with the version of automemlimit that Prometheus needs.
    "alertmanager": {"github.com/prometheus/alertmanager": ALERTMANAGER},
    # Compiles with the newer prometheus/common of the others, and panics at each push.
    "pushgateway": {"github.com/prometheus/pushgateway": PUSHGATEWAY},
}


@dataclass(frozen=True)
class Binary:
    """One program to build: its name, Go package, version and the `-X` variables that stamp it."""

    name: str
    package: str
    version: str
    stamps: tuple[str, ...] = ()
    tags: str = ""
    module_set: str = "shared"


def _kubernetes(name: str) -> Binary:
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    values = {"gitVersion": KUBERNETES, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    # Without these, servers and clients call themselves v0.0.0-master and version skew checks misfire.
    stamps = tuple(
        f"{package}.{key}={value}"
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for key, value in values.items()
    )
    return Binary(name, f"k8s.io/kubernetes/cmd/{name}", KUBERNETES, stamps)


def _prometheus(name: str, package: str, version: str, shown: str, **more: str) -> Binary:
    return Binary(name, package, version, (f"github.com/prometheus/common/version.Version={shown}",), **more)


# In the order of need: whoever waits for the bed can work as soon as the first three are there.
BINARIES = (
    Binary("etcd", "go.etcd.io/etcd/server/v3", ETCD),
    _kubernetes("kube-apiserver"),
    _kubernetes("kubectl"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    Binary("kwok", "sigs.k8s.io/kwok/cmd/kwok", KWOK, (f"sigs.k8s.io/kwok/pkg/consts.Version={KWOK}",)),
    # Only the Kubernetes and static discoveries: the cloud ones double the build time and are never used here.
    _prometheus(
        "prometheus",
        "github.com/prometheus/prometheus/cmd/prometheus",
        PROMETHEUS,
        f"3.{PROMETHEUS.split('.')[1].removeprefix('3')}.{PROMETHEUS.split('.')[2]}",
        tags="remove_all_sd,enable_kubernetes_sd",
    ),
    _prometheus(
        "alertmanager",
        "github.com/prometheus/alertmanager/cmd/alertmanager",
        ALERTMANAGER,
        ALERTMANAGER.removeprefix("v"),
        module_set="alertmanager",
    ),
    _prometheus(
        "node_exporter",
        "github.com/prometheus/node_exporter",
        NODE_EXPORTER,
        NODE_EXPORTER.removeprefix("v"),
    ),
    _prometheus(
        "pushgateway",
        "github.com/prometheus/pushgateway",
        PUSHGATEWAY,
        PUSHGATEWAY.removeprefix("v"),
        module_set="pushgateway",
    ),
    _prometheus(
        "kube-state-metrics",
        "k8s.io/kube-state-metrics/v2",
        KUBE_STATE_METRICS,
        KUBE_STATE_METRICS,
    ),
)
BY_NAME = {binary.name: binary for binary in BINARIES}
