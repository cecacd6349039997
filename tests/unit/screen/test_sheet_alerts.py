"""The table of alerts: what its cells say, how they look, sort and are found."""

from __future__ import annotations

import pytest

from sources.model import Silence
from sources.rules.alerts import join
from sources.world.filters import parse_filter
from tests.pilot.staged import NOW
from tests.unit.screen.sheet_rows import LOOK, alert, cell, shown, style
from tui.sheets.alerts import ALERTS, MARKS, AlertLine
from tui.sheets.alerts import about as alert_about
from tui.sheets.sheet import Filtered, Look, order


def test_every_alert_state_has_a_glyph_and_a_letter_of_its_own() -> None:
    assert len({fancy for fancy, _ in MARKS.values()}) == len(MARKS)
    assert len({plain for _, plain in MARKS.values()}) == len(MARKS)
    assert all(plain.isascii() for _, plain in MARKS.values())


def test_a_silenced_alert_says_for_how_long() -> None:
    silence = Silence("s1", "active", (), NOW - 60, NOW + 3 * 3600, "ada", "known")
    row = AlertLine(shown(alert(origin="alertmanager", silenced_by=("s1",)), silences=(silence,)))
    assert cell(ALERTS, row, "state") == "○ silenced 3h"
    assert cell(ALERTS, row, "state", Look(NOW, "ascii")) == "s silenced 3h"
    assert style(ALERTS, row, "state") == "dim"


@pytest.mark.parametrize(
    ("severity", "state", "expected"),
    [
        ("critical", "firing", "bad"),
        ("page", "firing", "bad"),
        ("warning", "firing", "warn"),
        ("", "firing", "warn"),
        ("info", "firing", ""),
        ("critical", "pending", "wait"),
    ],
)
def test_an_alert_looks_as_grave_as_it_is(severity: str, state: str, expected: str) -> None:
    row = AlertLine(shown(alert(state=state, labels={"severity": severity} if severity else {})))
    assert style(ALERTS, row, "state") == expected


def test_the_heartbeat_is_no_trouble() -> None:
    assert style(ALERTS, AlertLine(shown(alert("Watchdog", labels={"severity": "critical"}))), "state") == "dim"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"namespace": "shop", "pod": "web-1", "instance": "10.0.0.1:80"}, "shop/web-1"),
        ({"namespace": "monitoring", "node": "worker-1"}, "worker-1"),
        ({"instance": "10.0.0.1:9100"}, "10.0.0.1:9100"),
        ({"namespace": "shop"}, "shop"),
        ({}, "-"),
    ],
)
def test_what_an_alert_is_about(labels: dict[str, str], expected: str) -> None:
    assert alert_about(shown(alert(labels=labels))) == expected


def test_alerts_sort_the_gravest_first_by_default() -> None:
    found = join(
        [
            alert("b", labels={"severity": "warning"}, since=NOW),
            alert("a", labels={"severity": "critical"}, since=NOW - 60),
            alert("c", state="pending", labels={"severity": "critical"}, since=NOW),
        ]
    )
    rank = ALERTS.field("state").rank
    assert rank is not None
    ordered = sorted(map(AlertLine, found), key=lambda row: order(rank(row), False))
    assert [row.alert.name for row in ordered] == ["a", "c", "b"]


@pytest.mark.parametrize("text", ["severity:critical", "critical", "severity:^crit", "!warning", "-l team=web"])
def test_an_alert_is_found_by_its_severity_as_it_is_written(text: str) -> None:
    row = AlertLine(shown(alert(labels={"severity": "critical", "team": "web"})))
    assert parse_filter(text, ALERTS.names)(Filtered(row, ALERTS, LOOK))
