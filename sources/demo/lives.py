"""Which pods each workload has over time: rollouts, cron runs, replacements, and the controllers' notes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Literal, TypeAlias

from sources.demo import scripts
from sources.demo.catalog import Workload
from sources.demo.cluster import MI, Plan
from sources.demo.life import Life, Note
from sources.demo.waves import DAY, code, scaled, uid, wave
from sources.model import NANO

Birth: TypeAlias = Life | Note
_HOUR = 3600.0
_MILLI = NANO / 1000
_GAP = 7.0  # between two pods of one rollout


def births(plan: Plan, workload: Workload) -> Iterator[Birth]:
    """The pods of a workload and what its controllers say, in the order of time, without an end."""
    rng = plan.rng(workload.namespace, workload.name)
    by_script = {
        "rolling": _rolling,
        "crash": _bad_rollout,
        "image": _image,
        "leak": _leak,
        "cron": _cron,
        "cron-failing": _cron,
        "unschedulable": _unschedulable,
        "unready": _unready,
    }
    return by_script.get(workload.script, _steady)(plan, workload, rng)


def controller_uid(kind: str, namespace: str, name: str) -> str:
    """The uid of an object that only stands behind pods: always the same for the same name."""
    return uid(random.Random(f"{kind}/{namespace}/{name}"))


def told(
    at: float,
    workload: Workload,
    kind: str,
    name: str,
    reason: str,
    message: str,
    source: str,
    severity: Literal["Normal", "Warning"] = "Normal",
) -> Note:
    """A note about a controller's object."""
    owner = controller_uid(kind, workload.namespace, name)
    return Note(at, kind, workload.namespace, name, owner, severity, reason, message, source)


def _life(
    plan: Plan,
    workload: Workload,
    rng: random.Random,
    name: str,
    node: str,
    born: float,
    controller: str = "",
    image: str = "",
    old: bool = False,
) -> Life:
    own = random.Random(rng.getrandbits(64))
    size = own.uniform(0.75, 1.25)
    cpu = wave(own, workload.cpu * size * _MILLI, workload.roughness)
    memory = scaled(wave(own, 1.0, 0.12), workload.memory * own.uniform(0.88, 1.08) * MI)
    return Life(workload, name, uid(own), node, born, own, cpu, memory, controller, image, old)


def _in_order(items: Iterable[Birth]) -> list[Birth]:
    return sorted(items, key=lambda item: item.at)


def _pod_name(workload: Workload, rng: random.Random, index: int, template: str, node: str) -> str:
    if workload.kind == "StatefulSet":
        return f"{workload.name}-{index}"
    if workload.kind == "Static":
        return f"{workload.name}-{node}"
    if workload.kind == "DaemonSet":
        return f"{workload.name}-{code(rng, 5)}"
    return f"{workload.name}-{template}-{code(rng, 5)}"


def _old_pods(
    plan: Plan, workload: Workload, rng: random.Random, nodes: Iterable[str], template: str
) -> list[Life]:
    since = rng.uniform(0.2, 26.0) * DAY
    lives = []
    for index, node in enumerate(nodes):
        age = min(since * rng.uniform(0.2, 1.0) + 2 * _HOUR, plan.start - _created(plan, node))
        name = _pod_name(workload, rng, index, template, node)
        controller = f"{workload.name}-{template}" if workload.kind == "Deployment" else workload.name
        lives.append(_life(plan, workload, rng, name, node, plan.start - age, controller, old=True))
    return lives


def _created(plan: Plan, node: str) -> float:
    found = plan.node(node)
    return found.created if found else plan.start


