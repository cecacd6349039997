"""What lies over the panes is mounted when it is first opened; the keys behind the opening one are its keys."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.keys import _character_to_key

from tests.pilot.checks.check import filled
from tests.pilot.staged import Stage, stage

NAMES = {"\r": "enter", "\x1b": "escape"}


async def burst(on: Stage, typed: str) -> None:
    """Keys that arrive in one read: nothing is mounted or drawn between them."""
    for character in typed:
        key = NAMES.get(character) or _character_to_key(character)
        on.app.post_message(Key(key, character if character.isprintable() else None))
    await on.pilot.pause()
    await on.settle()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["narrow", "wide"])
async def test_keys_behind_the_one_that_first_opens_something(size: tuple[int, int]) -> None:
    async with stage(size=size) as on:
        await filled(on)
        screen = on.screen
        over = (screen.detail, screen.help, screen.picker, screen.prompt, screen.notice, screen.tour)
        assert not [each for each in over if each.is_attached or each.display]
        await burst(on, ":ns sh")
        assert on.bottom.startswith(":ns sh")
        await burst(on, "op\r")
        assert on.screen.session.namespaces == ("shop",)
        assert not screen.prompt.display
        await burst(on, "?/zoom\r")
        assert "/zoom" in on.title(screen.help)
        await burst(on, "\x1b\x1b;full help")
        assert screen.picker.line.value == "full help"
        assert on.text.count("> full help") == 1


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["narrow", "wide"])
async def test_first_openings_by_enter_and_by_commands(size: tuple[int, int]) -> None:
    async with stage(size=size) as on:
        await filled(on)
        screen = on.screen
        await burst(on, "\ry")
        assert " YAML " in on.title(screen.detail)
        assert screen.focused is screen.detail.text
        await burst(on, "?")
        assert screen.overlays == [screen.detail, screen.help]
        await burst(on, "\x1b\x1b:theme\rligh\r")
        assert screen.theme_name == "light"
        assert not screen.overlays
        await burst(on, ":graph\rz")
        assert screen.console.graph.size.height > size[1] // 2
        assert screen.focused is screen.console.graph
