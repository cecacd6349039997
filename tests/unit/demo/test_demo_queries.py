"""What the demo's console answers, against what the simulation itself knows; and when the engine is loaded."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from sources import courtesy
from sources.contract import Context, QueryError
from sources.demo import DemoConfig, DemoSource
from sources.demo.answers import LOOK, PAINTING
from sources.demo.catalog import CATALOG
from sources.demo.cluster import build
from sources.demo.scenarios import BY_NAME, DEFAULT
from sources.model import NANO
from sources.testing import ManualClock, settle
from tests.unit.demo.watching import START, watched

pytestmark = pytest.mark.usefixtures("inline_threads")


def demo() -> DemoSource:
    return DemoSource(DemoConfig(start=START), Context("demo", ManualClock(START)))


@pytest.mark.parametrize(
    ("query", "least"),
    [
        ("max_over_time(sum by (namespace) (rate(container_cpu_usage_seconds_total[5m]))[30m:1m])", 5),
        ("rate(node_cpu_seconds_total{mode='user',cpu='0'}[5m] offset 10m)", 12),
        (f"node_load1 @ {START - 600:.0f}", 12),
        ("node_load1 @ end()", 12),
        ("histogram_quantile(0.99, sum by (le, service) (rate(http_request_duration_seconds_bucket[5m])))", 9),
        ("label_replace(up, 'host', '$1', 'instance', '(.*):.*')", 20),
        ("label_join(up, 'target', '/', 'job', 'instance')", 20),
        (
            "sum by (namespace, pod, node) (rate(container_cpu_usage_seconds_total[5m])) "
            "* on (namespace, pod) group_left (created_by_kind) kube_pod_info",
            200,
        ),
        ("predict_linear(node_filesystem_avail_bytes[1h], 4 * 3600)", 12),
        ("deriv(node_memory_Active_bytes[10m])", 12),
        ("quantile_over_time(0.9, node_load1[10m])", 12),
        ("stddev by (job) (up)", 5),
        ("count_values('value', up)", 2),
        ("bottomk(3, node_load1)", 3),
        ("absent(nonexistent{job='x'})", 1),
        ("changes(kube_pod_status_phase{phase='Running',namespace='batch'}[1h]) > 0", 1),
        ("sort_desc(node_load1)", 12),
        ("node_load1 and on (node) kube_node_spec_unschedulable == 1", 1),
        ("up unless up == 1", 1),
        ("clamp_max(node_load1, 1)", 12),
        ("time() - timestamp(up)", 20),
        ("day_of_week()", 1),
        ("avg_over_time((node_load1 > bool 2)[10m:30s])", 12),
        ("sum(sum_over_time(up[5m])) by (job) / on (job) sum(count_over_time(up[5m])) by (job)", 5),
        ("{__name__=~'node_load.*', node!~'worker-a.*'}", 5),
    ],
)
async def test_the_console_answers_all_of_promql(query: str, least: int) -> None:
    source = demo()
    found = await source.query(query)
    await source.close()
    assert len(found.series) >= least


@pytest.mark.parametrize("query", ["limitk(2, node_load1)", "mad_over_time(node_load1[5m])"])
async def test_what_prometheus_has_behind_a_flag_is_refused_in_words(query: str) -> None:
    source = demo()
    with pytest.raises(QueryError, match=r"not supported by the embedded engine|is not enabled"):
        await source.query(query)
    await source.close()


async def test_a_rate_is_the_slope_that_the_simulation_knows() -> None:
    plan = build(1, 12, START, BY_NAME[DEFAULT])
    node = plan.nodes[3]
    source = demo()
    found = await source.query_range(
        f"sum by (node) (rate(node_cpu_seconds_total{{mode!='idle',node='{node.name}'}}[5m]))",
        START - 600, START - 600 + 90, 30.0,
    )  # fmt: skip
    await source.close()
    (series,) = found.series
    use = plan.node_cpu[node.name]
    for time, value in zip(series.times, series.values, strict=True):
        last = time // 30 * 30
        first = (time - 300) // 30 * 30 + 30  # (time - 5m, time]
        assert value == pytest.approx(use.integral(first, last) / NANO / (last - first), rel=1e-9)


async def test_a_quantile_lies_where_the_simulated_latencies_are() -> None:
    source = demo()
    found = await source.query(
        "histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{service='catalog'}[5m])))"
    )
    await source.close()
    # a Weibull distribution of shape 1.3 and scale 18 ms: its median is 18 ms * ln(2) ** (1/1.3)
    assert found.series[0].values[0] == pytest.approx(0.0136, abs=0.002)


async def test_a_join_brings_the_owner_of_each_pod() -> None:
    source = demo()
    found = await source.query(
        "count by (created_by_kind) (kube_pod_status_phase{namespace='payments',phase='Running'} "
        "* on (namespace, pod) group_left (created_by_kind) kube_pod_info == 1)"
    )
    await source.close()
    kinds = {dict(series.labels)["created_by_kind"]: series.values[0] for series in found.series}
    stateful = sum(
        each.replicas for each in CATALOG if each.namespace == "payments" and each.kind == "StatefulSet"
    )
    assert kinds["StatefulSet"] == stateful


async def test_offset_and_at_look_at_the_same_moment() -> None:
    source = demo()
    ago = await source.query("sum(node_load1 offset 10m)")
    fixed = await source.query(f"sum(node_load1 @ {START - 600:.0f})")
    then = await source.query("sum(node_load1)", at=START - 600)
    await source.close()
    assert ago.series[0].values == fixed.series[0].values == then.series[0].values


async def test_a_mistake_has_its_place() -> None:
    source = demo()
    with pytest.raises(QueryError) as caught:
        await source.query("sum(rate(up))")
    await source.close()
    assert (caught.value.line, caught.value.column) == (1, 10)


async def test_a_series_ends_with_its_pod() -> None:
    async with watched("pods", speed=20, scenario="node-not-ready") as watching:
        await watching.run(300 / 20)
        ask = watching.source.query
        lost = await ask("kube_node_spec_taint{key='node.kubernetes.io/unreachable'}")
        gone = await ask("count by (node) (node_load1)")
        node = dict(lost.series[0].labels)["node"]
        assert node not in {dict(series.labels)["node"] for series in gone.series}
        before = await ask(f"count_over_time(node_load1{{node='{node}'}}[10m])")
        assert 1 <= before.series[0].values[0] < 20


async def test_who_asks_while_a_screen_opens_waits_until_it_has_painted() -> None:
    async with watched("pods") as watching:
        await settle()
        asked = asyncio.create_task(watching.source.query("up"))
        await watching.clock.advance(PAINTING / 2)
        assert not asked.done()
        await watching.clock.advance(PAINTING / 2)
        assert (await asked).series


async def test_a_screen_that_paints_slowly_is_waited_for() -> None:
    async with watched("pods") as watching:
        await settle()
        courtesy.screen_opens()
        try:
            asked = asyncio.create_task(watching.source.query("up"))
            await watching.clock.advance(2 * PAINTING)
            assert not asked.done()
        finally:
            courtesy.screen_painted()
        await watching.clock.advance(LOOK)
        assert (await asked).series


def test_the_demo_opens_without_numpy() -> None:
    script = (
        "import asyncio, sys, tui.app, tui.oneshot.query\n"
        "from sources.demo import DemoConfig, DemoSource\n"
        "from sources.contract import Context\n"
        "async def main():\n"
        "    demo = DemoSource(DemoConfig(), Context('demo'))\n"
        "    async for batch in demo.pods():\n"
        "        if any(type(change).__name__ == 'Snapshot' for change in batch): break\n"
        "    async for batch in demo.alerts(): break\n"
        "    await demo.metadata()\n"
        "    await demo.close()\n"
        "asyncio.run(main())\n"
        "sys.exit('numpy' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


async def test_no_label_is_empty() -> None:
    """A pod that waits for a node has no node, and an empty label is none."""
    source = demo()
    (waiting,) = (await source.query("count(kube_pod_info{node=''})")).series
    assert waiting.values[-1] >= 1
    found = (await source.query("{__name__=~'kube_.*'}")).series
    assert [labels for each in found for labels in each.labels if not labels[1]] == []
    await source.close()