def _steady(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    template = code(rng, 10)
    items: list[Birth] = []
    for index, life in enumerate(_old_pods(plan, workload, rng, plan.placement[workload.key], template)):
        if (workload.key, index) not in plan.evicted:
            items.append(life.follow(scripts.steady(life)))
            continue
        at = plan.trouble.evictions + rng.uniform(0.0, 45.0)
        items.append(life.follow(scripts.steady(life, evicted=at)))
        node = rng.choice(plan.schedulable)
        name = f"{workload.name}-{template}-{code(rng, 5)}"
        new = _life(plan, workload, rng, name, node, at + 1.5, life.controller)
        items += (new.follow(scripts.steady(new)), _made(new))
    yield from _in_order(items)


def _made(life: Life) -> Note:
    text = f"Created pod: {life.name}"
    source = "job-controller" if life.workload.kind in ("Job", "CronJob") else "replicaset-controller"
    kind = "Job" if life.workload.kind in ("Job", "CronJob") else "ReplicaSet"
    return told(life.at, life.workload, kind, life.controller, "SuccessfulCreate", text, source)


def _scaling(at: float, workload: Workload, template: str, before: int, after: int) -> Note:
    way = "up" if after > before else "down"
    text = f"Scaled {way} replica set {workload.name}-{template} from {before} to {after}"
    return told(at, workload, "Deployment", workload.name, "ScalingReplicaSet", text, "deployment-controller")


def _rolling(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    """A rollout each `every` seconds: one new pod comes, one old pod goes, until all are new."""
    first = plan.start + rng.uniform(15.0, 75.0)
    total = workload.replicas
    template = code(rng, 10)
    pods = _old_pods(plan, workload, rng, plan.placement[workload.key], template)
    for index, life in enumerate(pods):
        life.follow(scripts.steady(life, ends=first + index * _GAP + 9.0))
    yield from _in_order(pods)
    for generation in count():
        begins = first + generation * workload.every
        before, template = template, code(rng, 10)
        items: list[Birth] = []
        fresh: list[Life] = []
        for index in range(total):
            at = begins + index * _GAP
            name = f"{workload.name}-{template}-{code(rng, 5)}"
            node = rng.choice(plan.schedulable)
            life = _life(plan, workload, rng, name, node, at, f"{workload.name}-{template}")
            life.follow(scripts.steady(life, ends=at + workload.every + 9.0))
            fresh.append(life)
            gone = told(
                at + 9.0, workload, "ReplicaSet", pods[index].controller, "SuccessfulDelete",
                f"Deleted pod: {pods[index].name}", "replicaset-controller",
            )  # fmt: skip
            items += (
                life,
                _made(life),
                _scaling(at, workload, template, index, index + 1),
                _scaling(at + 9.0, workload, before, total - index, total - index - 1),
                gone,
            )
        yield from _in_order(items)
        pods = fresh


def _bad_rollout(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    """A new version that dies at its start: the rollout stops, most of the old pods stay."""
    old, new = code(rng, 10), code(rng, 10)
    stays = plan.placement[workload.key][: workload.replicas - 2]
    items: list[Birth] = [life.follow(scripts.steady(life)) for life in _old_pods(plan, workload, rng, stays, old)]
    for index in range(4):
        at = plan.start - 560.0 + index * rng.uniform(15.0, 55.0)
        node = rng.choice(plan.schedulable)
        name = f"{workload.name}-{new}-{code(rng, 5)}"
        life = _life(plan, workload, rng, name, node, at, f"{workload.name}-{new}", workload.bad_image)
        items += (life.follow(scripts.crash(life)), _made(life), _scaling(at, workload, new, index, index + 1))
    yield from _in_order(items)


def _leak(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    template = code(rng, 10)
    items: list[Birth] = []
    for index in range(workload.replicas):
        at = plan.start - 480.0 + index * 14.0
        name = f"{workload.name}-{template}-{code(rng, 5)}"
        node = rng.choice(plan.schedulable)
        life = _life(plan, workload, rng, name, node, at, f"{workload.name}-{template}")
        life.leak = rng.uniform(260.0, 420.0)
        items += (
            life.follow(scripts.leak(life)),
            _made(life),
            _scaling(at, workload, template, index, index + 1),
        )
    yield from _in_order(items)


def _image(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    template = code(rng, 10)
    at = plan.start - 380.0
    items: list[Birth] = [_scaling(at, workload, template, 0, workload.replicas)]
    for _ in range(workload.replicas):
        name = f"{workload.name}-{template}-{code(rng, 5)}"
        life = _life(plan, workload, rng, name, rng.choice(plan.schedulable), at, f"{workload.name}-{template}")
        items += (life.follow(scripts.image(life)), _made(life))
    yield from items


def _unready(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    pods = _old_pods(plan, workload, rng, plan.placement[workload.key], code(rng, 10))
    for index, life in enumerate(pods):
        script = scripts.unready(life, plan.start - 150.0) if index == 0 else scripts.steady(life)
        life.follow(script)
    yield from _in_order(pods)


def _unschedulable(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    at = plan.start - 1260.0
    life = _life(plan, workload, rng, f"{workload.name}-{code(rng, 5)}", "", at, workload.name)
    masters = sum(node.control_plane for node in plan.nodes)
    cordoned = sum(node.cordoned for node in plan.nodes)
    yield _made(life)
    yield life.follow(scripts.unschedulable(life, len(plan.nodes), masters, cordoned))


def _cron(plan: Plan, workload: Workload, rng: random.Random) -> Iterator[Birth]:
    """A job at each whole multiple of `every`; a failing one tries twice. The history limits are the defaults."""
    every = workload.every
    fails = workload.script == "cron-failing"
    begins = (plan.start // every - 4) * every
    pending: list[Birth] = []
    for run in count():
        at = begins + run * every
        # What an earlier run still has to say comes before what this one begins with.
        yield from [item for item in pending if item.at < at]
        pending = [item for item in pending if item.at >= at]
        name = f"{workload.name}-{int(at // 60)}"
        items: list[Birth] = [
            told(
                at,
                workload,
                "CronJob",
                workload.name,
                "SuccessfulCreate",
                f"Created job {name}",
                "cronjob-controller",
            )
        ]
        takes = rng.uniform(6.0, min(26.0, every / 3))
        ended = at
        for attempt in range(2 if fails else 1):
            born = at + 0.5 + attempt * (takes + 22.0)
            pod = f"{name}-{code(rng, 5)}"
            life = _life(plan, workload, rng, pod, rng.choice(plan.schedulable), born, name)
            life.follow(scripts.job(life, takes, every * (1 if fails else 3), fails))
            items += (life, _made(life))
            ended = born + takes + 9.0
        if fails:
            text = "Job has reached the specified backoff limit"
            items.append(
                told(ended, workload, "Job", name, "BackoffLimitExceeded", text, "job-controller", "Warning")
            )
        else:
            items.append(told(ended, workload, "Job", name, "Completed", "Job completed", "job-controller"))
        text = f"Saw completed job: {name}, condition: {'Failed' if fails else 'Complete'}"
        items.append(
            told(ended + 0.3, workload, "CronJob", workload.name, "SawCompletedJob", text, "cronjob-controller")
        )
        pending = _in_order([*pending, *items])
