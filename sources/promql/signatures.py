"""The functions of PromQL: what they take and give, and which of them the embedded engine leaves out."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ValueType(StrEnum):
    """What an expression evaluates to; the values are the words Prometheus uses in its errors and its API."""

    NONE = "none"
    SCALAR = "scalar"
    STRING = "string"
    VECTOR = "vector"
    MATRIX = "matrix"


def _words(text: str) -> list[str]:
    return text.split()


_S, _T, _V, _M = ValueType.SCALAR, ValueType.STRING, ValueType.VECTOR, ValueType.MATRIX


class Signature(NamedTuple):
    """`variadic` arguments may be added to (or, the last one, left out of) `args`: -1 for any number of them."""

    args: tuple[ValueType, ...]
    gives: ValueType = _V
    variadic: int = 0


_ELEMENTS = _words(
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh "
    "timestamp"
)
_RANGES = _words(
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate "
    "last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time "
    "sum_over_time"
)
_DATES = _words("days_in_month day_of_month day_of_week day_of_year hour minute month year")

FUNCTIONS: dict[str, Signature] = {
    **dict.fromkeys(_ELEMENTS, Signature((_V,))),
    **dict.fromkeys(_RANGES, Signature((_M,))),
    **dict.fromkeys(_DATES, Signature((_V,), variadic=1)),
    "clamp": Signature((_V, _S, _S)),
    "clamp_max": Signature((_V, _S)),
    "clamp_min": Signature((_V, _S)),
    "histogram_fraction": Signature((_S, _S, _V)),
    "histogram_quantile": Signature((_S, _V)),
    "label_replace": Signature((_V, _T, _T, _T, _T)),
    "label_join": Signature((_V, _T, _T, _T), variadic=-1),
    "pi": Signature((), _S),
    "predict_linear": Signature((_M, _S)),
    "quantile_over_time": Signature((_S, _M)),
    "round": Signature((_V, _S), variadic=1),
    "scalar": Signature((_V,), _S),
    "time": Signature((), _S),
    "vector": Signature((_S,)),
}

EXPERIMENTAL = frozenset(
    _words(
        "double_exponential_smoothing end histogram_quantiles info integral mad_over_time max_of min_of range "
        "sort_by_label sort_by_label_desc start start_timestamp step ts_of_first_over_time ts_of_last_over_time "
        "ts_of_max_over_time ts_of_min_over_time"
    )
)
"""Functions behind a feature flag of Prometheus: refused by name."""

STEP_BOUND = frozenset((*_DATES, "predict_linear", "time", "timestamp"))
"""Functions whose result can change with the step although their arguments do not."""
