"""Makes the pictures in screenshots/ from the program itself, on the demo cluster with a fixed seed and clock.

    python -m tests.screenshots            # needs the extra "dev"; for the PNGs also a monospaced font

SVG always; PNG where `resvg_py` and a font that has the glyphs (Fira Code, DejaVu) are found.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sources.demo.answers import PAINTING
from sources.testing import ManualClock
from sources.testing import settle as ready

if TYPE_CHECKING:
    from textual.pilot import Pilot

FOLDER = Path(__file__).parents[1] / "screenshots"
START = 1_764_000_000.0


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
    Picture("overview-colour-blind", (160, 45), "colour-blind"),
    Picture("overview-high-contrast", (160, 45), "high-contrast"),
    Picture("narrow", (80, 24), "dark"),
    Picture("graph", (160, 45), "dark", ("v", "z"), BUSIEST),
    Picture("groups", (160, 45), "dark", ("b", "z")),
    Picture("detail", (120, 40), "dark", ("slash", *"imagepull", "enter", "enter")),
    Picture("alert", (160, 45), "dark", ("tab", "tab", "tab", "enter", "escape")),
)


def take(picture: Picture) -> str:
    """The SVG of one picture."""
    from msgspec.structs import replace

    from sources.config import settle
    from sources.runtime import Runtime
    from tui.app import TopmastApp
    from tui.oneshot.picture import draw

    settings = settle(None, "", {"demo": {"start": (START, "screenshots")}}, demo=True)
    settings = settings._replace(ui=replace(settings.ui, theme=picture.theme, refresh=10.0))
    clock = ManualClock(START)
    runtime = Runtime(settings.sources, clock=clock)
    runtime.start()
    # The demo leaves the screen a moment to paint before it answers; here nobody paints until it has.
    while not any(isclose(each, PAINTING, abs_tol=0.01) for each in clock.slept):
        runtime.ask(ready).result()
    runtime.ask(lambda: clock.advance(1.0)).result()
    app = TopmastApp(runtime, settings, clock)

    async def half_an_hour_of_trends(pilot: Pilot[None]) -> None:
        """Trends need samples: time goes on in steps of one scrape."""
        for _ in range(16):
            await asyncio.wrap_future(runtime.ask(lambda: clock.advance(15.0)))
            await pilot.pause()
            app.screen.tick()

    try:
        return asyncio.run(draw(app, picture.size, picture.keys, picture.query, 60.0, half_an_hour_of_trends)).svg
    finally:
        runtime.stop()


def main() -> int:
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    from tui.oneshot.failure import CommandError
    from tui.oneshot.picture import to_png

    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        svg = take(picture)
        (FOLDER / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
        try:
            png = to_png(svg)
        except CommandError as error:
            print(f"{picture.name}: {len(svg)} bytes of SVG; {error}")
            continue
        (FOLDER / f"{picture.name}.png").write_bytes(png)
        print(f"{picture.name}: {len(svg)} bytes of SVG, {len(png)} of PNG")
    return 0


if __name__ == "__main__":
    sys.exit(main())
