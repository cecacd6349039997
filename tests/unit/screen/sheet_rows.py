"""Rows for the tests of tables, and ways to look at one cell."""

from __future__ import annotations

from typing import Any

from sources.model import Alert, PodUsage, Silence
from sources.rules.alerts import DisplayAlert, join
from tests.pilot.staged import NOW
from tui.sheets.alerts import ALERTS
from tui.sheets.events import EVENTS
from tui.sheets.nodes import NODES
from tui.sheets.pods import PODS
from tui.sheets.sheet import Look, Sheet

LOOK = Look(NOW)
SHEETS: tuple[Sheet[Any], ...] = (NODES, PODS, EVENTS, ALERTS)
MI = 1024 * 1024
CORE = 1_000_000_000


def alert(name: str = "Down", state: str = "firing", origin: str = "prometheus", **more: Any) -> Alert:
    labels = {"alertname": name, **more.pop("labels", {})}
    return Alert(origin, more.pop("fingerprint", name), tuple(sorted(labels.items())), state, **more)  # type: ignore[arg-type]


def shown(*alerts: Alert, silences: tuple[Silence, ...] = ()) -> DisplayAlert:
    return join(alerts, silences)[0]


def usage(key: str = "shop/a", cpu: int = CORE // 4, memory: int = 128 * MI, at: float | None = NOW) -> PodUsage:
    namespace, name = key.split("/")
    return PodUsage(namespace, name, cpu, memory, at, 15.0)


def cell(sheet: Sheet[Any], row: Any, column: str, look: Look = LOOK) -> str:
    return sheet.texts(row, look)[column]


def style(sheet: Sheet[Any], row: Any, column: str, look: Look = LOOK) -> str:
    place = [field.column.key for field in sheet.fields].index(column)
    return sheet.cells(row, look)[place][1]
