"""The alerts sidebar: alerts grouped, and above them whether they can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rich.style import Style
from textual.app import ComposeResult

from sources.contract import Notifier
from sources.rules.alertgroups import AlertGroup, group_alerts, group_key
from sources.rules.alerts import DisplayAlert, Heartbeat, heartbeat, join, order
from sources.rules.alerttrust import System, Unsent, Verdict, trust
from sources.text import clean
from sources.world import Frame
from tui.panes.folding_pane import FoldingPane
from tui.panes.trustline import TrustLine
from tui.session import Session
from tui.sheets.alerts import ALERTS, AlertLine, note
from tui.subject import Subject
from tui.widgets.lines import Piece


class AlertsPane(FoldingPane[AlertLine]):
    """What Prometheus and Alertmanager say, each alert once, the gravest and newest first."""

    title = "Alerts"
    what = "alerts"
    feed_names = ("alerts",)
    sheet = ALERTS
    fault_word = "active"
    fault_filter = "active only"

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        self.joined: dict[str, DisplayAlert] = {}
        """Every alert by key, without the dead man's switch."""
        self.groups: dict[str, AlertGroup] = {}
        self.beat = Heartbeat(None)
        self.trust_line = TrustLine(palette, session.ascii_only)
        self._fingerprints: dict[str, str] = {}
        self._waiting = Unsent()
        self._unsent: frozenset[str] = frozenset()
        super().__init__(session, palette, pane_id)

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.trust_line
        yield self.table

    # -- rows

    def keys(self) -> Iterable[str]:
        return self.with_inside(self.groups.keys()) if self.folded else self.joined.keys()

    def total(self) -> int:
        return len(self.joined)

    def row(self, key: str) -> AlertLine | None:
        group = self.groups.get(key)
        if group is not None:
            return self._line(group.head, group, opened=key in self.opened)
        alert = self.joined.get(key)
        if alert is None:
            return None
        if not self.folded:
            return self._line(alert)
        fold = self.open_fold(key)
        return self._line(alert, self.groups[fold], inside=True) if fold is not None else None

    def _line(self, alert: DisplayAlert, group: AlertGroup | None = None, **more: bool) -> AlertLine:
        names = dict.fromkeys(self._fingerprints.get(each, each) for each in alert.inhibited_by)
        members = group.alerts if group is not None and not more.get("inside") else (alert,)
        unsent = any(each.key in self._unsent for each in members)
        return AlertLine(alert, group, inhibitors=tuple(names), unsent=unsent, **more)

    def members(self, fold: str) -> Collection[str]:
        group = self.groups.get(fold)
        return [alert.key for alert in group.alerts] if group is not None else ()

    def fold_of(self, key: str) -> str | None:
        alert = self.joined.get(key)
        return group_key(alert) if alert is not None and group_key(alert) in self.groups else None

    def thing(self, row: AlertLine) -> str:
        return row.alert.key

    def namespace(self, row: AlertLine) -> str:
        return row.alert.label("namespace")

    def problem(self, row: AlertLine) -> str:
        return row.alert.state if row.alert.is_trouble else ""

    def why(self, row: AlertLine) -> str:
        return note(row, self.look)

    def settled(self, row: AlertLine) -> bool:
        return True

    def default_order(self, row: AlertLine) -> tuple[Any, ...]:
        return order(row.alert)

    # -- what changes

    def rebuild(self, word: str = "filtering") -> None:
        self._regroup()
        self.opened &= self.groups.keys()
        super().rebuild(word)

    def _regroup(self) -> None:
        self.groups = (
            group_alerts(each for each in self.joined.values() if self.passes(self._line(each)))
            if self.folded
            else {}
        )

    def concerned(self, frame: Frame) -> frozenset[str]:
        if not frame.keys.keys() & {"alert", "silence"}:
            return frozenset()
        before, grouped = self.joined, self.groups
        inside = self.with_inside(grouped.keys())
        world = self.session.world
        found = join(world.alerts, world.silences)
        self.beat = heartbeat(found, known_before=self.beat.beating is not None)
        self.joined = {alert.key: alert for alert in found if not alert.is_heartbeat}
        self._fingerprints = {a.alertmanager.fingerprint: a.name for a in found if a.alertmanager is not None}
        self._regroup()
        self._look_for_unsent()
        self.trust_line.say(self.verdict())  # also when only the heartbeat changed, which is no row
        changed = {key for key in before.keys() | self.joined.keys() if before.get(key) != self.joined.get(key)}
        moved = {key for key in grouped.keys() | self.groups.keys() if grouped.get(key) != self.groups.get(key)}
        return frozenset(changed | self.with_inside(moved) | (inside - self.with_inside(self.groups.keys())))

    def on_second(self) -> None:
        if self.session.held_since is None:
            self._look_for_unsent()
        super().on_second()

    def _look_for_unsent(self) -> None:
        now = self.session.heard_now
        systems = self.systems()
        current = any(system.tells and system.state in ("live", "partial") for system in systems)
        told = any(alert.alertmanager is not None for alert in self.joined.values())
        apart = any(system.tells for system in systems)
        self._waiting.observe(self.joined.values(), now, current if apart else told)
        self._unsent = self._waiting.keys(now)

    def systems(self) -> list[System]:
        """The sources of alerts."""
        now = self.session.heard_now
        feeds = self.session.feeds("alerts")
        return [
            System(clean(feed.source), feed.status.state, max(0.0, now - feed.heard), self._tells(feed.source))
            for feed in feeds
        ]

    def _tells(self, name: str) -> bool:
        runtime = self.session.runtime
        source: object = runtime.sources.get(name)
        offering = runtime.offering(Notifier)  # type: ignore[type-abstract]  # a protocol is asked for
        return any(each is source and each.notifies() for each in offering)

    def verdict(self) -> Verdict:
        """Whether what is shown can be trusted."""
        return trust(self.beat, self.systems(), len(self._unsent))

    # -- what it shows besides rows

    def subject_of(self, row: AlertLine) -> Subject | None:
        return Subject(alert=row.alert.key)

    def tell_title(self) -> None:
        self.trust_line.say(self.verdict())
        super().tell_title()

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.trust_line.palette = palette

    @property
    def active(self) -> int:
        """Alerts of the chosen namespaces that fire, or are about to, and are not muted."""
        shows = self.session.shows
        return sum(alert.is_trouble and shows(alert.label("namespace")) for alert in self.joined.values())

    def counts(self) -> Sequence[Piece]:
        rows = len(self.view)
        shown = sum(len(group.alerts) for group in self.groups.values()) if self.folded else rows
        total = self.total()
        pieces: list[Piece] = [(f"{total} " if shown == total else f"{shown}/{total} ", "title.count")]
        return [*pieces, (f" {active} active ", "bad")] if (active := self.active) else pieces

    def summary(self) -> str:
        active = self.active
        return f"{self.total()} !{active}" if active else str(self.total())
