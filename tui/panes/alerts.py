"""The alerts sidebar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.style import Style

from sources.rules.alerts import DisplayAlert, heartbeat, join
from sources.world import Frame
from tui.panes.table_pane import TablePane
from tui.session import Session
from tui.sheets.alerts import ALERTS
from tui.subject import Subject
from tui.widgets.lines import Piece


class AlertsPane(TablePane[DisplayAlert]):
    """What Prometheus and Alertmanager say, each alert once, the gravest and newest first."""

    title = "Alerts"
    what = "alerts"
    feed_names = ("alerts",)
    sheet = ALERTS
    fault_word = "active"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.joined: dict[str, DisplayAlert] = {}
        self._heartbeat_seen = False
        super().__init__(session, palette, pane_id)

    def keys(self) -> Iterable[str]:
        return self.joined.keys()

    def total(self) -> int:
        return len(self.joined)

    def row(self, key: str) -> DisplayAlert | None:
        return self.joined.get(key)

    def namespace(self, row: DisplayAlert) -> str:
        return row.label("namespace")

    def problem(self, row: DisplayAlert) -> str:
        return row.state if row.is_trouble else ""

    def concerned(self, frame: Frame) -> frozenset[str]:
        if not frame.keys.keys() & {"alert", "silence"}:
            return frozenset()
        before = self.joined
        world = self.session.world
        self.joined = {alert.key: alert for alert in join(world.alerts, world.silences)}
        self._heartbeat_seen = self._heartbeat_seen or bool(heartbeat(self.joined.values()).beating)
        return frozenset(
            key for key in before.keys() | self.joined.keys() if before.get(key) != self.joined.get(key)
        )

    def title_pieces(self) -> Sequence[Piece]:
        pieces = list(super().title_pieces())
        if heartbeat(self.joined.values(), self._heartbeat_seen).beating is False:
            # The alert that always fires does not: silence here means nothing any more.
            pieces.append((" watchdog lost ", "bad"))
        return pieces

    def subject_of(self, row: DisplayAlert) -> Subject | None:
        return Subject(alert=row.key)
