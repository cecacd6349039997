"""The promqltest runner notices what is wrong: values, series, points, order, failures, annotations."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sources.promql.storage import stale_mask
from tests.promqltest.__main__ import main
from tests.promqltest.notation import Histogram, parse_series
from tests.promqltest.run import Outcome, verdicts

LOADED = """
load 1m
  pods_ready{zone="east"} 1+1x10
  pods_ready{zone="west"} 10 20 _ stale 50
  restarts_total{zone="east"} 0+6x10

"""


def outcomes(text: str) -> list[Outcome]:
    return [verdict.outcome for verdict in verdicts(LOADED + text, strict=True)]


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        ('eval instant at 1m pods_ready{zone="east"}\n  pods_ready{zone="east"} 2', Outcome.PASSED),
        ('eval instant at 1m pods_ready{zone="east"}\n  pods_ready{zone="east"} 2.00001', Outcome.FAILED),
        ('eval instant at 1m pods_ready{zone="east"}\n  {zone="east"} 2', Outcome.FAILED),
        ('eval instant at 1m pods_ready{zone="east"}', Outcome.FAILED),
        ('eval instant at 1m pods_ready{zone="none"}', Outcome.EMPTY),
        ('eval instant at 1m pods_ready{zone="none"}\n  pods_ready{zone="none"} 1', Outcome.FAILED),
        ('eval instant at 3m pods_ready{zone="west"}', Outcome.EMPTY),
        ('eval instant at 2m pods_ready{zone="west"}\n  pods_ready{zone="west"} 20', Outcome.PASSED),
        ("eval instant at 0 1 + 1\n  2", Outcome.PASSED),
        ("eval instant at 0 1 + 1\n  3", Outcome.FAILED),
        ("eval instant at 0 vector(2)\n  2", Outcome.FAILED),
        ("eval instant at 0 1 + 1\n  {} 2", Outcome.FAILED),
        ('eval instant at 0 "a"\n  expect string "a"', Outcome.PASSED),
        ('eval instant at 0 "a"\n  expect string "b"', Outcome.FAILED),
        ("eval range from 0 to 2m step 1m sum(restarts_total)\n  {} 0 6 12", Outcome.PASSED),
        ("eval range from 0 to 2m step 1m sum(restarts_total)\n  {} 0 6 13", Outcome.FAILED),
        ("eval range from 0 to 2m step 1m sum(restarts_total)\n  {} 0 6", Outcome.FAILED),
        ("eval range from 0 to 2m step 1m sum(restarts_total)\n  {} 0 _ 12", Outcome.FAILED),
        (
            'eval range from 0 to 4m step 1m pods_ready{zone="west"}\n'
            '  pods_ready{zone="west"} 10 20 20 _ 50',
            Outcome.PASSED,
        ),
        (
            "eval_ordered instant at 0 sort_desc(sum by (zone) (pods_ready))\n"
            "  {zone=\"west\"} 10\n  {zone=\"east\"} 1",
            Outcome.PASSED,
        ),
        (
            "eval_ordered instant at 0 sort(sum by (zone) (pods_ready))\n"
            "  {zone=\"west\"} 10\n  {zone=\"east\"} 1",
            Outcome.FAILED,
        ),
        (
            "eval instant at 0 sort(sum by (zone) (pods_ready))\n"
            "  {zone=\"west\"} 10\n  {zone=\"east\"} 1",
            Outcome.PASSED,
        ),
        ("eval_fail instant at 0 pods_ready * on() pods_ready", Outcome.PASSED),
        ("eval_fail instant at 0 sum(pods_ready)", Outcome.FAILED),
        ("eval instant at 0 pods_ready * on() pods_ready\n  {} 1", Outcome.FAILED),
        ("eval instant at 0 pods_ready * on() pods_ready\n  expect fail regex:duplicate series", Outcome.PASSED),
        ("eval instant at 0 pods_ready * on() pods_ready\n  expect fail regex:no such words", Outcome.FAILED),
        ("eval instant at 0 quantile(2, pods_ready)\n  expect warn\n  {} +Inf", Outcome.PASSED),
        ("eval instant at 0 quantile(2, pods_ready)\n  expect no_warn\n  {} +Inf", Outcome.FAILED),
        ("eval instant at 0 quantile(2, pods_ready)\n  expect warn msg:other words\n  {} +Inf", Outcome.FAILED),
        ("eval instant at 0 sum(pods_ready)\n  expect warn\n  {} 11", Outcome.FAILED),
        (
            "eval instant at 9m rate(pods_ready[2m])\n"
            "  expect info\n  {zone=\"east\"} 0.016666666666666666",
            Outcome.PASSED,
        ),
        ("eval_info instant at 9m rate(restarts_total[2m])\n  {zone=\"east\"} 0.1", Outcome.FAILED),
        (
            "eval instant at 1m restarts_total[2m]\n  expect range vector from 0 to 1m step 1m\n"
            '  restarts_total{zone="east"} 0 6',
            Outcome.PASSED,
        ),
        ("eval instant at 0 mad_over_time(pods_ready[2m])\n  {zone=\"east\"} 0", Outcome.UNSUPPORTED),
        ("eval instant at 0 vector(1)\n  {} {{schema:0 sum:1 count:1}}", Outcome.UNSUPPORTED),
    ],
)  # fmt: skip
def test_outcome(case: str, outcome: Outcome) -> None:
    assert outcomes(case) == [outcome]


def test_a_query_that_meets_native_histograms_is_refused_and_others_are_not() -> None:
    text = 'load 1m\n  sizes {{schema:0 sum:1 count:1 buckets:[1]}}x3\n  sizes{k="v"} 1 1\n\n'
    text += 'eval instant at 1m sizes\n  sizes{k="v"} 1\n\neval instant at 1m sizes{k="v"}\n  sizes{k="v"} 1\n'
    assert outcomes(text) == [Outcome.UNSUPPORTED, Outcome.PASSED]


def test_a_comment_ends_a_block_and_clear_forgets() -> None:
    text = "eval instant at 0 sum(restarts_total)\n  # nothing\n  clear\n\neval instant at 0 sum(restarts_total)"
    assert outcomes(text) == [Outcome.FAILED, Outcome.EMPTY]


def test_values() -> None:
    series = parse_series(r"""{"a.b", c="x\n\"é", d=""} 1 -2+3x2 _x2 stale NaN 1e3x1 {{sum:1 count:2}}x1 +Inf""")
    assert series.labels == (("__name__", "a.b"), ("c", 'x\n"é'))
    points = series.points
    assert points[:6] == (1, -2, 1, 4, None, None)
    assert isinstance(points[6], float)
    assert isinstance(points[7], float)
    assert stale_mask(np.array([points[6], points[7]])).tolist() == [True, False]
    assert points[8:10] == (1000, 1000)
    assert points[10:12] == (Histogram(), Histogram())
    assert points[12] == math.inf


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    def write(text: str) -> list[str]:
        path = tmp_path / "some.test"
        path.write_text(LOADED + text)
        return [str(path)]

    return write


RIGHT_AND_WRONG = "eval instant at 0 1\n  1\n\neval instant at 0 1\n  2\n"


@pytest.mark.parametrize(("lines", "code"), [([7], 0), ([7, 10], 1), ([10], 1), ([], 0)])
def test_only_the_cases_that_must_pass_decide(
    script: Callable[[str], list[str]], tmp_path: Path, lines: list[int], code: int
) -> None:
    stable = tmp_path / "stable.json"
    stable.write_text(json.dumps({"some.test": lines}))
    assert main(["--stable", str(stable), *script(RIGHT_AND_WRONG)]) == code


def test_a_failure_is_shown_with_what_was_expected(
    script: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-v", *script(RIGHT_AND_WRONG)]) == 1
    output = capsys.readouterr().out
    assert "some.test:10" in output
    assert "expected scalar 2.0, got scalar 1.0" in output


def test_a_file_that_is_no_script_is_told_by_line(
    script: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(script("frobnicate\n")) == 2
    assert "line 7: invalid command" in capsys.readouterr().err
