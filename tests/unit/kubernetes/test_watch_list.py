"""The list that comes as a watch (sendInitialEvents), and falling back from it."""

from __future__ import annotations

import pytest

from sources.contract import Delete, Upsert
from tests.unit.kubernetes.fakes import (
    GONE,
    REFUSED,
    RESET,
    Body,
    Live,
    bookmark,
    error_line,
    line,
    listing,
    pod,
    refusal,
    settle,
)


@pytest.fixture
def streaming(rig):
    rig.cluster.watch_list = None
    return rig


async def test_rows_at_once_synced_at_the_marked_bookmark_same_stream_goes_on(streaming):
    watch = Live()
    streaming.api.script("watch", watch)
    reflector = streaming.start()
    await settle()
    asked = streaming.api.asked("watch")[0].params
    assert asked["sendInitialEvents"] == "true"
    assert asked["resourceVersionMatch"] == "NotOlderThan"
    watch.send(line("ADDED", pod("a", "90")) + line("ADDED", pod("b", "80")), bookmark("95"))
    await settle()
    assert streaming.sink.names == ["shop/a", "shop/b"]
    assert streaming.sink.status.state == "loading"
    assert not streaming.sink.snapshots
    watch.send(bookmark("100", end=True) + line("DELETED", pod("a", "101")))
    await settle()
    assert streaming.sink.names == ["shop/b"]
    assert [len(s.objects) for s in streaming.sink.snapshots] == [2]
    assert streaming.sink.status.state == "live"
    assert reflector.last_rv == "101"
    assert streaming.cluster.watch_list is True
    assert not streaming.api.asked("list")


async def test_changes_during_the_initial_events(streaming):
    watch = Live()
    streaming.api.script("watch", watch)
    streaming.start()
    await settle()
    watch.send(line("ADDED", pod("a", "1")), line("ADDED", pod("b", "2")))
    watch.send(line("MODIFIED", pod("b", "3", phase="X")), line("DELETED", pod("a", "4")), bookmark("5", end=True))
    await settle()
    assert [(p.name, p.phase) for p in streaming.sink.snapshots[0].objects] == [("b", "X")]


@pytest.mark.parametrize("code", [400, 404, 405, 406, 415, 422])
@pytest.mark.fault(35)
async def test_a_refusal_falls_back_and_is_remembered_for_the_server(streaming, code):
    streaming.api.script("watch", lambda p: refusal(code) if "sendInitialEvents" in p else Live())
    streaming.api.script("list", listing(pod("a")))
    streaming.start()
    await settle()
    assert streaming.sink.status.state == "live"
    assert streaming.cluster.watch_list is False
    streaming.start()
    await settle()
    assert sum("sendInitialEvents" in r.params for r in streaming.api.asked("watch")) == 1


async def test_an_old_server_that_ignores_the_parameter_gets_a_list(streaming):
    streaming.api.script("watch", Live(line("ADDED", pod("a", "1"))), Live())
    streaming.api.script("list", listing(pod("a"), pod("b")))
    streaming.start()
    await streaming.clock.advance(31)
    assert streaming.cluster.watch_list is False
    assert streaming.sink.names == ["shop/a", "shop/b"]
    assert streaming.sink.status.state == "live"


@pytest.mark.parametrize("trouble", [REFUSED, refusal(429, retry_after=1.0), refusal(503), Body(), Body(RESET)])
async def test_trouble_is_no_refusal(streaming, trouble):
    done = Live(line("ADDED", pod("a", "1")) + bookmark("5", end=True))
    streaming.api.script("watch", trouble, done)
    streaming.start()
    await settle()
    assert streaming.sink.status.state == "failed"
    await streaming.clock.advance(2.5)
    assert streaming.sink.status.state == "live"
    assert streaming.cluster.watch_list is True
    assert not streaming.api.asked("list")


async def test_where_only_lists_come_through_a_list_is_taken_after_two_tries(streaming):
    """A gateway that breaks every watch must not keep the rows away that a list would bring."""
    streaming.api.script("watch", refusal(502))
    streaming.api.script("list", listing(pod("a")))
    streaming.start()
    await streaming.clock.advance(5)
    assert streaming.sink.names == ["shop/a"]
    assert streaming.sink.status.state == "stale"
    assert sum("sendInitialEvents" in r.params for r in streaming.api.asked("watch")) == 2
    assert streaming.cluster.watch_list is None


async def test_a_cut_before_the_mark_starts_over(streaming):
    first, second = Live(line("ADDED", pod("gone", "1"))), Live()
    streaming.api.script("watch", first, second)
    streaming.start()
    await settle()
    first.fail(RESET)
    await streaming.clock.advance(1)
    second.send(line("ADDED", pod("a", "2")) + bookmark("5", end=True))
    await settle()
    assert streaming.sink.names == ["shop/a"]


async def test_expired_at_the_start_asks_for_the_newest(streaming):
    streaming.api.script("watch", GONE, Live(line("ADDED", pod("a", "2")) + bookmark("5", end=True)))
    streaming.start()
    await settle()
    assert streaming.sink.names == ["shop/a"]
    assert streaming.api.asked("watch")[1].params["resourceVersion"] == ""


async def test_a_later_one_shows_only_as_a_snapshot(streaming):
    first, second = Live(line("ADDED", pod("a", "1")) + bookmark("5", end=True)), Live()
    streaming.api.script("watch", first, second)
    streaming.start()
    await streaming.clock.advance(20)
    first.send(error_line(410, "Expired"))
    await streaming.clock.advance(1)
    before = len(streaming.sink.changes)
    second.send(line("ADDED", pod("b", "6")), line("ADDED", pod("c", "7")))
    await settle()
    assert streaming.sink.names == ["shop/a"]
    second.send(bookmark("9", end=True))
    await settle()
    assert streaming.sink.names == ["shop/b", "shop/c"]
    assert not [c for c in streaming.sink.changes[before:] if isinstance(c, Upsert | Delete)]
    assert streaming.api.asked("watch")[1].params["resourceVersion"] == "5"


async def test_a_slot_is_held_only_until_the_list_is_there(streaming):
    streaming.api.script("watch", Live(bookmark("5", end=True)))
    for _ in range(3):
        streaming.start()
    await settle()
    assert len(streaming.api.asked("watch")) == 3


async def test_watch_forbidden_lists_and_polls(streaming):
    streaming.api.script("watch", refusal(403, "Forbidden"))
    streaming.api.script("list", listing(pod("a")))
    streaming.start()
    await settle()
    assert streaming.sink.names == ["shop/a"]
    assert streaming.sink.status.state == "partial"
