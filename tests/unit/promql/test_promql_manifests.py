"""Expressions of rules and dashboards, as the bench of queries takes them from manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sources.promql import parse
from tests.bench.promql_manifests import expressions, substituted


@pytest.mark.parametrize(
    ("expr", "plain"),
    [
        ("rate(x[$__rate_interval])", "rate(x[5m])"),
        ("rate(x[${__rate_interval}])", "rate(x[5m])"),
        ("max_over_time(x[$__range:$__interval])", "max_over_time(x[30m:1m])"),
        ("increase(x[$interval]) / rate(y[[[interval]]])", "increase(x[5m]) / rate(y[5m])"),
        (
            'x{cluster="$cluster", namespace="$namespace", pod="$pod"}',
            'x{cluster="", namespace="shop", pod="pod-1"}',
        ),
        ('x{instance=~"$instance", job!~"${job:regex}"}', 'x{instance=~".+|", job!~".+|"}'),
        ('x{instance="$instance:9100"}', 'x{instance="instance-1:9100"}'),
        ("topk($top, x)", "topk(5, x)"),
        ('label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'),
    ],
)
def test_variables_have_values(expr: str, plain: str) -> None:
    assert substituted(expr) == plain
    parse(plain)


def test_rules_and_dashboards_are_found_wherever_they_are(tmp_path: Path) -> None:
    rule = {"kind": "PrometheusRule", "spec": {"groups": [{"rules": [{"alert": "A", "expr": "up == 0"}]}]}}
    board = {"rows": [{"panels": [{"targets": [{"expr": "rate(x[$__rate_interval])"}, {"expr": "up == 0"}]}]}]}
    maps = {"kind": "ConfigMapList", "items": [{"kind": "ConfigMap", "data": {"x.json": json.dumps(board)}}]}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump_all([rule, {"kind": "Service"}]))
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "all.yaml").write_text(yaml.safe_dump(maps))
    (tmp_path / "z.json").write_text(json.dumps({"panels": [{"targets": [{"expr": "vector(1)"}]}]}))
    assert expressions(tmp_path) == ["rate(x[5m])", "up == 0", "vector(1)"]


def test_a_folder_without_any_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no rules and no dashboards"):
        expressions(tmp_path)
