"""The help is made from the tables as they are now."""

from __future__ import annotations

from tui.actions import ACTIONS
from tui.commands import COMMANDS
from tui.help_text import OWN, sections
from tui.keymap import Keymap
from tui.sheets.pods import PODS
from tui.sheets.sheet import Look
from tui.states import GLYPHS

LOOK = Look(0.0)


def test_every_action_and_command_is_in_it_with_its_keys() -> None:
    keymap = Keymap({"zoom": "Z", "graph": ""})
    rows = [row for section in sections(keymap, "pods", "Pods", LOOK, PODS) for row in section.rows]
    said = "\n".join(" ".join(row) for row in rows)
    for action in ACTIONS:
        if not action.name.startswith("namespace_"):
            assert f"(:{action.name})" in said, action.name
    for command in COMMANDS:
        assert any(key == f":{command.names[0]}" for key, _ in rows)
    assert ("Z", "zoom this pane, or back  (:zoom)") in rows
    assert ("(no key)", "table or graph  (:graph)") in rows
    assert sum(key == "1 .. 9" for key, _ in rows) == 1


def test_what_belongs_to_the_pane_stands_first_and_only_there() -> None:
    found = sections(Keymap({}), "console", "PromQL", LOOK)
    assert found[0].title == "PromQL: the pane you are in"
    assert "edit the query" in found[0].rows[0][1]
    titles = [section.title for section in found]
    assert "PromQL" not in titles
    assert "Rows" in titles
    assert "restarts" in dict(sections(Keymap({}), "pods", "Pods", LOOK, PODS)[0].rows)["numbers"]


def test_a_remapped_namespace_key_is_said() -> None:
    found = sections(Keymap({"namespace_3": "F3"}), "pods", "Pods", LOOK)
    rows = [row for section in found for row in section.rows]
    assert ("F3", "namespace 3 of the header  (:namespace_3)") in rows


def test_what_a_pane_is_about_are_groups_that_there_are() -> None:
    groups = {action.group for action in ACTIONS}
    assert {group for own in OWN.values() for group in own} <= {*groups, "Detail"}


def test_the_marks_are_those_that_this_terminal_shows() -> None:
    plain = dict(sections(Keymap({}), "pods", "Pods", Look(0.0, "ascii"))[-1].rows)
    assert f"{GLYPHS['partial'][1]} partial" in plain
    assert all(mark.isascii() for mark in plain)
    assert f"{GLYPHS['partial'][0]} partial" in dict(sections(Keymap({}), "pods", "Pods", LOOK)[-1].rows)
