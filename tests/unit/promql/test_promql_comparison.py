"""What an alerting rule measures, and its threshold."""

from __future__ import annotations

import pytest

from sources.promql.comparison import Condition, condition

LABELS = {"namespace": "shop", "pod": 'a"b'}
BOTH = '{namespace="shop", pod="a\\"b"}'


@pytest.mark.parametrize(
    ("text", "measured", "thresholds"),
    [
        ("a > 5", "a", (5.0,)),
        ("5 <= a", "a", (5.0,)),
        ("(sum by (pod) (rate(a[5m])) * 100) > 60 * 15", "sum by (pod) (rate(a[5m])) * 100", (900.0,)),
        ("a < -(25 / 100)", "a", (-0.25,)),
        ("1 < a < 9", "a", (1.0, 9.0)),
        ("a > bool 3", "a", (3.0,)),
        ("a > 1 and on (pod) b > 2", "a", (1.0,)),
        ("a\n  > 3", "a", (3.0,)),
        ("a > b", "a > b", ()),
        ("a > 1 / 0", "a > 1 / 0", ()),
        ("absent(up)", "absent(up)", ()),
        ("1 > 2", "1 > 2", ()),
        ("a or b > 5", "a or b > 5", ()),
        ("a >", "a >", ()),
        ("", "", ()),
        ("(" * 5000, "(" * 5000, ()),
    ],
)
def test_condition(text: str, measured: str, thresholds: tuple[float, ...]) -> None:
    assert condition(text) == Condition(measured, thresholds)


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("a > 5", f"a{BOTH}"),
        ('a{pod="x"} > 5', 'a{namespace="shop", pod="x"}'),
        ("a{} offset 5m > 5", f"a{BOTH} offset 5m"),
        ("rate(a[5m]) / b > 5", f"rate(a{BOTH}[5m]) / b{BOTH}"),
        ("sum by (pod) (a) > 5", 'sum by (pod) (a{pod="a\\"b"})'),
        ("sum(a) > 5", "sum(a)"),
        ("a * on (pod) group_left (namespace) b > 5", 'a{pod="a\\"b"} * on (pod) group_left (namespace) b'),
        ("a and b", f"a{BOTH}"),
        ('label_replace(a, "pod", "$1", "x", ".*") > 5', 'label_replace(a, "pod", "$1", "x", ".*")'),
        ("absent(a) > 0", "absent(a)"),
        ('{__name__="a"} > 5', '{__name__="a"}'),
        ("max_over_time(a[5m:1m]) > 5", f"max_over_time(a{BOTH}[5m:1m])"),
    ],
)
def test_narrowed_to_one_alert_only_where_that_is_certain(text: str, measured: str) -> None:
    assert condition(text, LABELS).measured == measured
