"""What a scenario's part makes of its workload: the pods it then has over time, and the controllers' notes."""

from __future__ import annotations

import random
from collections.abc import Iterator

from msgspec.structs import replace

from sources.demo import scripts
from sources.demo.catalog import Workload
from sources.demo.claims import claim_name, expanded
from sources.demo.cluster import Plan
from sources.demo.life import Item, Life
from sources.demo.offspring import Birth, deployed, in_order, made, old_pods, scaling, told
from sources.demo.rollouts import Version, replaced, stuck
from sources.demo.story import NEVER, Part
from sources.demo.waves import Pushed, calmed, code, scaled

FIRST_LEAK = (236.0, 285.0)
"""Seconds until the memory of a leaking container is first used up, at least and at most."""


def changed(workload: Workload, image: str = "", **resources: int) -> Workload:
    """The workload with another template for its first container; what is 0 or empty stays."""
    first, *others = workload.containers
    given = {name: value for name, value in resources.items() if value}
    return replace(workload, containers=(replace(first, image=image or first.image, **given), *others))


def births(plan: Plan, workload: Workload, part: Part, rng: random.Random) -> Iterator[Birth]:
    """The pods of a workload that has a part, in the order of time."""
    begins, ends = plan.start + part.begins, plan.start + part.ends
    new = changed(workload, part.image, cpu_request=part.cpu_request, cpu_limit=part.cpu_limit)
    if part.plot == "wrong-image":
        return stuck(plan, workload, rng, Version(begins, new, scripts.image), ends)
    if part.plot == "crash":
        script = Version(begins, new, lambda life: scripts.crash(life, part.says))
        return stuck(plan, workload, rng, script, ends)
    if part.plot == "never-ready":
        script = Version(begins, new, lambda life: scripts.never_ready(life, part.says))
        return stuck(plan, workload, rng, script, ends)
    if part.plot == "too-big":
        sizes = (len(plan.nodes), sum(n.control_plane for n in plan.nodes), sum(n.cordoned for n in plan.nodes))
        script = Version(begins, new, lambda life: scripts.unschedulable(life, *sizes))
        return stuck(plan, workload, rng, script, ends, placed=False)
    if part.plot == "leak":
        fixed = changed(new, memory_limit=part.memory_limit)
        return replaced(
            plan, rng, [Version(0, workload), Version(begins, new, _leaking), Version(ends, fixed, _grown)]
        )
    if part.plot == "throttled":
        return replaced(plan, rng, [Version(0, workload), Version(begins, new, _held_up), Version(ends, workload)])
    if part.plot == "unready":
        return _unready(plan, workload, rng, begins, ends, part.says)
    if part.plot == "autoscaled":
        return _autoscaled(plan, workload, rng, part)
    return _volume_full(plan, workload, rng, begins, ends, part.says)


def _leaking(life: Life) -> Iterator[Item]:
    life.leak = life.rng.uniform(*FIRST_LEAK)
    return scripts.leak(life)


def _grown(life: Life) -> Iterator[Item]:
    """With the higher limit it settles at some 70 % of it."""
    life.memory = scaled(life.memory, life.memory.base * 3.3)
    return scripts.steady(life)


def _held_up(life: Life) -> Iterator[Item]:
    """It uses what its limit allows, and waits for most of its periods."""
    limit = life.workload.containers[0].cpu_limit * 1e6
    shape = life.cpu.wave if isinstance(life.cpu, Pushed) else life.cpu
    life.cpu = calmed(shape, limit * 0.985)
    life.throttled = life.rng.uniform(0.78, 0.93)
    return scripts.steady(life)


def _unready(
    plan: Plan, workload: Workload, rng: random.Random, begins: float, ends: float, says: str
) -> Iterator[Birth]:
    pods = old_pods(plan, workload, rng, plan.placement[workload.key], code(rng, 10))
    for index, life in enumerate(pods):
        life.follow(scripts.unready(life, begins + index * 2.0, ends + index * 3.0, says))
    yield from in_order(pods)


def _autoscaled(plan: Plan, workload: Workload, rng: random.Random, part: Part) -> Iterator[Birth]:
    """The autoscaler follows the load as far as it may; a higher maximum at the end lets it go on."""
    template = code(rng, 10)
    pods = old_pods(plan, workload, rng, plan.placement[workload.key], template)
    items: list[Birth] = [life.follow(scripts.steady(life)) for life in pods]
    before = workload.replicas
    why = "reason: cpu resource utilization (percentage of request) above target"
    for moment, number in part.scale:
        at = plan.start + moment
        text = f"New size: {number}; {why}"
        source = "horizontal-pod-autoscaler"
        items += (
            told(at, workload, "HorizontalPodAutoscaler", workload.name, "SuccessfulRescale", text, source),
            scaling(at + 0.2, workload, template, before, number),
        )
        for _ in range(number - before):
            life = deployed(plan, workload, rng, template, at + 0.4)
            items += (life.follow(scripts.steady(life)), made(life))
        before = number
    yield from in_order(items)


def _volume_full(
    plan: Plan, workload: Workload, rng: random.Random, begins: float, ends: float, says: str
) -> Iterator[Birth]:
    """The first pod's volume is full: it dies, and at each start again, until the volume is larger."""
    pods = old_pods(plan, workload, rng, plan.placement[workload.key], code(rng, 10))
    for index, life in enumerate(pods):
        life.follow(scripts.crash_between(life, begins, ends + 20.0, says) if index == 0 else scripts.steady(life))
    yield from in_order(pods)
    if ends < NEVER:
        yield from expanded(workload, claim_name(workload, 0), ends)
