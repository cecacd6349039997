"""The World: folding, indexes, what changed, trends and the past."""

import random
from dataclasses import dataclass
from typing import Any

import pytest

from sources.contract import Batch, Change, Delete, Snapshot, Status, Upsert
from sources.model import Alert, Event, NodeUsage, ObjectRef, Owner, Pod, PodUsage
from sources.world import History, World, tables


@dataclass
class Told:
    """Feeds batches to a World, one second apart."""

    world: World
    at: float = 1_700_000_000.0

    def __call__(self, *changes: Change, source: str = "k", feed: str = "pods") -> None:
        self.at += 1
        self.world.apply(Batch(source, feed, self.at, changes))


def pod(name: str, namespace: str = "a", node: str = "n1", **more: object) -> Pod:
    return Pod(namespace, name, node=node, owner=Owner("Deployment", "web"), **more)  # type: ignore[arg-type]


def names(pods: object) -> set[str]:
    return {row.name for row in pods}  # type: ignore[attr-defined]


def test_an_upsert_moves_a_pod_between_the_indexes() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x", node="n1")))
    tell(Upsert(pod("x", node="n2")))
    assert names(world.pods_on("n1")) == set()
    assert names(world.pods_on("n2")) == {"x"}
    assert world.count_pods_on("n1") == 0
    assert names(world.pods_in("a")) == {"x"}
    assert names(world.pods_of("a", Owner("Deployment", "web"))) == {"x"}


def test_a_deleted_pod_leaves_every_index() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")))
    tell(Delete("pod", "a/x"))
    assert len(world.pods) == 0
    assert names(world.pods_on("n1")) == set()
    assert world.namespaces == {}


def test_that_a_first_list_arrives_is_no_history() -> None:
    world = World()
    tell = Told(world)
    tell(Status("loading", done=0))
    tell(Upsert(pod("x")), Upsert(pod("y")))
    tell(Status("live"))
    assert world.history.since is None
    tell(Upsert(pod("z")), Delete("pod", "a/x"))
    assert set(world.at(tell.at - 0.5).pods.keys()) == {"a/x", "a/y"}


def test_a_namesake_is_not_deleted() -> None:
    """The pod of a StatefulSet is followed by one of its name."""
    world = World()
    tell = Told(world)
    tell(Upsert(pod("db-0", uid="new")), Delete("pod", "a/db-0", "old"))
    assert names(world.pods) == {"db-0"}
    tell(Upsert(pod("plain")), Delete("pod", "a/plain", "told"), Delete("pod", "a/db-0", "new"))
    assert names(world.pods) == set()


def test_a_key_is_kept_once() -> None:
    """150,000 of them weigh fifteen megabytes in each table that has its own."""
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")))
    tell(Snapshot("pod_usage", "", (PodUsage("a", "x", 1, 1, 0.0, 15.0),)), feed="usage")
    tell(Snapshot("pod_usage", "", (PodUsage("a", "x", 2, 2, 15.0, 15.0),)), feed="usage")
    (kept,) = world.pods
    changed = world.drain().keys
    assert all(key is kept.key for key in (*world.pods.keys(), *world.pod_usage.keys()))
    assert all(key is kept.key for kind in ("pod", "pod_usage") for key in changed[kind])


def test_every_key_is_told_at_any_moment_also_of_two_sources() -> None:
    world, dice = World(), random.Random(7)
    tell, seen = Told(world), set()
    for _ in range(300):
        source, name = dice.choice("kl"), f"p{dice.randrange(12)}"
        gone = Delete("pod", f"a/{name}")
        tell(dice.choice((Upsert(pod(name, node=dice.choice("xyz"))), gone, gone)), source=source)
        assert sorted(world.pods.every()) == sorted(world.pods.keys())
        assert world.pods.every() is world.pods.every()
        seen.add(len(world.pods))
    assert {0, 5} <= seen


def test_a_snapshot_removes_only_what_is_in_its_scope() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x", "a")), Upsert(pod("y", "b")))
    tell(Snapshot("pod", "a", (pod("z", "a"),)))
    assert set(world.pods.keys()) == {"a/z", "b/y"}


def used(name: str, cpu: int = 1, namespace: str = "a") -> PodUsage:
    return PodUsage(namespace, name, cpu, 1, float(cpu), 15.0)


@pytest.mark.parametrize("kind", ["pod", "pod_usage"])
def test_a_list_in_parts_removes_what_was_in_none_of_them(kind: Any) -> None:
    world = World()
    tell = Told(world)
    row: Any = pod if kind == "pod" else used
    table = world.table(kind)
    tell(Snapshot(kind, "", (row("old"), row("x"), row("y"))))
    tell(Snapshot(kind, "", (row("x"),), last=False))
    tell(Snapshot(kind, "", (row("theirs"),)), source="other")
    assert set(table.keys()) == {"a/old", "a/x", "a/y", "a/theirs"}, "it has not ended"
    tell(Snapshot(kind, "", (row("y"), row("y")), first=False))
    assert set(table.keys()) == {"a/x", "a/y", "a/theirs"}


