"""Real servers on loopback for the live tests: `python -m tests.testbed up`, or `Bed` from a test. Linux only."""

from tests.testbed.bed import Bed

__all__ = ["Bed"]
