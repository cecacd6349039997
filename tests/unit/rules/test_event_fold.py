"""Events folded: what belongs together, what a fold says, and that it is kept right by what changes."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from sources.model import Event, ObjectRef, Owner
from sources.rules.eventfold import EventFolds, Fold
from sources.rules.eventnoise import Tally, sort_of
from sources.rules.eventtimes import EventTimes, Rate, Step

NOW = 1_764_000_000.0


def event(uid: str, name: str = "web-7d9c5bdf4-x2x8q", kind: str = "Pod", **more: Any) -> Event:
    given = {"type": "Warning", "reason": "BackOff", "message": f"Back-off restarting app in pod {name}"}
    given |= {"first": NOW - 600, "last": NOW - 60, **more}
    namespace = given.pop("namespace", "shop")
    return Event(uid, namespace, f"{name}.{uid}", about=ObjectRef(kind, name, namespace), **given)


class Folded:
    """Folds with everything they need; pods are known by name."""

    def __init__(self, **pods: Owner) -> None:
        self.pods = pods
        self.times = EventTimes()
        self.folds = EventFolds(lambda _, name: self.pods.get(name), self.times)

    def put(self, *events: Event, now: float = NOW) -> set[str]:
        touched: set[str] = set()
        for each in events:
            touched |= self.folds.put(each, self.times.observe(each.key, each, now))
        return touched

    @property
    def only(self) -> Fold:
        (fold,) = self.folds.folds.values()
        return fold


def test_pods_of_one_workload_are_one_row() -> None:
    on = Folded()
    on.put(event("a", count=3), event("b", "web-7d9c5bdf4-lk4ns", count=4, last=NOW), event("c", "web-0", count=1))
    fold = on.only
    assert (fold.count, fold.objects, len(fold.events)) == (8, 3, 3)
    assert (fold.first, fold.last) == (NOW - 600, NOW)
    assert fold.newest.key == "b"


def test_what_differs_in_reason_type_namespace_kind_workload_or_words_is_another_row() -> None:
    on = Folded()
    base = event("0")
    on.put(
        base,
        replace(base, uid="1", reason="Failed"),
        replace(base, uid="2", type="Normal"),
        replace(base, uid="3", about=ObjectRef("Pod", base.about.name, "pay")),
        replace(base, uid="4", about=ObjectRef("ReplicaSet", "web-7d9c5bdf4", "shop")),
        replace(base, uid="5", about=ObjectRef("Pod", "api-7d9c5bdf4-x2x8q", "shop")),
        replace(base, uid="6", message="other words"),
    )
    assert len(on.folds.folds) == 7


def test_nodes_that_say_the_same_are_one_row() -> None:
    on = Folded()
    words = {"kind": "Node", "reason": "NodeNotReady", "namespace": ""}
    on.put(
        *(
            event(name, name, message=f"Node {name} status is now: NodeNotReady", **words)
            for name in ("cp-1", "gpu")
        )
    )
    assert on.only.message == "Node * status is now: NodeNotReady"
    assert sorted(on.only.names) == ["cp-1", "gpu"]


def test_a_message_shows_what_varies_and_keeps_what_does_not() -> None:
    on = Folded()
    on.put(event("a", message="exit code 137 after 3s"))
    assert on.only.message == "exit code 137 after 3s"
    on.put(event("b", message="exit code 137 after 1m30s"))
    assert on.only.message == "exit code 137 after *"


def test_the_pod_itself_tells_whose_it_is_whatever_its_name() -> None:
    owner = Owner("Deployment", "shop-front")
    on = Folded(**{"web-7d9c5bdf4-x2x8q": owner, "other": owner})
    on.put(event("a"), event("b", "other"))
    assert on.only.owner == owner


def test_a_pod_that_becomes_known_later_moves_its_events_and_a_pod_that_goes_does_not() -> None:
    on = Folded()
    before = on.put(event("a", "odd"))
    assert on.folds.guessed == {"shop/odd": {"a"}}
    on.pods["odd"] = Owner("CloneSet", "web")
    touched = on.folds.move("a")
    assert before < touched
    assert on.only.owner == Owner("CloneSet", "web")
    assert not on.folds.guessed
    del on.pods["odd"]
    on.put(event("a", "odd", message="it says something else"))
    assert on.only.owner == Owner("CloneSet", "web"), "what was known of a pod that is gone stays"


def test_a_static_pod_is_no_part_of_its_node() -> None:
    on = Folded(**{"etcd-cp-1": Owner("Node", "cp-1"), "kube-apiserver-cp-1": Owner("Node", "cp-1")})
    on.put(event("a", "etcd-cp-1", message="x"), event("b", "kube-apiserver-cp-1", message="x"))
    assert len(on.folds.folds) == 2


def test_a_fold_follows_counts_up_expiry_and_the_end() -> None:
    on = Folded()
    a, b = event("a", count=3), event("b", count=2, first=NOW - 900, last=NOW - 300)
    on.put(a, b)
    key = on.only.key
    assert on.put(replace(a, count=5, last=NOW)) == {key}
    assert (on.only.count, on.only.last, on.only.first) == (7, NOW, NOW - 900)
    assert on.folds.drop("b") == {key}
    assert (on.only.count, on.only.first, on.only.objects) == (5, NOW - 600, 1)
    assert on.folds.drop("a") == {key}
    assert on.folds.folds == {}
    assert on.folds.drop("a") == set()
    assert not on.folds.guessed


def test_an_event_that_goes_back_in_time_takes_the_end_of_its_fold_along() -> None:
    on = Folded()
    on.put(event("a", last=NOW), event("b", "web-0", last=NOW - 50))
    on.put(event("a", last=NOW - 100))
    assert on.only.last == NOW - 50


def test_events_without_moments_are_folded_too() -> None:
    on = Folded()
    on.put(event("a", first=None, last=None), event("b", first=None, last=None))
    assert (on.only.first, on.only.last, on.only.count) == (None, None, 2)
    assert sum(value or 0 for value in on.only.rate.cells(NOW, 10)) == 0


# -- how often


def cells(fold: Fold, now: float = NOW) -> list[float | None]:
    return fold.rate.cells(now, 10)


def test_of_a_repeated_event_only_its_ends_are_known() -> None:
    on = Folded()
    on.put(event("a", count=50, first=NOW - 1200, last=NOW))
    assert cells(on.only) == [0, 0, 0, 1, None, None, None, None, None, 1]


def test_what_began_and_ended_in_one_minute_is_all_known() -> None:
    on = Folded()
    on.put(event("a", count=9, first=NOW - 30, last=NOW - 25))
    assert cells(on.only)[-1] == 9


def test_what_counts_up_while_we_watch_is_timed() -> None:
    on = Folded()
    a = event("a", count=50, first=NOW - 1200, last=NOW - 600)
    on.put(a)
    on.put(replace(a, count=53, last=NOW - 30))
    assert cells(on.only)[-1] == 3
    on.put(replace(a, count=57, last=NOW - 20))
    assert cells(on.only)[-1] == 7


def test_a_count_that_starts_again_is_not_taken_off() -> None:
    on = Folded()
    on.put(event("a", count=50, first=NOW - 180, last=NOW - 60))
    on.put(event("a", count=1, first=NOW, last=NOW))
    assert sum(value or 0 for value in cells(on.only)) == 3


def test_single_events_are_all_known() -> None:
    on = Folded()
    on.put(*(event(str(i), f"web-{i}", count=1, first=NOW - 180 * i, last=NOW - 180 * i) for i in range(10)))
    assert cells(on.only) == [1.0] * 10


def test_folding_again_keeps_what_was_watched() -> None:
    on = Folded()
    a = event("a", count=9, first=NOW - 1200, last=NOW - 600)
    on.put(a)
    on.put(replace(a, count=12, last=NOW))
    watched = cells(on.only)
    again = EventFolds(lambda *_: None, on.times)
    again.put(replace(a, count=12, last=NOW))
    (fold,) = again.folds.values()
    assert cells(fold) == watched


def test_the_past_is_forgotten() -> None:
    rate = Rate()
    for minute in range(500):
        rate.add(Step(((int(NOW // 60) - 500 + minute, 1),)))
    assert len(rate._hits) <= 61
    assert rate.cells(NOW - 60, 10) == [3.0] * 10


# -- noise and warnings


def test_noise_is_what_a_healthy_cluster_says() -> None:
    for reason in ("Scheduled", "Pulled", "Pulling", "Created", "Started", "SuccessfulCreate"):
        assert sort_of(event("a", type="Normal", reason=reason)) == "noise"
        assert sort_of(event("a", type="Warning", reason=reason)) == "warning", "a Warning is never noise"
    for reason in ("Killing", "NodeNotReady", "ScalingReplicaSet", "SuccessfulRescale", "BackOff", "Whatever"):
        assert sort_of(event("a", type="Normal", reason=reason)) == "news"
    assert sort_of(event("a", type="Odd")) == "warning"


def test_warnings_of_the_last_minutes_are_counted_and_grow_old() -> None:
    tally = Tally()
    for index in range(200):
        tally.put(str(index), event(str(index), last=NOW - 10.0 * index))
    tally.put("n", event("n", type="Normal", reason="Pulled", last=NOW))
    assert tally["warning"] == 200
    assert tally.recent(NOW) == 60
    assert tally.recent(NOW + 300) == 30
    assert tally.recent(NOW + 900) == 0
    tally.put("0", None)
    tally.put("1", event("1", last=NOW + 5))
    tally.put("n", None)
    assert (tally.recent(NOW), tally["warning"], tally["noise"], tally.total) == (59, 199, 0, 199)
