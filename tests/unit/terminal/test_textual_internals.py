"""Private names of Textual: when one goes away, the remedy that stands on it is silently off."""

import inspect
from pathlib import Path

import textual.app
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.drivers import _writer_thread, linux_driver
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from tui.terminal import driver
from tui.terminal.backlog import backlog


def test_names_that_are_replaced_are_looked_up_by_the_driver() -> None:
    source = inspect.getsource(linux_driver)
    assert "self._writer_thread = WriterThread(self._file)" in source
    assert 'getincrementaldecoder("utf-8")().decode' in source
    names = vars(linux_driver)
    assert names["WriterThread"] is driver.SafeWriterThread
    assert names["getincrementaldecoder"]("utf-8") is driver.LenientDecoder


def test_methods_that_are_overridden_exist() -> None:
    for name in (
        "_run_input_thread",
        "_sigtstp_application",
        "_sigcont_application",
        "_enable_mouse_support",
        "_enable_bracketed_paste",
        "_disable_line_wrap",
        "_get_terminal_size",
        "start_application_mode",
        "stop_application_mode",
        "resume_application_mode",
    ):
        assert callable(getattr(linux_driver.LinuxDriver, name))
    assert "self._run_input_thread" in inspect.getsource(linux_driver.LinuxDriver.start_application_mode)
    for name in ("_handle_exception", "_fatal_error", "_close_messages_no_wait", "panic", "get_driver_class"):
        assert callable(getattr(App, name))
    assert "self._fatal_error()" in inspect.getsource(App._handle_exception)


def test_attributes_of_driver_and_app() -> None:
    source = inspect.getsource(linux_driver.LinuxDriver) + inspect.getsource(Driver)
    for name in ("_file", "_writer_thread", "_auto_restart", "_loop", "_app", "fileno"):
        assert f"self.{name}" in source
    app = inspect.getsource(textual.app)
    for name in (
        "_driver",
        "_loop",
        "_thread_id",
        "_exit",
        "_running",
        "_closed",
        "_batch_count",
        "_previous_cursor_position",
    ):
        assert f"self.{name}" in app or f"app.{name}" in app


def test_frames_come_by_way_of_display() -> None:
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert "app._display(self, update)" in inspect.getsource(Screen)
    assert {"spans", "chops", "chop_ends"} <= set(vars(ChopsUpdate([], [], [])))
    assert {"strips", "region"} <= set(vars(LayoutUpdate([], Region())))


def test_a_frame_can_be_drawn_at_once() -> None:
    source = inspect.getsource(Screen._on_timer_update)
    assert "self._compositor.update_widgets(self._dirty_widgets)" in source
    assert "self._repaint_required = True" in inspect.getsource(Widget.refresh)


def test_a_compositor_renders_the_widgets_that_it_says_are_visible() -> None:
    assert "self._compositor = Compositor()" in inspect.getsource(Screen.__init__)
    assert "visible_widgets = self.visible_widgets" in inspect.getsource(Compositor._get_renders)
    assert "self._dirty_regions.copy()" in inspect.getsource(Compositor.render_partial_update)
    assert "self._cuts" in inspect.getsource(Compositor.cuts.fget)  # kept until the next layout


def test_backlog_counts_what_waits(tmp_path: Path) -> None:
    class Unstarted:
        _writer_thread = _writer_thread.WriterThread((tmp_path / "out").open("w"))  # not started: nothing is taken

    app = App[None]()
    assert backlog(app) == 0
    app._driver = Unstarted()  # type: ignore[assignment]
    assert backlog(app) == 0
    Unstarted._writer_thread.write("frame")
    assert backlog(app) == 1
    Unstarted._writer_thread._file.close()


def test_what_waits_for_the_link_is_drawn_by_the_compositor() -> None:
    assert "self._dirty_regions" in inspect.getsource(Compositor.render_partial_update)
    assert "screen_stack" in inspect.signature(Compositor.render_update).parameters
    assert isinstance(App._background_screens, property)
