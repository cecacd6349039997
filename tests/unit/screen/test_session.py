"""What the screen looks at: the clock it counts by, what waits while time is held, the digits of namespaces."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from sources import courtesy
from sources.config import Namespaces, Settings, Ui
from sources.contract import Snapshot, Status, Upsert
from sources.model import PodUsage
from sources.testing import ManualClock
from tests.pilot.staged import NOW, StagedRuntime, pod
from tui import session as session_module
from tui.session import Session


class Scoped:
    """A source that is told which namespaces somebody wants to see."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def include_namespace(self, namespace: str) -> None:
        self.asked.append(namespace)


class Inventory:
    """A source of pods that has not said anything."""

    def pods(self) -> None: ...


def made(*sources: object) -> tuple[Session, StagedRuntime, ManualClock]:
    runtime, clock = StagedRuntime(*sources), ManualClock(NOW)
    return Session(runtime, Settings(Ui(), {}, {}, None), clock), runtime, clock  # type: ignore[arg-type]


def test_ages_are_counted_by_the_clusters_clock_and_arrivals_by_ours() -> None:
    session, runtime, clock = made()
    runtime.put("pods", Status("live", clock_offset=-60.0))
    session.pull()
    assert session.now == NOW - 60
    assert session.heard_now == NOW
    asyncio.run(clock.advance(5))
    assert session.heard_now - session.feeds("pods")[0].heard == 5


@pytest.mark.parametrize("offset", [1.9, -1.9, 0.0])
def test_a_small_difference_of_clocks_is_noise(offset: float) -> None:
    session, runtime, _ = made()
    runtime.put("pods", Status("live", clock_offset=offset))
    session.pull()
    assert session.now == NOW


def test_a_clock_that_is_set_is_told_from_one_that_goes() -> None:
    session, runtime, clock = made()
    assert session.jumped() == 0.0
    asyncio.run(clock.advance(3600))
    assert session.jumped() == 0.0
    for offset, jump in ((-60.0, -60.0), (-59.0, 0.0), (0.0, 60.0)):
        runtime.put("pods", Status("live", clock_offset=offset))
        session.pull()
        asyncio.run(clock.advance(1))
        assert session.jumped() == jump
    session.hold()
    asyncio.run(clock.advance(3600))
    assert session.jumped() == 0.0, "held time is no clock that was set"
    session.release()
    assert session.jumped() == 0.0


def test_held_time_stands_still_and_loses_nothing() -> None:
    session, runtime, clock = made()
    session.hold()
    asyncio.run(clock.advance(30))
    runtime.put("pods", Upsert(pod("shop/a")), Upsert(pod("shop/b")))
    frame, more = session.pull()
    assert not frame
    assert not more
    assert session.now == NOW
    assert session.waiting == 2
    session.release()
    frame, _ = session.pull()
    assert frame.keys["pod"] == {"shop/a", "shop/b"}
    assert session.now == NOW + 30
    assert session.waiting == 0


def test_a_pause_ends_by_itself_before_memory_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MOST_HELD", 3)
    session, runtime, _ = made()
    session.hold()
    runtime.put("pods", *(Upsert(pod(f"shop/{index}")) for index in range(4)))
    session.pull()
    assert session.held_since is None
    assert len(session.world.pods) == 4


def test_a_pause_keeps_only_the_last_of_lists_that_come_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MOST_HELD", 6)
    session, runtime, _ = made()
    session.hold()
    for poll in range(20):
        at = NOW + 30 * poll
        runtime.put("pods", Status("live"))
        for first, names in ((True, ("a", "b")), (False, ("c",))):
            rows = tuple(PodUsage("shop", name, poll, 1, at, 15.0) for name in names)
            runtime.put("usage", Snapshot("pod_usage", "", rows, first, not first))
        session.pull()
        if session.held_since is None:
            break
    assert poll == 3, "only what is not said again is held more and more"
    assert [row.cpu for row in session.world.pod_usage] == [3, 3, 3]


def test_a_frame_has_a_budget_and_says_that_more_is_waiting() -> None:
    session, runtime, _ = made()
    runtime.put("pods", Status("live"), Upsert(pod("shop/a")))
    runtime.put("pods", Upsert(pod("shop/b")))
    frame, more = session.pull(budget=0.0)
    assert more
    assert frame.keys["pod"] == {"shop/a"}, "a step at least, however busy the machine"
    frame, more = session.pull()
    assert not more
    assert frame.keys["pod"] == {"shop/b"}


