"""The frozen types that every source speaks: what is known of nodes, pods, events, usage, alerts and samples.

Units are the same everywhere: CPU in nanocores (int, so that `kubectl top` rounding stays exact), memory in
bytes (int), moments in UTC epoch seconds (float), spans in seconds. Only fields that a pane or a rule uses are
kept; the whole object is fetched again when somebody opens it. Text is as the server sent it: it is neutralised
where it enters the screen (`sources.text.clean`), not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Label pairs sorted by name; equal sets are shared, so that a thousand replicas hold one."""


def labels_of(pairs: Mapping[str, str] | None) -> Labels:
    """A map of labels as sorted pairs."""
    return tuple(sorted(pairs.items())) if pairs else ()


Kind: TypeAlias = Literal["node", "pod", "event", "node_usage", "pod_usage", "alert", "silence"]
KINDS: tuple[Kind, ...] = ("node", "pod", "event", "node_usage", "pod_usage", "alert", "silence")

NANO = 1_000_000_000
"""Nanocores in one core."""


class ObjectRef(Struct, frozen=True, gc=False, omit_defaults=True):
    """Which Kubernetes object something is about; `namespace` is "" for cluster-scoped kinds."""

    kind: str
    name: str
    namespace: str = ""
    uid: str = ""


class Owner(Struct, frozen=True, gc=False):
    """The workload that a pod belongs to, as people name it: the Deployment, not its ReplicaSet."""

    kind: str
    name: str


class Condition(Struct, frozen=True, gc=False, omit_defaults=True):
    """One entry of `status.conditions`; `status` is "True", "False" or "Unknown"."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: float | None = None


class Node(Struct, frozen=True, gc=False, omit_defaults=True, tag="node", tag_field="kind"):
    """A node; `status` and `roles` are what `kubectl get nodes` prints."""

    name: str
    uid: str = ""
    status: str = "Unknown"
    roles: str = "<none>"
    version: str = ""
    created: float | None = None
    internal_ip: str = ""
    external_ip: str = ""
    os_image: str = ""
    kernel: str = ""
    runtime: str = ""
    cpu_allocatable: int | None = None
    memory_allocatable: int | None = None
    pods_allocatable: int | None = None
    cpu_capacity: int | None = None
    memory_capacity: int | None = None
    pressures: tuple[str, ...] = ()
    """Pressure conditions that are True: "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"."""
    conditions: tuple[Condition, ...] = ()
    taints: tuple[str, ...] = ()
    labels: Labels = ()

    @property
    def key(self) -> str:
        return self.name


class Pod(Struct, frozen=True, gc=False, omit_defaults=True, tag="pod", tag_field="kind"):
    """A pod; `status`, `ready`/`total`, `restarts` and `last_restart` follow kubectl's printer to the letter."""

    namespace: str
    name: str
    uid: str = ""
    phase: str = ""
    status: str = "Unknown"
    message: str = ""
    """Why it is not running, in the kubelet's or the scheduler's words; "" for a healthy pod."""
    ready: int = 0
    total: int = 0
    restarts: int = 0
    last_restart: float | None = None
    created: float | None = None
    deleted: float | None = None
    """When deletion was asked for; None while nobody did."""
    node: str = ""
    ip: str = ""
    nominated_node: str = ""
    readiness_gates: str = ""
    """"met/all" as the wide listing prints it; "" without gates."""
    qos: str = ""
    """The quality-of-service class as the server computed it: "Guaranteed", "Burstable", "BestEffort"."""
    owner: Owner | None = None
    labels: Labels = ()
    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    key: str = ""
    """ "namespace/name", whatever is given: made once, as every table and index of pods holds it."""

    def __post_init__(self) -> None:
        force_setattr(self, "key", f"{self.namespace}/{self.name}")


class Event(Struct, frozen=True, gc=False, omit_defaults=True, tag="event", tag_field="kind"):
    """A core/v1 event; `count` and the two moments follow kubectl's event printer."""

    uid: str
    namespace: str
    name: str
    type: str
    reason: str
    message: str
    about: ObjectRef
    source: str = ""
    count: int = 1
    first: float | None = None
    last: float | None = None

    @property
    def key(self) -> str:
        return self.uid


class NodeUsage(Struct, frozen=True, gc=False, tag="node_usage", tag_field="kind"):
    """A node's use over `window` seconds that ended at `at`, both as the metrics API states them."""

    name: str
    cpu: int
    memory: int
    at: float | None
    window: float | None

    @property
    def key(self) -> str:
        return self.name


