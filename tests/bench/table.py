"""One line of a bench's table: a figure, its budget if it has one, and what it is to be compared with."""

from __future__ import annotations

from typing import NamedTuple

HEADER = f"{'':<44} {'figure':>10} {'':<6} {'budget':>8}"


class Row(NamedTuple):
    """`budget` is what `value` may be at most; None where it is only worth knowing."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        return self.budget is not None and self.value > self.budget

    def line(self) -> str:
        budget = "" if self.budget is None else f"{self.budget:g}"
        mark = "" if self.budget is None else ("MISSED" if self.missed else "ok")
        return f"{self.what:<44} {self.value:>10.3g} {self.unit:<6} {budget:>8}  {mark:<6} {self.note}"
