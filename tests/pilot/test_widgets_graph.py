"""The graph widget draws axes, legend and letters, and sends only lines that differ."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tests.pilot.sent import Sent
from tui.widgets.graph import Graph, GraphData, GraphSeries
from tui.widgets.spark import Glyphs

NOON = 1714564800.0  # 2024-05-01 12:00 UTC


class Watched(Sent, Graph):
    """Notes what is sent again."""


class Screen(App[None]):
    """One graph."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph

    def compose(self) -> ComposeResult:
        yield self.graph


def data(*series: list[float | None], **options: Any) -> GraphData:
    named = [GraphSeries(f"series-{i}", values) for i, values in enumerate(series)]
    return GraphData(named, start=NOON, step=60.0, **options)


async def test_axes_legend_and_letters() -> None:
    graph = Watched()
    async with Screen(graph).run_test(size=(60, 12)) as pilot:
        graph.show(data([0.0] * 30 + [1500.0] * 31, [1000.0] * 61))
        await pilot.pause()
        picture = graph.plain
        assert [line.split("┤")[0].strip() for line in picture if "┤" in line] == ["1.5k", "1.0k", "500", "0"]
        assert picture[9].split() == ["12:00", "12:15", "12:30", "12:45", "13:00"]
        assert picture[10].split() == ["a", "series-0", "last", "1.5k", "min", "0", "max", "1.5k"]
        assert {line[-1] for line in picture[:9] if line[-1:].isalpha()} == {"a", "b"}
        assert all(graph.render_line(y).cell_length == 60 for y in range(12))


async def test_the_same_picture_is_not_sent_again() -> None:
    graph = Watched()
    values: list[float | None] = [0.0, *[float(i % 10) for i in range(80)], 10.0]
    async with Screen(graph).run_test(size=(60, 12)) as pilot:
        graph.show(data(values))
        await pilot.pause()
        graph.sent.clear()
        graph.show(data(values))
        assert graph.sent == []
        graph.show(data([*values[:-1], 9.5]))
        assert graph.sent
        assert None not in graph.sent
        assert len(graph.sent) <= 3


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (19, 3), (25, 4), (60, 20)])
async def test_awkward_data_in_any_room(glyphs: Glyphs, size: tuple[int, int]) -> None:
    graph = Watched(glyphs=glyphs)
    async with Screen(graph).run_test(size=size) as pilot:
        for series in (
            [], [[]], [[nan]], [[inf, None]], [[5.0]], [[5.0, 5.0]], [[1e308, -1e308]],
            [[None, 1.0, nan, 2.0]] * 40,
        ):  # fmt: skip
            for unit in ("si", "iec", "duration", "percent"):
                graph.show(data(*series, unit=unit, thresholds=[1.0]))
                await pilot.pause(0)
                assert all(graph.render_line(y).cell_length == size[0] for y in range(size[1]))


async def test_without_values_the_reason_stands_there() -> None:
    graph = Watched()
    async with Screen(graph).run_test(size=(30, 4)) as pilot:
        graph.set_placeholder("no series match")
        graph.show(data([nan, None]))
        await pilot.pause()
        assert graph.plain[0] == "no series match"


async def test_more_series_than_room_says_how_many() -> None:
    graph = Watched(legend=3)
    async with Screen(graph).run_test(size=(60, 20)) as pilot:
        graph.show(data(*[[float(i), float(i + 1)] for i in range(30)]))
        await pilot.pause()
        assert graph.plain[-1] == "+28 more series"


async def test_newest_value_missing_is_said() -> None:
    graph = Watched()
    async with Screen(graph).run_test(size=(60, 10)) as pilot:
        graph.show(data([1.0, 2.0, nan]))
        await pilot.pause()
        assert graph.plain[-1].split() == ["a", "series-0", "last", "-", "min", "1", "max", "2"]


async def test_fixed_limits_stay() -> None:
    graph = Watched(y_min=0.0, y_max=1.0)
    async with Screen(graph).run_test(size=(60, 12)) as pilot:
        graph.show(data([0.1, 0.2], unit="percent"))
        await pilot.pause()
        labels = [line.split("┤")[0].strip() for line in graph.plain if "┤" in line]
        assert (labels[0], labels[-1]) == ("100%", "0%")
