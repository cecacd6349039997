"""Golden pictures of the demo cluster: the whole screen in each size class, and what lies over it.

A change of looks changes them on purpose: run this file with `--update-goldens` and read the diff.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sources.contract import Context
from sources.demo import DemoSource
from sources.supervisor import Supervisor
from sources.testing import ManualClock, settle
from tests.goldens import GoldenSvg, GoldenText
from tests.pilot.staged import Stage, StagedRuntime, stage
from tui.terminal.ascii_output import ascii_for

pytestmark = pytest.mark.usefixtures("inline_threads")

START = 1_764_000_000.0
WATCHED = 100
"""Seconds after the start at which the picture is taken: some samples of usage, some news."""


@asynccontextmanager
async def demo(size: tuple[int, int], ascii_only: bool = False, theme: str = "auto") -> AsyncIterator[Stage]:
    """The demo, watched for a while on a clock of its own, in this very loop."""
    clock = ManualClock(START)
    source = DemoSource(DemoSource.Config(seed=1, start=START), Context("demo", clock))
    runtime = StagedRuntime()
    runtime.sources["demo"] = source
    supervisor = Supervisor(runtime.sources, runtime.deliver, clock)
    async with stage(size=size, clock=clock, runtime=runtime, ascii_only=ascii_only, theme=theme) as on:
        await on.settle()  # what the console asks first, which loads the engine
        supervisor.start()
        await settle()
        await clock.advance(WATCHED)
        # All in one frame: what is timed by our own looking must not depend on how fast this machine folds.
        on.screen.session.fold(60.0)
        await on.tick()
        on.screen.console.run_query()
        await on.settle()
        on.screen.second()
        await on.pilot.pause()
        try:
            yield on
        finally:
            await supervisor.stop()


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (80, 24)], ids=lambda size: "x".join(map(str, size)))
async def test_the_whole_screen(size: tuple[int, int], golden_text: GoldenText) -> None:
    async with demo(size) as on:
        golden_text(on.app, f"screen_{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("theme", "size"), [("dark", (120, 36)), ("dark", (80, 24)), ("light", (200, 50)), ("light", (80, 24))]
)
async def test_the_screen_in_colour(theme: str, size: tuple[int, int], golden_svg: GoldenSvg) -> None:
    async with demo(size, theme=theme) as on:
        golden_svg(on.app, f"screen_{theme}_{size[0]}x{size[1]}")


async def test_only_ascii(golden_text: GoldenText) -> None:
    async with demo((120, 36), ascii_only=True) as on:
        await on.press("exclamation_mark")
        await on.command("graph")
        await on.settle()
        # The terminal's end replaces what is left; only what is understood without its shape may be left to it.
        assert {character for character in on.text if not character.isascii()} <= {"…"}
        golden_text([ascii_for(line) for line in on.text.splitlines()], "screen_ascii_120x36")


async def test_the_graph_alone(golden_text: GoldenText) -> None:
    async with demo((120, 36)) as on:
        await on.command("query sum by (namespace) (rate(container_cpu_usage_seconds_total[5m]))")
        await on.press("v", "z")
        await on.settle()
        golden_text(on.app, "graph_120x36")


async def test_the_summary_of_a_broken_pod(golden_text: GoldenText) -> None:
    async with demo((120, 36)) as on:
        await on.press("exclamation_mark")
        await on.filter("status:CrashLoop")
        await on.press("enter")
        await on.settle()
        golden_text(on.app, "pod_120x36")


async def test_help(golden_text: GoldenText) -> None:
    async with demo((80, 24)) as on:
        await on.press("question_mark")
        golden_text(on.app, "help_80x24")
