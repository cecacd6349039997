"""The checks of actions by name, and what stands on the stage for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sources.contract import Status, Upsert
from sources.model import NodeUsage, PodUsage
from tests.pilot.staged import NOW, Stage, event, node, pod
from tui.actions import BY_NAME

Check = Callable[[Stage], Awaitable[None]]
CHECKS: dict[str, Check] = {}
CORE = 1_000_000_000
PODS = tuple(
    pod(
        f"{'shop' if index % 2 else 'pay'}/web-{index:02}",
        "CrashLoopBackOff" if index == 5 else "Running",
        restarts=index,
        created=NOW - 60.0 * (index + 1),
        ready=int(index != 5),
    )
    for index in range(40)
)
NODES = (node("n1", created=NOW - 10), node("n2", "NotReady", created=NOW - 5), node("n3"))
USAGE = (
    *(PodUsage(row.namespace, row.name, 1000 - index, 5000 + index, NOW, 15.0) for index, row in enumerate(PODS)),
    *(NodeUsage(row.name, CORE * (index + 1), 1 << 30, NOW, 15.0) for index, row in enumerate(NODES)),
)


def check(*names: str) -> Callable[[Check], Check]:
    """This is what the actions of these names do."""

    def register(test: Check) -> Check:
        for name in names:
            assert name not in CHECKS
            CHECKS[name] = test
        return test

    return register


async def filled(on: Stage) -> None:
    on.runtime.put("nodes", *(Upsert(row) for row in NODES), Status("live"))
    on.runtime.put("pods", *(Upsert(row) for row in PODS), Status("live"))
    on.runtime.put("usage", *(Upsert(row) for row in USAGE), Status("live"))
    await on.put("events", Upsert(event("e1")), Upsert(event("e2", type="Warning", reason="Bad")), Status("live"))


def key_of(name: str) -> str:
    return BY_NAME[name].keys.split(",")[0]
