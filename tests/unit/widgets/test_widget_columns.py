"""Columns find room: flexible ones give first, unimportant ones go."""

from __future__ import annotations

import pytest

from tui.widgets.columns import Column, fit_columns

COLUMNS = (
    Column("namespace", "NAMESPACE", 12, priority=5, min_width=6),
    Column("name", "NAME", 30, flex=1, priority=9, min_width=10),
    Column("cpu", "CPU", 6, priority=8, align="right"),
    Column("node", "NODE", 20, flex=1, priority=1, min_width=8),
)


def fitted(cells: int) -> dict[str, int]:
    return {COLUMNS[i].key: size for i, size in fit_columns(COLUMNS, cells)}


def test_spare_room_goes_to_flexible_columns() -> None:
    assert fitted(91) == {"namespace": 12, "name": 40, "cpu": 6, "node": 30}


def test_flexible_columns_shrink_first() -> None:
    sizes = fitted(60)
    assert sizes["namespace"] == 12
    assert sizes["cpu"] == 6
    assert sizes["name"] + sizes["node"] == 39


def test_then_fixed_ones_then_the_least_important_goes() -> None:
    assert fitted(35) == {"namespace": 8, "name": 10, "cpu": 6, "node": 8}
    assert "node" not in fitted(30)
    assert list(fitted(18)) == ["name", "cpu"]
    assert fitted(4) == {"name": 4}


@pytest.mark.parametrize("cells", range(1, 120))
def test_the_sum_never_exceeds_the_room(cells: int) -> None:
    sizes = fit_columns(COLUMNS, cells)
    assert sum(size for _, size in sizes) + len(sizes) - 1 <= cells
    if len(sizes) > 1:
        assert all(size >= COLUMNS[i].least for i, size in sizes)
        assert sum(size for _, size in sizes) + len(sizes) - 1 == cells


def test_no_columns_no_room() -> None:
    assert fit_columns((), 10) == []
    assert fit_columns(COLUMNS, 0) == []
