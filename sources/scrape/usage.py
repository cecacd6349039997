"""The metrics API (metrics.k8s.io) as series: of nodes always, of pods where they leave room for other series."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from sources.contract import Denied, NotFound, NotSupported, SourceError, Unavailable
from sources.model import NodeUsage, PodUsage
from sources.rules.decode import decode_node_usage, decode_pod_usage
from sources.rules.wire import WireError
from sources.scrape.cluster import Cluster
from sources.scrape.direct import Row, Table
from sources.scrape.exposition import About
from sources.scrape.objects import ApiGroup, Listing
from sources.scrape.targets import Target, labelled

if TYPE_CHECKING:
    from sources.scrape.memory import Memory, Written

T = TypeVar("T")

GROUP = "/apis/metrics.k8s.io"
VERSIONS = ("v1", "v1beta1")
USAGE = Target("metrics.k8s.io", labelled(job="metrics.k8s.io"), "", right="list nodes.metrics.k8s.io")
SHARE = 4
"""A fourth of the series is what usage of pods may take at most."""

NODES = ("topmast_node_cpu_cores", "topmast_node_memory_bytes")
PODS = ("topmast_pod_cpu_cores", "topmast_pod_memory_bytes")
_CPU = About("gauge", "CPU use over the metrics API's window.")
_MEMORY = About("gauge", "Working set as the metrics API states it.")
ABOUT = {name: about for names in (NODES, PODS) for name, about in zip(names, (_CPU, _MEMORY), strict=True)}
_ITEM = b'"containers":['
"""Each pod has it once."""


class Usage(NamedTuple):
    """Nodes and pods with the moments of their samples; `size` is the bytes of the answers."""

    nodes: list[NodeUsage]
    pods: list[PodUsage]
    size: int

    def write(self, memory: Memory, target: Target, at: int, seconds: float) -> Written:
        """Into the memory, which wants to be written by its one thread."""
        # Made one by one: the collector would walk through a hundred thousand tuples that live for a moment.
        nodes = (_row((each.name,), each) for each in self.nodes)
        pods = (_row((each.namespace, each.name), each) for each in self.pods)
        tables = (Table(NODES, ("node",), nodes), Table(PODS, ("namespace", "pod"), pods))
        return memory.take(target, at, seconds, tables, ABOUT)


class UsageReader:
    """Reads the metrics API again and again; answers are taken apart in `worker`, large ones take a while."""

    def __init__(self, cluster: Cluster, worker: ThreadPoolExecutor, max_series: int) -> None:
        self._cluster, self._worker, self._max_series = cluster, worker, max_series
        self._most = max_series // SHARE // len(PODS)
        """Pods whose usage is kept."""
        self._reads_pods: bool | None = None
        """None where that is to be found out."""
        self.note = ""
        """What is left out and why."""

    def look_again(self) -> None:
        """The next read finds out anew how many pods there are."""
        self._reads_pods = None

    async def read(self) -> Usage:
        """Raises NotSupported where there is no metrics API, Denied where neither nodes nor pods may be listed."""
        root = await self._root()
        usage, refused = Usage([], [], 0), list[Denied]()
        try:
            usage = await self._nodes(root)
        except Denied as error:
            refused.append(error)
        if self._reads_pods is None:
            self._decide(await self._counted())
        if self._reads_pods:
            try:
                usage = await self._pods(root, usage, refused)
            except _TooMany:
                self._decide(None, too_many=True)
        if refused and not usage.nodes and not usage.pods:
            raise refused[0]
        return usage

    async def _root(self) -> str:
        """The path of the first version that the server lists and we know."""
        missing = "no metrics API (metrics.k8s.io): is metrics-server installed?"
        try:
            listed = await self._cluster.one(GROUP, ApiGroup)
        except NotFound:
            raise NotSupported(missing) from None
        for each in listed.versions or ():
            if each.version in VERSIONS:
                return f"{GROUP}/{each.version}"
        raise NotSupported(missing)

    async def _nodes(self, root: str) -> Usage:
        path = f"{root}/nodes"
        body = await self._cluster.get(path)
        return Usage(await self._decoded(path, body, decode_node_usage), [], len(body))

    async def _pods(self, root: str, usage: Usage, refused: list[Denied]) -> Usage:
        """The usage with that of the cluster's pods, else of those in the namespaces that may be seen."""
        limit = _Limit(self._most)
        try:
            return await self._with_pods(f"{root}/pods", usage, limit)
        except Denied as error:
            refused.append(error)
        for namespace in await self._cluster.namespaces():
            try:
                usage = await self._with_pods(f"{root}/namespaces/{namespace}/pods", usage, limit)
            except Denied as error:
                refused.append(error)
        return usage

    async def _with_pods(self, path: str, usage: Usage, limit: _Limit) -> Usage:
        body = await self._cluster.get(path, each=limit.pass_on)
        pods = usage.pods + await self._decoded(path, body, decode_pod_usage)
        if len(pods) > self._most:
            raise _TooMany
        return Usage(usage.nodes, pods, usage.size + len(body))

    async def _counted(self) -> int | None:
        """How many pods there are; None where that cannot be had cheaply. The metrics API knows no pages."""
        try:
            return await self._cluster.count("/api/v1/pods")
        except SourceError:
            return None

    def _decide(self, pods: int | None, too_many: bool = False) -> None:
        """Whether pods are read until somebody looks again; of an unknown number as long as there is room."""
        too_many = too_many or (pods is not None and pods > self._most)
        number = f"{pods:,} pods" if pods is not None else f"more than {self._most:,} pods"
        share = f"more than a quarter of max_series ({self._max_series:,})"
        self._reads_pods = not too_many
        self.note = f"usage of {number} is not kept as series: {share}; the tables show it" if too_many else ""

    async def _decoded(self, path: str, body: bytes, one: Callable[[Raw], T]) -> list[T]:
        return await asyncio.get_running_loop().run_in_executor(self._worker, _items, path, body, one)


class _TooMany(Exception):
    """More pods than are kept."""


class _Limit:
    """Counts pods while their list arrives; raises _TooMany."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._tail = b""

    def pass_on(self, part: bytes) -> None:
        text = self._tail + part
        self._left -= text.count(_ITEM)
        self._tail = text[1 - len(_ITEM) :]
        if self._left < 0:
            raise _TooMany


def _items(path: str, body: bytes, one: Callable[[Raw], T]) -> list[T]:
    """The items of a list, without those that are none. Raises Unavailable."""
    try:
        raws = msgspec.json.decode(body, type=Listing[Raw]).items or ()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"GET {path}: not a list: {error}") from None
    found = []
    for raw in raws:
        with suppress(WireError):
            found.append(one(raw))
    return found


def _row(key: tuple[str, ...], usage: NodeUsage | PodUsage) -> Row:
    at = None if usage.at is None else round(usage.at * 1000)
    return Row(key, at, (usage.cpu / 1e9, float(usage.memory)))
