"""What can happen to a pod: generators of stages and notes, in Kubernetes' own reasons, words and timings.

Reasons and messages are those of kubelet, scheduler and controllers; back-off doubles from 10 s to 5 min as the
kubelet's does for crashing containers and for images that cannot be pulled.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Literal

from msgspec.structs import replace

from sources.demo.life import Gone, Item, Life, Note, Stage, State
from sources.demo.story import NEVER

_MAX_BACKOFF = 300.0
_CREATING = State("waiting", "ContainerCreating")


def note(
    life: Life,
    at: float,
    severity: Literal["Normal", "Warning"],
    reason: str,
    message: str,
    container: str = "",
    source: str = "kubelet",
) -> Note:
    """A note about a pod; the kubelet says on which node it is."""
    return Note(
        at, "Pod", life.namespace, life.name, life.uid, severity, reason, message, source,
        life.node if source == "kubelet" else "", f"spec.containers{{{container}}}" if container else "",
    )  # fmt: skip


def _main(life: Life) -> str:
    return life.workload.containers[0].name


def _started(life: Life, at: float) -> Iterator[Note]:
    """The notes of the first container, which is created and started."""
    name = _main(life)
    yield note(life, at, "Normal", "Created", f"Created container: {name}", name)
    yield note(life, at + 0.2, "Normal", "Started", f"Started container {name}", name)


def _scheduled(life: Life) -> Iterator[Item]:
    yield Stage(life.at, "Pending", State("waiting"), scheduled=False)
    where = f"Successfully assigned {life.key} to {life.node}"
    yield note(life, life.at + 0.3, "Normal", "Scheduled", where, source="default-scheduler")
    yield Stage(life.at + 0.4, "Pending", _CREATING)


def begin(life: Life, ready: bool = True) -> Generator[Item, None, Stage]:
    """From creation to ready (or as far as a pod gets that never is); returns the stage in which it then is."""
    if life.old:
        restarts, last = 0, None
        if life.rng.random() < 0.07:
            restarts = life.rng.choice((1, 1, 1, 2, 3))
            died = life.at + (life.rng.random() * 0.8 + 0.1) * max(life.rng.random(), 0.2) * 86_400
            exit_code = life.rng.choice((1, 2, 137))
            last = State("terminated", "Error", exit_code=exit_code, started=life.at, finished=died)
        running = State("running", started=last.finished + 2 if last else life.at + 3)
        stage = Stage(life.at, "Running", running, True, restarts, last)
        yield stage
        return stage
    yield from _scheduled(life)
    at = life.at + 1.2
    if life.rng.random() < 0.5:
        yield note(life, at, "Normal", "Pulling", f'Pulling image "{life.image}"', _main(life))
        took = life.rng.uniform(0.6, 4.0)
        at += took
        size = life.rng.randrange(18_000_000, 240_000_000)
        text = f'Successfully pulled image "{life.image}" in {took:.3f}s ({took:.3f}s including waiting). '
        yield note(life, at, "Normal", "Pulled", f"{text}Image size: {size} bytes.", _main(life))
    else:
        yield _present(life, at)
    yield from _started(life, at + 0.4)
    state = State("running", started=at + 0.6)
    stage = Stage(at + 1.0, "Running", state)
    yield stage
    if ready:
        stage = Stage(at + life.rng.uniform(3.0, 7.0), "Running", state, True)
        yield stage
    return stage


def _present(life: Life, at: float) -> Note:
    text = f'Container image "{life.image}" already present on machine'
    return note(life, at, "Normal", "Pulled", text, _main(life))


def steady(life: Life) -> Iterator[Item]:
    """Runs, and nothing happens to it."""
    yield from begin(life)


def until(life: Life, script: Iterator[Item], at: float) -> Iterator[Item]:
    """What another script says, until the pod is deleted; forever if `at` is never."""
    stage = None
    for item in script:
        if item.at >= at:
            break
        yield item
        if isinstance(item, Gone):
            return
        stage = item if isinstance(item, Stage) else stage
    if stage is not None and at < NEVER:
        yield from _deleted(life, stage, at)


def _deleted(life: Life, stage: Stage, at: float) -> Iterator[Item]:
    at = max(at, stage.at + 1)
    if stage.state.kind != "running":
        yield replace(stage, at=at, deleted=at + 30)
        yield Gone(at + life.rng.uniform(0.5, 2.0))
        return
    for container in life.workload.containers:
        yield note(life, at, "Normal", "Killing", f"Stopping container {container.name}", container.name)
    yield replace(stage, at=at, deleted=at + 30)
    yield replace(stage, at=at + 2, ready=False, deleted=at + 30)
    yield Gone(at + life.rng.uniform(4.0, 14.0))


_SHORT = {
    "disk": ("ephemeral-storage", "Threshold quantity: 10Gi, available: 9436Mi."),
    "memory": ("memory", "Threshold quantity: 100Mi, available: 61404Ki."),
}


def evicted(life: Life, at: float, used: int, resource: str, swept: float) -> Iterator[Item]:
    """Runs until its node is short of a resource; `used` is its use of that in MiB. Somebody clears it away when
    it is over, at `swept`."""
    stage = yield from begin(life)
    name = _main(life)
    what, threshold = _SHORT[resource]
    asked = life.workload.containers[0].memory_request if resource == "memory" else 0
    request = f"{asked}Mi" if asked else "0"
    text = (
        f"The node was low on resource: {what}. {threshold} Container {name} was using {used}Mi, "
        f"request is {request}, has larger consumption of {what}. "
    )
    yield note(life, at, "Warning", "Evicted", text)
    yield note(life, at + 0.1, "Normal", "Killing", f"Stopping container {name}", name)
    state = State("terminated", "Error", exit_code=137, started=stage.state.started, finished=at + 1)
    yield Stage(at + 1, "Failed", state, False, stage.restarts, stage.last, "Evicted", text)
    yield Gone(max(at + 60, swept))


def drained(life: Life, at: float, back: float) -> Iterator[Item]:
    """Is on a node that was lost for too long: deleted, and gone when the kubelet is back to say so."""
    stage = yield from begin(life)
    text = f"Marking for deletion Pod {life.key}"
    yield note(life, at, "Normal", "TaintManagerEviction", text, source="taint-eviction-controller")
    yield replace(stage, at=at + 0.1, deleted=at + 30)
    yield Gone(back + life.rng.uniform(3.0, 9.0))


def _backing_off(life: Life, since: float, wait: float) -> Iterator[Note]:
    """The kubelet says it at every look it takes at the pod while it waits."""
    name = _main(life)
    text = f"Back-off restarting failed container {name} in pod {life.name}_{life.namespace}({life.uid})"
    at = since + 1
    while at < since + wait:
        yield note(life, at, "Warning", "BackOff", text, name)
        at += life.rng.uniform(11.0, 15.0)


def _waiting(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _fails_again(
    life: Life, stage: Stage, run: float, dead: State, failures: int, first: bool
) -> Generator[Item, None, Stage]:
    """One round of dying, waiting and being started again; returns the stage of the new run."""
    name = _main(life)
    at = stage.at + run
    last = State(dead.kind, dead.reason, dead.message, dead.exit_code, stage.state.started, at)
    yield Stage(at, "Running", last, False, stage.restarts, stage.last)
    wait = 2.0
    if not first:
        wait = min(10.0 * 2.0**failures, _MAX_BACKOFF)
        pod = f"{life.name}_{life.namespace}({life.uid})"
        text = f"back-off {_waiting(wait)} restarting failed container={name} pod={pod}"
        since = at + 3
        yield Stage(since, "Running", State("waiting", "CrashLoopBackOff", text), False, stage.restarts, last)
        yield from _backing_off(life, since, wait)
        at = since
    at += wait
    yield _present(life, at)
    yield from _started(life, at + 0.1)
    stage = Stage(at + 0.3, "Running", State("running", started=at + 0.3), False, stage.restarts + 1, last)
    yield stage
    return stage


def crash(life: Life, says: str = "") -> Iterator[Item]:
    """Dies a few seconds after each start: restarts grow, and so does the wait between them."""
    stage = yield from begin(life, ready=False)
    dead = State("terminated", "Error", says, 1)
    failures = 0
    while True:
        run = life.rng.uniform(2.0, 7.0)
        stage = yield from _fails_again(life, stage, run, dead, failures - 1, failures == 0)
        failures += 1


def crash_between(life: Life, begins: float, ends: float, says: str) -> Iterator[Item]:
    """Runs well, dies at `begins` and at each start after it, until it is started after `ends`."""
    stage = yield from begin(life)
    dead = State("terminated", "Error", says, 1)
    run = begins - stage.at
    failures = 0
    while stage.at < ends:
        stage = yield from _fails_again(life, stage, run, dead, min(failures - 1, 2), failures == 0)
        run = life.rng.uniform(1.0, 3.0)
        failures += 1
    yield Stage(stage.at + 8, "Running", stage.state, True, stage.restarts, stage.last)


def leak(life: Life) -> Iterator[Item]:
    """Its memory grows until the kernel kills it; after that faster each time, as its backlog is longer."""
    stage = yield from begin(life)
    dead = State("terminated", "OOMKilled", "", 137)
    failures = 0
    while True:
        run = leak_time(life, failures) - (stage.at - stage.state.started)
        stage = yield from _fails_again(life, stage, run, dead, failures - 1, failures == 0)
        failures += 1
        stage = Stage(stage.at + 4, "Running", stage.state, True, stage.restarts, stage.last)
        yield stage


def leak_time(life: Life, restarts: int) -> float:
    """Seconds from a container's start until its memory reaches the limit."""
    return life.leak * 0.13 if restarts else life.leak


