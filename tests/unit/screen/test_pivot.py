"""Where an alert turns the panes."""

from __future__ import annotations

from sources.contract import Batch, Upsert
from sources.model import Alert, ObjectRef, Owner
from sources.rules.alerts import DisplayAlert, join
from sources.world import World
from tests.pilot.staged import NOW, node, pod
from tui.pivot import alerts_about, turn_to

OWNER = Owner("Deployment", "web")


def world() -> World:
    made = World()
    rows = (
        node("n1", internal_ip="10.0.0.1"),
        pod("shop/web-1", node="n1", owner=OWNER),
        pod("shop/web-2", node="n1", owner=OWNER),
    )
    made.apply(Batch("k", "pods", NOW, tuple(Upsert(row) for row in rows)))
    return made


def alert(rule: str = "", **labels: str) -> DisplayAlert:
    pairs = tuple(sorted({"alertname": "A", **labels}.items()))
    return join([Alert("prometheus", "f", pairs, "firing", rule=rule)], [])[0]


def test_a_pod_with_its_siblings_its_node_and_its_namespace() -> None:
    turn = turn_to(alert(namespace="shop", pod="web-1", rule="x > 1"), world())
    assert turn is not None
    assert (turn.what, turn.active, turn.namespaces) == ("shop/web-1", "pods", ("shop",))
    assert turn.filters == {"pods": "owner:Deployment/web$", "events": "name:/web"}
    assert turn.cursors == {"pods": "shop/web-1", "nodes": "n1"}
    assert (turn.expr, turn.labels) == ("x > 1", {"namespace": "shop", "pod": "web-1"})


def test_a_pod_that_is_gone_still_says_where_it_was() -> None:
    turn = turn_to(alert(namespace="shop", pod="old.1"), world())
    assert turn is not None
    assert (turn.namespaces, turn.filters, turn.cursors) == (("shop",), {"events": "name:/old[.]1"}, {})


def test_a_node_by_name_or_by_the_address_of_its_exporter() -> None:
    for labels in ({"node": "n1"}, {"instance": "10.0.0.1:9100"}):
        turn = turn_to(alert(**labels), world())
        assert turn is not None
        assert (turn.what, turn.active, turn.namespaces) == ("node n1", "nodes", ())
        assert turn.filters == {"pods": "node:^n1$", "events": "name:/n1$"}
        assert turn.cursors == {"nodes": "n1"}


def test_a_workload_a_namespace_a_rule_alone_and_nothing() -> None:
    workload = turn_to(alert(namespace="shop", deployment="web"), world())
    assert workload is not None
    assert (workload.what, workload.filters["pods"]) == ("shop/web", "owner:Deployment/web$")
    space = turn_to(alert(namespace="shop"), world())
    assert space is not None
    assert (space.what, space.active, space.namespaces, space.filters) == ("shop", "pods", ("shop",), {})
    rule = turn_to(alert(rule="vector(1)"), world())
    assert rule is not None
    assert (rule.active, rule.namespaces, rule.expr) == ("console", None, "vector(1)")
    assert turn_to(alert(), world()) is None


def test_names_that_are_none_make_no_filter() -> None:
    for bad in ("a b", "x" * 5000, "a'b", "[("):
        turn = turn_to(alert(namespace="shop", pod=bad), world())
        assert turn is not None
        assert turn.filters == {}


def test_the_alerts_about_an_object() -> None:
    mine, other = alert(namespace="shop", pod="web-1"), alert(namespace="pay", pod="web-1")
    assert alerts_about([mine, other], ObjectRef("Pod", "web-1", "shop")) == [mine]
    assert alerts_about([mine], ObjectRef("Deployment", "web-1", "shop")) == []
