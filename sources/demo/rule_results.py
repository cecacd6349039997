"""The alerting rules' expressions over the demo's own series. Needs numpy."""

from __future__ import annotations

from sources.demo.alert_rules import EVERY, RULES, Found
from sources.promql import Engine, parse
from sources.promql.results import Matrix
from sources.promql.storage import Storage


class Evaluator:
    """Evaluates all rules; their expressions are read once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._engine = Engine()
        self._parsed = [parse(rule.expr) for rule in RULES]

    def results(self, start: float, end: float) -> list[Found]:
        """What the rules give at each evaluation from `start` to `end`, both whole multiples of EVERY."""
        bounds = (round(start * 1000), round(end * 1000), round(EVERY * 1000))
        found = []
        for number, expr in enumerate(self._parsed):
            value = self._engine.query_range(expr, *bounds, self._storage).value
            assert isinstance(value, Matrix)
            found += [
                Found(number, each.labels, (each.times / 1000.0).tolist(), each.values.tolist())
                for each in value.series
            ]
        return found
