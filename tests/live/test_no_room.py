"""Where there is no room: a storm of events, and a control group that is too small for the cluster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sources.contract import SystemClock
from sources.world.bounds import MOST_EVENTS
from tests.bench import fill
from tests.bench.objects import Size
from tests.bench.real import cluster as servers
from tests.live.group import MIB, Group, group
from tests.live.program import Program, pods_counted
from tests.live.recount import miscounted
from tests.live.truth import PANES
from tests.live.watched import cluster, screening
from tests.testbed import Bed

SIZE = Size(20, 20_000, 10)
STORM, WARNINGS = 60_000, 300


@pytest.fixture(scope="module")
def large() -> Iterator[Bed]:
    """A real API server with more pods than the tests' own, and nobody who changes them."""
    with servers(SIZE, metrics=False, patience=300) as (bed, _):
        yield bed


def storm() -> Iterator[fill.Entry]:
    """Events, the Warning ones oldest."""
    for number in range(STORM):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_767_000_000 + number))
        name = f"storm-{number:05d}"
        body = {
            "apiVersion": "v1", "kind": "Event", "reason": "Storm", "message": name, "count": 1,
            "metadata": {"name": name, "namespace": "team-000", "uid": name, "creationTimestamp": stamp},
            "involvedObject": {"kind": "Pod", "namespace": "team-000", "name": f"pod-{number % 10}"},
            "type": "Warning" if number < WARNINGS else "Normal", "firstTimestamp": stamp, "lastTimestamp": stamp,
        }  # fmt: skip
        yield f"/registry/events/team-000/{name}", msgspec.json.encode(body)


@pytest.mark.fault(38)
async def test_of_a_storm_of_events_the_warnings_stay_and_the_title_says_sampled(large: Bed) -> None:
    async with screening(cluster(large.kubeconfig()), SystemClock()) as watched:
        # The pods too: while a list comes, a pane is a frame behind the rows that it is compared with.
        await watched.until("live tables", lambda: {watched.states()[each] for each in PANES} == {"live"}, 300)
        await asyncio.to_thread(asyncio.run, fill.write(large.etcd_url, storm()))
        await watched.until("the last one", lambda: f"storm-{STORM - 1:05d}" in watched.world.events, 300)
        await watched.until("rest", lambda: not watched.busy)
        events = watched.events
        assert len(events) <= MOST_EVENTS
        warnings = {key for key, event in events.items() if event.type == "Warning"}
        assert warnings == {f"storm-{number:05d}" for number in range(WARNINGS)}
        pane = watched.screen.events_pane
        assert any("sampled" in text for text, _ in pane.heading.left)
        assert watched.screen.session.bounds.shed >= STORM - MOST_EVENTS
        assert miscounted(watched.screen) == []


@pytest.fixture
def small() -> Iterator[Group]:
    with group("topmast-small") as made:
        if made is None:
            pytest.skip("no control group can be made here")
        yield made


def narrowed(text: str) -> bool:
    pods = pods_counted(text)
    return (
        "memory short: only team-0" in text
        and ":unscope" in text
        and pods is not None
        and 0 < pods <= SIZE.pods // 4
    )


@pytest.mark.fault(44)
def test_with_too_little_memory_it_looks_at_less_and_goes_on(large: Bed, small: Group, tmp_path: Path) -> None:
    def all_of_them(text: str) -> bool:
        return pods_counted(text) == SIZE.pods and "loading" not in text

    with Program("--kubeconfig", str(large.kubeconfig()), group=small.procs) as program:
        program.wait_for(all_of_them)
        taken = small.used
        small.limit(taken + 50 * MIB)
        program.wait_for(lambda text: "memory short: the past dropped" in text)
        small.limit(small.used + 25 * MIB)
        program.wait_for(narrowed)
        small.limit(1 << 40)
        program.press(":unscope\r")
        program.wait_for(all_of_them)
    small.limit(taken + 8 * MIB)
    with Program("--kubeconfig", str(large.kubeconfig()), group=small.procs) as program:
        program.wait_for(narrowed)
        program.press("/checkout-8fb4f8f6c-000000\r")
        program.wait_for(lambda text: "/checkout-8fb4f8f6c-000000" in text and "team-000" in text)
