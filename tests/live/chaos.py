"""Blows in random order against the way to a real control plane; every minute, are the tables the server's?

    python -m tests.live.chaos --minutes 5 --seed 1

Has a control plane of its own. Prints a line a minute and exits 1 where a table differed, an event of
the churn's ledger was lost, told twice or miscounted, or requests came too fast.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import trustme

from sources.contract import Context
from sources.kubernetes.api import EVENTS, PODS
from tests.faults.between import between, certificate
from tests.live.following import following
from tests.live.storm import BLOWS, Churn, Target, Wandering, compared, told_twice, told_wrongly
from tests.testbed import Bed, ports

MOST = 180
"""Requests a minute by two feeds, four of which are looks at the server in each ten seconds of trouble."""


async def minute(rng: random.Random, target: Target, refresh: Callable[[], None], seconds: float) -> list[str]:
    """Blows for so long; their names."""
    loop, names = asyncio.get_running_loop(), list[str]()
    until = loop.time() + seconds
    while loop.time() < until:
        name = rng.choice(sorted(BLOWS))
        target.lasts = rng.uniform(0.5, 6.0)
        names.append(name)
        await BLOWS[name](target)
        if rng.random() < 0.6:
            refresh()  # or everybody waits out pauses while the blows fall
        await asyncio.sleep(rng.uniform(0.0, 4.0))
    return names


async def chaos(minutes: int, seed: int, folder: Path) -> int:
    """The number of minutes that ended badly."""
    print(f"chaos: {minutes} min, seed {seed}", flush=True)
    rng, plane, authority, clock = random.Random(seed), Bed(folder / "plane"), trustme.CA(), Wandering()
    context = Context("kubernetes", clock)
    good, expired = certificate(authority), certificate(authority, expired=True)
    ports.PREFERRED = {name: number + 4000 for name, number in ports.PREFERRED.items()}
    bad = 0
    try:
        plane.up(only=("control-plane",), metrics=False)
        churn = Churn(plane, seed)
        async with (
            between(plane.kubeconfig("viewer"), folder, authority) as (proxy, kubeconfig),
            following(kubeconfig, "pods", "events", context=context) as (_, pods, events),
        ):
            await pods.settled()
            await events.settled()
            target = Target(plane, proxy, expired, good, clock, 1.0)
            loop = asyncio.get_running_loop()
            for number in range(1, minutes + 1):
                before, started = len(proxy.asked), loop.time()
                names = await minute(rng, target, context.nudge.now, 60.0)
                rate = (len(proxy.asked) - before) / (loop.time() - started) * 60
                await asyncio.to_thread(churn.rest)
                context.nudge.now()
                healed = loop.time()
                shown = (PODS, lambda: pods.rows("pod")), (EVENTS, lambda: events.rows("event"))
                found = await compared(plane, *shown)
                found += [f"event {key} came twice" for key in told_twice(events)]
                found += told_wrongly(events.rows("event"), churn)
                found += [f"{rate:.0f} requests a minute"] if rate > MOST else []
                churn.go()
                bad += bool(found)
                print(
                    f"{number}: {'; '.join(found[:5]) or 'the same'} after {loop.time() - healed:.1f} s; "
                    f"{len(pods.rows('pod'))} pods, {len(events.rows('event'))} events, {rate:.0f} requests/min, "
                    f"{len(pods.snapshots)} lists, {len(asyncio.all_tasks())} tasks, {descriptors()} descriptors, "
                    f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB; {', '.join(names)}",
                    flush=True,
                )
            await asyncio.to_thread(churn.end)
    finally:
        plane.down()
    return bad


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.live.chaos", description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bad = asyncio.run(chaos(options.minutes, options.seed, Path(folder)))
    print(f"chaos: {'fine' if not bad else f'{bad} bad minutes'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
