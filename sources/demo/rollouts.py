"""Rollouts of Deployments: one version after the other, and one that does not get further and is rolled back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import NamedTuple

from sources.demo import scripts
from sources.demo.catalog import Workload
from sources.demo.cluster import Plan
from sources.demo.life import Item, Life
from sources.demo.offspring import Birth, deployed, in_order, made, old_pods, removed, scaling
from sources.demo.story import NEVER
from sources.demo.waves import code

GAP = 7.0
"""Seconds between two pods of one rollout."""
TAKES = 9.0
"""Seconds until a new pod is ready and an old one may go."""
Script = Callable[[Life], Iterator[Item]]


class Version(NamedTuple):
    """A template that is rolled out at a moment (epoch seconds), and what its pods then do."""

    begins: float
    workload: Workload
    script: Script = scripts.steady


def replaced(plan: Plan, rng: random.Random, versions: Iterable[Version]) -> Iterator[Birth]:
    """The first version is there already; each following one replaces it: one new pod comes, one old pod goes."""
    coming = iter(versions)
    version = next(coming)
    workload = version.workload
    template = code(rng, 10)
    pods = old_pods(plan, workload, rng, plan.placement[workload.key], template)
    items: list[Birth] = [*pods]
    while True:
        following = next(coming, None)
        for index, life in enumerate(pods):
            ends = following.begins + index * GAP + TAKES if following else NEVER
            life.follow(scripts.until(life, version.script(life), ends))
        yield from in_order(items)
        if following is None:
            return
        version = following
        before, template = template, code(rng, 10)
        total = len(pods)
        fresh: list[Life] = []
        items = []
        for index, gone in enumerate(pods):
            at = version.begins + index * GAP
            life = deployed(plan, version.workload, rng, template, at)
            fresh.append(life)
            items += (
                life,
                made(life),
                removed(gone, at + TAKES),
                scaling(at, workload, template, index, index + 1),
                scaling(at + TAKES, workload, before, total - index, total - index - 1),
            )
        pods = fresh


def stuck(
    plan: Plan, workload: Workload, rng: random.Random, version: Version, ends: float, placed: bool = True
) -> Iterator[Birth]:
    """A rollout whose pods never get ready: a quarter more and a quarter less, as the defaults have it, and it
    stands; at `ends` it is rolled back. Pods that are not `placed` have no node."""
    old, new = code(rng, 10), code(rng, 10)
    total = workload.replicas
    surge, spare = ceil(total / 4), total // 4
    begins = version.begins
    items: list[Birth] = []
    for index, life in enumerate(old_pods(plan, workload, rng, plan.placement[workload.key], old)):
        leaves = index >= total - spare
        life.follow(scripts.until(life, scripts.steady(life), begins + 1.0 if leaves else NEVER))
        items += (life, removed(life, begins + 1.0)) if leaves else (life,)
    items += (
        scaling(begins, workload, new, 0, surge),
        scaling(begins + 0.6, workload, old, total, total - spare),
        scaling(begins + 0.8, workload, new, surge, surge + spare),
    )
    for index in range(surge + spare):
        node = None if placed else ""
        life = deployed(plan, version.workload, rng, new, begins + 0.2 + 0.8 * (index >= surge), node)
        life.follow(scripts.until(life, version.script(life), ends + 0.5))
        items += (life, made(life))
        if ends < NEVER:
            items.append(removed(life, ends + 0.5))
    if ends < NEVER:
        items += (
            scaling(ends, workload, old, total - spare, total),
            scaling(ends + 0.4, workload, new, surge + spare, 0),
        )
        for _ in range(spare):
            life = deployed(plan, workload, rng, old, ends + 0.2)
            items += (life.follow(scripts.steady(life)), made(life))
    yield from in_order(items)
