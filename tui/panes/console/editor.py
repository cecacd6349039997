"""The line in which a query is typed: its colours, its completion, and text of many lines that is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style
from textual.events import Key

from tui.panes.console.highlight import one_line, painted
from tui.panes.console.lore import Lore
from tui.panes.console.offers import Offer, offered
from tui.panes.console.wanted import Wanted, wanted
from tui.widgets.choices import Choice, Choices
from tui.widgets.prompt import Prompt

SIGN = "> "


class QueryEditor(Prompt):
    """A prompt for PromQL. Tab opens a list of completions, Tab and Shift-Tab (or the arrows) choose, Enter takes
    the chosen one, Esc closes the list; typing goes on meanwhile. Whatever is typed is sent as it stands."""

    DEFAULT_CSS = "QueryEditor { height: 1; }"

    def __init__(self, palette: Mapping[str, Style], choices: Choices) -> None:
        super().__init__(palette, sign=SIGN)
        self.paint = painted
        self.lore: Lore | None = None
        self._choices = choices
        self._want = Wanted()
        self._offers: Sequence[Offer] = ()
        self._at = 0
        self._note = ""

    @property
    def completing(self) -> bool:
        """Whether the list is open."""
        return self._choices.is_open

    @property
    def units(self) -> Mapping[str, str]:
        """The units that metrics state themselves, as far as their metadata have been read."""
        found = self.lore.metadata if self.lore is not None else {}
        return {name: each.unit for name, each in found.items() if each.unit}

    def mistake(self) -> tuple[str, int] | None:
        """What our parser finds wrong with what is typed, and the character where it is."""
        from tui.panes.console.reading import mistake  # here, for the parser: most sessions begin without typing

        return mistake(self.value)

    def open(self, sign: str, value: str = "", hint: object = None) -> None:
        """Ask anew."""
        self._choices.close()
        super().open(sign, one_line(value))

    def take_key(self, event: Key) -> bool:
        """The list's keys while it is open, else those of the line."""
        key = event.key
        if not self.completing:
            if key == "tab":
                self._begin()
                return True
            return super().take_key(event)
        if key in ("tab", "down", "shift+tab", "up"):
            self._choose(1 if key in ("tab", "down") else -1)
        elif key == "enter" and self._offers:
            self._accept(self._offers[self._at])
        elif key == "escape":
            self._choices.close()
        else:
            if key == "enter":
                self._choices.close()
            taken = super().take_key(event)
            if taken and key != "enter":
                self.refresh_offers(restart=True)
            return taken
        return True

    def take_paste(self, text: str) -> None:
        """Lines become one, comments go: they would hide what follows them."""
        self._choices.close()
        self.insert(one_line(text))

    # -- the list

    def refresh_offers(self, restart: bool = False) -> None:
        """Offers again: something was typed (`restart`), or the server answered. Closes where nothing fits."""
        if not self.completing:
            return
        chosen = self._offers[self._at].text if self._offers and not restart else ""
        self._want = wanted(self.value, self.caret)
        if not self._want.kind:
            self._choices.close()
            return
        self._gather()
        self._at = next((i for i, offer in enumerate(self._offers) if offer.text == chosen), 0)
        self._show()

    def _begin(self) -> None:
        self._want = wanted(self.value, self.caret)
        if not self._want.kind:
            return
        self._at = 0
        self._gather()
        if len(self._offers) == 1 and not self._note:
            self._accept(self._offers[0])
        else:
            self._show()

    def _gather(self) -> None:
        want = self._want
        known = self.lore.known(want) if self.lore is not None else None
        names = known.names if known is not None else ()
        self._note = known.note if known is not None else ""
        metadata = self.lore.metadata if self.lore is not None else {}
        self._offers = offered(want, names, metadata, self.value[want.end :])

    def _show(self) -> None:
        choices = [Choice(offer.shown, offer.kind, offer.detail) for offer in self._offers]
        self._choices.show(choices, self._at, self._note)

    def _choose(self, step: int) -> None:
        if self._offers:
            self._at = (self._at + step) % len(self._offers)
            self._show()

    def _accept(self, offer: Offer) -> None:
        self._choices.close()
        self.replace(self._want.start, self._want.end, offer.text)
        if offer.text.endswith('="'):
            self._begin()  # a label goes on with its values
