"""`topmast query` without a Prometheus: over files, and over what the exporters say now."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sources.contract import Feed, Status
from sources.model import QueryResult, Series
from tests.unit.cli.stage import NOW, Stage
from tui.cli import main
from tui.oneshot import query


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_file_is_asked_as_if_it_was_scraped_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "a.prom", '# TYPE a gauge\na{x="1"} 5\na{x="2"} 7\n')
    assert main(["query", "--data", file, "topk(1, a)"]) == 0
    assert capsys.readouterr().out.split() == ["SERIES", "VALUE", 'a{x="2"}', "7"]


def test_with_timestamps_the_last_moment_of_the_files_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = written(tmp_path, "a.prom", "a_total 30 1700000030000\na_total 10 1700000010000\n")
    second = written(tmp_path, "b.prom", "# TYPE b gauge\nb 1 1700000020\n# EOF\n")
    assert main(["query", "--data", first, "--data", second, "max_over_time(a_total[1m]) + on() b"]) == 0
    assert capsys.readouterr().out.split()[-1] == "31"
    assert main(["query", "--data", first, "a_total", "--range", "30s", "--step", "10s", "-o", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        '"a_total",1700000010.0,10.0', '"a_total",1700000020.0,10.0', '"a_total",1700000030.0,30.0',
    ]  # fmt: skip


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a 1\n")))
    assert main(["query", "--data", "-", "a + 1"]) == 0
    assert capsys.readouterr().out.split()[-1] == "2"


@pytest.mark.parametrize(
    ("text", "expr", "says"),
    [
        ("a 1\nb{x} 1\n", "a", "a.prom: line 2: label x without a value in quotes"),
        ("a 1\n", "sum(", "1:5: parse error: unclosed left parenthesis"),
        ("a 1\n", "a[5m] anchored", "not supported"),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expr: str, says: str
) -> None:
    assert main(["query", "--data", written(tmp_path, "a.prom", text), expr]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert len(told.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--data", "/nowhere.prom", "a"]) == 2
    assert "/nowhere.prom: cannot be read: No such file" in capsys.readouterr().err


class Scraping:
    """Scrapes as the test says."""

    def __init__(self, status: Status) -> None:
        self.status, self.collected = status, 0

    def samples(self) -> Feed:
        raise AssertionError

    def wanted(self) -> bool:
        return True

    async def collect(self) -> Status:
        self.collected += 1
        return self.status

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        return QueryResult("vector", (Series((("job", "x"),), (NOW,), (3.0,)),))

    query_range = labels = label_values = series = metadata = query


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(query.time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize(("expr", "times"), [("up", 1), ("rate(x[1m])", 2)])
def test_exporters_are_read_twice_where_the_query_looks_back(
    stage: Stage, naps: list[float], capsys: pytest.CaptureFixture[str], expr: str, times: int
) -> None:
    scraping = stage.sources["scrape"] = Scraping(
        Status("partial", "3 of 4 targets", missing=("get nodes/proxy", "x is down"))
    )
    assert main(["query", "--scrape", expr]) == 0
    assert scraping.collected == times
    assert len(naps) == times - 1
    told = capsys.readouterr()
    assert told.out.split()[-1] == "3"
    assert f"scraped {'once' if times == 1 else 'twice, 5 s apart'}: 3 of 4 targets" in told.err
    assert "warning: no right to get nodes/proxy\ntopmast: warning: x is down" in told.err


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status("denied", "nothing we may read", missing=("list pods",)), 4),
        (Status("absent", "nothing to scrape found"), 3),
    ],
)
def test_where_nothing_is_scraped_that_is_said(
    stage: Stage, naps: list[float], capsys: pytest.CaptureFixture[str], status: Status, code: int
) -> None:
    stage.sources["scrape"] = Scraping(status)
    assert main(["query", "--scrape", "up"]) == code
    assert "nothing scraped: nothing " in capsys.readouterr().err


def test_numpy_is_not_loaded_before_something_is_evaluated() -> None:
    script = (
        "import sys, sources.runtime, sources.answering, tui.app, tui.oneshot.query\n"
        "from sources.scrape import ScrapeConfig, ScrapeSource\n"
        "from sources.contract import Context\n"
        "ScrapeSource(ScrapeConfig(), Context('scrape'))\n"
        "sys.exit('numpy' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
