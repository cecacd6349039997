"""Lets the tests of this folder import their fakes also under plain `pytest`."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.unit.kubernetes.fakes import Live, Rig, listing, pod  # noqa: E402  # needs the path set above


@pytest.fixture
async def rig():
    """A scripted API server, a clock that moves when told, and whatever was started on them."""
    made = Rig()
    yield made
    await made.close()


@pytest.fixture
async def watching(rig):
    """A reflector with two rows and an open watch that has been fine for a while."""
    rig.first = Live()
    rig.api.script("list", listing(pod("a"), pod("b"), rv="100"))
    rig.api.script("watch", rig.first, Live())
    rig.reflector = rig.start()
    await rig.clock.advance(20)
    assert rig.sink.status.state == "live"
    return rig