def image(life: Life) -> Iterator[Item]:
    """Its image cannot be pulled: ErrImagePull and ImagePullBackOff in turn."""
    yield from _scheduled(life)
    name, at, wait = _main(life), life.at + 1.2, 10.0
    why = (
        f'failed to pull and unpack image "{life.image}": failed to resolve reference "{life.image}": '
        f"{life.image}: not found"
    )
    while True:
        yield note(life, at, "Normal", "Pulling", f'Pulling image "{life.image}"', name)
        at += life.rng.uniform(1.0, 2.5)
        failed = f'Failed to pull image "{life.image}": rpc error: code = NotFound desc = {why}'
        yield note(life, at, "Warning", "Failed", failed, name)
        yield note(life, at + 0.1, "Warning", "Failed", "Error: ErrImagePull", name)
        state = State("waiting", "ErrImagePull", f"rpc error: code = NotFound desc = {why}")
        yield Stage(at + 0.2, "Pending", state)
        since = at + life.rng.uniform(3.0, 9.0)
        text = f'Back-off pulling image "{life.image}"'
        yield Stage(since, "Pending", State("waiting", "ImagePullBackOff", f"{text}: ErrImagePull: {why}"))
        at = since
        while at < since + wait:
            yield note(life, at, "Normal", "BackOff", text, name)
            yield note(life, at + 0.1, "Warning", "Failed", "Error: ImagePullBackOff", name)
            at += life.rng.uniform(12.0, 16.0)
        wait = min(wait * 2, _MAX_BACKOFF)


