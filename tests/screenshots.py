"""Makes the pictures in screenshots/ from the program itself, on the demo cluster with a fixed seed and clock.

    python -m tests.screenshots            # needs the extra "dev"; for the PNGs also a monospaced font

SVG always; PNG where `resvg_py` and a font that has the glyphs (Fira Code, DejaVu) are found.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "screenshots"
START = 1_764_000_000.0
FONTS = ("/usr/share/fonts/truetype/firacode", "/usr/share/fonts/truetype/dejavu")


BUSIEST = "topk(5, sum by (namespace) (rate(container_cpu_usage_seconds_total[5m])))"


class Picture(NamedTuple):
    """`keys` are pressed one after the other before the picture is taken, after the `query` was asked."""

    name: str
    size: tuple[int, int]
    theme: str
    keys: Sequence[str] = ()
    query: str = ""


PICTURES = (
    Picture("overview", (160, 45), "dark"),
    Picture("overview-light", (160, 45), "light"),
    Picture("overview-terminal", (160, 45), "terminal"),
    Picture("narrow", (80, 24), "dark", ("exclamation_mark",)),
    Picture("graph", (160, 45), "dark", ("v", "z"), BUSIEST),
    Picture("detail", (120, 40), "dark", ("slash", *"crash", "enter", "enter")),
)


async def draw(picture: Picture) -> str:
    """The SVG of one picture."""
    from msgspec.structs import replace

    from sources.config import settle
    from sources.runtime import Runtime
    from sources.testing import ManualClock
    from tui.app import TopmastApp
    from tui.screen import MainScreen

    settings = settle(None, "", {"demo": {"start": (START, "screenshots")}}, demo=True)
    settings = settings._replace(ui=replace(settings.ui, theme=picture.theme, refresh=10.0))
    clock = ManualClock(START)
    runtime = Runtime(settings.sources, clock=clock)
    runtime.start()
    app = TopmastApp(runtime, settings, clock)
    async with app.run_test(size=picture.size) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)

        async def settled() -> None:
            while not all(feed.status.state == "live" for feed in screen.session.world.feeds.values()) or (
                len(screen.session.world.feeds) < 5
            ):
                await pilot.pause(0.05)
                screen.tick()
            await app.workers.wait_for_complete()
            await pilot.pause()

        await settled()
        # Half an hour of trends needs samples: time goes on in steps of one scrape.
        for _ in range(16):
            runtime.tell(lambda: asyncio.ensure_future(clock.advance(15.0)))
            await pilot.pause(0.05)
            screen.tick()
        screen.console.ask(picture.query or screen.console.expr)
        await settled()
        screen.second()
        for key in picture.keys:
            await pilot.press(key)
            await app.workers.wait_for_complete()
        screen.second()
        await pilot.pause()
        return app.export_screenshot(title="topmast")


def to_png(svg: str) -> bytes | None:
    """The picture as PNG; None where that cannot be done well."""
    try:
        import resvg_py
    except ImportError:
        return None
    fonts = [str(path) for folder in FONTS for path in sorted(Path(folder).glob("*.ttf"))]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts)) if fonts else None


def main() -> int:
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        svg = asyncio.run(draw(picture))
        (FOLDER / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
        png = to_png(svg)
        if png is not None:
            (FOLDER / f"{picture.name}.png").write_bytes(png)
        print(f"{picture.name}: {len(svg)} bytes of SVG" + ("" if png is None else f", {len(png)} of PNG"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
