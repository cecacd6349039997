"""List, then watch: what a healthy server and its usual habits ask of a reflector."""

from __future__ import annotations

import itertools

import pytest

from sources.contract import Delete, Snapshot, Upsert
from tests.unit.kubernetes.fakes import (
    Body,
    Live,
    bookmark,
    dump,
    error_line,
    line,
    listing,
    pod,
    refusal,
    settle,
)


async def test_first_load_shows_rows_as_they_come_then_one_snapshot(rig):
    slow, watch = Live(), Live()
    rig.api.script("list", slow)
    rig.api.script("watch", watch)
    rig.start()
    body = listing(pod("a"), pod("b"), pod("c"))
    cut = body.rindex(b'"name":"c","namespace"')
    await settle()
    slow.send(body[:cut])
    await settle()
    assert rig.sink.names == ["shop/a", "shop/b"]
    assert not rig.sink.snapshots
    assert (rig.sink.status.state, rig.sink.status.done, rig.sink.status.total) == ("loading", 2, None)
    slow.send(body[cut:])
    slow.end()
    await settle()
    assert rig.sink.names == ["shop/a", "shop/b", "shop/c"]
    assert [(s.kind, s.scope, len(s.objects)) for s in rig.sink.snapshots] == [("pod", "", 3)]
    assert rig.sink.status.state == "live"
    assert rig.sink.status.via == "https://api.test:6443"
    assert rig.api.asked("list")[0].params == {"resourceVersion": "0"}


async def test_the_watch_goes_on_from_the_list_and_asks_for_bookmarks(rig):
    watch = Live()
    rig.api.script("list", listing(pod("a"), rv="100"))
    rig.api.script("watch", watch)
    reflector = rig.start()
    await settle()
    asked = rig.api.asked("watch")[0].params
    assert asked["resourceVersion"] == "100"
    assert asked["allowWatchBookmarks"] == "true"
    assert 300 <= int(asked["timeoutSeconds"]) <= 600
    watch.send(line("ADDED", pod("b", "101")) + line("MODIFIED", pod("a", "102", phase="Failed")))
    await settle()
    assert reflector.last_rv == "102"
    assert rig.sink.table["shop/a"].phase == "Failed"
    watch.send(line("DELETED", pod("a", "103")))
    await settle()
    assert rig.sink.names == ["shop/b"]
    assert rig.sink.changes[-1] == Delete("pod", "shop/a", "uid-a")


async def test_a_bookmark_only_moves_the_version(rig):
    watch = Live()
    rig.api.script("list", listing(pod("a")))
    rig.api.script("watch", watch, Live())
    reflector = rig.start()
    await settle()
    before = len(rig.sink.changes)
    watch.send(bookmark("555"))
    await settle()
    assert reflector.last_rv == "555"
    assert len(rig.sink.changes) == before
    await rig.clock.advance(5)
    watch.end()
    await settle()
    assert rig.api.asked("watch")[1].params["resourceVersion"] == "555"


async def test_a_normal_end_reopens_at_once_without_a_list_or_a_word(rig):
    first, second = Live(), Live()
    rig.api.script("list", listing(pod("a")))
    rig.api.script("watch", first, second)
    rig.start()
    await rig.clock.advance(20)
    said = len(rig.sink.statuses)
    first.end()
    await settle()
    assert len(rig.api.asked("watch")) == 2
    assert len(rig.api.asked("list")) == 1
    assert len(rig.sink.statuses) == said


async def test_events_of_one_read_come_as_one_batch(rig):
    watch = Live()
    rig.api.script("list", listing())
    rig.api.script("watch", watch)
    puts = []
    put = rig.sink.put
    rig.sink.put = lambda changes: (puts.append(list(changes)), put(puts[-1]))
    rig.start()
    await settle()
    puts.clear()
    watch.send(b"".join(line("ADDED", pod(f"p{n}", str(n))) for n in range(40)))
    await settle()
    assert [len(batch) for batch in puts if batch] == [40]


async def test_pages_are_followed_where_a_server_insists_on_them(rig):
    rig.api.script("list", listing(pod("a"), token="t1"), listing(pod("b"), rv="100"))
    rig.api.script("watch", Live())
    rig.start()
    await settle()
    assert rig.api.asked("list")[1].params == {"limit": "500", "continue": "t1"}
    assert [len(s.objects) for s in rig.sink.snapshots] == [2]


@pytest.mark.fault(17)
async def test_continue_token_expired_restarts_as_one_full_list(rig):
    rig.api.script("list", listing(pod("a"), token="t1"), refusal(410, "Expired"), listing(pod("a"), pod("b")))
    rig.api.script("watch", Live())
    rig.start()
    await settle()
    assert rig.api.asked("list")[2].params == {"resourceVersion": ""}
    assert rig.sink.names == ["shop/a", "shop/b"]
    assert rig.sink.status.state == "live"


@pytest.mark.fault(37)
async def test_same_name_new_uid_and_a_late_deletion_of_the_old_one(rig):
    watch = Live()
    rig.api.script("list", listing(pod("db-0", uid="old")))
    rig.api.script("watch", watch)
    rig.start()
    await settle()
    watch.send(line("ADDED", pod("db-0", "101", uid="new")), line("DELETED", pod("db-0", "102", uid="old")))
    await settle()
    assert rig.sink.table["shop/db-0"].uid == "new"
    watch.send(line("DELETED", pod("db-0", "103", uid="new")))
    await settle()
    assert rig.sink.names == []


