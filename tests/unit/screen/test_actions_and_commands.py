"""The table of keys and what is typed after a colon, without a screen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tui.actions import ACTIONS, BY_NAME
from tui.commands import COMMAND_OF, COMMANDS, complete, complete_filter
from tui.commands.command import CommandError
from tui.commands.console import parse_span
from tui.keymap import Keymap, canonical, is_key, key_conflicts, shown_key
from tui.saved_layouts import Layouts
from tui.sheets.pods import PODS

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
    same = {"copy", "help", "quit", "filter", "namespaces", "group", "pin"}
    assert {name for name in COMMAND_OF if name in BY_NAME} == same


def test_no_two_commands_share_a_name() -> None:
    names = [name for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"nonsense": "x"}, ["ui.keys.nonsense: there is no action of this name; ? lists them"]),
        ({"zoom": "j"}, ["ui.keys: j is claimed by zoom and by down; zoom has it"]),
        ({"zoom": "Z, Ctrl-r"}, ["ui.keys: Ctrl-r is claimed by zoom and by refresh; zoom has it"]),
        ({"zoom": "Q", "hide": "Q"}, ["ui.keys: Q is claimed by zoom and by hide; zoom has it"]),
        ({"zoom": "zz"}, ["ui.keys.zoom: 'zz' is no key; write a letter, f5, ctrl+t or a name such as pageup"]),
    ],
)
def test_mistakes_in_remapped_keys_are_named(keys: dict[str, str], said: list[str]) -> None:
    assert sorted(key_conflicts(keys)) == said


def test_an_action_may_have_no_key() -> None:
    keymap = Keymap({"zoom": ""})
    assert keymap.problems == []
    assert (keymap.keys("zoom"), keymap.action_of("z")) == ([], None)


def test_keys_may_be_exchanged() -> None:
    keymap = Keymap({"zoom": "v", "graph": "z"})
    assert keymap.problems == []
    assert (keymap.action_of("v"), keymap.action_of("z")) == ("zoom", "graph")
    assert keymap.shown("zoom") == "v"


def test_who_was_given_a_key_goes_before_those_that_have_it_by_default() -> None:
    """A new version may bring new keys: what somebody chose stays his."""
    keymap = Keymap({"zoom": "j, F6"})
    assert keymap.action_of("j") == "zoom"
    assert keymap.problems == [], "nobody is kept out for that"
    assert keymap.taken == ["ui.keys: j is claimed by zoom and by down; zoom has it"]
    assert keymap.action_of("down") == "down"
    assert keymap.keys("down") == ["down"]
    assert keymap.shown("zoom") == "j, F6"
    assert keymap.shown("down") == "Down"
    assert keymap.action_of("z") is None


def test_the_key_that_is_taught_is_the_first_one() -> None:
    keymap = Keymap({"zoom": ",", "hold": "F7, H", "graph": ""})
    assert [keymap.first(name) for name in ("zoom", "hold", "graph", "open")] == [",", "F7", "", "Enter"]


def test_an_action_may_lose_its_only_key() -> None:
    keymap = Keymap({"zoom": "v"})
    assert keymap.keys("graph") == []
    assert keymap.shown("graph") == ""


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("question_mark", "?", "?"),
        ("Ctrl-r", "ctrl+r", "Ctrl-r"),
        ("Esc", "escape", "Esc"),
        ("PgUp", "pageup", "PgUp"),
        ("Shift-G", "G", "G"),
        ("shift+tab", "shift+tab", "Shift-Tab"),
        ("minus", "-", "-"),
        ("-", "-", "-"),
        ("slash", "/", "/"),
        ("space", "space", "Space"),
        ("F5", "f5", "F5"),
        (" q ", "q", "q"),
    ],
)
def test_spellings_of_keys(written: str, key: str, shown: str) -> None:
    assert canonical(written) == key
    assert is_key(key)
    assert shown_key(key) == shown


def test_every_key_of_the_tables_is_one() -> None:
    for action in ACTIONS:
        assert all(is_key(canonical(key)) for key in action.keys.split(",")), action.name


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


class StandIn:
    """As much of a screen as completion asks."""

    def __init__(self) -> None:
        self.session = SimpleNamespace(
            world=SimpleNamespace(namespaces={"kube-system": 1, "payments": 1, "shop": 2})
        )
        self.layouts = Layouts({}, None)
        self.active = None

    def pane(self, _name: str) -> None:
        return None


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("", None),
        ("po", "pods"),
        ("sort", "sort"),
        ("fau", "faults"),
        ("zzz", None),
        ("ns ", "ns kube-system"),
        ("ns sh", "ns shop"),
        ("ns a", "ns all"),
        ("ns shop,pa", "ns shop,payments"),
        ("ns shop,", None),
        ("ns shop,sh", None),
        ("namespace pa", "namespace payments"),
        ("ns x", None),
        ("pods x", None),
        ("theme da", "theme dark"),
        ("layout ", "layout overview"),
        ("layout m", "layout metrics"),
        ("layout save w", "layout save workloads"),
        ("tour ", "tour off"),
    ],
)
def test_completion(line: str, whole: str | None) -> None:
    assert complete(StandIn(), line) == whole  # type: ignore[arg-type]  # as much as it takes


def test_a_completion_extends_what_was_typed() -> None:
    """The prompt shows only what goes on from there."""
    for name in (*COMMAND_OF, *BY_NAME):
        for length in range(1, len(name)):
            found = complete(StandIn(), name[:length])  # type: ignore[arg-type]  # as much as it takes
            assert found is None or found.startswith(name[:length])


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("sta", "status:"),
        ("web !sta", "web !status:"),
        ("rest", "restarts>"),
        ("n", None),
        ("web", None),
        ("", None),
    ],
)
def test_a_filter_is_completed_to_a_column_and_its_sign(text: str, whole: str | None) -> None:
    assert complete_filter(PODS, text) == whole
