"""`topmast query`: every way of printing an answer, and what a refused question costs."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest

from sources.contract import Denied, Misconfigured, NotSupported, QueryError, SourceError, Unavailable
from sources.model import QueryResult, Series
from tests.unit.cli.stage import HOSTILE, NOW, Stage, unsafe
from tui.cli import main
from tui.oneshot.query import grid


class Server:
    """Answers PromQL as the test says."""

    def __init__(self, answer: QueryResult | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[Any, ...]] = []

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        self.asked.append((expr, at))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        self.asked.append((start, end, step))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def labels(self) -> None: ...

    label_values = series = metadata = labels


def serve(stage: Stage, answer: QueryResult | Exception) -> Server:
    server = Server(answer)
    stage.sources["prometheus"] = server
    return server


VECTOR = QueryResult(
    "vector",
    (
        Series((("__name__", "up"), ("job", "node")), (NOW,), (1.0,)),
        Series((("job", "x"),), (NOW,), (math.nan,)),
    ),
    warnings=("half of it",),
)
TIMES = tuple(NOW + 60.0 * step for step in range(30))
MATRIX = QueryResult(
    "matrix",
    (Series((("job", "node"),), TIMES, tuple(float(step % 7) for step in range(30))),),
    start=NOW,
    end=TIMES[-1],
    step=60.0,
)


def test_an_instant_table(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    server = serve(stage, VECTOR)
    assert main(["query", "up", "--time", "123"]) == 0
    out, err = capsys.readouterr()
    assert out == 'SERIES           VALUE\nup{job="node"}   1\n{job="x"}        NaN\n'
    assert err == "topmast: warning: half of it\n"
    assert server.asked == [("up", 123.0)]


def test_a_range_table(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    server = serve(stage, MATRIX)
    assert main(["query", "up", "--range", "1h", "--step", "30s", "--time", str(NOW), "--ascii"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["SERIES", "LAST", "MIN", "MAX", "TREND"]
    assert row.split()[:4] == ['{job="node"}', "1", "0", "6"]
    assert row.isascii()
    assert server.asked == [(NOW - 3600, NOW, 30.0)]


def test_json_has_no_bare_nan(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    serve(stage, VECTOR)
    assert main(["query", "up", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(name))
    assert [one["points"] for one in found["series"]] == [[[NOW, 1.0]], [[NOW, "NaN"]]]
    assert found["warnings"] == ["half of it"]


def test_csv_has_a_column_a_label(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    serve(stage, VECTOR)
    assert main(["query", "up", "-o", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert rows == [
        ["__name__", "job", "time_epoch", "value"],
        ["up", "node", str(NOW), "1.0"],
        ["", "x", str(NOW), "NaN"],
    ]


def test_a_graph_is_plain_when_it_is_not_for_a_terminal(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    serve(stage, MATRIX)
    assert main(["query", "up", "-o", "graph", "--ascii"]) == 0
    out, _ = capsys.readouterr()
    assert out.isascii()
    assert not unsafe(out)
    assert '{job="node"}' in out.splitlines()[-1]
    assert out.count("a") > 20  # the line itself
    assert "16:00:00" in out  # UTC


@pytest.mark.parametrize("output", ["table", "json", "csv", "graph"])
@pytest.mark.parametrize("span", [[], ["--range", "1h"]])
def test_hostile_labels(stage: Stage, capsys: pytest.CaptureFixture[str], output: str, span: list[str]) -> None:
    one = Series((("__name__", HOSTILE), (HOSTILE, HOSTILE)), TIMES, tuple(map(float, range(30))))
    serve(stage, QueryResult("matrix", (one,), warnings=(HOSTILE,), start=NOW, end=TIMES[-1], step=60.0))
    assert main(["query", HOSTILE, "-o", output, *span]) == 0
    out, err = capsys.readouterr()
    assert not unsafe(out, allowed="\r\n" if output == "csv" else "\n")
    assert not unsafe(err)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (QueryError("unclosed left parenthesis", line=1, column=4), 2, "1:4: unclosed left parenthesis"),
        (QueryError("1:4: parse error: unclosed", line=1, column=4), 2, "topmast: 1:4: parse error"),
        (QueryError("took too long", "timeout"), 3, "took too long"),
        (Unavailable("connection refused"), 3, "connection refused"),
        (NotSupported("no Prometheus found"), 3, "no Prometheus"),
        (Denied("services is forbidden"), 4, "forbidden"),
        (Misconfigured("url is wrong"), 2, "url is wrong"),
        (TimeoutError(), 3, "no answer within"),
        (SourceError(HOSTILE), 3, "red"),
    ],
)
def test_exit_codes(
    stage: Stage, capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    serve(stage, error)
    assert main(["query", "su(m"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.startswith("topmast: ")
    assert err.count("\n") == 1
    assert not unsafe(err)


def test_nobody_to_ask(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "up"]) == 2
    assert "no configured source answers PromQL" in capsys.readouterr().err


def test_no_data_and_text(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    serve(stage, QueryResult("vector"))
    assert main(["query", "absent"]) == 0
    assert capsys.readouterr() == ("", "no data\n")
    serve(stage, QueryResult("string", text="hello\x1b[2J"))
    assert main(["query", '"hello"']) == 0
    assert capsys.readouterr().out == "hello\n"


def test_the_grid_of_a_range() -> None:
    start, end, step = grid(None, 7200.0, None)
    assert end % step == 0
    assert end - start == 7200
    assert 7200 / step <= 250
    assert grid(1000.0, 60.0, 7.0) == (940.0, 1000.0, 7.0)
