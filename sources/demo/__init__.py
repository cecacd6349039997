"""An invented cluster with an incident under way: what `topmast demo` shows, and what tests and pictures use."""

from sources.demo.source import DemoConfig, DemoSource

__all__ = ["DemoConfig", "DemoSource"]
