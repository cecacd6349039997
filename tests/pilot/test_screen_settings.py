"""What the configuration changes on the screen."""

from __future__ import annotations

from tests.pilot.staged import stage


async def test_ctrl_c_can_be_kept_from_ending_the_program() -> None:
    async with stage(exit_on_ctrl_c=False) as on:
        await on.press("ctrl+c")
        assert on.app.is_running
        assert not on.app._exit
        await on.press("q")
        assert on.app._exit


async def test_ctrl_c_ends_the_program() -> None:
    async with stage() as on:
        await on.press("ctrl+c")
        assert on.app._exit
