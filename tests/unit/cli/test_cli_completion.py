"""Completion scripts: asked in the shells themselves. A shell that is not installed is skipped, and said."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from sources.choices import THEMES
from tui import cli
from tui.oneshot.completion.bash import bash
from tui.oneshot.completion.fish import fish
from tui.oneshot.completion.grammar import Command, grammar
from tui.oneshot.completion.zsh import zsh

COMMANDS = {"demo", "doctor", "get", "query", "sources", "config", "screenshot", "completion"}


def script(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert cli.main(["completion", shell]) == 0
    path = folder / f"topmast.{shell}"
    path.write_text(capsys.readouterr().out)
    return path


def run(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
wanted=$(complete -p topmast); [[ $wanted == "complete -F _topmast topmast" ]] || exit 9
_topmast && printf '%s\\n' "${COMPREPLY[@]}"
"""

TYPED: list[tuple[list[str], set[str]]] = [
    ([""], COMMANDS),
    (["de"], {"demo"}),
    (["--theme", "c"], {"colour-blind"}),
    (["--theme", "=", "c"], {"colour-blind"}),
    (["--theme", "="], set(THEMES)),
    (["-n", "shop", "ge"], {"get"}),
    (["-n", "get", "s"], {"sources", "screenshot"}),
    (["--namespace", "=", "get", "scr"], {"screenshot"}),
    (["get", "p"], {"pods"}),
    (["get", "pods", "-o", ""], {"table", "wide", "json", "csv"}),
    (["query", "up", "-o", "g"], {"graph"}),
    (["get", "pods", "--out"], {"--output"}),
    (["get", "pods", ""], set()),
    (["config", ""], {"path", "show", "check", "sample"}),
    (["completion", "-A", ""], {"bash", "zsh", "fish"}),
    (["get", "pods", "-l", ""], set()),
]


@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_bash(typed: list[str], offered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script("bash", tmp_path, capsys)
    assert set(run("bash", "--norc", "-c", BASH, "bash", str(path), "topmast", *typed).split()) == offered


def test_bash_offers_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script("bash", tmp_path, capsys)
    (tmp_path / "a config.toml").touch()
    for flag in ("--config", "--kubeconfig"):
        typed = [flag, f"{tmp_path}/a"]
        assert (
            run("bash", "--norc", "-c", BASH, "bash", str(path), "topmast", *typed)
            == f"{tmp_path}/a config.toml\n"
        )


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("topmast ", COMMANDS),
        ("topmast --theme co", {"colour-blind"}),
        ("topmast get ", {"nodes", "pods", "events", "alerts"}),
        ("topmast get pods --output=j", {"--output=json"}),
        ("kubectl-topmast config sam", {"sample"}),
    ],
)
def test_fish(typed: str, offered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script("fish", tmp_path, capsys)
    said = run("fish", "--no-config", "-c", f"source {path}; complete -C {typed!r}")
    assert {line.split("\t")[0] for line in said.splitlines()} == offered


def test_zsh_takes_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script("zsh", tmp_path, capsys)
    run("zsh", "-f", "-n", str(path))
    asked = f"autoload -U compinit; compinit -u -d {tmp_path}/dump; source {path}; print $_comps[topmast]"
    assert run("zsh", "-f", "-c", asked) == "_topmast\n"


def awkward() -> Command:
    """Words that shells trip over."""
    parser = argparse.ArgumentParser(prog="topmast", add_help=False)
    parser.add_argument("--odd", metavar="A:B", help='it\'s [100%%] \\ "$HOME" `x`: yes')
    inner = parser.add_subparsers().add_parser("run", help="don't: [do]", add_help=False)
    inner.add_argument("--file", metavar="FILE", action="append", help="many")
    return grammar(parser)


@pytest.mark.parametrize(("shell", "write"), [("bash", bash), ("zsh", zsh), ("fish", fish)])
def test_awkward_help_breaks_no_script(shell: str, write: object, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "script"
    assert callable(write)
    path.write_text(write(awkward(), ["topmast"]))
    run(shell, "-n", str(path))
    if shell == "fish":
        said = run(
            "fish", "--no-config", "-c", f"source {path}; complete -C 'topmast --od'; complete -C 'topmast r'"
        )
        assert said == "--odd\tit's [100%] \\ \"$HOME\" `x`: yes\nrun\tdon't: [do]\n"
