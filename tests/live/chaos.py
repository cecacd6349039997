"""Blows in random order against the way to a real control plane; every minute: does topmast show what it holds?

    python -m tests.live.chaos --minutes 5 --seed 1

Has a control plane of its own. Followed are the feeds, a screen whose rows, counts and words are all compared,
and the real program in a terminal, of which the drawn lines are. Prints a line a minute and exits 1 where a row
differed from the API server's, an event was lost, told twice or miscounted, a pane called itself live and was not,
a loop stood still, requests came too fast, or what the program takes grew.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import trustme

from sources.contract import Context
from sources.kubernetes.api import EVENTS, NODES, PODS, Resource
from sources.rules.decode import decode_pod_usage
from tests.faults.between import between, certificate
from tests.faults.proxy import Proxy
from tests.live.blows import BLOWS, Target, Wandering
from tests.live.churn import Churn, expire
from tests.live.following import Following, following
from tests.live.program import Program, Taken, pods_counted, pods_drawn
from tests.live.recount import miscounted
from tests.live.storm import Shown, compared, told_twice, told_wrongly
from tests.live.truth import PANES, Truth
from tests.live.watched import Watched, cluster, names, printed, screening
from tests.live.witness import Witness
from tests.testbed import Bed, populate, ports
from tests.testbed.content.metrics_api import GROUP

MOST, MORE = 90, 15
"""Requests a minute of one program with four feeds that scrapes too, twenty of which are looks at the server while
it is away; and how many more for each blow, of which most end all connections and half are followed by Ctrl-R."""
STALL = 0.25
"""Seconds of CPU that the screen's loop may take at once, where this program's own work runs on it too."""
PATIENCE = 180.0
"""Seconds that all have to become right again: how many it took is printed, and a busy machine is no fault."""
KEPT, OTHERS = 1500, 500
"""Events of the churn, and of others, that are kept."""
LONG = 0.15
"""Share of the blows that last until somebody has to notice."""
GROWTH, STEPS = 1.15, 4
"""How much more memory, and how many more descriptors, threads and tasks, the last third may show."""
DRAWN = 40
"""Pods of which there is room on a terminal of 50 lines."""
HELD_BACK = re.compile("partial: changes as they happen")
"""As good as live when all is well again: that a proxy held changes back is taken back with the next one."""
USAGE = Resource("pod_usage", "pods", f"/apis/{GROUP}/v1beta1", True, decode_pod_usage)


class Scene(NamedTuple):
    """All that takes part."""

    rng: random.Random
    plane: Bed
    target: Target
    churn: Churn
    witness: Witness
    context: Context
    feeds: Sequence[Following]
    watched: Watched
    truth: Truth
    program: Program
    way: Proxy
    """The program's own, by which its requests are counted."""


class Size(NamedTuple):
    """What grows if something leaks: the program's own, and the tasks of the sources of the screen."""

    taken: Taken
    tasks: int


async def blows(scene: Scene, seconds: float) -> list[str]:
    """Blows for so long; their names."""
    rng, loop, fell = scene.rng, asyncio.get_running_loop(), list[str]()
    until = loop.time() + seconds
    while loop.time() < until:
        name = rng.choice(sorted(BLOWS))
        lasts = rng.uniform(20.0, 40.0) if rng.random() < LONG else rng.uniform(0.5, 6.0)
        scene.target.lasts = lasts
        fell.append(f"{name} {lasts:.0f} s" if lasts > 6 else name)
        with scene.truth.under(name, lasts):
            await BLOWS[name](scene.target)
        if rng.random() < 0.6:
            refresh(scene)  # or everybody waits out pauses while the blows fall
        await asyncio.sleep(rng.uniform(0.0, 4.0))
    return fell


def refresh(scene: Scene) -> None:
    scene.context.nudge.now()
    scene.watched.retry()
    scene.program.press("\x12")


async def differing(scene: Scene) -> list[str]:
    """What is not as the server has it, while nobody changes anything."""
    watched, feeds = scene.watched, scene.feeds
    pods, events = feeds
    shown: list[Shown] = [
        (PODS, lambda: pods.rows("pod")),
        (EVENTS, lambda: events.rows("event")),
        (NODES, lambda: watched.nodes),
        (PODS, lambda: watched.pods),
        (EVENTS, lambda: watched.events),
        (USAGE, lambda: {row.key: row for row in watched.world.pod_usage}),
    ]
    if found := await compared(scene.plane, *shown, seconds=PATIENCE):
        found.insert(0, f"by the panes {said(watched)}")
    found += await agreeing(scene)
    found += [f"event {key} came twice" for key in told_twice(events)]
    for rows in (events.rows("event"), watched.events):
        found += told_wrongly(rows, scene.churn)
    return found + await drawn(scene)


