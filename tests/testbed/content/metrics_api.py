"""metrics.k8s.io served by two custom resource definitions, for a cluster without kubelets."""

from typing import Any

Object = dict[str, Any]
GROUP = "metrics.k8s.io"
VERSION = f"{GROUP}/v1beta1"


def _definition(plural: str, kind: str, scope: str) -> Object:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{GROUP}",
            # Names under k8s.io are reserved; the API server wants to be told that we know.
            "annotations": {"api-approved.kubernetes.io": "unapproved, test bed"},
        },
        "spec": {
            "group": GROUP,
            "scope": scope,
            "names": {"plural": plural, "singular": "", "kind": kind, "listKind": f"{kind}List"},
            "versions": [version],
        },
    }


def definitions() -> list[Object]:
    """The definitions of NodeMetrics and PodMetrics."""
    return [_definition("nodes", "NodeMetrics", "Cluster"), _definition("pods", "PodMetrics", "Namespaced")]
