"""Groups stay what a fresh count would give, whatever changes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sources.world.groups import GroupedView, GroupKey, Share, Totals

Rows = dict[str, tuple[str, int]]
"""Key to (group, amount)."""


def grouped(rows: Rows, opened: set[str]) -> GroupedView:
    def share(key: str) -> Share | None:
        row = rows.get(key)
        return None if row is None or row[1] % 5 == 0 else Share(row[0], (1, row[1]), (row[1] % 3, "x"))

    def group_rank(name: str, totals: Totals) -> tuple[Any, ...]:
        return -totals.amounts[1], name

    return GroupedView(share, lambda key: (-rows[key][1], key) if key in rows else None, group_rank, opened, rows)


@pytest.mark.parametrize("changes", [1, 40, 200])
def test_updated_groups_equal_new_ones(changes: int) -> None:
    rng = random.Random(changes)
    rows = {f"k{n}": (f"g{rng.randrange(12)}", rng.randrange(50)) for n in range(300)}
    opened = {"g1", "g4", "g7"}
    view = grouped(rows, opened)
    for round_ in range(8):
        touched = {f"k{rng.randrange(320)}" for _ in range(changes)}
        for key in touched:
            if rng.random() < 0.4:
                rows.pop(key, None)
            else:
                rows[key] = (f"g{rng.randrange(12)}", rng.randrange(50))
        view.update(touched)
        if round_ % 2:
            view.toggle(f"g{rng.randrange(12)}")
        fresh = grouped(rows, opened)
        assert list(view) == list(fresh) == view[:]
        assert {name: totals.amounts for name, totals in view.groups.items()} == {
            name: totals.amounts for name, totals in fresh.groups.items()
        }
        assert [view.groups[name].worst for name in sorted(view.groups)] == [
            fresh.groups[name].worst for name in sorted(view.groups)
        ]
        for place, key in enumerate(view):
            assert view.index(key) == place
            assert key in view
        assert view.members == sum(totals.amounts[0] for totals in view.groups.values())


def test_a_group_without_rows_is_not_there_and_a_closed_one_hides_them() -> None:
    rows: Rows = {"a": ("g", 1), "b": ("h", 2), "none": ("i", 5)}
    view = grouped(rows, set())
    assert list(view) == [GroupKey("h"), GroupKey("g")]
    assert "a" not in view
    with pytest.raises(ValueError, match="a"):
        view.index("a")
    view.toggle("g")
    assert list(view) == [GroupKey("h"), GroupKey("g"), "a"]
    del rows["a"]
    assert view.update(["a"])
    assert view.touched == {GroupKey("g")}
    assert list(view) == [GroupKey("h")]
    assert not view.update(["a"])
    rows["a"] = ("g", 4)
    view.update(["a"])
    assert list(view) == [GroupKey("g"), "a", GroupKey("h")], "it is open still"
