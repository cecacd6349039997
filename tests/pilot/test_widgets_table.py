"""The table repaints only what differs, and its cursor stays on its object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.widgets.columns import Column
from tui.widgets.rows import Cell, KeyedRows
from tui.widgets.table import LineTable

COLUMNS = (Column("name", "NAME", 12, flex=1), Column("cpu", "CPU", 5, align="right"))


class Owner:
    """Rows by key, counting how many are formatted."""

    def __init__(self, names: Sequence[str]) -> None:
        self.keys = list(names)
        self.cpu = dict.fromkeys(names, "1m")
        self.formatted: list[str] = []
        self.rows = KeyedRows(self.keys, str, self.cells)

    def cells(self, name: str) -> Sequence[Cell]:
        self.formatted.append(name)
        return ((name, ""), (self.cpu[name], "good"))


class Watched(LineTable):
    """Notes what is sent again: regions, or None for the whole widget."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sent: list[Region | None] = []

    def refresh(self, *regions: Region, **options: Any) -> Any:
        if hasattr(self, "sent"):
            self.sent.extend(regions or [None])
        return super().refresh(*regions, **options)


class Screen(App[None]):
    """One table."""

    def __init__(self, table: LineTable) -> None:
        super().__init__()
        self.table = table
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_line_table_chosen(self, message: LineTable.Chosen) -> None:
        self.told.append(("chosen", message.key))

    def on_line_table_header_clicked(self, message: LineTable.HeaderClicked) -> None:
        self.told.append(("header", message.column))


def table_of(owner: Owner) -> Watched:
    return Watched(COLUMNS, {"good": Style(color="green"), "cursor": Style(reverse=True)}, rows=owner.rows)


def quiet(table: Watched, owner: Owner) -> None:
    table.sent.clear()
    owner.formatted.clear()


