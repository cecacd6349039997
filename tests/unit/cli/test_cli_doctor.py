"""`topmast doctor`: every source is heard, whatever one of them does; the worst finding is the exit code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from sources.contract import Check, Unavailable
from tests.unit.cli.stage import HOSTILE, Alerting, Stage, unsafe
from tui.cli import main
from tui.oneshot.doctor import Finding, examine, terminal_checks, verdict


class Examined:
    def __init__(self, *checks: Check, raises: Exception | None = None, hangs: bool = False) -> None:
        self.checks, self.raises, self.hangs = checks, raises, hangs

    async def check(self) -> Sequence[Check]:
        if self.raises is not None:
            raise self.raises
        if self.hangs:
            await asyncio.Event().wait()
        return self.checks


async def test_one_bad_source_silences_no_other() -> None:
    found = await examine(
        {
            "fine": Examined(Check("query", True, "answers")),
            "raises": Examined(raises=ValueError("odd")),
            "gone": Examined(raises=Unavailable("refused")),
            "hangs": Examined(hangs=True),
            "mute": Alerting(),
        },
        limit=0.01,
    )
    assert [(finding.about, finding.check.ok) for finding in found] == [
        ("fine", True),
        ("raises", False),
        ("gone", False),
        ("hangs", False),
        ("mute", None),
    ]
    assert "no answer within" in found[3].check.detail


OK = Check("API server", True, "")
DOWN = Check("API server", False, "")
RIGHT = Check("rights: pods", False, "")
SICK = Check("rules", False, "")


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([("a", OK)], 0),
        ([("a", Check("x", None, ""))], 0),
        ([("a", OK), ("a", SICK)], 0),
        ([("a", OK), ("a", RIGHT)], 4),
        ([("a", RIGHT)], 4),
        ([("a", Check("kubeconfig", True, "")), ("a", DOWN)], 3),
        ([("a", OK), ("b", DOWN), ("a", RIGHT)], 3),
        ([("a", Check("kubeconfig", False, "")), ("b", DOWN)], 2),
    ],
)
def test_the_verdict(findings: list[tuple[str, Check]], code: int) -> None:
    assert verdict([Finding(about, check) for about, check in findings]) == code


def test_the_table_names_fixes(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.sources = {
        "kubernetes": Examined(Check("API server", True, "v1.37.2"), Check("rights: pods", False, "no", "ask"))
    }
    stage.problems["prometheus"] = "url: bad"
    assert main(["doctor", "--ascii"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert ["x", "prometheus", "configuration", "url:", "bad"] in [line.split() for line in lines]
    assert ["+", "kubernetes", "API", "server", "v1.37.2"] in [line.split() for line in lines]
    assert "      fix: ask" in lines
    assert any("terminal" in line for line in lines)


@pytest.mark.parametrize("output", ["table", "json"])
def test_hostile_findings(stage: Stage, capsys: pytest.CaptureFixture[str], output: str) -> None:
    stage.sources = {HOSTILE: Examined(Check(HOSTILE, False, HOSTILE, HOSTILE))}
    assert main(["doctor", "-o", output]) == 3
    out, _ = capsys.readouterr()
    assert not unsafe(out)
    if output == "json":
        assert json.loads(out)[0]["detail"] == HOSTILE


@pytest.mark.parametrize(
    ("env", "name", "said"),
    [
        ({"TERM": "xterm-256color"}, "colours", "256"),
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, "colours", "24-bit"),
        ({"NO_COLOR": "1", "TERM": "xterm"}, "colours", "none"),
        ({"TMUX": "x", "TERM": "tmux"}, "clipboard", "tmux"),
        ({"STY": "x", "TERM": "screen"}, "clipboard", "OSC 52"),
        ({"TMUX": "x", "SSH_TTY": "x", "TERM": "tmux"}, "surroundings", "tmux inside SSH"),
    ],
)
def test_what_is_said_of_the_terminal(env: dict[str, str], name: str, said: str) -> None:
    before = dict(env)
    assert said in {check.name: check.detail for check in terminal_checks(env)}[name]
    assert env == before
