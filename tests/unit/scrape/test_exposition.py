"""The exposition parser: both formats line by line, what is wrong with its line number, and what it remembers."""

from __future__ import annotations

import math
import random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sources.model import Labels
from sources.scrape.exposition import LEFT_OUT, About, Exposition, ExpositionError

Value = float | tuple[int, float]


class Series:
    """Numbers series as they come."""

    def __init__(self) -> None:
        self.labels: list[Labels] = []

    def number(self, labels: Labels) -> int:
        self.labels.append(tuple(pair for pair in labels if pair[1]))
        return len(self.labels) - 1


def parsed(text: str | bytes, openmetrics: bool = False) -> list[tuple[Labels, Value]]:
    """Labels with the value, or with (time, value)."""
    series = Series()
    body = text if isinstance(text, bytes) else text.encode()
    found = Exposition(series.number).read(body, openmetrics)
    own = zip(found.own_series, zip(found.own_times, found.own_values, strict=True), strict=True)
    pairs: list[tuple[int, Value]] = [*zip(found.series, found.values, strict=True), *own]
    return [(series.labels[number], value) for number, value in pairs]


def labels(name: str, **pairs: str) -> Labels:
    return tuple(sorted({"__name__": name, **pairs}.items()))


GOOD = [
    ("a 1", labels("a"), 1.0),
    ("a{} 1", labels("a"), 1.0),
    ("a{ } 1", labels("a"), 1.0),
    ("a:b_c9 -1.5e3", labels("a:b_c9"), -1500.0),
    ('a{x="1"} 2', labels("a", x="1"), 2.0),
    ('a{x="1",} 2', labels("a", x="1"), 2.0),
    ('a{ x = "1" , y="2" } 2', labels("a", x="1", y="2"), 2.0),
    ('a {x="1"}\t2', labels("a", x="1"), 2.0),
    ('  a{x="1"}   2  ', labels("a", x="1"), 2.0),
    ('a{x="a b} c"} 2', labels("a", x="a b} c"), 2.0),
    (r'a{x="q\"q\\n\n\t"} 2', labels("a", x='q"q\\n\n\\t'), 2.0),
    ('a{x=""} 2', labels("a"), 2.0),
    ('{"a"} 2', labels("a"), 2.0),
    ('{"http.count",x="1"} 2', labels("http.count", x="1"), 2.0),
    ('{x="1","a b"} 2', labels("a b", x="1"), 2.0),
    ('a{"my label"="1"} 2', labels("a", **{"my label": "1"}), 2.0),
    ('a{x="한국어"} 2', labels("a", x="한국어"), 2.0),
    ("a +Inf", labels("a"), math.inf),
    ("a -inf", labels("a"), -math.inf),
    ("a 0x1p-2", labels("a"), 0.25),
    ("a .5", labels("a"), 0.5),
    ("a 1 1700000000123", labels("a"), (1700000000123, 1.0)),
    ("a 1 -5", labels("a"), (-5, 1.0)),
    ("a 1\r", labels("a"), 1.0),
]


@pytest.mark.parametrize(("line", "series", "value"), GOOD, ids=[line for line, _, _ in GOOD])
def test_lines_of_the_text_format(line: str, series: Labels, value: Value) -> None:
    assert parsed(f"# a remark\n\n{line}\n") == [(series, value)]


def test_nan_in_any_case() -> None:
    assert [math.isnan(value) for _, value in parsed("a NaN\nb nan\n")] == [True, True]  # type: ignore[arg-type]  # no times


BAD = [
    ("a", "no value"),
    ("a ", "no value"),
    ("a x", "'x' is not a number"),
    ("a 1_000", "'1_000' is not a number"),
    ("a 1 2 3", "more than a value and a timestamp"),
    ("a 1 1.5", "'1.5' is not a timestamp"),
    ("a 1 99999999999999999999", "is not a timestamp"),
    ("9a 1", "begins with the name of a metric"),
    ('{x="1"} 1', "without a name"),
    ('a{x="1" 1', "expected , or } at '1'"),
    ('a{x="1"', "no closing }"),
    ('a{x="1} 1', "label x without a value in quotes"),
    ("a{x=1} 1", "label x without a value in quotes"),
    ('a{x="1",x="2"} 1', "label x is not unique"),
    ('a{"b"} 1', "label __name__ is not unique"),
    ("a{x} 1", "label x without a value"),
    ('a{x="1"}1', "unexpected '1' after the series"),
    ("# TYPE a nonsense", "'nonsense' is not a type of metric"),
    ("<html>", "begins with the name of a metric"),
    ("\x1b[2J 1", "begins with the name of a metric"),
]


@pytest.mark.parametrize(("line", "says"), BAD, ids=[line for line, _ in BAD])
def test_a_wrong_line_is_named(line: str, says: str) -> None:
    with pytest.raises(ExpositionError, match=r"^line 3: ") as caught:
        parsed(f"# HELP fine It is.\nfine 1\n{line}\nlast 1\n")
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_bytes_that_are_no_text_are_named_too() -> None:
    with pytest.raises(ExpositionError, match="line 2: not UTF-8"):
        parsed(b'a 1\nb{x="\xff"} 1\n')


OPENMETRICS = """\
# TYPE http_requests counter
# UNIT http_requests requests
# HELP http_requests All of them, \\"quoted\\".
http_requests_total{code="200"} 5 1700000000.5
http_requests_created{code="200"} 1.6e9
# TYPE latency histogram
latency_bucket{le="0.1"} 3 # {trace_id="x y"} 0.05 1700000000.1
latency_bucket{le="+Inf"} 4 1700000001 # {} 0.2
# EOF
"""


