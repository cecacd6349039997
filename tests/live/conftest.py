"""Bring the test bed up for the live tests, and mark all of them as live."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # `pytest` alone, unlike `python -m pytest`, does not put the root there

from tests.testbed import Bed, ports  # noqa: E402  # needs the path set above


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts real servers."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def bed() -> Bed:
    """The running test bed, with everything in it. It is left running: the next run starts at once."""
    return Bed().up()


@pytest.fixture
def plane(_plane: Bed) -> Bed:
    """It, running again whatever the test before did to it."""
    _plane.start("kube-apiserver")
    return _plane


@pytest.fixture(scope="session")
def _plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """etcd, API server, controllers; neither kubelets nor a metrics API. Its ports are not the other bed's, which
    may be down for a moment just now."""
    own = Bed(state=tmp_path_factory.mktemp("plane"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ports, "PREFERRED", {name: number + 3000 for name, number in ports.PREFERRED.items()})
        try:
            own.up(only=("control-plane",), metrics=False)
            yield own
        finally:
            own.down()