def test_a_long_list_is_folded_over_several_frames_and_ends_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of 150,000 takes a second to fold: keys are answered in between."""
    monkeypatch.setattr(session_module, "OFTEN", 0.0)
    session, runtime, _ = made()
    many = tuple(pod(f"shop/web-{number:05d}") for number in range(5000))
    runtime.put("pods", Snapshot("pod", "", (pod("shop/gone"), *many[:10])), Status("live"))
    runtime.put("pods", Snapshot("pod", "", many))
    frames = []
    while session.busy or not frames:
        frame, more = session.pull(budget=1e-5)
        assert more is session.busy
        frames.append(len(frame.keys.get("pod", ())))
    assert len(frames) > 5
    assert max(frames) < 2500
    assert set(session.world.pods.keys()) == {each.key for each in many}


def test_the_news_of_a_long_list_are_few_frames_and_the_last_one_has_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "OFTEN", inf)
    session, runtime, _ = made()
    many = tuple(pod(f"shop/web-{number:05d}") for number in range(2000))
    runtime.put("pods", Snapshot("pod", "", many), Status("live"))
    pulled = [session.pull(budget=1e-5)[0]]
    while session.busy:
        pulled.append(session.pull(budget=1e-5)[0])
    news = [frame.keys["pod"] for frame in pulled if frame]
    assert pulled[0].keys["pod"], "the first rows are shown at once"
    assert len(news) == 2
    assert set().union(*news) == {each.key for each in many}


def test_while_the_first_lists_load_news_are_few_frames_but_first_rows_and_the_last_ones_come_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "OFTEN", inf)
    session, runtime, _ = made()
    runtime.put("pods", Status("loading"))
    runtime.put("nodes", Status("loading"))
    assert session.pull()[0].statuses
    assert session.look_again < session.settings.ui.refresh
    for name in ("a", "b"):
        runtime.put("pods", Upsert(pod(f"shop/{name}")))
        assert bool(session.pull()[0]) is (name == "a")
    runtime.put("pods", Status("live"))
    assert session.pull()[0].keys == {"pod": {"shop/b"}}
    runtime.put("pods", Upsert(pod("shop/c")))
    assert not session.pull()[0]
    runtime.put("nodes", Status("live"))
    assert session.pull()[0].keys == {"pod": {"shop/c"}}
    assert session.look_again == session.settings.ui.refresh


def test_a_namespace_keeps_its_digit() -> None:
    session, runtime, _ = made()
    runtime.put("pods", Snapshot("pod", "", (pod("m/a"), pod("z/a"))), Status("live"))
    session.pull()
    assert list(session.namespace_slots()) == ["m", "z"]
    runtime.put("pods", Snapshot("pod", "", (pod("a/a"), pod("z/a"))))
    session.pull()
    assert list(session.namespace_slots()) == ["m", "z", "a"]


def test_while_the_first_pods_arrive_digits_follow_the_alphabet() -> None:
    session, runtime, _ = made()
    runtime.put("pods", Upsert(pod("m/a")), Status("loading"))
    session.pull()
    assert list(session.namespace_slots()) == ["m"]
    runtime.put("pods", Upsert(pod("a/a")), Status("live"))
    session.pull()
    assert list(session.namespace_slots()) == ["a", "m"]
    runtime.put("pods", Upsert(pod("b/a")))
    session.pull()
    assert list(session.namespace_slots()) == ["a", "m", "b"]


def test_favourites_have_the_first_digits() -> None:
    runtime = StagedRuntime()
    favourites = Settings(Ui(), {}, {}, None, namespaces=Namespaces(favourites=("z", "new")))
    session = Session(runtime, favourites, ManualClock(NOW))  # type: ignore[arg-type]  # stands for it
    runtime.put("pods", Upsert(pod("a/a")), Upsert(pod("z/a")))
    session.pull()
    assert list(session.namespace_slots()) == ["z", "new", "a"]


def test_a_feed_that_was_not_heard_of_yet_is_connecting() -> None:
    session, runtime, _ = made(Inventory())
    assert [(state.feed, state.status.state) for state in session.feeds("pods", "alerts")] == [
        ("pods", "connecting")
    ]
    runtime.put("pods", Status("live"), source="s0")
    session.pull()
    assert [state.status.state for state in session.feeds("pods")] == ["live"]


def test_there_are_nine_digits() -> None:
    session, runtime, _ = made()
    runtime.put("pods", *(Upsert(pod(f"n{index:02}/a")) for index in range(12)))
    session.pull()
    assert list(session.namespace_slots()) == [f"n{index:02}" for index in range(9)]


def test_chosen_namespaces_come_first_and_reach_scoped_sources() -> None:
    scoped = Scoped()
    session, runtime, _ = made(scoped)
    session.show_namespaces(["z", "b", "z"])
    assert session.namespaces == ("z", "b")
    assert scoped.asked == ["z", "b"]
    runtime.put("pods", Upsert(pod("a/a")))
    session.pull()
    assert list(session.namespace_slots()) == ["z", "b", "a"]
    assert session.shows("z")
    assert not session.shows("a")
    assert session.shows(""), "nodes belong to no namespace"


def test_a_screen_has_painted_when_it_has_drawn_the_first_lists() -> None:
    session, runtime, _ = made()
    courtesy.screen_opens()
    try:
        for feed in ("nodes", "pods", "events"):
            runtime.put(feed, Status("loading"))
        for feed in ("nodes", "pods", "events"):
            session.pull()
            session.drawn()
            assert session.opening
            runtime.put(feed, Status("live"))
        session.pull()
        assert session.opening
        session.drawn()
        assert not session.opening
    finally:
        courtesy.screen_painted()
