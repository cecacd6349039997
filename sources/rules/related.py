"""Which objects belong together: what an object names itself, and how to tell that another one concerns it.

Rules are those of the API's references: owner references (meta/v1), pod volumes and environment (core/v1),
selectors of Services, scaleTargetRef (autoscaling/v2), backends of Ingresses (networking/v1), claims and volumes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sources.model import Labels, ObjectRef
from sources.rules.shapes import mapping, maps, strings, text

Raw: TypeAlias = Mapping[str, Any]


class Relation(NamedTuple):
    """Another object and what it is to the one looked at; `note` says how it is doing, `trouble` that it is not
    doing well."""

    role: str
    ref: ObjectRef
    note: str = ""
    trouble: bool = False


class Search(NamedTuple):
    """What has to be listed to find more: objects of a kind in a namespace that `fits`."""

    role: str
    kind: str
    namespace: str
    fits: Callable[[Raw], bool]


WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job", "CronJob")
CLUSTER_SCOPED = frozenset(
    ("Node", "Namespace", "PersistentVolume", "StorageClass", "PriorityClass", "IngressClass", "ClusterRole")
)


def ref_of(raw: Raw, kind: str = "") -> ObjectRef:
    """The object itself; `kind` where it does not say it (in a list)."""
    return ObjectRef(text(raw, "kind") or kind, text(raw, "metadata", "name"), text(raw, "metadata", "namespace"))


def owners(raw: Raw) -> list[ObjectRef]:
    """The owners, the controlling one first."""
    found = maps(raw, "metadata", "ownerReferences")
    ordered = sorted(found, key=lambda each: each.get("controller") is not True)
    named = ((text(each, "kind"), text(each, "name")) for each in ordered)
    namespace = text(raw, "metadata", "namespace")
    return [ObjectRef(kind, name, _scope(kind, namespace)) for kind, name in named if kind and name]


def owned_by(raw: Raw, owner: ObjectRef) -> bool:
    return any((each.kind, each.name) == (owner.kind, owner.name) for each in owners(raw))


def named(raw: Raw) -> list[Relation]:
    """What the object itself names, besides its owners."""
    kind, namespace = text(raw, "kind"), text(raw, "metadata", "namespace")
    found: list[Relation] = []

    def add(role: str, other: str, name: str, where: str | None = None) -> None:
        if name:
            found.append(
                Relation(role, ObjectRef(other, name, _scope(other, namespace if where is None else where)))
            )

    if kind == "Pod":
        add("node", "Node", text(raw, "spec", "nodeName"))
    spec = pod_spec(raw)
    for role, other, name in _pod_names(spec):
        add(role, other, name)
    if kind == "PersistentVolumeClaim":
        add("volume", "PersistentVolume", text(raw, "spec", "volumeName"))
        add("class", "StorageClass", text(raw, "spec", "storageClassName"))
    elif kind == "PersistentVolume":
        claim = mapping(raw, "spec", "claimRef")
        add("claim", "PersistentVolumeClaim", text(claim, "name"), text(claim, "namespace"))
        add("class", "StorageClass", text(raw, "spec", "storageClassName"))
    elif kind == "HorizontalPodAutoscaler":
        target = mapping(raw, "spec", "scaleTargetRef")
        add("scales", text(target, "kind"), text(target, "name"))
    elif kind == "Ingress":
        for name in dict.fromkeys(backends(raw)):
            add("backend", "Service", name)
    elif kind == "Event":
        about = mapping(raw, "involvedObject")
        add("about", text(about, "kind"), text(about, "name"), text(about, "namespace"))
    return list(dict.fromkeys(found))


def pod_spec(raw: Raw) -> Raw:
    """The pod's own spec, or that of the pods that a workload makes."""
    kind = text(raw, "kind")
    if kind == "Pod":
        return mapping(raw, "spec")
    if kind == "CronJob":
        return mapping(raw, "spec", "jobTemplate", "spec", "template", "spec")
    return mapping(raw, "spec", "template", "spec")


def pod_labels(raw: Raw) -> Mapping[str, str]:
    """The labels of the pod, or of the pods that a workload makes."""
    if text(raw, "kind") == "Pod":
        return strings(raw, "metadata", "labels")
    return strings(raw, "spec", "template", "metadata", "labels")


