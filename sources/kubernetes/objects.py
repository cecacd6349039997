"""Whole objects on demand, by kind: where the API server keeps them, and the GET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sources.contract import NotSupported, Unavailable
from sources.kubernetes.api import Api

_APPS, _BATCH = "/apis/apps/v1", "/apis/batch/v1"
_NAMESPACED = {
    "Pod": ("/api/v1", "pods"),
    "Event": ("/api/v1", "events"),
    "Service": ("/api/v1", "services"),
    "ConfigMap": ("/api/v1", "configmaps"),
    "Endpoints": ("/api/v1", "endpoints"),
    "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"),
    "ReplicationController": ("/api/v1", "replicationcontrollers"),
    "ResourceQuota": ("/api/v1", "resourcequotas"),
    "LimitRange": ("/api/v1", "limitranges"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "Deployment": (_APPS, "deployments"),
    "ReplicaSet": (_APPS, "replicasets"),
    "StatefulSet": (_APPS, "statefulsets"),
    "DaemonSet": (_APPS, "daemonsets"),
    "Job": (_BATCH, "jobs"),
    "CronJob": (_BATCH, "cronjobs"),
    "HorizontalPodAutoscaler": ("/apis/autoscaling/v2", "horizontalpodautoscalers"),
    "PodDisruptionBudget": ("/apis/policy/v1", "poddisruptionbudgets"),
    "Ingress": ("/apis/networking.k8s.io/v1", "ingresses"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "EndpointSlice": ("/apis/discovery.k8s.io/v1", "endpointslices"),
    "Lease": ("/apis/coordination.k8s.io/v1", "leases"),
}
_CLUSTER_SCOPED = {
    "Node": ("/api/v1", "nodes"),
    "Namespace": ("/api/v1", "namespaces"),
    "PersistentVolume": ("/api/v1", "persistentvolumes"),
    "StorageClass": ("/apis/storage.k8s.io/v1", "storageclasses"),
    "PriorityClass": ("/apis/scheduling.k8s.io/v1", "priorityclasses"),
}
# Secrets are left out on purpose: their content has no place on this screen.


def path_of(kind: str, namespace: str, name: str) -> str:
    """The object's path. Raises NotSupported for a kind that is not known or a name that is none."""
    if not name or "/" in name or name in (".", "..") or "/" in namespace:
        raise NotSupported(f"not the name of an object: {name!r}")
    if kind in _CLUSTER_SCOPED:
        root, plural = _CLUSTER_SCOPED[kind]
        return f"{root}/{plural}/{name}"
    if kind not in _NAMESPACED:
        raise NotSupported(f"objects of kind {kind!r} cannot be opened")
    if not namespace:
        raise NotSupported(f"a {kind} has a namespace, and none was given")
    root, plural = _NAMESPACED[kind]
    return f"{root}/namespaces/{namespace}/{plural}/{name}"


async def get_object(api: Api, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
    """The server's JSON, without managedFields. Raises NotFound, Denied, Unavailable, NotSupported."""
    body = await api.get(path_of(kind, namespace, name))
    try:
        found: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable(f"the answer for {kind} {name} is not an object") from None
    metadata = found.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)  # bookkeeping, a third of the text
    return found
