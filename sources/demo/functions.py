"""The functions and aggregations of PromQL: what this evaluator has, and what it only knows by name."""

from __future__ import annotations

from sources.demo.syntax import Type

AGGREGATIONS = frozenset({"sum", "avg", "min", "max", "count", "group", "topk", "bottomk"})
LATER_AGGREGATIONS = frozenset({"stddev", "stdvar", "count_values", "quantile", "limitk", "limit_ratio"})
_V: Type = "instant vector"
_M: Type = "range vector"
_S: Type = "scalar"
FUNCTIONS: dict[str, tuple[tuple[Type, ...], Type]] = {
    **dict.fromkeys(("rate", "increase", "irate", "delta", "changes", "resets"), ((_M,), _V)),
    **{f"{name}_over_time": ((_M,), _V) for name in ("avg", "min", "max", "sum", "count", "last", "present")},
    **dict.fromkeys(("abs", "ceil", "floor", "sqrt", "exp", "ln", "timestamp", "sort", "sort_desc"), ((_V,), _V)),
    **dict.fromkeys(("clamp_min", "clamp_max"), ((_V, _S), _V)),
    "vector": ((_S,), _V),
    "scalar": ((_V,), _S),
    "time": ((), _S),
    "absent": ((_V,), _V),
}
LATER_FUNCTIONS = frozenset({
    "absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh", "clamp", "cos", "cosh",
    "day_of_month", "day_of_week", "day_of_year", "days_in_month", "deg", "deriv",
    "double_exponential_smoothing", "first_over_time", "histogram_avg", "histogram_count",
    "histogram_fraction", "histogram_quantile", "histogram_quantiles", "histogram_stddev",
    "histogram_stdvar", "histogram_sum", "hour", "idelta", "info", "label_join", "label_replace",
    "log10", "log2", "mad_over_time", "minute", "month", "pi", "predict_linear",
    "quantile_over_time", "rad", "round", "sgn", "sin", "sinh", "sort_by_label",
    "sort_by_label_desc", "stddev_over_time", "stdvar_over_time", "tan", "tanh",
    "ts_of_first_over_time", "ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time",
    "year",
})  # fmt: skip
