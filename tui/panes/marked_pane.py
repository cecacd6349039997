"""A table pane of cluster objects: marks what is new since somebody looked, and fades with a lost source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Generic, TypeVar

from rich.style import Style

from sources.model import Kind
from sources.world import Frame
from tui.panes.seen import Seen
from tui.panes.table_pane import TablePane
from tui.session import Session
from tui.sheets.sheet import Look
from tui.sheets.usage import MEASURED

R = TypeVar("R")

SECONDS_TOLD = 600.0
"""Ages below are told to the second (apimachinery's HumanDuration), later ones by the minute."""
CALM = 15
"""Seconds between two looks at rows that change by the minute."""


class MarkedPane(TablePane[R], Generic[R]):
    """Nodes and pods: their rows come from tables of the World of one `kind`, and have usage."""

    kind: ClassVar[Kind]
    usage_kind: ClassVar[Kind]
    with_usage = True

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.seen = Seen()
        self._appeared: set[str] = set()
        """New rows among those that were not looked at before: that they are faulty is no turn."""
        self._stale = False
        self._aged = float("-inf")
        super().__init__(session, palette, pane_id)

    @property
    def look(self) -> Look:
        return self.session.look._replace(stale=self._stale)

    def tell_title(self) -> None:
        stale = self.state().state in ("stale", "failed", "denied")
        if stale != self._stale:
            self._stale = stale
            self.table.changed(None)
        super().tell_title()

    def concerned(self, frame: Frame) -> frozenset[str]:
        none: frozenset[str] = frozenset()
        return frame.keys.get(self.kind, none) | frame.keys.get(self.usage_kind, none)

    def last_event(self, key: str) -> float:
        """When a row last became what a column counts from: its age, its last restart (epoch seconds)."""
        raise NotImplementedError

    def movable(self, frame: Frame, changed: frozenset[str]) -> frozenset[str]:
        # A poll of usage touches every row of the cluster, and nearly always moves none.
        if self.filter or self.sort in MEASURED:
            return changed
        return frame.keys.get(self.kind, frozenset())

    def on_frame(self, frame: Frame) -> None:
        self._forget_appeared()
        self._appeared |= frame.appeared.get(self.kind, frozenset())
        super().on_frame(frame)
        if self.state().state in ("live", "partial"):
            self.seen.begin(self.session.now)

    def _forget_appeared(self) -> None:
        if not self.catch_up.behind:
            self._appeared = set()

    def on_second(self) -> None:
        self._forget_appeared()
        now = self.session.now  # of the cluster: the demo's time may be a fast one
        seen = self.session.held_since is None and self.seen.pass_time(now)
        aged = seen or abs(now - self._aged) >= CALM
        self._aged = now if aged else self._aged
        self.ticking = None if aged else self._young()
        super().on_second()

    def on_jump(self, seconds: float) -> None:
        self.seen.shift(seconds)
        self.catch_up.add(self.keys())  # what is settled was so at another time

    def _young(self) -> list[str]:
        """The rows in sight that tell their age in seconds, or whose verdict can change."""
        keys = [key for key in self.table.visible_keys if isinstance(key, str)]
        since = self.session.now - SECONDS_TOLD
        return [key for key in keys if key in self.unsettled or self.last_event(key) > since]

    def verdicts_changed(self, keys: Collection[str]) -> None:
        self.seen.turned(
            (key for key in keys if key in self.faulty and key not in self._appeared), self.session.now
        )
        self.seen.cured(key for key in keys if key not in self.faulty)

    def used(self) -> None:
        self.seen.used(self.session.now)

    def all_seen(self) -> None:
        """Takes the marks of what is new away."""
        self.seen.all_seen(self.session.now)
        self.table.changed(None)
