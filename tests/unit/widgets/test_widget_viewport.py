"""Cursor and view follow objects in a changing list, without a screen."""

from __future__ import annotations

import random

import pytest

from tui.widgets.rows import KeyedRows
from tui.widgets.viewport import Viewport


def rows(keys: list[int]) -> KeyedRows[int, int]:
    return KeyedRows(keys, int, lambda _: ())


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_changes_keeps_the_cursor_on_its_object_and_in_view(seed: int) -> None:
    dice = random.Random(seed)
    keys = list(range(200))
    shown = rows(keys)
    view = Viewport()
    view.height = 10
    view.follow(shown, [])
    fresh = 1000
    for _ in range(300):
        view.place(len(keys))
        seen = keys[view.top : view.top + view.height]
        before = view.key
        change = dice.choice(["insert", "delete", "move", "shuffle", "user", "wheel", "height"])
        if change == "insert":
            keys.insert(dice.randrange(len(keys) + 1), fresh := fresh + 1)
        elif change == "delete" and len(keys) > 1:
            keys.pop(view.at if dice.random() < 0.3 else dice.randrange(len(keys)))
        elif change == "move":
            keys.insert(dice.randrange(len(keys)), keys.pop(dice.randrange(len(keys))))
        elif change == "shuffle":
            dice.shuffle(keys)
        elif change == "user":
            view.move(shown, view.at + dice.choice([-30, -1, 1, 30]))
            before = view.key
        elif change == "wheel":
            view.scroll(shown, dice.choice([-7, 7]))
            before = view.key
        else:
            view.height = dice.randrange(1, 25)
        pinned = view.pinned
        view.follow(shown, seen)
        view.place(len(keys))
        assert view.key == keys[view.at]
        assert view.top <= view.at < view.top + view.height
        assert 0 <= view.top <= max(0, len(keys) - view.height)
        if pinned:
            assert (view.key == before) == (before in keys)
        else:
            assert view.at == 0


def test_a_far_jump_puts_the_object_in_the_middle() -> None:
    view = Viewport()
    view.height = 10
    view.move(rows(list(range(100))), 0)
    keys = [*range(1, 61), 0, *range(61, 100)]
    view.follow(rows(keys), list(range(10)))
    view.place(100)
    assert (view.at, view.top) == (60, 55)


def test_the_thumb_reaches_both_ends() -> None:
    view = Viewport()
    view.height = 10
    assert view.thumb(10) == (0, 0)
    assert view.thumb(100) == (0, 1)
    view.top = 90
    assert view.thumb(100) == (9, 10)
    assert view.thumb(15) != (0, 0)
