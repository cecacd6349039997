"""Which targets a cluster has: kubelets, the usual exporters, and what is annotated to be scraped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import TypeAlias, TypeVar
from urllib.parse import quote

from sources.contract import Denied, Misconfigured, NotFound, SourceError
from sources.scrape.cluster import METADATA_ONLY, Cluster
from sources.scrape.objects import Object, Pod, Service
from sources.scrape.settings import ScrapeConfig
from sources.scrape.targets import KUBELET, Target, Wish, direct, kubelet, of_pod, of_service, wish
from sources.scrape.usage import USAGE

MOST_PODS = 10_000
"""Pods that are looked through for annotations."""
AT_ONCE = 4

T = TypeVar("T")
Read: TypeAlias = tuple[str, "Target | None"]
"""A version of a pod, and the target that it is."""


@dataclass(slots=True)
class Found:
    """Targets in the order of their worth; `missing` are rights, `notes` what else is left out and why."""

    targets: list[Target] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    beyond: str = ""
    """How many targets there are beside these; "" where these are all."""
    read: dict[str, Read] = field(default_factory=dict)
    """By the path of a pod: it is not read again before it has another version."""

    def say(self, error: SourceError) -> None:
        """Notes what could not be looked at."""
        known = self.missing if isinstance(error, Denied) else self.notes
        text = (error.missing or str(error)) if isinstance(error, Denied) else str(error)
        if text not in known:
            known.append(text)


def configured(config: ScrapeConfig) -> list[Target]:
    """The targets given by URL."""
    given = [direct(url) for url in config.urls] + [direct(url, True) for url in config.pushgateways]
    return list({target.key: target for target in given}.values())


async def discover(config: ScrapeConfig, cluster: Cluster | None, before: Found | None = None) -> Found:
    """Asks the cluster, of which it found `before`. Never raises a SourceError: what cannot be seen is named."""
    found = Found(configured(config))
    nodes, services, pods = Found(), Found(), Found()
    read = {} if before is None else before.read
    names: list[str] = []
    if cluster is not None:
        taken: set[tuple[str, str]] = set()
        if config.kubelets:
            await _noting(nodes, lambda: _nodes(cluster, names))
        if config.annotated:
            await _noting(services, lambda: _services(cluster, services, taken))
            await _noting(pods, lambda: _pods(cluster, pods, taken, config.max_targets, read))
        if config.usage:
            found.targets.append(USAGE)
    for part in (nodes, services, pods):
        found.missing += [right for right in part.missing if right not in found.missing]
        found.notes += [note for note in part.notes if note not in found.notes]
    found.read = pods.read
    first = [*found.targets, *services.targets]
    found.targets, found.beyond = chosen(first, pods.targets, names, config.max_targets)
    return found


def chosen(
    first: Sequence[Target], annotated: Sequence[Target], nodes: Sequence[str], most: int
) -> tuple[list[Target], str]:
    """The `most` targets that are worth most, each key once, and what is said of the rest.

    A large cluster has four targets for each of thousands of nodes: only those that are chosen are made.
    """
    before = {target.key: target for target in first}
    between = {target.key: target for target in annotated if target.key not in before}
    names = list(dict.fromkeys(nodes))
    cheap, *costly = (_kubelets(names, path, size) for path, size in KUBELET)
    total = len(before) + len(between) + len(names) * len(KUBELET)
    kept = list(islice(chain(before.values(), cheap, between.values(), *costly), most))
    left = total - len(kept)
    return kept, f"{left} of {total} targets left out (max_targets is {most})" if left > 0 else ""


def _kubelets(nodes: Iterable[str], path: str, size: int) -> Iterator[Target]:
    return (kubelet(node, path, size) for node in nodes)


async def _noting(found: Found, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except SourceError as error:
        found.say(error)


async def _nodes(cluster: Cluster, names: list[str]) -> None:
    async for nodes in cluster.pages("/api/v1/nodes", Object, accept=METADATA_ONLY):
        names += [node.metadata.name for node in nodes]


async def _everywhere(
    cluster: Cluster, plural: str, shape: type[T], found: Found, accept: str
) -> AsyncGenerator[list[T]]:
    """A list of the whole cluster page by page, else of the namespaces that may be seen."""
    try:
        async for page in cluster.pages(f"/api/v1/{plural}", shape, accept=accept, most=MOST_PODS):
            yield page
        return
    except Denied as error:
        refused = error
    for namespace in await cluster.namespaces():
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/{plural}"
        try:
            async for page in cluster.pages(path, shape, accept=accept, most=MOST_PODS):
                yield page
        except Denied as error:
            found.say(error)
    found.say(refused)


async def _services(cluster: Cluster, found: Found, taken: set[tuple[str, str]]) -> None:
    wished: list[tuple[Service, Wish]] = []
    async for page in _everywhere(cluster, "services", Service, found, "application/json"):
        wished += [(service, wanted) for service in page if (wanted := _wish(service, found)) is not None]

    async def targets(service: Service, wanted: Wish) -> None:
        try:
            async for pods in _behind(cluster, service):
                taken.update((pod.metadata.namespace, pod.metadata.name) for pod in pods)
                found.targets += [made for pod in pods if (made := of_pod(pod, wanted, service.metadata.name))]
        except _Unknown:
            if (made := of_service(service, wanted)) is not None:
                found.targets.append(made)

    await _few_at_once(partial(_noting, found, partial(targets, *each)) for each in wished)
    found.targets.sort(key=lambda target: target.key)


class _Unknown(Exception):
    """The pods of a service are not to be known, so that only the service itself can be asked."""


async def _behind(cluster: Cluster, service: Service) -> AsyncGenerator[list[Pod]]:
    """The pods of a service, page by page. Raises _Unknown.

    The proxy of a service answers from any of its pods: from another one each time.
    """
    selector = service.spec.selector
    if not selector:
        raise _Unknown
    path = f"/api/v1/namespaces/{quote(service.metadata.namespace, safe='')}/pods"
    labels = ",".join(f"{name}={value}" for name, value in selector.items())
    try:
        async for page in cluster.pages(path, Pod, (("labelSelector", labels),)):
            yield page
    except Denied:
        raise _Unknown from None


async def _pods(
    cluster: Cluster, found: Found, taken: set[tuple[str, str]], most: int, before: Mapping[str, Read]
) -> None:
    seen = 0
    wished: list[tuple[Object, Wish]] = []
    async for page in _everywhere(cluster, "pods", Object, found, METADATA_ONLY):
        seen += len(page)
        wished += [
            (pod, wanted)
            for pod in page
            if (pod.metadata.namespace, pod.metadata.name) not in taken
            and (wanted := _wish(pod, found)) is not None
        ]
    if seen >= MOST_PODS:
        found.notes.append(f"only {MOST_PODS:,} pods were looked through for annotations")

    async def target(pod: Object, wanted: Wish) -> None:
        meta = pod.metadata
        place = f"/api/v1/namespaces/{quote(meta.namespace, safe='')}/pods/{quote(meta.name, safe='')}"
        version, made = before.get(place, ("", None))
        if not version or version != meta.version:
            try:
                made = of_pod(await cluster.one(place, Pod), wanted)
            except NotFound:
                return  # gone since
        found.read[place] = (meta.version, made)
        if made is not None:
            found.targets.append(made)

    await _few_at_once(partial(_noting, found, partial(target, *each)) for each in wished[:most])
    found.targets.sort(key=lambda each: each.key)


def _wish(thing: Object, found: Found) -> Wish | None:
    try:
        return wish(thing)
    except Misconfigured as error:
        found.notes.append(f"{thing.metadata.namespace}/{thing.metadata.name}: {error}")
        return None


async def _few_at_once(work: Iterable[Callable[[], Awaitable[None]]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await each()

    await asyncio.gather(*(one(each) for each in work))
