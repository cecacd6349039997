"""The cursor of a table stays on its object, wherever that moves."""

from __future__ import annotations

import pytest

from tests.pilot.tables import Owner, Screen, quiet, table_of


async def test_cursor_follows_its_object_through_sort_insert_and_delete() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.move_to("pod-03")
        owner.keys.reverse()
        table.changed(())
        assert (table.cursor_key, table.cursor_index) == ("pod-03", 46)
        assert "pod-03" in table.visible_keys
        owner.keys.insert(0, "new")
        owner.cpu["new"] = "3m"
        table.changed({"new"})
        assert (table.cursor_key, table.cursor_index) == ("pod-03", 47)
        del owner.keys[5]
        table.changed(())
        assert (table.cursor_key, table.cursor_index) == ("pod-03", 46)


@pytest.mark.parametrize(("key", "comes_to"), [("down", "pod-04"), ("up", "pod-02"), ("pagedown", "pod-12")])
async def test_a_key_goes_by_where_the_rows_are_now_although_that_is_not_drawn_yet(
    key: str, comes_to: str
) -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.move_to("pod-03")
        quiet(table, owner)
        owner.keys[:0] = (news := [f"new-{i}" for i in range(7)])
        owner.cpu.update(dict.fromkeys(news, "3m"))
        table.shifted()
        assert not table.sent
        actions = {
            "down": table.action_cursor_down,
            "up": table.action_cursor_up,
            "pagedown": table.action_page_down,
        }
        actions[key]()
        assert table.cursor_key == comes_to
        assert comes_to in table.visible_keys


async def test_rows_inserted_above_leave_the_lines_in_view_where_they_are() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.move_to("pod-30")
        await pilot.pause()
        before = table.visible_keys
        quiet(table, owner)
        owner.keys[0:0] = ["a", "b"]
        owner.cpu.update(a="1m", b="1m")
        table.changed({"a", "b"})
        assert table.visible_keys == before
        assert owner.formatted == []


async def test_swaps_under_the_cursor_do_not_scroll_the_view() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.move_to("pod-02")
        owner.keys[2], owner.keys[5] = owner.keys[5], owner.keys[2]
        table.changed(())
        assert table.visible_keys[0] == "pod-00"
        assert table.cursor_index == 5


async def test_vanished_object_hands_the_cursor_to_its_neighbour() -> None:
    owner = Owner(["a", "b", "c", "d"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.move_to("c")
        owner.keys[:] = ["z", "y", "a", "b", "d"]
        owner.cpu.update(z="", y="")
        table.changed({"z", "y"})
        await pilot.pause()
        assert table.cursor_key == "d"


async def test_rows_that_empty_and_fill_again_keep_the_cursor() -> None:
    owner = Owner(["a", "b", "c"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        table.move_to("b")
        kept = owner.keys[:]
        owner.keys.clear()
        table.changed(())
        assert table.cursor_key is None
        owner.keys.extend(["0", *kept])
        owner.cpu["0"] = ""
        table.changed({"0"})
        await pilot.pause()
        assert (table.cursor_key, table.cursor_index) == ("b", 2)


async def test_cursor_rests_at_the_top_until_it_is_moved() -> None:
    owner = Owner(["b", "c"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)):
        owner.keys.insert(0, "a")
        owner.cpu["a"] = ""
        table.changed({"a"})
        assert table.cursor_key == "a"
        table.action_cursor_down()
        table.release()
        assert (table.cursor_key, table.pinned) == ("a", False)


async def test_resize_keeps_the_cursor_in_view() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 30)) as pilot:
        await pilot.pause()
        table.move_to("pod-25")
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert "pod-25" in table.visible_keys
        assert len(table.visible_keys) == 5
        await pilot.resize_terminal(10, 40)
        await pilot.pause()
        assert "pod-25" in table.visible_keys
        assert table.fitted_columns == ["name"] or table.plain[0]


async def test_pages_move_view_and_cursor_together() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.action_page_down()
        assert (table.visible_keys[0], table.cursor_key) == ("pod-09", "pod-09")
        table.action_page_up()
        table.action_page_up()
        assert (table.visible_keys[0], table.cursor_key) == ("pod-00", "pod-00")
        table.action_end()
        assert table.visible_keys[-1] == table.cursor_key == "pod-49"
        table.action_home()
        assert table.visible_keys[0] == table.cursor_key == "pod-00"
