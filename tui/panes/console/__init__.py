"""The PromQL console."""

from tui.panes.console.pane import ConsolePane

__all__ = ["ConsolePane"]
