"""What all tests share: the repository on the import path, golden files, an environment without surprises."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
collect_ignore = ["plugin_example"]
"""A package of its own: a test installs it and runs its tests."""
if str(ROOT) not in sys.path:  # `pytest` without `python -m` does not add it
    sys.path.insert(0, str(ROOT))

# Textual reads these once, at its import; goldens need the same in every terminal.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_SMOOTH_SCROLL"] = "0"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_THEME", None)
os.environ.pop("TOPMAST_CONFIG", None)

from tests.goldens import golden_svg, golden_text  # noqa: E402 - after the variables
from tests.inline import inline_threads  # noqa: E402

__all__ = ["golden_svg", "golden_text", "inline_threads"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-goldens` writes what was drawn instead of comparing it."""
    parser.addoption(
        "--update-goldens", action="store_true", help="write tests/goldens/* anew; then look at the diff"
    )


@pytest.fixture(autouse=True)
def _own_state(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What topmast remembers comes neither from nor to the person who runs the tests, nor from another test. The
    test bed of the live tests stays where it is: it is meant to be found again."""
    if request.node.get_closest_marker("live") is None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
