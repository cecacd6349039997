"""The table repaints only what differs."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.geometry import Region

from tests.pilot.tables import COLUMNS, Owner, Screen, Watched, quiet, table_of
from tui.widgets.columns import Column
from tui.widgets.rows import KeyedRows


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
