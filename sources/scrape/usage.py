"""The metrics API (metrics.k8s.io) as an exposition, so that it goes the way of all other samples."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Raw

from sources.contract import Denied, NotFound, NotSupported
from sources.model import NodeUsage, PodUsage
from sources.rules.decode import decode_node_usage, decode_pod_usage
from sources.rules.wire import WireError
from sources.scrape.cluster import Cluster
from sources.scrape.objects import ApiGroup
from sources.scrape.targets import Target, labelled

GROUP = "/apis/metrics.k8s.io"
VERSIONS = ("v1", "v1beta1")
USAGE = Target("metrics.k8s.io", labelled(job="metrics.k8s.io"), "", right="list nodes.metrics.k8s.io")

_HEAD = """\
# HELP topmast_{what}_cpu_cores CPU use over the metrics API's window.
# TYPE topmast_{what}_cpu_cores gauge
# HELP topmast_{what}_memory_bytes Working set as the metrics API states it.
# TYPE topmast_{what}_memory_bytes gauge
"""


async def exposition(cluster: Cluster, namespaces: Iterable[str] | None = None) -> bytes:
    """Nodes and pods with the moments of their samples. Raises NotSupported where there is no metrics API, Denied
    where neither may be listed."""
    nodes: list[NodeUsage] = []
    pods: list[PodUsage] = []
    refused: list[Denied] = []
    root = await _root(cluster)
    try:
        nodes = [one for raw in await cluster.all(f"{root}/nodes", Raw) if (one := _node(raw))]
    except Denied as error:
        refused.append(error)
    scopes = [f"{root}/pods"]
    if namespaces is not None:
        scopes = [f"{root}/namespaces/{namespace}/pods" for namespace in namespaces]
    for path in scopes:
        try:
            pods += [each for raw in await cluster.all(path, Raw, most=200_000) if (each := _pod(raw))]
        except Denied as error:
            if namespaces is None:
                return await exposition(cluster, await cluster.namespaces())
            refused.append(error)
    if refused and not nodes and not pods:
        raise refused[0]
    return text(nodes, pods).encode()


async def _root(cluster: Cluster) -> str:
    """The path of the first version that the server lists and we know."""
    missing = "no metrics API (metrics.k8s.io): is metrics-server installed?"
    try:
        listed = await cluster.one(GROUP, ApiGroup)
    except NotFound:
        raise NotSupported(missing) from None
    for each in listed.versions or ():
        if each.version in VERSIONS:
            return f"{GROUP}/{each.version}"
    raise NotSupported(missing)


def text(nodes: Iterable[NodeUsage], pods: Iterable[PodUsage]) -> str:
    """The exposition."""
    lines = [_HEAD.format(what="node"), _HEAD.format(what="pod")]
    for node in nodes:
        lines += _samples("node", f'node="{node.name}"', node)
    for pod in pods:
        lines += _samples("pod", f'namespace="{pod.namespace}",pod="{pod.name}"', pod)
    return "".join(lines)


def _samples(what: str, labels: str, usage: NodeUsage | PodUsage) -> list[str]:
    stamp = "" if usage.at is None else f" {round(usage.at * 1000)}"
    return [
        f"topmast_{what}_cpu_cores{{{labels}}} {usage.cpu / 1e9}{stamp}\n",
        f"topmast_{what}_memory_bytes{{{labels}}} {usage.memory}{stamp}\n",
    ]


def _node(raw: Raw) -> NodeUsage | None:
    try:
        return decode_node_usage(raw)
    except WireError:
        return None


def _pod(raw: Raw) -> PodUsage | None:
    try:
        return decode_pod_usage(raw)
    except WireError:
        return None
