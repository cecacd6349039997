"""Going places on the screen and coming back: details over the panes, and panes turned to an alert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sources.text import clean
from tui.history import Trail
from tui.panes.detail import DetailView
from tui.panes.table_pane import TablePane
from tui.pivot import Turn, turn_to
from tui.subject import Subject
from tui.widgets.document import Document

if TYPE_CHECKING:
    from tui.screen import MainScreen


class View(NamedTuple):
    """All that was chosen on the screen at one moment. `panes` by id, as each captured itself; `turned` is what
    the panes are turned to, "" where nobody turned them, and `filters` are those that this set, by pane; `detail`
    is what lies over them."""

    namespaces: tuple[str, ...] = ()
    active: str = ""
    zoomed: bool = False
    panes: Mapping[str, object] = {}
    turned: str = ""
    filters: Mapping[str, str] = {}
    detail: DetailView | None = None


class Navigation:
    """The trail of views of one screen."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.turned = ""
        """What the panes are turned to."""
        self._filters: Mapping[str, str] = {}
        """The filters that turned them, by pane."""
        self._trail: Trail[View] = Trail((View(),))

    def open(self, subject: Subject, yaml: bool = False) -> None:
        """The detail of something; an alert turns the panes to what it is about as well."""
        screen = self.screen
        alert = screen.alerts_pane.joined.get(subject.alert)
        turn = turn_to(alert, screen.session.world) if alert is not None else None
        if alert is not None and turn is not None:
            self._leave()
            screen.overlays = []
            self._turn(turn, f"{turn.what} (alert {alert.name})")
        self._leave()
        screen.overlays = [screen.detail]
        screen.lay_out()
        screen.detail.open(subject, yaml, self.turned if alert is not None else "")

    def back(self) -> bool:
        """One view back; False at the beginning."""
        return self._step(self._trail.back(self._capture()))

    def forward(self) -> bool:
        """One view forward again; False at the end."""
        return self._step(self._trail.forward(self._capture()))

    def leave(self) -> bool:
        """One step back from what lies over the panes, or from where they were turned to: a search first, and a
        filter that was set since. False where there is nothing of that."""
        screen, pane = self.screen, self.screen.active
        over = screen.overlays[-1] if screen.overlays else None
        document = screen.scrolled()
        if over is not None and isinstance(document, Document) and document.wanted:
            document.search("")
            over.tell_title()
        elif over is not None and (over is not screen.detail or not self.back()):
            screen.overlays.pop()
            screen.lay_out()
            screen.refocus()
        elif over is None and self.turned and isinstance(pane, TablePane) and not self._as_turned(pane):
            pane.restore(pane.capture()._replace(filter=self._filters.get(pane.id or "", ""), faults_only=False))
        elif over is None:
            return bool(self.turned) and self.back()
        return True

    def _as_turned(self, pane: TablePane[Any]) -> bool:
        return pane.filter.text == self._filters.get(pane.id or "", "") and not pane.faults_only

    def _leave(self) -> None:
        here = self._capture()
        self._trail = self._trail.go(here, here)

    def _step(self, trail: Trail[View]) -> bool:
        if trail is self._trail or trail.at == self._trail.at:
            return False
        self._trail = trail
        self._restore(trail.place)
        return True

    def _capture(self) -> View:
        screen = self.screen
        return View(
            screen.session.namespaces,
            screen.active.id or "",
            screen.arrangement.zoomed,
            {pane.id or "": pane.capture() for pane in screen.panes},
            self.turned,
            self._filters,
            screen.detail.capture() if screen.detail in screen.overlays else None,
        )

    def _restore(self, view: View) -> None:
        screen = self.screen
        before = self._capture()
        self._scope(view.namespaces)
        for pane in screen.panes:
            wanted = view.panes.get(pane.id or "")
            if wanted != before.panes.get(pane.id or ""):
                pane.restore(wanted)
            elif view.namespaces != before.namespaces:
                pane.on_scope()
        self.turned, self._filters = view.turned, view.filters
        self._tell()
        screen.arrangement = screen.arrangement._replace(zoomed=view.zoomed)
        screen.focus_pane(screen.pane(view.active or screen.active.id or ""))
        if view.detail is not None:
            screen.overlays = [screen.detail]
            screen.lay_out()
            screen.detail.restore(view.detail)

    def _turn(self, turn: Turn, what: str) -> None:
        screen = self.screen
        moved = turn.namespaces is not None and turn.namespaces != screen.session.namespaces
        if turn.namespaces is not None:
            self._scope(turn.namespaces)
        self._filters = dict(turn.filters)
        for pane in screen.panes:
            name = pane.id or ""
            if isinstance(pane, TablePane) and name != "alerts":
                now = pane.capture()
                cursor = turn.cursors.get(name, now.cursor)
                pane.restore(now._replace(filter=turn.filters.get(name, ""), faults_only=False, cursor=cursor))
            elif moved:
                pane.on_scope()
        if turn.expr:
            from sources.promql.comparison import condition  # the parser, which most sessions have read by now

            asked = condition(turn.expr, turn.labels)
            screen.console.restore(
                screen.console.capture()._replace(expr=asked.measured, thresholds=asked.thresholds, graph=True)
            )
        self.turned = clean(what)
        self._tell()
        screen.focus_pane(screen.pane(turn.active))

    def _scope(self, namespaces: tuple[str, ...]) -> None:
        if namespaces != self.screen.session.namespaces:
            self.screen.session.show_namespaces(namespaces)
            self.screen.header.update_lines()

    def _tell(self) -> None:
        self.screen.notice.show(f"turned to {self.turned}; Esc goes back" if self.turned else "")