async def agreeing(scene: Scene) -> list[str]:
    """The words and the counts on the screen, against kubectl, the independent watcher and the rows themselves."""
    watched = scene.watched

    def still() -> bool:
        panes = [pane.state() for pane in watched.screen.panes if pane.id in PANES]
        live = all(pane.state == "live" or HELD_BACK.match(pane.text) for pane in panes)
        return live and not watched.busy and names(watched.events) == scene.witness.there

    try:
        await watched.until("live panes, and what the witness saw", still, PATIENCE)
    except AssertionError as error:
        return [f"{error}: {said(watched)}"]
    return await recounted(watched) + await lasting(lambda kubectl: misprinted(watched, kubectl), scene.plane)


def said(watched: Watched) -> str:
    """What the titles of the tables say of their data."""
    return "; ".join(f"{pane.id} {pane.state().text}" for pane in watched.screen.panes if pane.id in PANES)


async def recounted(watched: Watched, seconds: float = 5.0) -> list[str]:
    """What is miscounted, and stays so: what was folded a moment ago is told to the panes by the next frame."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        watched.screen.second()  # a clock may have been set just now
        found = miscounted(watched.screen)
        if not found or loop.time() > until:
            return found
        await asyncio.sleep(0.3)


def misprinted(watched: Watched, kubectl: Mapping[str, tuple[str, str]]) -> list[str]:
    cells = printed(watched.screen.pods_pane, "namespace", "name", "ready", "status")
    ours = {f"{namespace}/{name}": (ready, status) for namespace, name, ready, status in cells.values()}
    return [
        f"{key}: {ours.get(key)} on the screen, {kubectl.get(key)} by kubectl"
        for key in kubectl.keys() | ours.keys()
        if kubectl.get(key) != ours.get(key)
    ]


async def lasting(
    wrong: Callable[[Mapping[str, tuple[str, str]]], list[str]], plane: Bed, seconds: float = 30.0
) -> list[str]:
    """What is wrong by what kubectl prints, and stays so: controllers go on changing things."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        found = wrong(await asyncio.to_thread(by_kubectl, plane))
        if not found or loop.time() > until:
            return found
        await asyncio.sleep(0.5)


def by_kubectl(plane: Bed) -> dict[str, tuple[str, str]]:
    """READY and STATUS of each pod, by "namespace/name"."""
    lines = plane.kubectl_run("get", "pods", "--all-namespaces", "--no-headers").splitlines()
    rows = (line.split() for line in lines if len(line.split()) > 3)
    return {f"{row[0]}/{row[1]}": (row[2], row[3]) for row in rows}


async def drawn(scene: Scene) -> list[str]:
    """What is drawn in the terminal of the program, its pods alone on the screen."""
    program = scene.program
    if program.ended is not None:
        return [f"the program ended with {program.ended}"]

    def misdrawn(kubectl: Mapping[str, tuple[str, str]]) -> list[str]:
        text, rows = program.text, {key.partition("/")[2]: row for key, row in kubectl.items()}
        drawn = pods_drawn(text)
        wrong = [
            f"drawn: {name} {ready} {status}"
            for name, ready, status in drawn
            if "\N{HORIZONTAL ELLIPSIS}" not in name and rows.get(name) != (ready, status)
        ]
        if pods_counted(text) != len(rows) or len(drawn) < min(len(rows), DRAWN):
            wrong.append(f"drawn: {len(drawn)} of {pods_counted(text)} pods, {len(rows)} by kubectl:\n{text}")
        if wrong:
            wrong.insert(0, f"drawn under {' / '.join(re.findall(r'^ Pods .*', text, re.MULTILINE))}")
        return wrong

    program.press("z")
    try:
        return await lasting(misdrawn, scene.plane)
    finally:
        program.press("z")


def grown(sizes: Sequence[Size]) -> Iterator[str]:
    """What the last third of the minutes shows more of than the second."""
    third = len(sizes) // 3
    if third < 3:
        return
    before, after = sizes[third : 2 * third], sizes[-third:]
    memory = [statistics.median(size.taken.memory for size in some) for some in (before, after)]
    if memory[1] > memory[0] * GROWTH:
        yield f"memory grew from {memory[0] / 1e6:.0f} to {memory[1] / 1e6:.0f} MB"
    for what, of in (
        ("descriptors", lambda size: size.taken.descriptors),
        ("threads", lambda size: size.taken.threads),
        ("tasks", lambda size: size.tasks),
    ):
        most = [max(of(size) for size in some) for some in (before, after)]
        if most[1] > most[0] + STEPS:
            yield f"{what} grew from {most[0]} to {most[1]}"


