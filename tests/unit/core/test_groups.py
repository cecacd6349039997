"""Groups stay what a fresh count would give, whatever changes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

from sources.world.groups import AT_ONCE, GroupedView, GroupKey, Share, Totals

Rows = dict[str, tuple[str, int]]
"""Key to (group, amount)."""


def grouped(rows: Rows, opened: set[str], keys: Iterable[str] | None = None) -> GroupedView:
    def share(key: str) -> Share | None:
        row = rows.get(key)
        return None if row is None or row[1] % 5 == 0 else Share(row[0], (1, row[1]), (row[1] % 3, "x"))

    def group_rank(name: str, totals: Totals) -> tuple[Any, ...]:
        return -totals.amounts[1], name

    def rank(key: str) -> tuple[int, str] | None:
        return (-rows[key][1], key) if key in rows else None

    return GroupedView(share, rank, group_rank, opened, rows if keys is None else keys)


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


@pytest.mark.parametrize("seed", range(4))
def test_groups_given_in_steps_while_rows_change_are_those_of_all_at_once(seed: int) -> None:
    rng = random.Random(seed)
    # One group that is ordered in steps itself, and some that are not.
    rows = {f"k{n}": (f"g{rng.choice((0, 0, 0, 1, 2, 3))}", rng.randrange(50)) for n in range(4 * AT_ONCE)}
    opened = {"g0", "g2"}
    keys, given = list(rows), 0
    view = grouped(rows, opened, ())
    while given < len(keys):
        step = rng.randrange(1, 300)
        view.update(keys[given : given + step])
        given += step
        touched = {f"k{rng.randrange(5 * AT_ONCE)}" for _ in range(rng.choice((0, 1, 60)))}
        for key in touched:
            if rng.random() < 0.5:
                rows.pop(key, None)
            else:
                rows[key] = (f"g{rng.randrange(4)}", rng.randrange(50))
        view.update(touched)
        if rng.random() < 0.2:
            view.toggle(f"g{rng.randrange(4)}")
        assert len(view) == len(list(view)), "what is there holds together at each step"
        view.advance(rng.randrange(1, 200))
    fresh = grouped(rows, opened)
    for each in (view, fresh):
        while len(each) and each.advance(100):
            pass
    assert list(view) == list(fresh) == view[:]
    assert all(view.index(key) == place for place, key in enumerate(view))
    assert {name: totals.amounts for name, totals in view.groups.items()} == {
        name: totals.amounts for name, totals in fresh.groups.items()
    }


def test_a_row_can_be_brought_into_a_large_group_ahead_of_others() -> None:
    rows: Rows = {f"k{n}": ("g", 1) for n in range(3 * AT_ONCE)}
    view = grouped(rows, {"g"})
    late = next(key for key in rows if key not in view)
    view.bring(late)
    assert view[view.index(late)] == late
    assert view.advance(1)


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
    assert view.take_touched() == {GroupKey("g")}
    assert not view.take_touched()
    assert list(view) == [GroupKey("h")]
    assert not view.update(["a"])
    rows["a"] = ("g", 4)
    view.update(["a"])
    assert list(view) == [GroupKey("g"), "a", GroupKey("h")], "it is open still"
