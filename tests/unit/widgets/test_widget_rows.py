"""Rows are found by identity; a ring is bounded; a frozen copy does not change."""

from __future__ import annotations

import pytest

from tui.widgets.rows import FreezableRows, KeyedRows, Ring, find_near


@pytest.mark.parametrize("near", [-5, 0, 50, 99, 500])
def test_a_key_is_found_wherever_it_was_seen(near: int) -> None:
    keys = list(range(1000))
    assert [find_near(keys, key, near) for key in (0, 57, 999)] == [0, 57, 999]
    assert find_near(keys, "gone", near) is None
    assert find_near([], "gone", near) is None


def test_a_repeated_item_moves_to_the_newest_place() -> None:
    ring = Ring[str, str](3, lambda text: ((text, ""),))
    ring.extend([("a", "1"), ("b", "2"), ("a", "3")])
    assert [ring.key(i) for i in range(len(ring))] == ["a", "b"]
    assert ring.cells(0) == (("3", ""),)
    ring.extend([("c", "4"), ("d", "5")])
    assert [ring.key(i) for i in range(len(ring))] == ["d", "c", "a"]
    assert (ring.dropped, ring.index("b", 0), ring.index("a", 0)) == (1, None, 2)
    ring.discard(["c", "nobody"])
    assert len(ring) == 2


def test_frozen_rows_stay_as_they_were() -> None:
    items = {"a": "1", "b": "2"}
    rows = KeyedRows(["a", "b"], items.__getitem__, lambda text: ((text, ""),))
    ring = Ring[str, str](2, lambda text: ((text, ""),), newest_first=False)
    ring.extend(items.items())
    for live in (rows, ring):
        assert isinstance(live, FreezableRows)
    frozen, iced = rows.freeze(), ring.freeze()
    items["a"] = "9"
    rows.keys.reverse()  # type: ignore[attr-defined]  # a list here
    ring.extend([("c", "3")])
    assert [frozen.cells(i)[0][0] for i in range(2)] == ["1", "2"]
    assert [iced.cells(i)[0][0] for i in range(2)] == ["1", "2"]


def test_a_ring_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Ring[str, str](0, lambda text: ())
