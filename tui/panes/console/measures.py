"""How the values of an answer are written."""

from __future__ import annotations

from typing import NamedTuple

from tui.widgets.axis import Unit


class Measure(NamedTuple):
    """How values are written: the scale of `format_value`, and what stands behind the number."""

    unit: Unit = "si"
    suffix: str = ""


PLAIN = Measure()
"""Numbers without a unit."""
