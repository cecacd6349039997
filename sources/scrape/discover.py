"""Which targets a cluster has: kubelets, the usual exporters, and what is annotated to be scraped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
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


@dataclass(slots=True)
class Found:
    """Targets in the order of their worth; `missing` are rights, `notes` what else is left out and why."""

    targets: list[Target] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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


async def discover(config: ScrapeConfig, cluster: Cluster | None) -> Found:
    """Asks the cluster. Never raises a SourceError: what cannot be seen is named."""
    found = Found(configured(config))
    if cluster is None:
        return found
    nodes, services, pods = Found(), Found(), Found()
    taken: set[tuple[str, str]] = set()
    if config.kubelets:
        await _noting(nodes, lambda: _kubelets(cluster, nodes))
    if config.annotated:
        await _noting(services, lambda: _services(cluster, services, taken))
        await _noting(pods, lambda: _pods(cluster, pods, taken, config.max_targets))
    if config.usage:
        found.targets.append(USAGE)
    cheap, *others = [[node for node in nodes.targets if _metrics_path(node) == path] for path, _ in KUBELET]
    found.targets += [*services.targets, *cheap, *pods.targets, *(node for each in others for node in each)]
    for part in (nodes, services, pods):
        found.missing += [right for right in part.missing if right not in found.missing]
        found.notes += [note for note in part.notes if note not in found.notes]
    return found


async def _noting(found: Found, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except SourceError as error:
        found.say(error)


def _metrics_path(target: Target) -> str:
    return dict(target.labels)["metrics_path"]


async def _kubelets(cluster: Cluster, found: Found) -> None:
    nodes = await cluster.all("/api/v1/nodes", Object, accept=METADATA_ONLY)
    found.targets += [kubelet(node.metadata.name, path, size) for path, size in KUBELET for node in nodes]


async def _everywhere(
    cluster: Cluster, plural: str, shape: type[T], found: Found, accept: str, most: int
) -> list[T]:
    """A list of the whole cluster, else of the namespaces that may be seen."""
    try:
        return await cluster.all(f"/api/v1/{plural}", shape, accept=accept, most=most)
    except Denied as error:
        refused = error
    items: list[T] = []
    for namespace in await cluster.namespaces():
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/{plural}"
        try:
            items += await cluster.all(path, shape, accept=accept, most=most)
        except Denied as error:
            found.say(error)
    found.say(refused)
    return items


async def _services(cluster: Cluster, found: Found, taken: set[tuple[str, str]]) -> None:
    services = await _everywhere(cluster, "services", Service, found, "application/json", MOST_PODS)
    wished = [(service, wanted) for service in services if (wanted := _wish(service, found)) is not None]

    async def targets(service: Service, wanted: Wish) -> None:
        pods = await _behind(cluster, service)
        made = [target for pod in pods or () if (target := of_pod(pod, wanted, service.metadata.name))]
        taken.update((pod.metadata.namespace, pod.metadata.name) for pod in pods or ())
        if pods is None and (target := of_service(service, wanted)):
            made = [target]
        found.targets += made

    await _few_at_once(partial(_noting, found, partial(targets, *each)) for each in wished)
    found.targets.sort(key=lambda target: target.key)


async def _behind(cluster: Cluster, service: Service) -> list[Pod] | None:
    """The pods of a service; None where they are not to be known, so that only the service itself can be asked.

    The proxy of a service answers from any of its pods: from another one each time.
    """
    selector = service.spec.selector
    if not selector:
        return None
    path = f"/api/v1/namespaces/{quote(service.metadata.namespace, safe='')}/pods"
    labels = ",".join(f"{name}={value}" for name, value in selector.items())
    try:
        return await cluster.all(path, Pod, (("labelSelector", labels),))
    except Denied:
        return None


async def _pods(cluster: Cluster, found: Found, taken: set[tuple[str, str]], most: int) -> None:
    listed = await _everywhere(cluster, "pods", Object, found, METADATA_ONLY, MOST_PODS)
    if len(listed) >= MOST_PODS:
        found.notes.append(f"only {MOST_PODS:,} pods were looked through for annotations")
    wished = [
        (pod, wanted)
        for pod in listed
        if (pod.metadata.namespace, pod.metadata.name) not in taken and (wanted := _wish(pod, found)) is not None
    ][:most]

    async def target(pod: Object, wanted: Wish) -> None:
        meta = pod.metadata
        place = f"/api/v1/namespaces/{quote(meta.namespace, safe='')}/pods/{quote(meta.name, safe='')}"
        try:
            whole = await cluster.one(place, Pod)
        except NotFound:
            return  # gone since
        made = of_pod(whole, wanted)
        if made is not None:
            found.targets.append(made)

    await _few_at_once(partial(_noting, found, partial(target, *each)) for each in wished)
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


def cut(targets: Sequence[Target], most: int) -> tuple[list[Target], str]:
    """The first `most` targets, each key once, and what is said of the rest."""
    unique = list({target.key: target for target in targets}.values())
    left = len(unique) - most
    note = f"{left} of {len(unique)} targets left out (max_targets is {most})" if left > 0 else ""
    return unique[:most], note
