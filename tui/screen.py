"""The main screen: the five panes and what lies over them, their arrangement, and the clock that draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.events import DescendantFocus, Key, Resize
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from sources.choices import THEMES
from sources.config import state_path
from sources.text import clean
from tui.actions import BY_NAME
from tui.arrangement import Arrangement, Body
from tui.asking import Asking
from tui.chain import Chain
from tui.contexts import EVERY, ContextSwitch
from tui.copying import take
from tui.jump import Jump
from tui.keymap import Keymap, TakesKeys
from tui.later import later
from tui.navigation import Navigation
from tui.palette import palette as everything
from tui.panes.alerts import AlertsPane
from tui.panes.bottom import BottomLine, TabLine
from tui.panes.console import ConsolePane
from tui.panes.detail import DetailPane
from tui.panes.events import EventsPane
from tui.panes.header import Header
from tui.panes.help import HelpPane
from tui.panes.nodes import NodesPane
from tui.panes.notice import NoticeLine
from tui.panes.pane import Pane
from tui.panes.picker import PickerPane, Question
from tui.panes.pods import PodsPane
from tui.panes.table_pane import TablePane
from tui.rhythm import Rhythm
from tui.saved_layouts import Layouts, own
from tui.session import Session
from tui.terminal.backlog import behind
from tui.terminal.touched import TouchedOnly
from tui.themes import theme
from tui.tour import TourLine
from tui.widgets.document import Document
from tui.widgets.graph import Graph
from tui.widgets.shelf import Shelf
from tui.widgets.table import LineTable

NARROW = 100
"""Below so many columns the panes become tabs."""
TALL = 30
"""From so many lines on the header has a second one, with the namespaces."""


class MainScreen(Screen[None]):
    """Owns the panes; actions and commands act on it."""

    DEFAULT_CSS = "MainScreen { layout: vertical; background: transparent; }"
    # Textual repaints the whole screen when the focus moves; our widgets draw the lines that differ themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    AUTO_FOCUS = ""  # the pane that the layout names, not what comes first

    def __init__(self, session: Session, palette: Mapping[str, Style], tour: bool = False) -> None:
        super().__init__()
        self._compositor = TouchedOnly()
        self.session = session
        shelf = self.shelf = Shelf(self)
        self.keymap = Keymap(session.settings.ui.remapped)
        self.palette = palette
        self.header = Header(session, palette)
        self.tabs_line = shelf.later(TabLine(palette))
        self.nodes_pane = NodesPane(session, palette, "nodes")
        self.pods_pane = PodsPane(session, palette, "pods")
        self.events_pane = EventsPane(session, palette, "events")
        self.console = ConsolePane(session, palette, "console")
        self.alerts_pane = AlertsPane(session, palette, "alerts")
        self.detail = shelf.later(DetailPane(session, palette, "detail", lambda: self.alerts_pane.joined))
        self.help = shelf.later(HelpPane(session, palette, "help", self.keymap))
        self.picker = shelf.later(PickerPane(session, palette, "picker"))
        self.picker.close = self.back
        self.picker.fail = lambda error: self.say(str(error), "bad")
        self.jump: Jump = Jump(self)
        self.prompt: Asking = shelf.later(Asking(self, palette))
        self.bottom = BottomLine(palette, self.keymap)
        self.notice = shelf.later(NoticeLine(palette, shelf))
        self.navigation = Navigation(self)
        self.detail.copy = lambda form: take(self, form)
        session.hold_ended = lambda: self.say("time goes on again: more news would not fit into memory", "warn")
        self.tour = shelf.later(TourLine(palette, self.keymap, shelf))
        self.tour.turn(on=tour)
        tables = (self.nodes_pane, self.pods_pane, self.events_pane)
        self.panes: Sequence[Pane] = (*tables, self.console, self.alerts_pane)
        settings = session.settings
        self.layouts = Layouts({name: own(each) for name, each in settings.layouts.items()}, state_path())
        self.arrangement = self.layouts.first(settings.ui.layout)
        self.body = Body(self.panes)
        self.active = self.pane(self.arrangement.layout.active)
        self.overlays: list[Pane] = []
        """What lies over the panes, the topmost last."""
        self.theme_name: str = session.settings.ui.theme
        self.contexts: ContextSwitch = ContextSwitch(self)
        self.chain = Chain(partial(later, self), self.tick)
        self.rhythm = Rhythm(lambda: behind(self.app), session.low_bandwidth)
        self._views: Mapping[str, object] = {}

    def compose(self) -> ComposeResult:
        over = (self.detail, self.help, self.picker)
        yield from self.shelf.compose(
            self.header, self.tabs_line, self.body, *over, self.tour, self.notice, self.prompt, self.bottom
        )

    def on_mount(self) -> None:
        for pane in self.panes:
            pane.restore(self._views.get(pane.id or ""))
        self.focus_pane(self.active)
        self.tick()
        self.look()
        self.set_interval(1.0, self.second)
        self.set_interval(EVERY, self.contexts.look)
        if said := (*self.keymap.problems, *self.keymap.taken):
            self.say("; ".join(said), "warn")

    # -- the clock

    def look(self) -> None:
        """A frame is due if there is anything to show. Goes on by itself."""
        if self.session.news or self.chain.busy:
            self.chain.go_on()
        later(self, self.session.look_again, self.look)

    def tick(self) -> None:
        """A frame: take what arrived, tell the panes what changed. While the terminal is behind none is drawn."""
        if self.rhythm.behind():
            self.chain.advance(self.panes, self.session.fold(self.chain.slice), draws=False)
            return
        frame, more = self.session.pull(self.chain.slice, self.rhythm.frame_due())
        if frame:
            for pane in (*self.panes, self.detail):
                pane.on_frame(frame)
            self.header.update_lines()
            self.show_tabs()
            if self.session.opening:
                self.call_after_refresh(self.session.drawn)
        self.chain.advance(self.panes, more, spent=bool(frame))

    @on(Pane.Lagging)
    def go_on(self) -> None:
        self.chain.go_on()

    def second(self) -> None:
        """Ages, staleness and the clock move on."""
        self.session.mind_memory(self.pods_pane.faulty)
        if not self.rhythm.second_due():
            return
        for pane in self.panes if (jump := self.session.jumped()) else ():
            pane.on_jump(jump)
        for pane in (*self.panes, self.detail):
            pane.on_second()
        self.chain.advance(self.panes, self.chain.busy)
        self.header.update_lines()
        self.show_tabs()
        self.bottom.on_second()

    # -- arrangement

    @property
    def alone(self) -> bool:
        """Whether the active pane has the screen for itself, zoomed or as a tab of a narrow terminal."""
        return self.size.width < NARROW or self.arrangement.zoomed

    def rearrange(self, arrangement: Arrangement) -> None:
        """Other cells for the panes; the keyboard goes to one that is shown."""
        self.arrangement = arrangement
        shown = arrangement.shown()
        self.focus_pane(self.active if self.active.id in shown else self.pane(shown[0]))

    def choose_layout(self, name: str) -> None:
        """Another layout, whole: nothing hidden, nothing zoomed. Raises `LayoutError`."""
        layout = self.layouts.get(name)
        self.active = self.pane(layout.active)
        self.rearrange(Arrangement(name, layout))

    def next_layout(self) -> None:
        self.choose_layout(self.layouts.after(self.arrangement.name))
        self.say(f"layout {self.arrangement.name}")

    def lay_out(self) -> None:
        """Shows what fits: all panes, or one of them as a tab, or what lies over them."""
        narrow = self.size.width < NARROW
        over = self.overlays[-1] if self.overlays else None
        self.header.set_class(not narrow and self.size.height >= TALL, "tall")
        self.shelf.show(self.tabs_line, narrow)
        for pane in self.panes:
            pane.show_tabbed(narrow)
        self.body.display = over is None
        for pane in (self.detail, self.help, self.picker):
            self.shelf.show(pane, over is pane)
        active, alone, arrangement = self.active.id or "", self.alone, self.arrangement
        self.body.show(
            lambda width, height: arrangement.boxes(width, height, active, alone),
            [active] if alone else arrangement.shown(),
        )
        self.show_tabs()

    def show_tabs(self) -> None:
        if self.tabs_line.display:
            tabs = [self.pane(name) for name in self.arrangement.shown()]
            self.tabs_line.show([(pane.title, pane.summary(), pane is self.active) for pane in tabs])

    def on_resize(self, event: Resize) -> None:
        self.lay_out()

    def pane(self, pane_id: str) -> Pane:
        return next(pane for pane in self.panes if pane.id == pane_id)

    def focus_pane(self, pane: Pane) -> None:
        """Gives a pane the keyboard, and brings it to the front where it is not shown."""
        self.overlays.clear()
        self.active = pane
        self.arrangement = self.arrangement.with_pane(pane.id or "")
        self.lay_out()
        self.refocus()
        for each in self.panes:
            each.tell_title()

    def step_pane(self, step: int) -> None:
        shown = self.arrangement.shown()
        place = shown.index(self.active.id or "")
        self.focus_pane(self.pane(shown[(place + step) % len(shown)]))

    @on(DescendantFocus)
    def follow_focus(self, event: DescendantFocus) -> None:
        if event.widget is not self.focused:
            return  # old news: keys that were typed meanwhile have moved the keyboard on
        for pane in self.panes:
            if pane in event.widget.ancestors and pane is not self.active:
                self.active = pane
                self.lay_out()

    def toggle_zoom(self) -> None:
        self.rearrange(self.arrangement._replace(zoomed=not self.arrangement.zoomed))

    def scrolled(self) -> LineTable | Graph | Document | None:
        """What the moving keys move: a cursor, a graph's selected series; None where there is neither."""
        target = (self.overlays[-1] if self.overlays else self.active).focus_target()
        return target if isinstance(target, (LineTable, Graph, Document)) else None

    # -- what lies over the panes

    def pick(self, question: Question) -> None:
        """Lets somebody choose from a list."""
        if self.picker not in self.overlays:
            self.overlays.append(self.picker)
        self.lay_out()
        self.picker.ask(question)
        self.refocus()

    def open_palette(self) -> None:
        self.pick(everything(self))

    def toggle_help(self) -> None:
        if self.help in self.overlays:
            self.overlays.remove(self.help)
            self.lay_out()
            self.refocus()
        else:
            under = self.overlays[-1] if self.overlays else self.active
            self.overlays.append(self.help)
            self.lay_out()
            self.help.open(under)

    @on(LineTable.Chosen)
    @on(Document.Chosen)
    def row_clicked(self) -> None:
        self.open_subject()

    @on(LineTable.HeaderClicked)
    def title_clicked(self, event: LineTable.HeaderClicked) -> None:
        if isinstance(self.active, (TablePane, ConsolePane)):
            self.active.set_sort(event.column)

    def open_subject(self, yaml: bool = False) -> None:
        """More about what the cursor is on; in the console, the query to edit."""
        if not self.overlays and not yaml and self.active.enter():
            return
        subject = (self.overlays[-1] if self.overlays else self.active).subject()
        if subject is not None:
            self.navigation.open(subject, yaml)
        elif self.active is self.console and not self.overlays and not yaml:
            self.console.edit()

    def back(self) -> None:
        """One step back: a search, what lies on top, the panes as they were before somebody turned them; else the
        filter, then faults only, then the zoom. Never out."""
        self.bottom.hush()
        if self.navigation.leave():
            return
        if isinstance(self.active, TablePane) and self.active.filter:
            self.active.set_filter("")
        elif isinstance(self.active, TablePane) and self.active.faults_only:
            self.active.toggle_faults()
        elif self.arrangement.zoomed:
            self.toggle_zoom()

    def refocus(self) -> None:
        """Gives the keyboard to what is on top."""
        self.set_focus((self.overlays[-1] if self.overlays else self.active).focus_target())

    # -- what actions do

    def take_key(self, event: Key) -> bool:
        """A key was pressed: typed into what has the keyboard, or the action that it stands for."""
        focused: object = self.focused
        if self.jump.take_key(event) or (isinstance(focused, TakesKeys) and focused.take_key(event)):
            return True
        name = self.keymap.action_of(event.key)
        if name is None:
            return False
        self.perform(name)
        return True

    def perform(self, name: str) -> None:
        """Does what an action does, by its name."""
        if name != "repaint":  # which shows nothing else than before
            self.bottom.hush()
        self.active.used()
        action = BY_NAME[name]
        if self.overlays and self.overlays[-1].variant(name):
            return
        if self.overlays and action.group == "Rows":
            self.say("Esc goes back to the rows first")
        else:
            action.run(self)
            if over := self.tour.performed(name):
                self.say(over)

    def say(self, text: str, style: str = "strong") -> None:
        self.bottom.say(clean(text), style)

    def toggle_hold(self) -> None:
        """Holds time still on the whole screen, or lets it go on; what arrives meanwhile waits."""
        if self.session.held_since is None:
            self.session.hold()
        else:
            self.session.release()
            self.tick()
        self.second()

    def quit(self) -> None:
        """Out of the program, or only out of what lies over the panes."""
        if self.overlays:
            self.back()
        else:
            self.app.exit()

    def retry(self) -> None:
        self.session.runtime.retry_now()
        self.console.run_query()
        self.say("trying again")

    def set_namespaces(self, names: Sequence[str]) -> None:
        self.session.show_namespaces(names)
        for pane in self.panes:
            pane.on_scope()
        self.header.update_lines()
        known = self.session.world.namespaces
        missing = [name for name in names if name not in known]
        if missing:
            self.say(f"no pods known in {', '.join(missing)}", "warn")

    def take_over(self, old: MainScreen) -> None:
        """Looks at another cluster as `old` looked at its own: layout, filters, orders, query, what was typed."""
        self.arrangement, self.layouts, self.theme_name = old.arrangement, old.layouts, old.theme_name
        self.active = self.pane(old.active.id or "")
        self.prompt.share_histories(old.prompt)
        self._views = {pane.id or "": pane.capture() for pane in old.panes}

    def set_theme(self, name: str) -> None:
        if name not in THEMES:
            raise ValueError(f"there is no theme {name!r}; choose one of: {', '.join(THEMES)}")
        self.theme_name = name
        chosen = theme(name, self.app.no_color, self.session.auto_theme)
        self.app.theme = chosen.base
        self.palette = chosen.palette
        for widget in (self.header, self.tabs_line, self.tour, self.notice, self.prompt, self.bottom):
            widget.palette = chosen.palette
        for pane in (*self.panes, self.detail, self.help, self.picker):
            pane.use_palette(chosen.palette)
