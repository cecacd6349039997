"""A widget that notes what of it is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.widget import Widget

Base = Widget if TYPE_CHECKING else object  # a second widget among the bases would change which styles count


class Sent(Base):
    """Goes before the widget that is watched. `sent` are regions, or None for the whole of it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sent: list[Region | None] = []

    def refresh(self, *regions: Region, **options: Any) -> Any:
        if hasattr(self, "sent"):
            self.sent.extend(regions or [None])
        return super().refresh(*regions, **options)
