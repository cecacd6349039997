"""Every key of the table of actions does on the screen what the help says."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.pilot import checks
from tests.pilot.checks.check import CHECKS, Check, filled
from tests.pilot.staged import stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics
from tui.actions import BY_NAME

for _room in sorted(Path(checks.__file__ or "").parent.glob("*.py")):
    import_module(f"tests.pilot.checks.{_room.stem}")

GROUPS = {test: "+".join(name for name, other in CHECKS.items() if other is test)[:60] for test in CHECKS.values()}


def test_every_action_has_a_check() -> None:
    assert set(CHECKS) == set(BY_NAME)


@pytest.mark.parametrize("test", GROUPS, ids=GROUPS.values())
async def test_action(test: Check) -> None:
    async with stage(FakeCluster(), FakeMetrics(), size=(160, 40)) as on:
        await filled(on)
        await test(on)
