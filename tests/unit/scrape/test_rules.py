"""Alerting and recording rules: files, `for` and `keep_firing_for`, templates, and the way into the feed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import yaml

from sources.contract import Snapshot, Status
from sources.model import Alert, Series
from sources.scrape.alerting import Duplicate, RuleState
from sources.scrape.rulefiles import RuleDef, load, parsed
from sources.scrape.templates import expanded
from tests.unit.scrape.staged import METRICS, Staged, source

FILE = """
groups:
- name: node
  interval: 30s
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
    labels: {kind: recorded}
  - alert: TargetDown
    expr: job:up:sum == 0
    for: 1m
    keep_firing_for: 2m
    labels: {severity: critical}
    annotations: {summary: "{{ $labels.job }} is at {{ $value }}"}
"""


def test_groups_are_read_with_their_times() -> None:
    wrong: list[str] = []
    (group,) = parsed(yaml.safe_load(FILE), "file", wrong)
    assert wrong == []
    assert (group.key, group.interval) == ("file: node", 30.0)
    record, alert = group.rules
    assert (record.record, record.labels) == ("job:up:sum", (("kind", "recorded"),))
    assert (alert.name, alert.hold, alert.keep) == ("TargetDown", 60.0, 120.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "x: expected a list of groups"),
        ("groups: [1]", "x: group 1: expected a name and a list of rules"),
        ("groups: [{name: g, rules: [{alert: A}]}]", "x: g: A: expected alert or record, and expr"),
        ("groups: [{name: g, rules: [{alert: A, record: B, expr: up}]}]", "expected alert or record"),
        (
            "groups: [{name: g, rules: [{alert: A, expr: up, for: soon}]}]",
            'x: g: A: not a valid duration string: "soon"',
        ),
        ("groups: [{name: g, interval: 1x, rules: []}]", 'interval: unknown unit "x"'),
        ("groups: [{name: g, rules: [7]}]", "x: g: a rule is not a mapping"),
    ],
)
def test_what_is_no_rule_is_named_with_its_place(text: str, says: str) -> None:
    wrong: list[str] = []
    parsed(yaml.safe_load(text), "x", wrong)
    assert len(wrong) == 1
    assert says in wrong[0]


async def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("groups:\n- name: [\n")
    loaded = await load(["/nowhere.yml", str(bad)], None)
    assert loaded.groups == ()
    assert loaded.wrong[0] == "/nowhere.yml: cannot be read: No such file or directory"
    assert "line 3: not YAML" in loaded.wrong[1]


def element(value: float, **labels: str) -> Series:
    return Series(tuple(sorted(labels.items())), (0.0,), (value,))


def states(rule: RuleState) -> dict[str, str]:
    return {alert.label("i", "-"): alert.state for alert in rule.alerts()}


def test_an_alert_is_pending_for_its_time_and_then_fires() -> None:
    rule = RuleState(RuleDef("A", "x > 0", hold=60))
    rule.update([element(1, __name__="x", i="1")], 0)
    assert states(rule) == {"1": "pending"}
    rule.update([element(2, __name__="x", i="1"), element(1, __name__="x", i="2")], 59)
    assert states(rule) == {"1": "pending", "2": "pending"}
    rule.update([element(3, __name__="x", i="1")], 60)
    assert states(rule) == {"1": "firing"}, "what is gone while pending was never an alert"
    (alert,) = rule.alerts()
    assert (alert.since, alert.value, alert.rule, alert.origin) == (0, "3", "x > 0", "topmast")
    assert alert.labels == (("alertname", "A"), ("i", "1"))
    rule.update([], 61)
    assert states(rule) == {}


def test_without_for_it_fires_at_once() -> None:
    rule = RuleState(RuleDef("A", "x"))
    rule.update([element(1)], 0)
    assert states(rule) == {"-": "firing"}


def test_it_keeps_firing_for_its_time_and_begins_anew_when_it_is_back() -> None:
    rule = RuleState(RuleDef("A", "x", keep=100))
    rule.update([element(1)], 0)
    rule.update([], 10)
    rule.update([], 109)
    assert states(rule) == {"-": "firing"}
    rule.update([element(1)], 109.5)
    rule.update([], 110)
    rule.update([], 209)
    assert states(rule) == {"-": "firing"}
    rule.update([], 210)
    assert states(rule) == {}


def test_the_rules_own_labels_go_before_and_are_templates() -> None:
    rule = RuleState(
        RuleDef("A", "x", labels=(("severity", "page"), ("team", "{{ $labels.ns }}-team"), ("i", "")))
    )
    rule.update([element(1, i="1", ns="shop", severity="low")], 0)
    (alert,) = rule.alerts()
    assert dict(alert.labels) == {"alertname": "A", "ns": "shop", "severity": "page", "team": "shop-team"}


def test_two_elements_that_become_one_alert_are_an_error() -> None:
    rule = RuleState(RuleDef("A", "x", labels=(("i", ""),)))
    with pytest.raises(Duplicate, match="same labelset after applying alert labels"):
        rule.update([element(1, i="1"), element(1, i="2")], 0)
    assert rule.alerts() == []


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("plain", 1, "plain"),
        ("{{ $labels.pod }} at {{$value}}", 0.5, "web at 0.5"),
        ("{{ .Labels.pod }} {{ .Value }}", 2, "web 2"),
        ("{{ $labels.nothing }}!", 1, "!"),
        ("{{ $value | humanizePercentage }}", 0.1234, "12.34%"),
        ("{{ $value | humanize }}", 12345678, "12.35M"),
        ("{{ $value | humanize }}", 0.00012, "120u"),
        ("{{ $value | humanize1024 }}B", 1536, "1.5kiB"),
        ("{{ $value | humanizeDuration }}", 93784, "1d 2h 3m 4s"),
        ("{{ $value | humanizeDuration }}", 0.25, "250ms"),
        ('{{ printf "%.2f" $value }}%', 1 / 3, "0.33%"),
        ('{{ $value | printf "%.1f" }}', 2, "2.0"),
        ('{{ index $labels "pod" }}', 1, "web"),
        ("{{ $value }}", float("nan"), "NaN"),
        ('{{ with query "up" }}x{{ end }}', 1, '{{ with query "up" }}x{{ end }}'),
        ("{{ $labels.pod | toUpper }}", 1, "{{ $labels.pod | toUpper }}"),
    ],
)
def test_templates(text: str, value: float, shown: str) -> None:
    assert expanded(text, {"pod": "web"}, value) == shown


async def test_rules_of_files_and_objects_end_up_in_the_feed(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(FILE)
    staged = Staged()
    for what in ("nodes", "services", "pods"):
        staged.items(f"/api/v1/{what}")
    rules = [
        {"alert": "Requests", "expr": "reqs_total > 1", "labels": {"severity": "info"}},
        {"alert": "Wrong", "expr": "sum("},
    ]
    item = {"metadata": {"name": "r", "namespace": "shop"}, "spec": {"groups": [{"name": "g", "rules": rules}]}}
    staged.items("/apis/monitoring.coreos.com/v1/prometheusrules", item)

    def exporters(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=METRICS) if request.url.host == "good" else httpx.Response(500)

    scrape = source(
        staged, exporters, urls=("http://good",), pushgateways=("http://bad",), rules=(str(file),), usage=False
    )
    feed = scrape.alerts()
    await anext(feed)
    batch = await anext(feed)
    (snapshot,) = [change for change in batch if isinstance(change, Snapshot)]
    found = {each.name: each for each in snapshot.objects if isinstance(each, Alert)}
    assert {name: each.state for name, each in found.items()} == {"TargetDown": "pending", "Requests": "firing"}
    assert found["TargetDown"].annotation("summary") == "pushgateway is at 0"
    (status,) = [change for change in batch if isinstance(change, Status)]
    assert status.state == "partial"
    assert status.missing == ("Wrong: parse error: unclosed left parenthesis",)
    assert [dict(each.labels)["alertstate"] for each in (await scrape.query("ALERTS")).series] == [
        "firing",
        "pending",
    ]
    recorded = (await scrape.query('job:up:sum{kind="recorded"}')).series
    assert {dict(each.labels)["job"]: each.values[-1] for each in recorded} == {"scrape": 1.0, "pushgateway": 0.0}
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    await scrape.close()