class PodUsage(Struct, frozen=True, gc=False, tag="pod_usage", tag_field="kind"):
    """A pod's use (the sum over its containers) over `window` seconds that ended at `at`."""

    namespace: str
    name: str
    cpu: int
    memory: int
    at: float | None
    window: float | None

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"


AlertState: TypeAlias = Literal["firing", "pending", "inactive", "unprocessed"]


class Alert(Struct, frozen=True, gc=False, omit_defaults=True, tag="alert", tag_field="kind"):
    """One alert as one system states it; `origin` names that system ("prometheus", "alertmanager")."""

    origin: str
    fingerprint: str
    """Stable for one label set within one origin."""
    labels: Labels
    state: AlertState
    annotations: Labels = ()
    since: float | None = None
    value: str = ""
    """As Prometheus prints it; may be "NaN" or "+Inf"."""
    rule: str = ""
    """The rule's expression where the origin tells it."""
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    reporter: str = ""
    """The source that reports it, where several of one origin may report the same label set."""

    @property
    def key(self) -> str:
        return f"{self.reporter or self.origin}:{self.fingerprint}"

    def label(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.labels if key == name), default)

    def annotation(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.annotations if key == name), default)

    @property
    def name(self) -> str:
        return self.label("alertname", "(no name)")

    @property
    def severity(self) -> str:
        return self.label("severity")


class Matcher(Struct, frozen=True, gc=False):
    """One matcher of a silence, in Alertmanager's terms."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class Silence(Struct, frozen=True, gc=False, omit_defaults=True, tag="silence", tag_field="kind"):
    """A silence of Alertmanager; `state` is "active", "pending" or "expired"."""

    id: str
    state: str
    matchers: tuple[Matcher, ...]
    starts: float | None = None
    ends: float | None = None
    created_by: str = ""
    comment: str = ""

    @property
    def key(self) -> str:
        return self.id


Thing: TypeAlias = Node | Pod | Event | NodeUsage | PodUsage | Alert | Silence
"""Anything that lives in a table of the World."""


def kind_of(thing: Thing) -> Kind:
    """The table that a thing belongs to."""
    kind: Kind = type(thing).__struct_config__.tag  # type: ignore[assignment]  # our tags are the kinds
    return kind


class Series(Struct, frozen=True, gc=False):
    """One series of an answer: `times` (epoch seconds) and `values` have the same length.

    An instant answer has one point. Steps without a sample are absent, never filled in. `histograms` counts
    native-histogram samples, which are not among the values.
    """

    labels: Labels
    times: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    histograms: int = 0


class QueryResult(Struct, frozen=True, gc=False):
    """The answer to a PromQL query, with everything the server said about its trustworthiness.

    `warnings` and `infos` are sorted (the server's order is random). `text` holds a string answer. `start`,
    `end` and `step` are set for range queries; `at` for instant ones. `elapsed` is the round trip in seconds.
    """

    type: Literal["vector", "matrix", "scalar", "string"]
    series: tuple[Series, ...] = ()
    text: str = ""
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    at: float | None = None
    start: float | None = None
    end: float | None = None
    step: float | None = None
    elapsed: float = 0.0
    source: str = ""


class MetricMetadata(Struct, frozen=True, gc=False):
    """What a metric says of itself; `type` in Prometheus's words (counter, gauge, histogram, summary...)."""

    name: str
    type: str
    help: str = ""
    unit: str = ""


class Rule(Struct, frozen=True, gc=False, omit_defaults=True):
    """An alerting or recording rule; `health` is "ok", "err" or "unknown"."""

    group: str
    name: str
    type: Literal["alerting", "recording"]
    query: str
    state: str = ""
    health: str = "unknown"
    last_error: str = ""
    duration: float = 0.0
    """The `for` of an alerting rule, seconds."""
    labels: Labels = ()
    annotations: Labels = ()


class Target(Struct, frozen=True, gc=False, omit_defaults=True):
    """A scrape target; `health` is "up", "down" or "unknown"."""

    pool: str
    url: str
    health: str
    labels: Labels = ()
    last_error: str = ""
    last_scrape: float | None = None


class ServicePort(Struct, frozen=True, gc=False):
    name: str
    port: int


class Service(Struct, frozen=True, gc=False):
    """A Service of the cluster, as far as discovery needs it."""

    namespace: str
    name: str
    labels: Labels = ()
    ports: tuple[ServicePort, ...] = ()
