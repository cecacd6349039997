"""What a query says about its answer: its unit, and the limits it compares with."""

from __future__ import annotations

import pytest

from tui.panes.console.highlight import LONGEST
from tui.panes.console.measures import PLAIN, Measure
from tui.panes.console.reading import limits
from tui.panes.console.units import measure

BYTES, RATE, SECONDS, SHARE = Measure("iec", "B"), Measure("si", "/s"), Measure("duration"), Measure("percent")
TRAFFIC = Measure("iec", "B/s")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("container_memory_working_set_bytes", BYTES),
        ("sum by (ns) (node_filesystem_avail_bytes{x='y'})", BYTES),
        ("max_over_time(a_bytes[1h])", BYTES),
        ("a_bytes > 1000", BYTES),
        ("rate(node_network_receive_bytes_total[5m])", TRAFFIC),
        ("deriv(a_bytes[5m])", TRAFFIC),
        ("increase(a_bytes_total[5m])", BYTES),
        ("rate(http_requests_total[5m])", RATE),
        ("sum(irate(x_total[1m])) + sum(rate(y_total[1m]))", RATE),
        ("rate(a_seconds_total[5m])", PLAIN),
        ("increase(http_requests_total[5m])", PLAIN),
        ("count(a_bytes)", PLAIN),
        ("count_over_time(a_bytes[5m])", PLAIN),
        ("a_bytes > bool 5", PLAIN),
        ("up", PLAIN),
        ("a_bytes / b_bytes", SHARE),
        ("1 - a_bytes / b_bytes", SHARE),
        ("rate(errors_total[5m]) / rate(requests_total[5m])", SHARE),
        ("disk_used_ratio", SHARE),
        ("instance:node_memory_utilisation:ratio", SHARE),
        ("100 * a_bytes / b_bytes", PLAIN),
        ("100 * (a_bytes / b_bytes)", Measure("si", "%")),
        ("100 * (1 - a_bytes / b_bytes)", Measure("si", "%")),
        ("histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))", SECONDS),
        ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", SECONDS),
        ("rate(x_bytes_sum[5m]) / rate(x_bytes_count[5m])", BYTES),
        ("rate(x_seconds_count[5m])", RATE),
        ("time() - node_boot_time_seconds", SECONDS),
        ("time() - max(kube_job_status_start_time)", SECONDS),
        ("node_boot_time_seconds", PLAIN),
        ("ns:container_cpu_usage_seconds:sum_irate", PLAIN),
        ("cluster:network_bytes:rate5m", TRAFFIC),
        ('kube_pod_container_resource_limits{resource="memory"}', BYTES),
        ("a_bytes / 1024", PLAIN),
        ("a_bytes * 8", PLAIN),
        ("a_bytes + b_seconds", PLAIN),
        ("sqrt(a_bytes)", PLAIN),
        ("pi()", PLAIN),
        ("vector(1)", PLAIN),
        ('"text"', PLAIN),
        ("this is (no query", PLAIN),
        ("", PLAIN),
    ],
)
def test_the_unit_of_an_answer(query: str, wanted: Measure) -> None:
    assert measure(query) == wanted


def test_the_unit_of_the_metadata_goes_before_the_name() -> None:
    assert measure("heap", {"heap": "bytes"}) == BYTES
    assert measure("rate(heap_total[5m])", {"heap": "bytes"}) == TRAFFIC
    assert measure("odd_seconds", {"odd_seconds": "bytes"}) == BYTES
    assert measure("odd_seconds", {"odd_seconds": "furlongs"}) == PLAIN, "what we cannot write has no unit"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("a / b > 0.9", [0.9]),
        ("(a / b) >= 5 * 60", [300]),
        ("-1 < a", [-1]),
        ("(a > 1) or b > 2", [1, 2]),
        ("a > 1 and b > 2", [1]),
        ("a > 1 unless b", [1]),
        ("up == 0", [0]),
        ("a > bool 1", []),
        ("a > b", []),
        ("1 > bool 2", []),
        ("a > 1 / 0", []),
        ("sum(a > 5)", []),
        ("a > 9e999", []),
        ("a >", []),
    ],
)
def test_the_limits_in_a_query(query: str, found: list[float]) -> None:
    assert limits(query) == found


def test_a_query_that_is_too_long_to_read_is_only_sent() -> None:
    assert limits("a + " * LONGEST + "a > 1") == []
    assert limits("(" * 500 + "a > 1" + ")" * 500) == [], "and one that is nested too deeply"
