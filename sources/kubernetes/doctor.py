"""What `topmast doctor` says of a cluster: reachable, version, rights, metrics, clock. Only GET; never raises."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from sources.contract import Check, Clock, Denied, NotSupported, SourceError, Unauthorized
from sources.kubernetes.access import Access
from sources.kubernetes.api import EVENTS, NODES, PODS, Api, Resource
from sources.kubernetes.clusterconfig import ClusterConfig
from sources.kubernetes.errors import ConfigError, TlsFailure
from sources.kubernetes.pages import get_page
from sources.kubernetes.usage import find_metrics_api
from sources.rules.decode import decode_node_usage, decode_service

SLOW = 1.0
"""Seconds for one small request that are worth a word."""
SKEW = 5.0
_NAMESPACES_TRIED = 20
_TRY = "try `kubectl get --raw /version`"


class _Version(Struct, rename="camel"):
    git_version: str | None = None


async def check(api: Api, config: ClusterConfig, access: Access, clock: Clock) -> Sequence[Check]:
    """One line for each thing; ends early when the server cannot be talked to."""
    checks = [_kubeconfig(config)]
    started = clock.monotonic()
    try:
        version = await _version(api)
    except SourceError as error:
        return (*checks, Check("API server", False, f"{api.server}: {error}", _fix(error)))
    took = clock.monotonic() - started
    checks.append(
        Check("API server", True if took < SLOW else None, f"{api.server}: {version}, {took * 1000:.0f} ms")
    )
    checks += _clock(api.clock_offset)
    for resource in (NODES, PODS, EVENTS):
        checks.append(await _rights(api, resource, access))
    checks.append(await _metrics(api))
    checks.append(await _services(api))
    return checks


def _kubeconfig(config: ClusterConfig) -> Check:
    names = [f"context {config.context}"] if config.context else []
    names += [f"cluster {config.cluster}"] if config.cluster else []
    names += ["inside the cluster"] if config.in_cluster else []
    said = f"{', '.join(names) or 'no context'}; authentication: {config.auth.describe()}"
    if config.insecure:
        fix = "set certificate-authority-data for the cluster and remove insecure-skip-tls-verify"
        return Check("kubeconfig", None, f"{said}; the server is NOT verified (TLS)", fix)
    return Check("kubeconfig", True, said)


async def _version(api: Api) -> str:
    body = await api.get("/version", within=10.0)
    try:
        return msgspec.json.decode(body, type=_Version).git_version or "unknown version"
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "unknown version"


def _fix(error: SourceError) -> str:
    if isinstance(error, Unauthorized):
        return f"log in again: renew the token or run your provider's login command; {_TRY}"
    if isinstance(error, TlsFailure):
        return "compare the kubeconfig's certificate-authority with the server's certificate"
    if isinstance(error, ConfigError):
        return "correct the kubeconfig"
    return f"is the address right, the VPN up, a proxy (proxy-url, HTTPS_PROXY) needed? {_TRY}"


def _clock(offset: float | None) -> Sequence[Check]:
    if offset is None:
        return ()
    if abs(offset) <= SKEW:
        return (Check("clock", True, f"{offset:+.1f} s against the server"),)
    way = "behind" if offset > 0 else "ahead of"
    return (Check("clock", None, f"this machine is {abs(offset):.0f} s {way} the server", "set the clock (NTP)"),)


async def _rights(api: Api, resource: Resource, access: Access) -> Check:
    """`list` and `watch`, for the whole cluster or namespace by namespace."""
    name = f"rights: {resource.name}"
    scopes = access.explicit if resource.namespaced and access.explicit else ("",)
    seen, refused, error = await _listable(api, resource, scopes)
    if refused and resource.namespaced and not access.explicit and error is None:
        try:
            candidates = (await access.candidates())[:_NAMESPACES_TRIED]
        except SourceError as failure:
            return Check(name, False, str(failure), _fix(failure))
        seen, _, error = await _listable(api, resource, candidates)
    if error is not None:
        return Check(name, False, str(error), _fix(error))
    role = "; the ClusterRole `view` has them" if resource.namespaced else ", by a ClusterRole"
    fix = f"ask for the verbs list and watch on {resource.name}{role}"
    if not seen:
        return Check(name, False, f"no right to {resource.right('list')}", fix)
    try:
        await _try_watch(api, resource, seen[0])
    except Denied:
        return Check(name, None, f"list but not watch {resource.name}: polled every 15 to 30 s", fix)
    except SourceError as failure:
        return Check(name, False, str(failure), _fix(failure))
    if refused:
        return Check(name, None, f"list and watch in namespaces {', '.join(seen)}; not {refused[0]}", fix)
    return Check(name, True, "list and watch" + (" cluster-wide" if seen == [""] and resource.namespaced else ""))


async def _listable(
    api: Api, resource: Resource, scopes: Sequence[str]
) -> tuple[list[str], list[str], SourceError | None]:
    """The scopes that may be listed, the rights that are missing, and what went wrong otherwise."""
    seen: list[str] = []
    refused: list[str] = []
    for scope in scopes:
        try:
            await get_page(api, resource.path(scope), {"limit": "1"}, resource.decode)
            seen.append(scope)
        except Denied:
            refused.append(resource.right("list", scope))
        except SourceError as error:
            return seen, refused, error
    return seen, refused, None


async def _try_watch(api: Api, resource: Resource, scope: str) -> None:
    """Opens a watch of one second and closes it: the status of the answer tells whether it is allowed."""
    params = {"watch": "1", "timeoutSeconds": "1", "resourceVersion": "0", "fieldSelector": "metadata.name=-"}
    async with api.stream(resource.path(scope), params):
        return


async def _metrics(api: Api) -> Check:
    name = "metrics API"
    fix = "install metrics-server, or see why it is down: kubectl get apiservice v1beta1.metrics.k8s.io"
    try:
        root = await find_metrics_api(api)
        nodes, _, _ = await get_page(api, f"{root}/nodes", {}, decode_node_usage)
    except NotSupported as error:
        return Check(name, None, str(error), fix)
    except Denied as error:
        return Check(name, None, str(error), "ask for the verb list on nodes and pods of metrics.k8s.io")
    except SourceError as error:
        return Check(name, False, str(error), fix)
    return Check(name, bool(nodes) or None, f"{root.rpartition('/')[2]}, samples of {len(nodes)} nodes")


async def _services(api: Api) -> Check:
    name = "services"
    try:
        await get_page(api, "/api/v1/services", {"limit": "1"}, decode_service)
    except Denied:
        fix = "ask for the verb list on services, or name the servers with --prometheus and --alertmanager"
        return Check(name, None, "no right to list services cluster-wide: discovery looks into fewer places", fix)
    except SourceError as error:
        return Check(name, False, str(error), _fix(error))
    return Check(name, True, "may be listed: Prometheus and Alertmanager can be discovered")
