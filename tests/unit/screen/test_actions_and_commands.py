"""The table of keys and what is typed after a colon, without a screen."""

from __future__ import annotations

import pytest

from tui.actions import ACTIONS, BY_NAME, key_conflicts
from tui.commands import COMMAND_OF, COMMANDS, complete
from tui.commands.command import CommandError
from tui.commands.console import parse_span

ENGAGED = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+h", "ctrl+j", "ctrl+k", "ctrl+l", "ctrl+@", "ctrl+space"}
"""Keys that tmux, screen, flow control or the terminal's own names for Backspace and Enter take."""


def test_no_two_actions_share_a_key_or_a_name() -> None:
    assert key_conflicts({}) == []
    assert len(BY_NAME) == len(ACTIONS)


def test_every_action_has_a_key_that_reaches_us() -> None:
    for action in ACTIONS:
        keys = action.keys.split(",")
        assert any(
            key not in ENGAGED and not key.startswith("alt+") and not key.startswith("shift+up") for key in keys
        ), action.name
        assert action.text
        assert action.shown


def test_no_command_hides_an_action_of_another_meaning() -> None:
    assert {name for name in COMMAND_OF if name in BY_NAME} == {"help", "quit", "filter"}


def test_no_two_commands_share_a_name() -> None:
    names = [name for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"nonsense": "x"}, ["ui.keys.nonsense: there is no action of this name"]),
        ({"zoom": "j"}, ["ui.keys: j is claimed by zoom and by down"]),
        ({"zoom": "Z, j"}, ["ui.keys: j is claimed by zoom and by down"]),
    ],
)
def test_mistakes_in_remapped_keys_are_named(keys: dict[str, str], said: list[str]) -> None:
    assert sorted(key_conflicts(keys)) == said


def test_keys_may_be_exchanged() -> None:
    assert key_conflicts({"zoom": "v", "graph": "z"}) == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("1h", 3600), ("1h30m", 5400), ("2d", 172800), ("1w", 604800), (" 90s ", 90)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1x", "1h 30m", "-1h", "1.5h", "1h!", "ⅷh"])
def test_what_is_no_duration_is_said_with_an_example(text: str) -> None:
    with pytest.raises(CommandError, match="30m"):
        parse_span(text)


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("", None),
        ("po", "pods"),
        ("sort", "sort"),
        ("fau", "faults"),
        ("zzz", None),
        ("ns ", None),
        ("ns sh", "ns shop"),
        ("ns shop,pa", "ns shop,payments"),
        ("namespace pa", "namespace payments"),
        ("ns x", None),
        ("pods x", None),
    ],
)
def test_completion(line: str, whole: str | None) -> None:
    assert complete(line, ["kube-system", "payments", "shop"]) == whole


def test_a_completion_extends_what_was_typed() -> None:
    """The prompt shows only what goes on from there."""
    for name in (*COMMAND_OF, *BY_NAME):
        for length in range(1, len(name)):
            found = complete(name[:length], [])
            assert found is None or found.startswith(name[:length])
