"""What every pane is: a title line over a body, told once per frame what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from sources.world import Frame
from tui.panes.title import TitleLine
from tui.session import Session
from tui.states import PaneState, pane_state
from tui.subject import Subject
from tui.widgets.lines import Piece


class Pane(Vertical):
    """`title` and `what` say what a pane is and what its rows are called, `feed_names` where they come from."""

    class Lagging(Message):
        """There is more to do than one frame has time for: `advance` wants to be called."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"

    title: ClassVar[str] = ""
    what: ClassVar[str] = ""
    feed_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, session: Session, palette: Mapping[str, Style], pane_id: str) -> None:
        super().__init__(id=pane_id)
        self.session = session
        self.palette = palette
        self.undrawn = False
        """Whether something that `advance` did has still to be drawn."""
        self.tabbed = False
        """Whether it is one of several tabs, which say its title and its counts."""
        self.heading = TitleLine(palette, session.ascii_only)

    # -- what a pane answers

    def on_frame(self, frame: Frame) -> None:
        """Something changed in the World."""

    def advance(self, deadline: float, draws: bool = True) -> bool:
        """Goes on with what takes longer than a frame, until `deadline` (`time.thread_time`) or a bit later, and
        shows now and then how far it is, where it `draws`; True while there is more of it."""
        return False

    def on_second(self) -> None:
        """A second passed: ages and staleness move on."""
        self.tell_title()

    def on_jump(self, seconds: float) -> None:
        """The clock that ages are counted by was set, ahead by so many seconds or (less than 0) back."""

    def enter(self) -> bool:
        """Enter was pressed; True when that was for something here, and no summary is wanted."""
        return False

    def used(self) -> None:
        """A key was pressed while this pane had the keyboard."""

    def on_scope(self) -> None:
        """Other namespaces were chosen."""

    def focus_target(self) -> Widget | None:
        """The widget that gets the keyboard when the pane is chosen."""
        return None

    def subject(self) -> Subject | None:
        """What the cursor is on, as far as there is more to say about it."""
        return None

    def variant(self, action: str) -> bool:
        """Does what an action, by name, means here and nowhere else; False where it has no meaning of its own."""
        return False

    def capture(self) -> object:
        """What was chosen here, to come back to: a value that nothing changes afterwards."""
        return None

    def restore(self, view: object) -> None:
        """Chooses again what `capture` gave. The scope and what is shown elsewhere have been restored before."""

    def summary(self) -> str:
        """A few characters for the tab line of narrow terminals."""
        return ""

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        """The theme changed."""
        self.palette = palette
        self.heading.palette = palette

    # -- the title line

    def state(self) -> PaneState:
        session = self.session
        return pane_state(
            session.feeds(*self.feed_names),
            self.what,
            session.heard_now,
            session.ascii_only,
            tuple(session.runtime.problems.values()),
        )

    def counts(self) -> Sequence[Piece]:
        """How much there is, behind the title; not said again below a tab that says it."""
        return ()

    def particulars(self) -> Sequence[Piece]:
        """What was chosen here: filter, order, range."""
        return ()

    def saying(self) -> str:
        """What the title says of the row under the cursor while the pane has the keyboard."""
        return ""

    def under_way(self) -> Sequence[Piece]:
        """What takes longer than a frame, and how far it is."""
        return ()

    def tell_title(self) -> None:
        state, focused = self.state(), self.is_focused_pane()
        right = [(f"{state.text} ", "title.state" if state.state == "live" else state.style)]
        right.append((f"{state.badge} ", state.style))
        left = [*self.particulars(), *self.under_way()]
        if not self.tabbed:
            left = [(f" {self.title} ", "title.name"), (" ", ""), *self.counts(), *left]
        self.heading.say(left, right, focused, self.saying() if focused else "")

    def show_tabbed(self, tabbed: bool) -> None:
        """It is one of several tabs now, or stands beside the others."""
        if tabbed != self.tabbed:
            self.tabbed = tabbed
            self.tell_title()

    def is_focused_pane(self) -> bool:
        focused = self.screen.focused if self.is_attached else None
        return focused is not None and (focused is self or self in focused.ancestors)

    def on_descendant_focus(self) -> None:
        self.tell_title()

    def on_descendant_blur(self) -> None:
        self.tell_title()