def test_openmetrics_with_its_seconds_exemplars_and_end() -> None:
    assert parsed(OPENMETRICS, openmetrics=True) == [
        (labels("http_requests_created", code="200"), 1.6e9),
        (labels("latency_bucket", le="0.1"), 3.0),
        (labels("http_requests_total", code="200"), (1700000000500, 5.0)),
        (labels("latency_bucket", le="+Inf"), (1700000001000, 4.0)),
    ]


def test_openmetrics_that_is_cut_off_or_goes_on_is_refused() -> None:
    with pytest.raises(ExpositionError, match=r"line 2: the end \(# EOF\) is missing"):
        parsed("a 1\n", openmetrics=True)
    with pytest.raises(ExpositionError, match="line 2: there is text after # EOF"):
        parsed("# EOF\na 1\n", openmetrics=True)


def test_what_a_target_says_of_its_metrics_is_kept() -> None:
    reader = Exposition(Series().number)
    reader.read(OPENMETRICS.encode(), openmetrics=True)
    assert reader.about["http_requests"] == About("counter", 'All of them, "quoted".', "requests")
    assert reader.about["latency"] == About("histogram")


@pytest.mark.parametrize(
    ("bound", "normal"),
    [
        ("5", "5.0"),
        ("0", "0.0"),
        ("0.25", "0.25"),
        ("+Inf", "+Inf"),
        ("1e6", "1e+06"),
        ("x", "x"),
        ("1048576", "1.048576e+06"),
    ],
)
def test_bounds_are_written_as_prometheus_3_does(bound: str, normal: str) -> None:
    text = f'# TYPE h histogram\nh_bucket{{le="{bound}"}} 1\n# TYPE s summary\ns{{quantile="{bound}"}} 1\n'
    assert parsed(text) == [(labels("h_bucket", le=normal), 1.0), (labels("s", quantile=normal), 1.0)]
    assert parsed(f'# TYPE g gauge\ng{{le="{bound}"}} 1\n') == [(labels("g", le=bound), 1.0)]


def test_a_known_series_is_not_asked_for_again_until_it_is_to_be_forgotten() -> None:
    series = Series()
    reader = Exposition(series.number)
    first = reader.read(b'a{x="1"} 1\nb 1 1000\n')
    second = reader.read(b'a{x="1"} 2\nb 2 2000\n')
    assert len(series.labels) == 2
    assert (first.series, second.series, second.values) == ([0], [0], [2.0])
    assert (second.own_series, second.own_times, second.own_values) == ([1], [2000], [2.0])
    reader.forget()
    assert reader.read(b'a{x="1"} 3\n').series == [2]


def test_a_known_series_with_a_wrong_value_is_an_error_too() -> None:
    reader = Exposition(Series().number)
    reader.read(b"a 1\nb 1\n")
    with pytest.raises(ExpositionError, match="line 2: 'x' is not a number"):
        reader.read(b"a 1\nb x\n")
    with pytest.raises(ExpositionError, match="line 1: '1_0' is not a number"):
        reader.read(b"a 1_0\nb 1\n")


def test_unwanted_series_are_counted_and_timestamps_may_be_ignored() -> None:
    found = Exposition(lambda _: LEFT_OUT).read(b"a 1\nb 1 5\n")
    assert (found.series, found.own_series, found.left_out, found.total) == ([], [], 2, 2)
    found = Exposition(Series().number, honor_timestamps=False).read(b"a 1 5\n")
    assert (found.series, found.values, found.own_series) == ([0], [1.0], [])


@pytest.mark.parametrize(
    "body",
    [
        b"{" * 1_000_000,
        b'a{x="' + b"\\" * 1_000_001,
        b"a" + b" " * 1_000_000,
        b"a{" + b'x="1",' * 200_000,
        b'"' * 999_999,
    ],
    ids=["braces", "backslashes", "blanks", "labels", "quotes"],
)
def test_hostile_lines_are_refused_in_no_time(body: bytes) -> None:
    with pytest.raises(ExpositionError):
        parsed(body)


def test_a_body_of_ever_new_series_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.scrape.exposition._MOST_NEW", 100)
    reader = Exposition(lambda _: LEFT_OUT)
    body = b"".join(b"m%d 1\n" % number for number in range(90))
    assert reader.read(body).total == 90
    with pytest.raises(ExpositionError, match="line 191: more than 100 series that were not known before"):
        reader.read(body + b"".join(b"n%d 1\n" % number for number in range(200)))


def random_body(rng: random.Random) -> str:
    lines = []
    for number in range(rng.randint(1, 30)):
        pairs = [f'l{i}="{rng.choice(["", "x", "a b", "q", "1", "é", "/x/y"])}"' for i in range(rng.randint(0, 4))]
        value = rng.choice(["1", "0.5", "1e9", "+Inf", "-Inf", "-3", "17"])
        stamp = rng.choice(["", "", f" {rng.randint(0, 2**41)}"])
        lines.append(f"m{number}{'{' + ','.join(pairs) + '}' if pairs else ''} {value}{stamp}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_the_reference_parser(seed: int) -> None:
    text = random_body(random.Random(seed))
    theirs = set()
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            key = labels(each.name, **{name: value for name, value in each.labels.items() if value})
            theirs.add((key, each.value if each.timestamp is None else (round(each.timestamp * 1000), each.value)))
    assert set(parsed(text)) == theirs