def test_what_goes_between_the_steps_of_a_list_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is short events are let go at any moment."""
    monkeypatch.setattr(tables, "SCANNED", 1)
    table: tables.Table[Pod] = tables.Table()
    for name in ("x", "y", "z"):
        table.put("k", pod(name))
    steps = table.replacing("k", "", (pod("x"),))
    next(steps)
    table.drop("k", "a/z")
    for _step in steps:
        pass
    assert set(table.keys()) == {"a/x"}


@pytest.mark.parametrize("kind", ["pod", "pod_usage"])
def test_a_list_that_broke_off_counts_for_nothing_when_it_begins_anew(kind: Any) -> None:
    world = World()
    tell = Told(world)
    row: Any = pod if kind == "pod" else used
    tell(Snapshot(kind, "", (row("x"), row("y"))))
    tell(Snapshot(kind, "", (row("x"),), last=False))
    tell(Snapshot(kind, "", (row("y"),), last=False))
    tell(Snapshot(kind, "", (), first=False))
    assert set(world.table(kind).keys()) == {"a/y"}


def test_a_list_in_parts_of_one_namespace_leaves_the_others() -> None:
    world = World()
    tell = Told(world)
    tell(Snapshot("pod_usage", "", (used("x"), used("y"), used("z", namespace="b"))))
    tell(Snapshot("pod_usage", "a", (used("x", 2),), last=False))
    tell(Snapshot("pod_usage", "b", (used("z", 2, "b"),)))
    tell(Snapshot("pod_usage", "a", (), first=False))
    assert set(world.pod_usage.keys()) == {"a/x", "b/z"}


def test_a_snapshot_of_one_source_leaves_the_rows_of_another() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(Alert("prometheus", "1", (), "firing")), source="p", feed="alerts")
    tell(Upsert(Alert("alertmanager", "1", (), "firing")), source="am", feed="alerts")
    tell(Snapshot("alert", "", ()), source="p", feed="alerts")
    assert list(world.alerts.keys()) == ["alertmanager:1"]
    assert len(world.alerts) == 1


def test_events_are_found_by_the_object_they_are_about() -> None:
    world = World()
    tell = Told(world)
    about = ObjectRef("Pod", "x", "a")
    tell(Upsert(Event("u1", "a", "x.1", "Warning", "BackOff", "…", about)), feed="events")
    assert [event.uid for event in world.events_about("Pod", "a", "x")] == ["u1"]
    assert list(world.events_about("Pod", "b", "x")) == []


def test_the_frame_names_changed_keys_once_and_is_empty_afterwards() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")), Upsert(pod("y")))
    tell(Upsert(pod("x", restarts=1)))
    frame = world.drain()
    assert frame.keys == {"pod": {"a/x", "a/y"}}
    assert not world.drain()


def test_an_equal_row_is_no_change() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")), Status("live"))
    world.drain()
    tell(Snapshot("pod", "", (pod("x"),)), Status("live"))
    assert not world.drain()


def test_a_status_change_is_in_the_frame_and_says_when_the_feed_was_heard() -> None:
    world = World()
    tell = Told(world)
    tell(Status("connecting"))
    assert world.drain().statuses
    tell(Upsert(pod("x")), Status("live"))
    heard = tell.at
    tell(Status("stale", detail="gone"))
    state = world.feeds["k", "pods"]
    assert state.status.state == "stale"
    assert state.heard == heard, "a status of failure is not news of the cluster"
    assert world.drain().statuses


def test_a_sign_of_life_makes_the_picture_younger_and_draws_nothing() -> None:
    world = World()
    tell = Told(world)
    for state in ("live", "partial"):
        tell(Upsert(pod("x")), Status(state))
        world.drain()
        tell(Status(state))
        assert world.feeds["k", "pods"].heard == tell.at
        assert not world.drain()


def test_trends_keep_the_last_samples_and_go_with_the_row() -> None:
    world = World()
    tell = Told(world)
    for index in range(40):
        tell(Upsert(PodUsage("a", "x", index, index * 2, float(index), 15.0)), feed="usage")
    assert world.cpu_trend("pod_usage", "a/x") == tuple(range(16, 40))
    assert world.memory_trend("pod_usage", "a/x")[-1] == 78
    tell(Delete("pod_usage", "a/x"), feed="usage")
    assert world.cpu_trend("pod_usage", "a/x") == ()
    assert world.cpu_trend("node_usage", "a/x") == ()


def test_the_same_sample_read_again_does_not_lengthen_the_trend() -> None:
    world = World()
    tell = Told(world)
    sample = NodeUsage("n1", 5, 5, 1.0, 15.0)
    tell(Snapshot("node_usage", "", (sample,)), feed="usage")
    tell(Snapshot("node_usage", "", (sample,)), feed="usage")
    assert world.cpu_trend("node_usage", "n1") == (5,)


def test_the_past_is_the_fold_up_to_a_moment() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")))
    then = tell.at
    tell(Delete("pod", "a/x"), Upsert(pod("y")))
    assert set(world.at(then).pods.keys()) == {"a/x"}
    assert set(world.at(tell.at).pods.keys()) == {"a/y"}
    assert names(world.at(then).pods_on("n1")) == {"x"}


@pytest.mark.fault(44)
def test_history_is_bounded_and_still_right_at_its_edge() -> None:
    world = World(History(max_changes=3, max_age=1e6))
    tell = Told(world)
    for index in range(10):
        tell(Upsert(pod(f"p{index}")))
    assert len(world.history.changes) == 3
    assert set(world.at(tell.at).pods.keys()) == {f"a/p{index}" for index in range(10)}
    assert world.history.since == tell.at - 2
    assert set(world.at(world.history.since).pods.keys()) == {f"a/p{index}" for index in range(8)}


def test_history_forgets_what_is_too_old() -> None:
    world = World(History(max_changes=100, max_age=10.0))
    world.apply(Batch("k", "pods", 100.0, (Upsert(pod("x")),)))
    world.apply(Batch("k", "pods", 111.0, (Upsert(pod("y")),)))
    assert world.history.since == 111.0
    assert set(world.at(111.0).pods.keys()) == {"a/x", "a/y"}


def test_a_row_that_changed_often_is_shown_as_it_was_in_between() -> None:
    world = World()
    tell = Told(world)
    for restarts in range(4):
        tell(Upsert(pod("x", restarts=restarts)))
    tell(Snapshot("pod", "", ()))
    assert [row.restarts for row in world.at(tell.at - 2).pods] == [2]
    assert not world.at(tell.at).pods
    assert not world.at(tell.at - 5).pods, "before it came"


def test_of_two_sources_that_state_a_row_the_other_one_keeps_it_when_one_takes_it_back() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x", node="n1")))
    tell(Upsert(pod("x", node="n2")), source="other")
    assert [row.node for row in world.pods_in("a")] == ["n1"], "the first one counts"
    world.drain()
    tell(Delete("pod", "a/x"))
    assert names(world.pods_on("n2")) == {"x"}
    assert names(world.pods_on("n1")) == set()
    assert world.drain().keys == {"pod": {"a/x"}}


def test_the_past_knows_what_was_used() -> None:
    world = World()
    for minute, cpu in ((0, 100), (1, 200), (2, 300)):
        at = 1_700_000_040.0 + 60 * minute
        world.apply(Batch("k", "usage", at, (Upsert(PodUsage("a", "x", cpu, 1, at, 15.0)),)))
    assert [row.cpu for row in world.at(1_700_000_100.0).pod_usage] == [200]


def test_the_frame_tells_rows_that_were_not_there_before_from_changed_ones() -> None:
    world = World()
    tell = Told(world)
    tell(Upsert(pod("x")))
    world.drain()
    tell(Upsert(pod("x", restarts=1)), Upsert(pod("y")))
    frame = world.drain()
    assert frame.keys == {"pod": {"a/x", "a/y"}}
    assert frame.appeared == {"pod": {"a/y"}}


def test_usage_is_compared_with_the_sample_of_an_hour_ago_or_the_oldest_there_is() -> None:
    world = World()
    for minute in range(90):
        at = 1_700_000_040.0 + 60 * minute
        sample = PodUsage("a", "x", 1_000_000 * (minute + 1), 1 << 20, at, 15.0)
        world.apply(Batch("k", "usage", at, (Upsert(sample),)))
        then = world.usage_then("pod_usage", "a/x", at)
        if minute == 0:
            assert then is None, "nothing to compare the first sample with"
        else:
            assert then is not None
            assert then.minutes == min(minute, 60)
            expected = 1_000_000 * (1 if minute <= 60 else minute - 59)
            assert abs(then.cpu - expected) < 0.001 * expected
    world.apply(Batch("k", "usage", at, (Delete("pod_usage", "a/x"),)))
    assert world.usage_then("pod_usage", "a/x", at) is None


def test_restarts_are_counted_by_the_clock_of_the_cluster() -> None:
    world = World()
    tell = Told(world)
    tell(Status("live", clock_offset=500.0), feed="other")
    tell(Upsert(pod("x", restarts=4)))
    tell(Upsert(pod("x", restarts=5)))
    assert world.restarts_lately("a/x", tell.at + 500.0 + 599.0) == 1
    assert world.restarts_lately("a/x", tell.at + 500.0 + 601.0) == 0
