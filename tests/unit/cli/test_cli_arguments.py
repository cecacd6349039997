"""The command line: what it accepts, what it refuses, and that help costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sources.config import THEMES as CONFIGURED_THEMES
from tui import cli
from tui.oneshot.arguments import duration, moment
from tui.oneshot.failure import CommandError

ROOT = Path(__file__).parents[3]
COMMANDS = ([], ["demo"], ["doctor"], ["get"], ["query"], ["sources"], ["config"], ["screenshot"], ["completion"])


CHEAP = [[*command, "--help"] for command in COMMANDS] + [["--version"], ["completion", "bash"]]


@pytest.mark.parametrize("argv", CHEAP)
def test_help_loads_nothing_heavy(argv: list[str]) -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        "try: assert main() == 0\nexcept SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'textual', 'rich', 'httpx', 'aiohttp', 'kubernetes', 'msgspec', 'yaml', 'asyncio', 'plotext'}\n"
        "heavy.add('numpy')\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *argv], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "topmast" in done.stdout


@pytest.mark.parametrize(
    "argv",
    [
        ["--context", "c", "-n", "x", "--as-group", "a", "get", "pods", "--as-group", "b", "-A"],
        ["get", "po", "--context=c", "--as-group", "a", "-nx", "--as-group", "b", "--all-namespaces"],
        ["get", "--as-group", "a", "pod", "-A", "-n", "x", "--as-group=b", "--context", "c"],
    ],
)
def test_global_flags_before_and_after_the_command(argv: list[str]) -> None:
    args = cli.parse(argv)
    assert (args.context, args.namespace, args.all_namespaces) == ("c", "x", True)
    assert (args.resource, args.as_group) == ("pods", ["a", "b"])


def test_without_a_command_it_is_the_screen() -> None:
    args = cli.parse(["-n", "shop", "--mouse"])
    assert (args.command, args.namespace, args.mouse, args.demo) == (None, "shop", True, False)
    assert cli.parse(["demo", "--seed", "7"]).demo


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["frob"], "frob"),
        (["get"], "nodes|pods|events|alerts"),
        (["get", "deployments"], "deployments"),
        (["get", "pods", "-o", "yaml"], "yaml"),
        (["--request-timeout", "soon", "get", "pods"], "not a duration"),
        (["query", "up", "--range", "0"], "zero"),
        (["query", "up", "--step", "5s"], "--step needs --range"),
        (["query", "up", "--time", "noon"], "not a moment"),
        (["query"], "EXPR"),
        (["demo", "--speed", "-1"], "above 0"),
        (["screenshot", "a.svg", "--scenario", "oom-kill"], "--scenario needs --demo"),
        (["get", "pods", "-n", ""], "--namespace is empty"),
        (["--theme", "pink"], "pink"),
        (["get", "pods", "--conf", "x"], "--conf"),  # no abbreviations: a later flag must not change a script
        (["get", "\x1b[31mred"], "red"),
    ],
)
def test_wrong_usage_is_one_line_and_2(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("topmast: ")
    assert said in err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_called_as_a_kubectl_plugin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/local/bin/kubectl-topmast", "get", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "usage: kubectl topmast get" in capsys.readouterr().out


def test_themes_are_those_of_the_configuration() -> None:
    from tui.themes import THEMES

    assert set(cli.THEMES) == set(CONFIGURED_THEMES) == {"auto", *THEMES}


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("1.5", 1.5), ("1h30m", 5400), ("500ms", 0.5), ("7d", 604800), ("0", 0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "h", "1x", "-5", "nan", "inf", "1h 30m"])
def test_no_durations(text: str) -> None:
    with pytest.raises(Exception, match="not a duration"):
        duration(text)


def test_moments() -> None:
    assert moment("1764000000.5") == 1764000000.5
    assert moment("2025-11-24T16:00:00Z") == moment("2025-11-24T17:00:00+01:00") == 1764000000


def test_a_crash_is_one_line_with_a_report_and_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(args: object) -> int:
        raise RuntimeError("token=abcdefghijkl \x1b[31m")

    monkeypatch.setattr(cli, "_command", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert cli.main(["sources"]) == 70
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    assert "abcdefghijkl" not in err
    assert "\x1b" not in err
    report = next((tmp_path / "topmast").glob("crash-*.txt")).read_text()
    assert "Traceback" in report
    assert "abcdefghijkl" not in report


def test_interruption_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_command", interrupted)
    assert cli.main(["sources"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_closed_pipe_is_quiet() -> None:
    code = (
        "import sys, tui.cli as cli\n"
        "def lots(args):\n    for _ in range(100000): print('x' * 80)\n    return 0\n"
        "cli._command = lots\nsys.exit(cli.main(['sources']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_the_screen_needs_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "demo"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("topmast: the screen needs a terminal")


def test_errors_of_commands_carry_their_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(args: object) -> int:
        raise CommandError(4, "one", "two\x1b[2J")

    monkeypatch.setattr(cli, "_command", failing)
    assert cli.main(["sources"]) == 4
    assert capsys.readouterr().err == "topmast: one\ntopmast: two\n"


def test_scenarios_can_be_listed_and_an_unknown_one_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--scenario", "list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert any(line.startswith("oom-kill ") for line in listed)
    assert cli.main(["demo", "--scenario", "fire"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "there is no scenario 'fire'" in said[0]
    assert [line.removeprefix("topmast: ") for line in said[1:]] == listed
