"""The configuration: typed sections, where each value came from, and errors that name file, line and key."""

from sources.choices import THEMES
from sources.config.check import nearest
from sources.config.document import ConfigError
from sources.config.layers import settle, shown
from sources.config.paths import config_path, state_path
from sources.config.shape import Layout, Namespaces, Pins, Settings, Ui, compiled

__all__ = [
    "THEMES",
    "ConfigError",
    "Layout",
    "Namespaces",
    "Pins",
    "Settings",
    "Ui",
    "compiled",
    "config_path",
    "nearest",
    "settle",
    "shown",
    "state_path",
]
