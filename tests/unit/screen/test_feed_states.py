"""What a pane says about its data: the words for each state, alone and of several sources."""

from __future__ import annotations

from typing import get_args

import pytest

from sources.contract import State, Status
from sources.world import FeedState
from tui.states import GLYPHS, WORST_LAST, health, pane_state

NOW = 1_764_000_000.0


def feed(
    state: State, source: str = "kubernetes", heard: float = NOW, name: str = "pods", **more: object
) -> FeedState:
    return FeedState(source, name, Status(state, **more), heard)  # type: ignore[arg-type]


def test_every_state_has_a_rank_a_glyph_and_an_ascii_letter() -> None:
    states = set(get_args(State))
    assert set(WORST_LAST) == states
    assert set(GLYPHS) == states
    assert all(plain.isascii() for _, plain, _ in GLYPHS.values())


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (feed("connecting"), "connecting"),
        (feed("connecting", detail="name lookup"), "connecting: name lookup"),
        (feed("loading"), "loading ..."),
        (feed("loading", done=120), "loading 120"),
        (feed("loading", done=120, total=300), "loading 120 of about 300"),
        (feed("live", heard=NOW - 3), "3s ago"),
        (feed("partial", missing=("namespace a", "namespace b")), "partial: namespace a; namespace b"),
        (feed("denied", missing=("list pods",), detail="HTTP 403"), "forbidden: list pods"),
        (feed("denied", detail="HTTP 403"), "forbidden: HTTP 403"),
        (feed("absent"), "not offered"),
        (feed("absent", detail="no metrics API"), "no metrics API"),
        (feed("stale", since=NOW - 125, detail="connection refused"), "stale 2m5s: connection refused"),
        (feed("stale", heard=NOW - 7), "stale 7s: lost"),
        (feed("failed", since=NOW - 1, detail="no route", retry_at=NOW + 5), "failed 1s: no route; retry in 5s"),
        (feed("failed", since=NOW, detail="no route", retry_at=NOW - 5), "failed 0s: no route; retry in 0s"),
    ],
)
def test_a_state_in_a_few_words(status: FeedState, text: str) -> None:
    found = pane_state([status], "pods", NOW)
    assert found.text == text
    assert found.state == status.status.state
    assert found.badge == GLYPHS[found.state][0]
    assert pane_state([status], "pods", NOW, ascii_only=True).badge == GLYPHS[found.state][1]


@pytest.mark.parametrize(
    ("status", "title", "sentence"),
    [
        (feed("connecting"), "connecting for pods", ""),
        (feed("connecting", detail="asking", via="https://x"), "connecting for pods", "asking (https://x)"),
        (feed("loading", done=5, total=9), "loading pods", "5 of about 9 so far"),
        (feed("live", via="https://x"), "no pods", "kubernetes reports none (https://x)"),
        (feed("partial", missing=("list pods in b",)), "no pods seen", "not seen: list pods in b"),
        (
            feed("denied", missing=("list pods",), detail="forbidden by RBAC"),
            "pods: forbidden",
            "the missing right: list pods\nforbidden by RBAC",
        ),
        (feed("absent", detail="no metrics API"), "pods unknown", "no metrics API"),
        (feed("stale", since=NOW - 3, detail="lost"), "pods: stale", "stale 3s: lost"),
        (feed("failed", since=NOW - 3, detail="no route"), "pods: failed", "failed 3s: no route"),
    ],
)
def test_an_empty_pane_says_why(status: FeedState, title: str, sentence: str) -> None:
    assert pane_state([status], "pods", NOW).empty == (title, sentence)


def test_an_empty_cluster_is_not_a_loading_one() -> None:
    states: tuple[State, ...] = ("live", "loading", "connecting", "denied")
    assert len({pane_state([feed(state)], "pods", NOW).empty[0] for state in states}) == len(states)


def test_no_source_is_said_with_what_is_misconfigured() -> None:
    assert pane_state([], "alerts", NOW).empty == ("alerts unknown", "no source offers alerts")
    found = pane_state([], "alerts", NOW, problems=["prometheus: \x1b[31murl is missing"])
    assert found.state == "absent"
    assert found.empty == ("alerts unknown", "prometheus: url is missing")


def test_of_several_sources_the_worst_is_told_by_name() -> None:
    found = pane_state([feed("live", "prometheus"), feed("stale", "alertmanager", since=NOW - 4)], "alerts", NOW)
    assert found.state == "stale"
    assert "alertmanager" in found.text
    assert "4s" in found.text


@pytest.mark.parametrize(
    ("broken", "sound"),
    [("denied", "live"), ("failed", "live"), ("absent", "live"), ("denied", "partial"), ("failed", "partial")],
)
def test_a_missing_source_beside_a_sound_one_makes_it_partial(broken: State, sound: State) -> None:
    found = pane_state(
        [feed(broken, "alertmanager", missing=("get services/proxy",), detail="why"), feed(sound, "prometheus")],
        "alerts",
        NOW,
    )
    assert found.state == "partial"
    assert found.text.startswith("partial: alertmanager ")


@pytest.mark.parametrize("broken", ["denied", "failed", "absent"])
def test_rows_of_a_stale_source_never_look_current(broken: State) -> None:
    found = pane_state(
        [feed(broken, "alertmanager", detail="why"), feed("stale", "prometheus", since=NOW - 90)], "alerts", NOW
    )
    assert found.state == "stale"
    assert "prometheus" in found.text
    assert "stale 90s" in found.text


def test_two_failed_sources_are_a_failure() -> None:
    found = pane_state([feed("failed", "a", since=NOW), feed("denied", "b", missing=("x",))], "alerts", NOW)
    assert found.state in ("failed", "denied")


def test_the_header_has_one_dot_per_source_by_the_worst_of_its_feeds() -> None:
    dots = health(
        [
            feed("live", "kubernetes", NOW - 2),
            feed("stale", "kubernetes", NOW - 60, "events"),
            feed("live", "prometheus", NOW - 1, "alerts"),
        ],
        NOW,
    )
    assert len(dots) == 2
    assert dots[0] == ("!", "bad", "kubernetes events stale 60s"), "its own age, not that of what is well"
    assert dots[1] == ("●", "ok", "prometheus 1s")


def test_a_source_without_one_of_its_feeds_is_not_called_absent_itself() -> None:
    """A cluster without a metrics API is not an absent cluster."""
    dots = health(
        [feed("live", heard=NOW - 2), feed("absent", heard=NOW - 60, name="usage")], NOW, ascii_only=True
    )
    assert dots == [("o", "dim", "kubernetes usage absent 2s")]


def test_a_source_that_failed_altogether_needs_no_names_of_feeds() -> None:
    dots = health([feed("failed", heard=NOW - 9), feed("failed", heard=NOW - 9, name="nodes")], NOW)
    assert dots == [("×", "bad", "kubernetes failed 9s")]


def test_what_sources_say_is_cleaned() -> None:
    hostile = "\x1b]0;title\x07\u202eevil\nline"
    for state in get_args(State):
        found = pane_state([feed(state, hostile, detail=hostile, missing=(hostile,), via=hostile)], "pods", NOW)
        said = found.text + "".join(found.empty).replace("\n", "")
        assert said.isprintable(), state
    assert all(text.isprintable() for _, _, text in health([feed("failed", hostile)], NOW))
