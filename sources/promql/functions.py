"""The functions of PromQL by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sources.promql.ast import Call
from sources.promql.functions_elements import ELEMENTS
from sources.promql.functions_histograms import HISTOGRAMS
from sources.promql.functions_labels import LABELS
from sources.promql.functions_ranges import RANGES
from sources.promql.functions_times import TIMES
from sources.promql.functions_vectors import VECTORS
from sources.promql.grid import Value

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

FUNCTIONS: dict[str, Callable[[Evaluation, Call], Value]] = {
    **ELEMENTS,
    **HISTOGRAMS,
    **LABELS,
    **RANGES,
    **TIMES,
    **VECTORS,
}
