"""Draws the real screen without a terminal: waits for the sources, presses keys, and takes the picture."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot
from textual.worker import WorkerError

from sources.contract import STREAMS
from tui.app import TopmastApp
from tui.keymap import canonical, is_key
from tui.oneshot.failure import USAGE, CommandError
from tui.oneshot.gather import Feeder, feeders, settled
from tui.screen import MainScreen
from tui.terminal.plain import screen_text

FONTS = ("/usr/share/fonts/truetype/firacode", "/usr/share/fonts/truetype/dejavu")
"""Folders of monospaced fonts that have the glyphs of the screen."""
BETWEEN = 0.05
"""Seconds between two looks at what arrived."""
_TOKEN = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")


class Drawn(NamedTuple):
    """`waiting` are the feeds that had not settled in time."""

    svg: str
    text: str
    waiting: Sequence[Feeder]


def keys_from(text: str) -> list[str]:
    """Keys as people write them, separated by spaces; what stands in quotes is typed letter by letter.

    Raises `ValueError` for what is no key.
    """
    keys: list[str] = []
    for quoted, single, word in _TOKEN.findall(text):
        if quoted or single:
            keys += quoted or single
        elif word in ('""', "''"):
            continue
        elif is_key(canonical(word)):
            keys.append(canonical(word))
        else:
            raise ValueError(
                f"{word!r} is no key; write keys with spaces between them (z Tab ctrl+r PgDn), and in quotes "
                f"what is to be typed: / 'crash' Enter"
            )
    return keys


async def draw(
    app: TopmastApp,
    size: tuple[int, int],
    keys: Sequence[str] = (),
    query: str | None = None,
    patience: float = 15.0,
    meanwhile: Callable[[Pilot[None]], Awaitable[None]] | None = None,
) -> Drawn:
    """The screen of `app` on so many columns and rows, when all feeds have settled (or `patience` seconds passed),
    `meanwhile` has been awaited, the console has answered `query`, and `keys` have been pressed.

    Raises `CommandError` where the keys end the program.
    """
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        waiting = await _settled(app, screen, pilot, patience)
        if meanwhile is not None:
            await meanwhile(pilot)
        screen.console.ask(query or screen.console.expr)
        await _answered(app, pilot, patience)
        screen.second()
        for key in keys:
            await pilot.press(key)
            if app._exit:
                raise CommandError(USAGE, f"--keys: {key} ends the program before the picture is taken")
            await _answered(app, pilot, patience)
        screen.second()
        await pilot.pause()
        return Drawn(app.export_screenshot(title="topmast"), screen_text(app), waiting)


async def _settled(app: TopmastApp, screen: MainScreen, pilot: Pilot[None], patience: float) -> Sequence[Feeder]:
    """Takes what arrives until every feed has said what it can; those that have not in time."""
    expected = feeders(app.runtime, STREAMS)
    waiting: Sequence[Feeder] = expected
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while waiting := [feeder for feeder in expected if not settled(screen.session.world, feeder)]:
                await pilot.pause(BETWEEN)
                screen.tick()
    return waiting


async def _answered(app: TopmastApp, pilot: Pilot[None], patience: float) -> None:
    """Waits until what the screen asked for is there and shown; what fails says so on the screen."""
    with suppress(TimeoutError, WorkerError):
        async with asyncio.timeout(patience):
            await app.workers.wait_for_complete()
    await pilot.pause()


def to_png(svg: str) -> bytes:
    """The picture as PNG. Raises `CommandError` where that cannot be done well, with what to do."""
    try:
        import resvg_py
    except ImportError:
        raise CommandError(
            USAGE, "PNG needs the package resvg_py (pip install resvg_py); .svg and .txt do not"
        ) from None
    fonts = [str(path) for folder in FONTS for path in sorted(Path(folder).glob("*.ttf"))]
    if not fonts:
        raise CommandError(
            USAGE, f"PNG needs a monospaced font with the glyphs: Fira Code or DejaVu in {' or '.join(FONTS)}"
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts))
