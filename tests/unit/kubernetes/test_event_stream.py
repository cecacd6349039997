"""Events: followed at once, the past filled in beside it, within a budget."""

from __future__ import annotations

import pytest

from sources.contract import Delete
from sources.kubernetes import events as events_module
from tests.unit.kubernetes.fakes import (
    GONE,
    RESET,
    Body,
    Live,
    error_line,
    event_object,
    line,
    listing,
    refusal,
    settle,
)


def page(*names, rv="100", token="", kind="Normal"):
    return listing(*(event_object(n, kind=kind) for n in names), rv=rv, token=token, kind="EventList")


def by_type(warnings, normals):
    """Answers the two passes of the backfill from two scripts."""
    left = {"type!=Normal": list(warnings), "type=Normal": list(normals)}

    def answer(params):
        script = left[params["fieldSelector"]]
        found = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(found, Exception):
            raise found
        return Body(found) if isinstance(found, bytes) else found

    return answer


@pytest.fixture
def stream(rig):
    rig.watch = Live()
    rig.api.script("count", page("any", rv="100"))
    rig.api.script("watch", rig.watch, Live())
    rig.api.script("list", by_type([page("w1", kind="Warning")], [page("n1", "n2")]))
    return rig


async def test_it_follows_before_it_knows_the_past(stream):
    slow = Live()
    stream.api.script("list", slow)
    stream.start_events()
    await settle()
    assert stream.api.asked("watch")[0].params["resourceVersion"] == "100"
    stream.watch.send(line("ADDED", event_object("now", "101")))
    await settle()
    assert stream.sink.names == ["uid-now"]
    assert stream.sink.status.state == "loading"


async def test_warnings_first_then_normals_in_pages_then_live(stream):
    stream.api.script(
        "list", by_type([page("w1", token="t"), page("w2")], [page("n1", token="u"), page("n2", "n3")])
    )
    stream.start_events()
    await settle(200)
    params = [request.params for request in stream.api.asked("list")]
    asked = [(each["fieldSelector"], each["limit"], each.get("continue")) for each in params]
    assert asked == [
        ("type!=Normal", "500", None),
        ("type!=Normal", "500", "t"),
        ("type=Normal", "500", None),
        ("type=Normal", "500", "u"),
    ]
    assert len(stream.sink.snapshots) == 1
    assert stream.sink.names == ["uid-n1", "uid-n2", "uid-n3", "uid-w1", "uid-w2"]
    assert stream.sink.status.state == "live"


async def test_the_past_neither_overwrites_nor_revives_what_the_watch_said(stream):
    slow = Live()
    stream.api.script("list", slow, page("n1"))
    stream.start_events()
    await settle()
    newer = event_object("w1", "105", kind="Warning") | {"count": 9}
    stream.watch.send(line("MODIFIED", newer), line("DELETED", event_object("w2", "106")))
    await settle()
    slow.send(page("w1", "w2", "w3", kind="Warning"))
    slow.end()
    await settle(200)
    assert stream.sink.names == ["uid-n1", "uid-w1", "uid-w3"]
    assert stream.sink.table["uid-w1"].count == 9


async def test_expiry_is_a_delete(stream):
    stream.start_events()
    await settle(200)
    stream.watch.send(line("DELETED", event_object("n1", "120")))
    await settle()
    assert stream.sink.changes[-1] == Delete("event", "uid-n1")


async def test_the_budget_ends_the_past_and_says_so(stream, monkeypatch):
    monkeypatch.setattr(events_module, "MOST_PAST", 3)
    stream.api.script("list", by_type([page("w1", kind="Warning")], [page("n1", "n2", token="more")]))
    stream.start_events()
    await settle(200)
    assert stream.sink.status.state == "partial"
    assert stream.sink.status.missing == ("older Normal events",)
    assert len(stream.sink.names) == 3
    assert len(stream.sink.snapshots) == 1


async def test_slow_pages_are_taken_up_again_after_a_rest(stream):
    """What happened while the watch was away is nowhere else."""
    slow = Live()
    stream.api.script("list", slow, page("w2", kind="Warning"), page("n1"))
    stream.start_events()
    await stream.clock.advance(6)
    slow.send(page("w1", token="more"))
    slow.end()
    await settle(200)
    assert stream.sink.status.missing == ("older Warning events",)
    assert len(stream.api.asked("list")) == 1
    await stream.clock.advance(11)
    assert stream.sink.names == ["uid-n1", "uid-w1", "uid-w2"]
    assert stream.sink.status.state == "live"
    assert stream.api.asked("list")[1].params["continue"] == "more"


@pytest.mark.fault(17)
async def test_an_expired_token_starts_the_pass_again_once(stream):
    stream.api.script("list", by_type([page("w1", token="t"), refusal(410), page("w1", "w2")], [page("n1")]))
    stream.start_events()
    await settle(200)
    assert stream.sink.names == ["uid-n1", "uid-w1", "uid-w2"]
    assert stream.sink.status.state == "live"


async def test_a_past_that_cannot_be_had_leaves_the_stream_alone(stream):
    stream.api.script("list", refusal(500))
    stream.start_events()
    await settle(200)
    assert stream.sink.status.state == "partial"
    assert "older events" in stream.sink.status.missing[0]
    stream.watch.send(line("ADDED", event_object("now", "101")))
    await settle()
    assert stream.sink.names == ["uid-now"]


@pytest.mark.fault(15, 21)
async def test_a_past_that_failed_is_tried_again_until_it_could_be_had(stream):
    """After a gap nobody else brings the events that happened in it."""
    stream.api.script("list", refusal(502))
    stream.start_events()
    await settle(200)
    assert stream.sink.status.state == "partial"
    stream.watch.send(line("ADDED", event_object("now", "101")))
    await settle()
    stream.api.script("list", by_type([page("w1", kind="Warning")], [page("n1", "now")]))
    await stream.clock.advance(10)
    assert stream.sink.names == ["uid-n1", "uid-now", "uid-w1"]
    assert stream.sink.status.state == "live"
    assert len(stream.api.asked("list")) < 10


async def test_a_past_that_fails_makes_a_broken_watch_no_better(stream):
    stream.api.script("list", refusal(502))
    stream.api.script("watch", refusal(502))
    stream.start_events()
    await stream.clock.advance(60)
    states = [status.state for status in stream.sink.statuses]
    assert states[-1] in ("stale", "failed")
    assert "partial" not in states[states.index(states[-1]) :]
    assert len(stream.api.requests) < 60


async def test_after_410_it_takes_up_at_the_newest_and_drops_what_expired(stream):
    stream.start_events()
    await stream.clock.advance(20)
    stream.api.script("count", page("any", rv="300"))
    stream.api.script("list", by_type([page("w9", kind="Warning")], [page("n2")]))
    stream.watch.send(error_line(410, "Expired"))
    await stream.clock.advance(2)
    assert stream.api.asked("watch")[1].params["resourceVersion"] == "300"
    assert stream.sink.names == ["uid-n2", "uid-w9"]
    assert stream.sink.status.state == "live"


async def test_it_never_asks_for_all_of_them_at_once(stream):
    stream.cluster.watch_list = True
    stream.api.script("watch", GONE, RESET, Live())
    stream.start_events()
    await stream.clock.advance(60)
    for request in stream.api.requests:
        if request.path.endswith("/events"):
            assert "sendInitialEvents" not in request.params
            assert request.params.get("limit") or request.params.get("watch")
