"""Whole objects on demand, by kind: where the API server keeps them, and the GETs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sources.contract import NotSupported, ObjectPage, Unavailable
from sources.kubernetes.api import Api
from sources.kubernetes.pages import get_page
from sources.rules.decode import Bytes
from sources.rules.secrets import masked
from sources.rules.wire import NotJsonError, WireError

_APPS, _BATCH = "/apis/apps/v1", "/apis/batch/v1"
_NAMESPACED = {
    "Pod": ("/api/v1", "pods"),
    "Event": ("/api/v1", "events"),
    "Service": ("/api/v1", "services"),
    "ConfigMap": ("/api/v1", "configmaps"),
    "Secret": ("/api/v1", "secrets"),
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


def path_of(kind: str, namespace: str, name: str) -> str:
    """The object's path. Raises NotSupported for a kind that is not known or a name that is none."""
    if not _is_name(name):
        raise NotSupported(f"not the name of an object: {name!r}")
    return f"{list_path(kind, namespace)}/{name}"


def list_path(kind: str, namespace: str) -> str:
    """The path of the objects of a kind. Raises NotSupported as `path_of` does."""
    if kind in _CLUSTER_SCOPED:
        root, plural = _CLUSTER_SCOPED[kind]
        return f"{root}/{plural}"
    if kind not in _NAMESPACED:
        raise NotSupported(f"objects of kind {kind!r} cannot be opened")
    if not namespace:
        raise NotSupported(f"a {kind} has a namespace, and none was given")
    if not _is_name(namespace):
        raise NotSupported(f"not the name of a namespace: {namespace!r}")
    root, plural = _NAMESPACED[kind]
    return f"{root}/namespaces/{namespace}/{plural}"


def _is_name(text: str) -> bool:
    """The rule for a segment of a path (apimachinery's `IsValidPathSegmentName`): others lead somewhere else."""
    return bool(text) and text not in (".", "..") and "/" not in text and "%" not in text


async def get_object(api: Api, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
    """The server's JSON; what a Secret holds is masked. Raises NotFound, Denied, Unavailable, NotSupported."""
    body = await api.get(path_of(kind, namespace, name))
    try:
        found: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable(f"the answer for {kind} {name} is not an object") from None
    return masked({"kind": kind, **found})


async def list_objects(api: Api, kind: str, namespace: str, limit: int) -> ObjectPage:
    """The first objects of a kind, decoded while they arrive. Raises Denied, Unavailable, NotSupported."""
    found, meta, _ = await get_page(api, list_path(kind, namespace), {"limit": str(limit)}, _decode)
    return ObjectPage(tuple(masked({**each, "kind": kind}) for each in found), bool(meta.continue_))


def _decode(raw: Bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.ValidationError as error:
        raise WireError(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJsonError(str(error)) from None
