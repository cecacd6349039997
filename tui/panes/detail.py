"""One object or alert over the other panes: its description or its YAML, kept up to date while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rich.style import Style
from textual.app import ComposeResult
from textual.widget import Widget

from sources.contract import Objects
from sources.model import ObjectRef, Owner
from sources.related import Related, find_related
from sources.rules.alerts import DisplayAlert
from sources.rules.related import selector_of
from sources.text import clean
from sources.world import Frame
from tui.describe.seen import Seen
from tui.panes.pane import Pane
from tui.pivot import alerts_about
from tui.session import Session
from tui.states import GLYPHS, PaneState, error_text
from tui.subject import Subject
from tui.widgets.document import Document, Entry, Text, plain
from tui.widgets.lines import Piece

EVERY = 10
"""Seconds after which the whole object is fetched again."""
RELATED_EVERY = 60
"""Seconds after which what belongs to it is looked for again: that takes lists."""
MOST_KEPT = 8
"""Objects that are kept for coming back to them."""


class Fetched(NamedTuple):
    """What the server said of an object; `trouble` is why it is not all, or old."""

    raw: Mapping[str, Any] | None = None
    related: Related | None = None
    pods: tuple[str, ...] = ()
    trouble: str = ""


class DetailView(NamedTuple):
    """What is open and where one was in it, to come back to."""

    subject: Subject
    yaml: bool = False
    unfolded: bool = False
    wanted: str = ""
    first: int = 0
    target: Hashable = None
    turned: str = ""


class DetailPane(Pane):
    """What Enter opens. Rows come from the World, the rest from the object as the server has it now."""

    title = "Detail"
    what = "object"

    def __init__(
        self,
        session: Session,
        palette: Mapping[str, Style],
        pane_id: str,
        alerts: Callable[[], Mapping[str, DisplayAlert]],
    ) -> None:
        super().__init__(session, palette, pane_id)
        self.text = Document(palette, ascii_only=session.ascii_only)
        self.opened = Subject()
        self.yaml = False
        self.unfolded = False
        self.turned = ""
        """What the panes below were turned to for this alert."""
        self.fetched = Fetched()
        self._kept: dict[Subject, Fetched] = {}
        self._yaml: tuple[object, bool, Sequence[Entry]] | None = None
        """YAML lines, of which object, and whether unfolded."""
        self.copy: Callable[[Literal["name", "row"]], object] = lambda _form: None
        """Takes what is open to the clipboard: its name, or all of it."""
        self._alerts = alerts
        self._seconds = 0

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.text

    # -- what is open

    def open(self, subject: Subject, yaml: bool = False, turned: str = "") -> None:
        """Shows an object or an alert, from its top."""
        self.opened, self.yaml, self.unfolded, self.turned = subject, yaml, False, turned
        self.fetched, self._yaml = self._kept.get(subject, Fetched()), None
        self.text.begin()
        self._seconds = 0
        self.fetch()
        self.redraw()
        self.screen.set_focus(self.text)

    def capture(self) -> DetailView:
        text = self.text
        return DetailView(self.opened, self.yaml, self.unfolded, text.wanted, text.first, text.target, self.turned)

    def restore(self, view: object) -> None:
        if not isinstance(view, DetailView):
            return
        self.open(view.subject, view.yaml, view.turned)
        self.unfolded = view.unfolded
        self.redraw()
        self.text.search(view.wanted)
        if view.target is not None:
            self.text.move_to(view.target)
        self.text.first = view.first
        self.text.update_lines()

    # -- fetching

    def fetch(self) -> None:
        ref = self.opened.ref
        if ref is not None:
            self.run_worker(self._fetch(ref, self.opened), group="object", exclusive=True)

    async def _fetch(self, ref: ObjectRef, subject: Subject) -> None:
        sources = self.session.runtime.offering(Objects)  # type: ignore[type-abstract]  # a protocol is asked for
        if not sources:
            self._take(subject, self.fetched._replace(trouble="no source here reads whole objects"))
            return
        ask, source, known = self.session.runtime.ask, sources[0], self.fetched
        try:
            raw = await asyncio.wrap_future(ask(lambda: source.get_object(ref.kind, ref.namespace, ref.name)))
            pods = known.pods if raw is known.raw else self._selected(ref, raw)
            # Nothing new leaves the YAML as it is laid out.
            now = known._replace(raw=known.raw if raw == known.raw else raw, pods=pods, trouble="")
        except Exception as error:  # a third party's source may raise anything; the screen stays up
            now = known._replace(trouble=error_text(error))
        self._take(subject, now)
        if now.raw is None or now.trouble or (now.related is not None and self._seconds % RELATED_EVERY):
            return
        try:
            related = await asyncio.wrap_future(ask(lambda: find_related(source, now.raw or {})))
        except Exception as error:  # as above
            related = Related(unseen=(error_text(error),))
        self._take(subject, now._replace(related=related))

    def _take(self, subject: Subject, now: Fetched) -> None:
        """What arrived is shown if nothing else was opened meanwhile."""
        self._kept.pop(subject, None)
        self._kept[subject] = now
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        if subject == self.opened:
            self.fetched = now
            self.redraw()

    def _selected(self, ref: ObjectRef, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """The pods that its selector takes in, looked for once for each answer: the namespace may have many."""
        selector = selector_of(raw).items()
        if not selector or ref.kind in ("Pod", "PersistentVolumeClaim"):
            return ()
        found = (pod for pod in self.session.world.pods_in(ref.namespace) if selector <= dict(pod.labels).items())
        return tuple(pod.key for pod in found)

    # -- showing

    def redraw(self) -> None:
        trouble = self.fetched.trouble
        try:
            entries = self._entries(self.fetched)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # What a server sends need not have the shape it should; what we know ourselves can still be said.
            entries = self._entries(Fetched())
            trouble = f"the object has an unexpected shape ({error_text(error)})"
        if trouble:
            entries = [*entries, Text(""), Text("Not complete", clean(trouble), "warn")]
        self.text.show(entries)
        self.tell_title()

    def _entries(self, fetched: Fetched) -> Sequence[Entry]:
        # What describes and writes is loaded with the first detail: nobody waits for it at the start.
        from tui.describe.alerts import describe_alert
        from tui.describe.subject import describe

        look, world, ref = self.session.look, self.session.world, self.opened.ref
        alerts = self._alerts()
        if ref is None:
            return describe_alert(alerts.get(self.opened.alert), look, self.turned)
        if self.yaml:
            return self._yaml_entries(fetched)
        owns = ref.kind not in ("Pod", "Node", "Event")
        owned = [pod.key for pod in world.pods_of(ref.namespace, Owner(ref.kind, ref.name))] if owns else []
        about = alerts_about(alerts.values(), ref)
        loading = fetched.related is None and not fetched.trouble
        seen = Seen(ref, fetched.raw, fetched.related, owned or fetched.pods, about, self.unfolded, loading)
        return describe(world, seen, look)

    def _yaml_entries(self, fetched: Fetched) -> Sequence[Entry]:
        if fetched.raw is None:
            return [] if fetched.trouble else [Text("", "loading", "wait")]
        known = self._yaml
        if known is not None and known[0] is fetched.raw and known[1] == self.unfolded:
            return known[2]
        self.run_worker(self._write_yaml(fetched.raw, self.unfolded), group="yaml", exclusive=True)
        return known[2] if known is not None else [Text("", "loading", "wait")]

    async def _write_yaml(self, raw: Mapping[str, Any], unfolded: bool) -> None:
        from tui.yamltext import yaml_entries

        entries = await asyncio.to_thread(yaml_entries, raw, unfolded)
        self._yaml = (raw, unfolded, entries)
        if self.fetched.raw is raw:
            self.redraw()

    def particulars(self) -> Sequence[Piece]:
        ref = self.opened.ref
        if ref is None:
            pieces = [("alert ", "dim"), (f"{clean(self.name_of_it) or 'resolved'} ", "strong")]
        else:
            name = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
            pieces = [(f"{clean(ref.kind.lower())} ", "dim"), (f"{clean(name)} ", "strong")]
        if self.yaml:
            pieces.append((" YAML ", "title.count"))
        if self.text.wanted:
            pieces.append((f" /{clean(self.text.wanted)} {self.text.found} found ", "title.filter"))
        return pieces

    def state(self) -> PaneState:
        trouble, ref = self.fetched.trouble, self.opened.ref
        fancy, plain_glyph, style = GLYPHS["partial" if trouble else "live"]
        keys = "Esc goes back" if ref is None else f"y {'summary' if self.yaml else 'YAML'}, Esc goes back"
        text = f"not complete; {keys}" if trouble else keys
        return PaneState("live", plain_glyph if self.session.ascii_only else fancy, style, text, ("", ""))

    def on_frame(self, frame: Frame) -> None:
        if self.display and frame:
            self.redraw()

    def on_second(self) -> None:
        if not self.display:
            return
        self._seconds += 1
        if self._seconds % EVERY == 0 and self.session.held_since is None:
            self.fetch()
        self.redraw()

    # -- what keys do

    def subject(self) -> Subject | None:
        target = self.text.target
        return target if isinstance(target, Subject) else None

    def toggle_yaml(self) -> None:
        """The description or the YAML, from its top."""
        self.yaml = not self.yaml
        self.text.begin()
        self.redraw()

    def toggle_folds(self) -> None:
        """Long lists and bookkeeping whole, or folded again."""
        self.unfolded = not self.unfolded
        self.redraw()

    def variant(self, action: str) -> bool:
        if action == "unfold":
            self.toggle_folds()
        elif action in ("copy", "copy_rows"):
            self.copy("name" if action == "copy" else "row")
        return action in ("unfold", "copy", "copy_rows")

    @property
    def copied(self) -> str:
        """All of it as text."""
        return "\n".join(plain(entry) for entry in self.text.entries)

    @property
    def name_of_it(self) -> str:
        """The name of what is open, as it is copied."""
        ref = self.opened.ref
        if ref is not None:
            return ref.name
        alert = self._alerts().get(self.opened.alert)
        return alert.name if alert is not None else ""

    def focus_target(self) -> Widget | None:
        return self.text

    def use_palette(self, palette: Mapping[str, Style]) -> None:
        super().use_palette(palette)
        self.text.palette = palette
