"""Of what changed on the screen, only the widgets that are seen there are asked for their lines.

Textual asks all of those in the rectangle around all changes: with a clock in one corner and an age in another
these are nearly all of them, which is a third of what a screen at rest costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.widget import Widget


class TouchedOnly(Compositor):
    """A compositor for `Screen._compositor`."""

    _touched: Sequence[Region] = ()
    """What changed, while it is rendered."""

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        shown = super().visible_widgets
        if not self._touched:
            return shown
        wanted = set[Widget]()
        for touched in self._touched:
            for widget, (region, clip) in shown.items():  # from the front to the back
                if region.overlaps(touched):
                    wanted.add(widget)
                    if region.intersection(clip).contains_region(touched):
                        break
        return {widget: place for widget, place in shown.items() if widget in wanted}

    def render_partial_update(self) -> ChopsUpdate | None:
        self.cuts  # noqa: B018  # made of all widgets, and kept by Textual
        self._touched = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._touched = ()