def unready(life: Life, since: float, ends: float, says: str) -> Iterator[Item]:
    """Runs, but its readiness probe fails from `since` until `ends`."""
    stage = yield from begin(life)
    yield from _fails_probe(life, replace(stage, at=since, ready=False), ends, says)
    yield replace(stage, at=ends, ready=True)


def never_ready(life: Life, says: str) -> Iterator[Item]:
    """Starts, and its readiness probe fails from the first time on."""
    stage = yield from begin(life, ready=False)
    yield from _fails_probe(life, replace(stage, at=stage.at + 1), NEVER, says)


def _fails_probe(life: Life, stage: Stage, ends: float, says: str) -> Iterator[Item]:
    yield stage
    at = stage.at
    while at < ends:
        yield note(life, at, "Warning", "Unhealthy", says, _main(life))
        at += 10.0


def unschedulable(life: Life, nodes: int, masters: int, cordoned: int) -> Iterator[Item]:
    """Asks for more than any node has."""
    rest = nodes - masters - cordoned
    held = f", {cordoned} node(s) were unschedulable" if cordoned else ""
    why = (
        f"0/{nodes} nodes are available: {masters} node(s) had untolerated taint "
        f"{{node-role.kubernetes.io/control-plane: }}{held}, {rest} Insufficient cpu, {rest} Insufficient memory. "
        f"preemption: 0/{nodes} nodes are available: {nodes - rest} Preemption is not helpful for scheduling, "
        f"{rest} No preemption victims found for incoming pod."
    )
    yield Stage(life.at, "Pending", State("waiting"), message=why, scheduled=False)
    at = life.at + 0.2
    while True:
        yield note(life, at, "Warning", "FailedScheduling", why, source="default-scheduler")
        at += life.rng.uniform(25.0, 75.0)


def job(life: Life, takes: float, kept: float) -> Iterator[Item]:
    """Runs for some seconds, completes, and is kept for a while."""
    stage = yield from begin(life)
    at = stage.at + takes
    state = State("terminated", "Completed", "", 0, stage.state.started, at)
    yield Stage(at, "Succeeded", state)
    yield Gone(at + kept)
