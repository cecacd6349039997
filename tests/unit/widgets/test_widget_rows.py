"""Rows are found by identity."""

from __future__ import annotations

import pytest

from tui.widgets.rows import find_near


@pytest.mark.parametrize("near", [-5, 0, 50, 99, 500])
def test_a_key_is_found_wherever_it_was_seen(near: int) -> None:
    keys = list(range(1000))
    assert [find_near(keys, key, near) for key in (0, 57, 999)] == [0, 57, 999]
    assert find_near(keys, "gone", near) is None
    assert find_near([], "gone", near) is None
