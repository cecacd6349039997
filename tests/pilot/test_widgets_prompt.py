"""The prompt edits, remembers, hints, and sends few cells."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.geometry import Region

from tests.pilot.sent import Sent
from tui.widgets.prompt import Prompt


class Watched(Sent, Prompt):
    """Notes what is sent again."""


class Screen(App[None]):
    """One prompt, and a binding that typing must not reach."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "note_q"), Binding("f2", "note_f2")]

    def __init__(self) -> None:
        super().__init__()
        self.prompt = Watched()
        self.told: list[tuple[str, str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.prompt

    def action_note_q(self) -> None:
        self.told.append(("q", "", ""))

    def action_note_f2(self) -> None:
        self.told.append(("f2", "", ""))

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        self.told.append(("submitted", message.sign, message.value))

    def on_prompt_cancelled(self, message: Prompt.Cancelled) -> None:
        self.told.append(("cancelled", message.sign, message.value))

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        self.told.append(("changed", message.sign, message.value))


async def test_typing_tells_each_change_and_submits() -> None:
    app = Screen()
    async with app.run_test(size=(40, 3)) as pilot:
        app.prompt.open("/")
        app.prompt.focus()
        await pilot.press("q", "x", "left", "backspace", "enter", "f2", "escape")
        assert app.told == [
            ("changed", "/", "q"), ("changed", "/", "qx"), ("changed", "/", "x"), ("submitted", "/", "x"),
            ("f2", "", ""), ("cancelled", "/", "x"),
        ]  # fmt: skip
        assert app.prompt.plain == ["/x"]


async def test_one_key_sends_a_few_cells_of_one_line() -> None:
    app = Screen()
    async with app.run_test(size=(40, 3)) as pilot:
        app.prompt.open(":", "pods")
        app.prompt.focus()
        await pilot.pause()
        app.prompt.sent.clear()
        await pilot.press("home")
        await pilot.press("right")
        assert None not in app.prompt.sent
        assert all(region is not None and region.height == 1 for region in app.prompt.sent)
        assert app.prompt.take_first() == (Region(0, 0, 40, 1),), "which goes before all else of its frame"


async def test_history_is_kept_for_each_sign() -> None:
    app = Screen()
    async with app.run_test(size=(40, 3)) as pilot:
        prompt = app.prompt
        prompt.set_history(":", ["pods", "nodes"])
        prompt.open(":", "dra")
        prompt.focus()
        await pilot.press("up", "up", "up")
        assert prompt.value == "pods"
        await pilot.press("down", "down", "down")
        assert prompt.value == "dra"
        await pilot.press("enter")
        assert prompt.history(":").lines == ["pods", "nodes", "dra"]
        prompt.open("/")
        await pilot.press("up")
        assert prompt.value == ""


async def test_hint_is_shown_and_taken() -> None:
    app = Screen()
    async with app.run_test(size=(40, 3)) as pilot:
        app.prompt.open(":", "", lambda text: "namespace" if "namespace".startswith(text) else None)
        app.prompt.focus()
        await pilot.press("n", "a")
        assert app.prompt.plain == [":namespace"]
        assert app.prompt.value == "na"
        await pilot.press("tab")
        assert app.prompt.value == "namespace"
        await pilot.press("x")
        assert app.prompt.suggestion == ""


async def test_long_and_wide_text_scrolls_with_the_caret() -> None:
    app = Screen()
    async with app.run_test(size=(12, 3)) as pilot:
        prompt = app.prompt
        prompt.focus()
        prompt.open(":", "")
        prompt.post_message(Paste("가나다라마바사아자차카타파하"))
        await pilot.pause()
        for key in ("left",) * 14 + ("right",) * 14:
            await pilot.press(key)
            assert prompt.render_line(0).cell_length == 12
            assert prompt.plain[0].startswith(":")
            assert any(style == "prompt.caret" for _, style in prompt.lines[0].pieces)
            assert 0 < prompt._caret_cell < 12
        assert prompt.plain[0].endswith("하")
