"""label_replace and label_join: functions that only change labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sources.promql.ast import Call, StringLiteral
from sources.promql.grid import Grid, Value, changed, get, is_label_name, unique
from sources.promql.prepare import unwrapped
from sources.promql.regex import RegexError, compile_regex
from sources.promql.results import ExecutionError
from sources.promql.storage import Labels

if TYPE_CHECKING:
    from sources.promql.evaluate import Evaluation

Handler = Callable[["Evaluation", Call], Value]


def _strings(call: Call) -> list[str]:
    found = []
    for arg in call.args[1:]:
        node = unwrapped(arg)
        assert isinstance(node, StringLiteral)  # the types have been checked
        found.append(node.value)
    return found


def _relabeled(grid: Grid, target: str, rename: Callable[[Labels], str | None]) -> Grid:
    labels, nameless = list(grid.labels), list(grid.nameless)
    for row, each in enumerate(grid.labels):
        if (value := rename(each)) is not None:
            labels[row] = changed(each, target, value)
            if target == "__name__":
                nameless[row] = False
    return unique(Grid(labels, grid.values, grid.present, nameless))


def _label_replace(evaluation: Evaluation, call: Call) -> Grid:
    target, template, source, pattern = _strings(call)
    try:
        regex = compile_regex(pattern)
    except RegexError as error:
        raise ExecutionError(f"invalid regular expression in label_replace(): {pattern}") from error
    if not is_label_name(target):
        raise ExecutionError(f"invalid destination label name in label_replace(): {target}")
    known: dict[str, str | None] = {}

    def rename(labels: Labels) -> str | None:
        value = get(labels, source)
        if value not in known:
            known[value] = regex.expand(template, value)
        return known[value]

    return _relabeled(evaluation.vector(call.args[0]), target, rename)


def _label_join(evaluation: Evaluation, call: Call) -> Grid:
    target, separator, *sources = _strings(call)
    for source in sources:
        if not is_label_name(source):
            raise ExecutionError(f"invalid source label name in label_join(): {source}")
    if not is_label_name(target):
        raise ExecutionError(f"invalid destination label name in label_join(): {target}")
    grid = evaluation.vector(call.args[0])
    return _relabeled(grid, target, lambda labels: separator.join(get(labels, each) for each in sources))


LABELS: dict[str, Handler] = {"label_replace": _label_replace, "label_join": _label_join}