async def minute(scene: Scene, number: int, sizes: list[Size]) -> bool:
    """A minute of blows and what came of it; whether all is well."""
    loop, program, watched = asyncio.get_running_loop(), scene.program, scene.watched
    before, started, cpu, watched.stall = len(scene.way.asked), loop.time(), program.taken.cpu, 0.0
    fell = await blows(scene, 60.0)
    took = loop.time() - started
    asked = scene.way.asked[before:]
    rate = len(asked) / took * 60
    stall = watched.stall
    await asyncio.to_thread(scene.churn.rest)
    await asyncio.to_thread(expire, scene.plane, OTHERS)
    refresh(scene)
    healed = time.monotonic()
    found = await differing(scene)
    healing = time.monotonic() - healed
    scene.churn.go()
    found += dict.fromkeys(scene.truth.take())
    often = Counter(each.path for each in asked).most_common(8)
    found += [f"{rate:.0f} requests a minute: {often}"] if len(asked) > MOST * took / 60 + MORE * len(fell) else []
    found += [f"the loop stood still for {stall:.2f} s of CPU"] if stall > STALL else []
    if program.ended is None:
        sizes.append(Size(program.taken, await watched.tasks()))
        taken, tasks = sizes[-1]
        print(
            f"{number}: {'; '.join(found[:5]) or 'the same'} after {healing:.1f} s; {len(watched.nodes)} nodes, "
            f"{len(watched.pods)} pods, {len(watched.events)} events, {rate:.0f} requests/min, stall {stall:.2f} "
            f"s, {tasks} tasks; program: {taken.memory / 1e6:.0f} MB, {taken.descriptors} descriptors, "
            f"{taken.threads} threads, {100 * (taken.cpu - cpu) / took:.0f} % CPU; {', '.join(fell)}",
            flush=True,
        )
    return not found


async def chaos(minutes: int, seed: int, folder: Path) -> int:
    """The number of minutes that ended badly."""
    print(f"chaos: {minutes} min, seed {seed}", flush=True)
    plane, authority, clock = Bed(folder / "plane"), trustme.CA(), Wandering()
    context = Context("kubernetes", clock)
    good, expired = certificate(authority), certificate(authority, expired=True)
    ports.PREFERRED = {name: number + 4000 for name, number in ports.PREFERRED.items()}
    places = [folder / "screen", folder / "program"]
    for place in places:
        place.mkdir()
    sizes: list[Size] = []
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # the servers go with us
    try:
        plane.up(only=("control-plane",), metrics=False)
        populate.metrics(plane.api(), wanted=True)
        async with AsyncExitStack() as stack:
            enter: Any = stack.enter_async_context
            way, kubeconfig = await enter(between(plane.kubeconfig("viewer"), places[0], authority))
            own, other = await enter(between(plane.kubeconfig("viewer"), places[1], authority))
            witness = stack.enter_context(Witness(plane.etcd_url))
            churn = Churn(plane, seed, pause=0.1, most=KEPT, nodes=3, metrics=True)
            stack.callback(churn.end)
            _, *feeds = await enter(following(kubeconfig, "pods", "events", context=context))
            watched = await enter(screening(cluster(kubeconfig), clock))
            program = stack.enter_context(Program("--kubeconfig", str(other)))
            for feed in feeds:
                await feed.settled()
            truth = Truth(watched, witness)
            target = Target(plane, (way, own), expired, good, clock, 1.0)
            scene = Scene(
                random.Random(seed), plane, target, churn, witness, context, feeds, watched, truth, program, own
            )
            looking = [asyncio.create_task(each) for each in (watched.feel(), truth.look())]
            bad = 0
            for number in range(1, minutes + 1):
                bad += not await minute(scene, number, sizes)
                for task in looking:
                    if task.done():
                        task.result()
            for task in looking:
                task.cancel()
    finally:
        plane.down()
    for line in grown(sizes):
        bad += 1
        print(line)
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.live.chaos", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of each connection that a blow ended
    with tempfile.TemporaryDirectory() as folder:
        bad = asyncio.run(chaos(options.minutes, options.seed, Path(folder)))
    print(f"chaos: {'fine' if not bad else f'{bad} bad minutes'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
