"""The Kubernetes API: kubeconfig, credentials, transport, lists and watches.

`KubernetesSource` is loaded when it is asked for, so that naming this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sources.kubernetes.source import KubernetesSource

__all__ = ["KubernetesSource"]


def __getattr__(name: str) -> Any:
    if name == "KubernetesSource":
        from sources.kubernetes.source import KubernetesSource

        return KubernetesSource
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