@pytest.mark.fault(36)
async def test_duplicates_and_disorder_end_in_the_last_state(rig):
    watch = Live()
    rig.api.script("list", listing(pod("a"), pod("a", "2")))
    rig.api.script("watch", watch)
    rig.start()
    await settle()
    watch.send(line("ADDED", pod("a", "9")) + line("ADDED", pod("a", "7")) + line("DELETED", pod("never-seen")))
    await settle()
    assert rig.sink.names == ["shop/a"]


@pytest.mark.fault(30, 33)
async def test_unknown_types_and_damaged_lines_are_counted_and_skipped(rig):
    watch = Live()
    rig.api.script("list", listing())
    rig.api.script("watch", watch)
    reflector = rig.start()
    await settle()
    watch.send(line("SURPRISE", {}) + b"{garbage\n" + line("ADDED", {"metadata": {}}))
    watch.send(line("ADDED", pod("a", "5")))
    await settle()
    assert rig.sink.names == ["shop/a"]
    assert (reflector.unknown, reflector.malformed) == (1, 2)
    assert reflector.last_rv == "5"
    assert rig.sink.status.state == "live"


@pytest.mark.fault(30)
async def test_nothing_but_garbage_reopens_with_a_backoff(rig):
    rig.api.script("list", listing())
    rig.api.script("watch", Body(b"{garbage\n" * 30), Live())
    rig.start()
    await settle()
    assert rig.sink.status.state == "stale"
    assert len(rig.api.asked("watch")) == 1
    await rig.clock.advance(1)
    assert len(rig.api.asked("watch")) == 2


@pytest.mark.fault(31)
async def test_odd_objects_keep_their_row(rig):
    watch = Live()
    odd = {"metadata": {"name": "odd", "namespace": "shop", "labels": None, "ownerReferences": [None]}}
    odd |= {"spec": None, "status": {"phase": 7, "containerStatuses": [{"restartCount": "3", "state": None}]}}
    rig.api.script("list", listing(pod("a"), odd))
    rig.api.script("watch", watch)
    rig.start()
    await settle()
    assert rig.sink.names == ["shop/a", "shop/odd"]


async def test_a_list_without_a_version_watches_without_advancing_on_added(rig):
    watch = Live()
    body = dump({"kind": "PodList", "metadata": {}, "items": [pod("a")]})
    rig.api.script("list", body)
    rig.api.script("watch", watch)
    reflector = rig.start()
    await settle()
    watch.send(line("ADDED", pod("b", "900")))
    await settle()
    assert reflector.last_rv == ""
    watch.send(line("MODIFIED", pod("b", "901")))
    await settle()
    assert reflector.last_rv == "901"


@pytest.mark.fault(15)
async def test_a_later_list_shows_only_as_a_snapshot(rig):
    first, relist = Live(), Live()
    rig.api.script("list", listing(pod("a"), pod("b"), rv="100"), relist)
    rig.api.script("watch", first, Live())
    rig.start()
    await rig.clock.advance(20)
    first.send(error_line(410, "Expired", "too old resource version"))
    await rig.clock.advance(1)
    assert rig.sink.status.state == "stale"
    before = len(rig.sink.changes)
    relist.send(listing(pod("b"), pod("c"), rv="200"))
    await settle()
    assert rig.sink.names == ["shop/a", "shop/b"]  # nothing shows before it is complete
    relist.end()
    await settle()
    assert not [c for c in rig.sink.changes[before:] if isinstance(c, Upsert | Delete)]
    assert isinstance(rig.sink.changes[before], Snapshot)
    assert rig.sink.names == ["shop/b", "shop/c"]
    assert rig.sink.status.state == "live"
    assert rig.api.asked("list")[1].params == {"resourceVersion": "100"}
    assert rig.api.asked("watch")[1].params["resourceVersion"] == "200"


@pytest.mark.fault(12, 13)
async def test_who_asks_gets_the_watch_back_that_was_forbidden_for_a_while(rig):
    rig.api.script("list", listing(pod("a")))
    rig.api.script("watch", refusal(403, "Forbidden", missing="watch pods"))
    rig.start()
    await rig.clock.advance(200)
    assert rig.sink.status.missing == ("watch pods cluster-wide",)
    rig.api.script("watch", Live())
    rig.cluster.nudge.now()
    await rig.clock.advance(3)
    assert rig.sink.status.state == "live"


@pytest.mark.fault(13)
async def test_poll_mode_where_watching_is_forbidden(rig):
    denied = refusal(403, "Forbidden", missing="watch pods")
    rig.api.script("list", listing(pod("a")), listing(pod("b")))
    rig.api.script("watch", denied)
    rig.start()
    await settle()
    assert rig.sink.status.state == "partial"
    assert rig.sink.status.missing == ("watch pods cluster-wide",)
    await rig.clock.advance(14)
    assert len(rig.api.asked("list")) == 1
    await rig.clock.advance(2)
    assert rig.sink.names == ["shop/b"]
    states = [status.state for status in rig.sink.statuses]
    assert "live" not in states[states.index("partial") :]
    await rig.clock.advance(60)
    times = [request.at for request in rig.api.asked("watch")]
    assert 2 <= len(times) <= 3  # tried again soon, a server that just started refuses everybody
    await rig.clock.advance(900)
    times = [request.at for request in rig.api.asked("watch")]
    assert 4 <= len(times) <= 7
    assert all(later - earlier >= 30 for earlier, later in itertools.pairwise(times))
    rig.api.script("watch", Live())
    await rig.clock.advance(400)
    assert rig.sink.status.state == "live"
