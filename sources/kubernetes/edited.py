"""Whether a kubeconfig that was edited says something else of the cluster that was chosen."""

from __future__ import annotations

from dataclasses import replace

from sources.contract import Misconfigured
from sources.kubernetes import kubeconfig
from sources.kubernetes.clusterconfig import ClusterConfig, Overrides


def pinned(config: ClusterConfig, wanted: Overrides) -> Overrides:
    """What was asked for, at the context that it led to: another current-context is no other cluster."""
    return replace(wanted, context=config.context)


def differs(config: ClusterConfig, wanted: Overrides) -> bool:
    """Reads the files again if they were edited. False while they cannot be read, as when they are half written,
    or no longer have the context: then there is nothing to go to."""
    if not config.changed_files():
        return False
    try:
        now = kubeconfig.load(pinned(config, wanted))
    except Misconfigured:
        return False
    return _said(now) != _said(config)


def _said(config: ClusterConfig) -> ClusterConfig:
    """Without what changes by itself: the files' times, and tokens that we or kubectl renew in them."""
    oidc = config.auth.oidc
    if oidc is not None:
        oidc = replace(oidc, id_token="", refresh_token="")
    return replace(config, files=(), auth=replace(config.auth, oidc=oidc))
