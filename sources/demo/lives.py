"""Which pods each workload has over time: rollouts, cron runs, replacements, and the controllers' notes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, count

from sources.demo import incidents, scripts
from sources.demo.catalog import Workload
from sources.demo.cluster import GI, TOLERATED, Plan
from sources.demo.life import Growth, Life
from sources.demo.offspring import Birth, deployed, in_order, made, new_life, old_pods, told
from sources.demo.rollouts import Version, replaced
from sources.demo.waves import code


def births(plan: Plan, workload: Workload) -> Iterator[Birth]:
    """The pods of a workload and what its controllers say, in the order of time, without an end."""
    rng = plan.rng(workload.namespace, workload.name)
    if workload.part is not None:
        return incidents.births(plan, workload, workload.part, rng)
    by_script = {"rolling": _rolling, "cron": _cron, "quota": _waits_for_quota}
    return by_script.get(workload.script, _steady)(plan, workload, rng)


def _steady(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    template = code(rng, 10)
    items: list[Birth] = []
    trouble = plan.trouble
    for index, life in enumerate(old_pods(plan, workload, rng, plan.placement[workload.key], template)):
        items.append(life)
        leaves = plan.evicted.get((workload.key, index))
        if leaves is not None:
            greedy = plan.scenario.node is not None and workload.key == plan.scenario.node.culprit
            used = _use_at(plan, life, greedy, leaves)
            life.follow(scripts.evicted(life, leaves, used, trouble.resource, trouble.relieved + 120.0))
        elif (workload.key, index) in plan.drained:
            leaves = trouble.lost + TOLERATED + life.rng.uniform(0.0, 4.0)
            life.follow(scripts.drained(life, leaves, trouble.back))
        else:
            life.follow(scripts.steady(life))
            continue
        new = deployed(plan, workload, rng, template, leaves + 1.5)
        items += (new.follow(scripts.steady(new)), made(new))
    yield from in_order(items)


def _use_at(plan: Plan, life: Life, greedy: bool, at: float) -> int:
    """MiB that an evicted pod used of what is short; the greedy one's use grows until it has gone."""
    trouble = plan.trouble
    if not greedy:
        return life.rng.randrange(40, 900)
    node = plan.node(life.node)
    if trouble.resource == "disk":
        life.disk = Growth(trouble.pressure - 2400.0, at, 41.0 * GI)
        return 41 << 10
    size = 0.55 * (node.memory if node else 32) * GI
    life.swell = Growth(trouble.pressure - 300.0, trouble.pressure, size)
    return int(size) >> 20


def _rolling(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    """A rollout each `every` seconds."""
    first = plan.start + rng.uniform(120.0, 300.0)
    later = (Version(first + generation * workload.every, workload) for generation in count())
    yield from replaced(plan, rng, chain([Version(0, workload)], later))


def _waits_for_quota(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    at = plan.start - 1260.0
    life = new_life(plan, workload, rng, f"{workload.name}-{code(rng, 5)}", "", at, workload.name)
    masters = sum(node.control_plane for node in plan.nodes)
    cordoned = sum(node.cordoned for node in plan.nodes)
    yield made(life)
    yield life.follow(scripts.unschedulable(life, len(plan.nodes), masters, cordoned))


def _cron(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    """A job at each whole multiple of `every`; the last three are kept, as is the default."""
    every = workload.every
    begins = (plan.start // every - 4) * every
    pending: list[Birth] = []
    for run in count():
        at = begins + run * every
        # What an earlier run still has to say comes before what this one begins with.
        yield from [item for item in pending if item.at < at]
        pending = [item for item in pending if item.at >= at]
        name = f"{workload.name}-{int(at // 60)}"
        takes = rng.uniform(6.0, min(26.0, every / 3))
        life = new_life(
            plan, workload, rng, f"{name}-{code(rng, 5)}", rng.choice(plan.schedulable), at + 0.5, name
        )
        life.follow(scripts.job(life, takes, every * 3))
        ended = at + 0.5 + takes + 9.0
        done = f"Saw completed job: {name}, condition: Complete"
        made_by = "cronjob-controller"
        pending += (
            told(at, workload, "CronJob", workload.name, "SuccessfulCreate", f"Created job {name}", made_by),
            life,
            made(life),
            told(ended, workload, "Job", name, "Completed", "Job completed", "job-controller"),
            told(ended + 0.3, workload, "CronJob", workload.name, "SawCompletedJob", done, made_by),
        )
        pending = in_order(pending)