def _pod_names(spec: Raw) -> Iterable[tuple[str, str, str]]:
    """(role, kind, name) of what a pod takes its files and settings from."""
    for volume in maps(spec, "volumes"):
        yield "claim", "PersistentVolumeClaim", text(volume, "persistentVolumeClaim", "claimName")
        if "ephemeral" in volume:
            continue
        for source in (volume, *maps(volume, "projected", "sources")):
            yield "configmap", "ConfigMap", text(source, "configMap", "name")
            yield "secret", "Secret", text(source, "secret", "secretName") or text(source, "secret", "name")
    for container in (*maps(spec, "initContainers"), *maps(spec, "containers")):
        for each in maps(container, "envFrom"):
            yield "configmap", "ConfigMap", text(each, "configMapRef", "name")
            yield "secret", "Secret", text(each, "secretRef", "name")
        for each in maps(container, "env"):
            yield "configmap", "ConfigMap", text(each, "valueFrom", "configMapKeyRef", "name")
            yield "secret", "Secret", text(each, "valueFrom", "secretKeyRef", "name")
    for each in maps(spec, "imagePullSecrets"):
        yield "secret", "Secret", text(each, "name")
    yield "account", "ServiceAccount", text(spec, "serviceAccountName")


def backends(raw: Raw) -> Iterable[str]:
    """The services that an Ingress leads to."""
    yield text(raw, "spec", "defaultBackend", "service", "name")
    for rule in maps(raw, "spec", "rules"):
        for path in maps(rule, "http", "paths"):
            yield text(path, "backend", "service", "name")


def searches(raw: Raw, chain: Sequence[ObjectRef] = ()) -> list[Search]:
    """What to list to find the rest; `chain` are the owners, and theirs."""
    me = ref_of(raw)
    place = me.namespace
    if not place:
        return []
    found: list[Search] = []
    labels = pod_labels(raw)
    if labels and me.kind in ("Pod", *WORKLOADS):
        found.append(Search("service", "Service", place, lambda other: selects(other, labels)))
    if me.kind in ("Pod", *WORKLOADS):
        family = {(one.kind, one.name) for one in (me, *chain)}
        found.append(
            Search("autoscaler", "HorizontalPodAutoscaler", place, lambda other: _scales(other) in family)
        )
    made = {"Deployment": "ReplicaSet", "CronJob": "Job"}.get(me.kind)
    if made:
        found.append(Search("made", made, place, lambda other: owned_by(other, me)))
    if me.kind == "StatefulSet":
        prefixes = tuple(
            f"{text(each, 'metadata', 'name')}-{me.name}-" for each in maps(raw, "spec", "volumeClaimTemplates")
        )
        if prefixes:
            found.append(
                Search(
                    "claim", "PersistentVolumeClaim", place, lambda other: ref_of(other).name.startswith(prefixes)
                )
            )
    if me.kind in ("PersistentVolumeClaim", "ConfigMap", "Secret"):
        found.append(Search("used by", "Pod", place, lambda other: _uses(other, me)))
    if me.kind == "Service":
        found.append(Search("ingress", "Ingress", place, lambda other: me.name in backends(other)))
    return found


def selects(service: Raw, labels: Mapping[str, str]) -> bool:
    """Whether a Service's selector takes in pods with these labels; one without a selector takes none."""
    selector = strings(service, "spec", "selector")
    return bool(selector) and all(labels.get(name) == value for name, value in selector.items())


def selector_of(raw: Raw) -> Mapping[str, str]:
    """The labels that pods must have to belong to an object; expressions (matchExpressions) are not read."""
    if text(raw, "kind") == "Service":
        return strings(raw, "spec", "selector")
    return strings(raw, "spec", "selector", "matchLabels")


def _scales(raw: Raw) -> tuple[str, str]:
    return text(raw, "spec", "scaleTargetRef", "kind"), text(raw, "spec", "scaleTargetRef", "name")


def _uses(pod: Raw, other: ObjectRef) -> bool:
    return any((kind, name) == (other.kind, other.name) for _, kind, name in _pod_names(mapping(pod, "spec")))


def _scope(kind: str, namespace: str) -> str:
    return "" if kind in CLUSTER_SCOPED else namespace


# Labels by which alerts name objects, the most telling first.
_LABELS: tuple[tuple[str, str], ...] = (
    ("pod", "Pod"), ("pod_name", "Pod"), ("node", "Node"), ("nodename", "Node"), ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"), ("daemonset", "DaemonSet"), ("replicaset", "ReplicaSet"), ("job_name", "Job"),
    ("cronjob", "CronJob"), ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"), ("persistentvolume", "PersistentVolume"),
    ("service", "Service"), ("ingress", "Ingress"), ("namespace", "Namespace"),
)  # fmt: skip


def labelled(labels: Labels) -> list[ObjectRef]:
    """The objects that the labels of an alert or a series name, the most telling first.

    `job`, `instance` and `container` name scrape jobs, addresses and parts, which are no objects.
    """
    by_name = dict(labels)
    namespace = by_name.get("namespace", "")
    found = []
    for label, kind in _LABELS:
        name = by_name.get(label, "")
        if name and (namespace or kind in CLUSTER_SCOPED):
            found.append(ObjectRef(kind, name, _scope(kind, namespace)))
    return list(dict.fromkeys(found))