async def test_one_changed_row_sends_the_cells_that_differ_of_one_line() -> None:
    owner = Owner([f"pod-{i}" for i in range(100)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        quiet(table, owner)
        owner.cpu["pod-4"] = "22m"
        table.changed({"pod-4"})
        assert owner.formatted == ["pod-4"]
        assert table.sent == [Region(34, 5, 5, 1)]
        await pilot.pause()
        assert table.plain[5].endswith("22m")
        strips = table.screen._compositor.render_strips()
        assert "22m" in strips[5].text


async def test_nothing_is_sent_when_nothing_looks_different() -> None:
    owner = Owner(["a", "b", "c"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        quiet(table, owner)
        table.changed({"a", "b"})
        table.changed(None)
        table.set_rows(KeyedRows(list(owner.keys), str, owner.cells))
        table.set_sort(None)
        table.set_placeholder("loading", "")
        table.move_to("a")
        assert table.sent == []


async def test_the_lines_that_the_cursor_left_and_came_to_are_the_answer_to_a_key() -> None:
    owner = Owner([f"pod-{i}" for i in range(100)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table.changed()
        assert table.take_first() == [], "no key was pressed"
        table.action_cursor_down()
        table.action_cursor_down()
        assert sorted(table.take_first()) == [Region(0, line, 40, 1) for line in (1, 2, 3)]
        assert table.take_first() == [], "once"
        table.action_end()
        assert Region(0, 10, 40, 1) in table.take_first()


async def test_hidden_rows_cost_nothing() -> None:
    owner = Owner([f"pod-{i}" for i in range(100)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        quiet(table, owner)
        owner.cpu["pod-90"] = "9m"
        table.changed({"pod-90"})
        assert owner.formatted == []
        assert table.sent == []


async def test_of_150000_rows_only_visible_ones_are_formatted() -> None:
    owner = Owner([f"pod-{i}" for i in range(150_000)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(80, 51)) as pilot:
        await pilot.pause()
        assert len(owner.formatted) == 50
        quiet(table, owner)
        table.action_end()
        await pilot.pause()
        assert len(owner.formatted) == 50
        assert table.cursor_key == "pod-149999"
        quiet(table, owner)
        table.action_cursor_up()
        assert owner.formatted == []
        assert len(table.sent) == 2  # the line it left and the line it is on


async def test_most_lines_different_is_one_repaint() -> None:
    owner = Owner([f"pod-{i}" for i in range(100)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        quiet(table, owner)
        table.set_rows(KeyedRows([f"x{k}" for k in owner.keys], str, lambda name: ((name, ""), ("0", ""))))
        assert table.sent == [None]


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


async def test_placeholder_stands_where_rows_are_missing() -> None:
    table = table_of(Owner([]))
    async with Screen(table).run_test(size=(30, 6)) as pilot:
        table.set_placeholder("forbidden", "pods: list is not allowed in namespace shop")
        await pilot.pause()
        assert table.plain[0].split() == ["NAME", "CPU"]
        assert [line.strip() for line in table.plain[2:5]] == [
            "forbidden", "pods: list is not allowed in", "namespace shop",
        ]  # fmt: skip
        table.sent.clear()
        table.set_placeholder("forbidden", "pods: list is not allowed in namespace shop")
        assert table.sent == []
        table.action_cursor_down()
        table.action_choose()
        assert table.cursor_key is None


async def test_sort_column_is_marked_in_the_header() -> None:
    table = table_of(Owner(["a"]))
    async with Screen(table).run_test(size=(30, 6)) as pilot:
        await pilot.pause()
        table.set_sort("cpu", descending=True)
        assert table.plain[0].endswith("CPU▼")
        table.set_sort("name")
        assert table.plain[0].startswith("NAME▲")


async def test_wide_and_combining_characters_keep_columns_aligned() -> None:
    owner = Owner(["결제-서비스-파드-이름이-길다", "e\u0301tude", "plain"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(24, 6)) as pilot:
        await pilot.pause()
        for y in range(4):
            strip = table.render_line(y)
            assert strip.cell_length == 24
            assert sum(segment.cell_length for segment in strip) == 24
        assert table.plain[1] == "결제-서비스-파드…    1m"


async def test_mouse_selects_chooses_and_reports_titles() -> None:
    owner = Owner([f"pod-{i:02}" for i in range(50)])
    table = table_of(owner)
    app = Screen(table)
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.click(table, offset=(2, 4))
        assert table.cursor_key == "pod-03"
        await pilot.click(table, offset=(2, 4))
        await pilot.click(table, offset=(36, 0))
        assert app.told == [("chosen", "pod-03"), ("header", "cpu")]
        table._wheel(6)
        assert (table.visible_keys[0], table.cursor_key) == ("pod-06", "pod-06")


async def test_while_hidden_nothing_is_formatted_and_shown_again_it_is_current() -> None:
    owner = Owner(["a", "b"])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        table.display = False
        await pilot.pause()
        quiet(table, owner)
        owner.cpu["a"] = "77m"
        table.changed({"a"})
        table.changed({"a"})
        assert owner.formatted == []
        table.display = True
        await pilot.pause()
        assert any("77m" in strip.text for strip in table.screen._compositor.render_strips())


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 1)])
async def test_tiny_sizes_draw_something(size: tuple[int, int]) -> None:
    table = table_of(Owner(["a", "b", "c"]))
    async with Screen(table).run_test(size=size) as pilot:
        await pilot.pause()
        table.action_cursor_down()
        assert table.render_line(0).cell_length == size[0]


async def test_palette_change_repaints_with_the_new_style() -> None:
    table = table_of(Owner(["a"]))
    async with Screen(table).run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        table.palette = {"good": Style(bold=True)}
        assert any(segment.style and segment.style.bold for segment in table.render_line(1))


async def test_focus_changes_send_the_cursor_line_only() -> None:
    owner = Owner([f"pod-{i}" for i in range(20)])
    table = table_of(owner)
    async with Screen(table).run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        assert table.lines[1].over == "cursor"
        table.sent.clear()
        table.screen.set_focus(None)
        await pilot.pause()
        assert not table.has_focus
        assert table.lines[1].over == "cursor.blurred"
        assert table.sent == [Region(0, 1, 40, 1)]


async def test_more_columns_come_with_rows_that_have_them() -> None:
    table = Watched(COLUMNS, id="t")
    async with Screen(table).run_test(size=(40, 6)):
        table.set_rows(KeyedRows(["a"], str, lambda name: ((name, ""), ("1m", ""))))
        rows = KeyedRows(["a"], str, lambda name: ((name, ""), ("1m", ""), ("9Mi", "")))
        table.set_columns((*COLUMNS, Column("memory", "MEM", 5)), rows)
        assert "9Mi" in table.plain[1]
