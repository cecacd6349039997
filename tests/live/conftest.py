"""Bring the test bed up for the live tests, and mark all of them as live."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # `pytest` alone, unlike `python -m pytest`, does not put the root there

from tests.testbed import Bed  # noqa: E402  # needs the path set above


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
