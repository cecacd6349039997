"""The first rows at once: a page of whole objects before the long list, and of a small cluster instead of it."""

from __future__ import annotations

import pytest

from sources import courtesy
from sources.contract import Delete, Snapshot
from sources.kubernetes.api import NODES
from sources.kubernetes.listing import LONG, MANY
from sources.kubernetes.reflector import Reflector
from tests.unit.kubernetes.fakes import (
    RESET,
    TOO_LARGE,
    Access,
    Body,
    Live,
    bookmark,
    dump,
    line,
    listing,
    node,
    pod,
    refusal,
    settle,
)

PAGE = listing(pod("a"), pod("b"), rv="100", token="t", remaining=3)


@pytest.fixture
def paged(rig):
    rig.cluster.first_page = True
    rig.api.script("page", PAGE)
    return rig


def progress(rig):
    return rig.sink.status.state, rig.sink.status.done, rig.sink.status.total


async def test_of_a_small_cluster_the_page_is_the_list(paged):
    watch = Live()
    paged.cluster.watch_list = None
    paged.api.script("page", listing(pod("a"), pod("b"), rv="100"))
    paged.api.script("watch", watch)
    reflector = paged.start()
    await settle()
    assert paged.sink.status.state == "live"
    assert [[each.name for each in s.objects] for s in paged.sink.snapshots] == [["a", "b"]]
    assert [request.what for request in paged.api.requests] == ["page", "watch"]
    assert paged.api.asked("watch")[0].params["resourceVersion"] == "100"
    assert "sendInitialEvents" not in paged.api.asked("watch")[0].params
    watch.send(line("DELETED", pod("a", "101")))
    await settle()
    assert paged.sink.names == ["shop/b"]
    assert reflector.last_rv == "101"


async def test_the_first_rows_and_the_total_are_there_before_the_list_says_a_word(paged):
    slow = Live()
    paged.api.script("list", slow)
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert paged.sink.names == ["shop/a", "shop/b"]
    assert progress(paged) == ("loading", 2, 5)
    assert not paged.sink.snapshots
    # not older than the rows that are shown
    assert paged.api.asked("list")[0].params == {"resourceVersion": "100"}
    slow.send(listing(*map(pod, "abcde"), rv="120"))
    slow.end()
    await settle()
    assert paged.sink.names == [f"shop/{name}" for name in "abcde"]
    assert paged.sink.status.state == "live"
    assert paged.api.asked("watch")[0].params["resourceVersion"] == "120"


async def test_no_row_twice_none_left_behind_and_the_count_never_runs_back(paged):
    slow = Live()
    paged.api.script("list", slow)
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    body = listing(pod("b", "110", phase="Failed"), pod("c"), pod("d"), rv="120")  # a is gone by now
    sent = 0
    for cut in (body.index(b'"name":"c","namesp'), body.index(b'"name":"d","namesp')):
        slow.send(body[sent:cut])
        sent = cut
        await paged.clock.advance(1)
    assert paged.sink.names == ["shop/a", "shop/b", "shop/c"]
    slow.send(body[sent:])
    slow.end()
    await settle()
    assert paged.sink.names == ["shop/b", "shop/c", "shop/d"]
    assert paged.sink.table["shop/b"].phase == "Failed"
    counts = [status.done for status in paged.sink.statuses if status.state == "loading"]
    assert counts == sorted(counts)
    assert max(counts) <= 4  # a, b, c, d: b counts once
    assert [len(snapshot.objects) for snapshot in paged.sink.snapshots] == [3]


async def test_the_cells_of_the_page_are_those_of_the_list(paged):
    paged.api.script("list", Live())
    paged.start()
    await settle()
    early = dict(paged.sink.table)
    other = type(paged)()
    other.api.script("list", listing(pod("a"), pod("b")))
    other.api.script("watch", Live())
    other.start()
    await settle()
    assert early == other.sink.table
    await other.close()


async def test_a_list_that_comes_as_a_watch_is_not_older_either(paged):
    watch = Live()
    paged.cluster.watch_list = None
    paged.api.script("page", listing(pod("a"), pod("b"), rv="100", token="t"))
    paged.api.script("watch", watch)
    paged.start()
    await settle()
    assert paged.sink.names == ["shop/a", "shop/b"]
    assert paged.sink.status.state == "loading"
    asked = paged.api.asked("watch")[0].params
    assert (asked["resourceVersion"], asked["sendInitialEvents"]) == ("100", "true")
    # a pod of the page that is deleted before the stream has come to it goes at once
    watch.send(line("DELETED", pod("a", "101")))
    await settle()
    assert Delete("pod", "shop/a", "uid-a") in paged.sink.changes
    assert paged.sink.names == ["shop/b"]
    # one that bears the name of a deleted one is another
    watch.send(line("DELETED", pod("b", "102", uid="the one before")), line("ADDED", pod("b", "90")))
    watch.send(line("ADDED", pod("c", "80")), bookmark("103", end=True))
    await settle()
    assert paged.sink.names == ["shop/b", "shop/c"]
    assert paged.sink.status.state == "live"


@pytest.mark.parametrize(
    ("version", "first"),
    [
        ({"major": "1", "minor": "33+"}, "list"),
        ({"major": "1", "minor": "32"}, "watch"),
        ({"minor": "odd"}, "watch"),
        (None, "watch"),
    ],
)
async def test_a_long_list_of_a_server_that_streams_lists_comes_as_a_list(paged, version, first):
    paged.cluster.watch_list = None
    paged.api.script("page", listing(pod("a"), rv="100", token="t", remaining=MANY))
    paged.api.script("/version", refusal(503) if version is None else dump(version))
    paged.api.script("list", Live())
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert paged.api.requests[-1].what == first


async def test_a_short_list_comes_as_a_list_from_any_server(paged):
    paged.cluster.watch_list = None
    paged.api.script("list", Live())
    paged.start()
    await settle()
    assert [request.what for request in paged.api.requests] == ["page", "list"]


async def test_what_is_behind_the_first_rows_waits_until_a_screen_that_opens_shows_them(paged, monkeypatch):
    monkeypatch.setattr(courtesy, "LOOK", 0.0)
    paged.api.script("list", listing(*map(pod, "abcde"), rv="120"))
    paged.api.script("watch", Live())
    courtesy.screen_opens()
    try:
        paged.start()
        await settle()
        assert progress(paged) == ("loading", 2, 5)
        assert paged.api.asked("list"), "the server begins meanwhile"
        courtesy.screen_drawn()
        await settle()
        assert paged.sink.status.state == "live"
    finally:
        courtesy.screen_painted()


@pytest.mark.fault(5)
async def test_a_long_list_that_was_cut_short_comes_as_a_watch_the_next_time(paged):
    paged.cluster.watch_list = None
    paged.api.script("page", listing(pod("a"), rv="100", token="t", remaining=MANY))
    paged.api.script("/version", dump({"major": "1", "minor": "37"}))
    cut = Live()
    paged.api.script("list", cut)
    watch = Live()
    paged.api.script("watch", watch)
    paged.start()
    await settle()
    await paged.clock.advance(LONG)
    cut.send(RESET)
    await paged.clock.advance(3)
    assert [len(paged.api.asked(what)) for what in ("list", "watch")] == [1, 1]
    watch.send(line("ADDED", pod("a", "80")), bookmark("103", end=True))
    await settle()
    assert paged.sink.status.state == "live"


@pytest.mark.fault(35)
@pytest.mark.parametrize("code", [400, 405, 406, 415, 422])
async def test_a_server_that_refuses_is_not_asked_again(paged, code):
    paged.api.script("page", refusal(code))
    paged.api.script("list", listing(pod("a")))
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert paged.sink.status.state == "live"
    assert paged.api.asked("list")[0].params == {"resourceVersion": "0"}
    assert not [status for status in paged.sink.statuses if status.detail]
    paged.start(Reflector(paged.cluster, NODES, "", paged.sink))
    await settle()
    assert len(paged.api.asked("page")) == 1


async def test_a_server_without_a_count_leaves_the_total_open(paged):
    paged.api.script("page", listing(pod("a"), rv="100", token="t"))
    paged.api.script("list", Live())
    paged.start()
    await settle()
    assert progress(paged) == ("loading", 1, None)


async def test_a_server_that_ignores_the_limit_has_said_everything(paged):
    paged.api.script("page", listing(*(pod(f"p{number}") for number in range(700)), rv="100"))
    paged.api.script("watch", Live())
    paged.start()
    await settle(200)
    assert [len(snapshot.objects) for snapshot in paged.sink.snapshots] == [700]
    assert not paged.api.asked("list")


@pytest.mark.parametrize("trouble", [RESET, refusal(503), refusal(429, retry_after=1.0), Body(PAGE[:60], RESET)])
async def test_trouble_is_no_refusal(paged, trouble):
    paged.api.script("page", trouble, PAGE)
    paged.api.script("list", listing(*map(pod, "abcde"), rv="120"))
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert paged.sink.status.state == "failed"
    await paged.clock.advance(2.5)
    assert paged.sink.status.state == "live"
    assert len(paged.api.asked("page")) == 2


async def test_forbidden_goes_by_namespace_and_costs_nothing_more(paged):
    paged.api.script("page /api/v1/pods", refusal(403, "Forbidden", missing="list pods"))
    paged.api.script("/api/v1/namespaces", refusal(403, "Forbidden"))
    paged.api.script("count", listing(pod("a")))
    paged.api.script("page", listing(pod("a"), rv="100"))
    paged.api.script("watch", Live())
    paged.start_scoped(Access(own="shop"))
    await settle(200)
    assert paged.sink.names == ["shop/a"]
    assert paged.sink.status.state == "partial"
    assert not paged.api.asked("list")


async def test_a_cache_that_lags_behind_the_page_is_passed_by(paged):
    paged.api.script("list", TOO_LARGE, listing(*map(pod, "abcde"), rv="120"))
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert [request.params for request in paged.api.asked("list")] == [
        {"resourceVersion": "100"},
        {"resourceVersion": ""},
    ]
    assert len(paged.api.asked("page")) == 1
    assert paged.sink.status.state == "live"


async def test_later_lists_have_no_page(paged):
    first, second = Live(), Live()
    paged.api.script("page", listing(pod("a"), rv="100"))
    paged.api.script("watch", first, second)
    paged.api.script("list", listing(pod("b"), rv="200"))
    paged.start()
    await paged.clock.advance(20)
    first.fail(refusal(410, "Expired"))
    await paged.clock.advance(2)
    assert len(paged.api.asked("page")) == 1
    assert paged.sink.names == ["shop/b"]


async def test_rows_that_a_broken_list_has_shown_stay_until_one_is_complete(paged):
    body = listing(*map(pod, "abcde"), rv="120")
    cut = body.index(b'"name":"d","namesp')
    paged.api.script("list", Body(body[:cut], RESET), listing(pod("b"), pod("f"), rv="130"))
    paged.api.script("watch", Live())
    paged.start()
    await settle()
    assert paged.sink.names == ["shop/a", "shop/b", "shop/c"]
    await paged.clock.advance(2)
    assert paged.sink.names == ["shop/b", "shop/f"]
    assert [isinstance(change, Snapshot) for change in paged.sink.changes].count(True) == 1


async def test_nodes_too(paged):
    paged.api.script("page", listing(node("n1"), rv="100", kind="NodeList"))
    paged.api.script("watch", Live())
    paged.start(Reflector(paged.cluster, NODES, "", paged.sink))
    await settle()
    assert paged.sink.names == ["n1"]
    assert paged.sink.status.state == "live"


class TestAListThatSomebodyEnds:
    """API servers end every list after a minute: one that needs longer would never arrive in one piece."""

    PIECES = (
        listing(pod("a"), pod("b"), rv="130", token="t1", remaining=3),
        listing(pod("c"), pod("d"), rv="130", token="t2", remaining=1),
        listing(pod("e"), rv="130"),
    )

    async def cut_after(self, paged, seconds):
        slow = Live()
        paged.api.script("list", slow)
        paged.api.script("watch", Live())
        reflector = paged.start()
        body = listing(*map(pod, "abcde"), rv="120")
        slow.send(body[: body.index(b'"name":"d","namesp')])
        await paged.clock.advance(seconds)
        assert paged.sink.names == ["shop/a", "shop/b", "shop/c"]
        slow.fail(RESET)
        await settle()
        paged.api.script("page", self.PIECES[0])
        paged.api.script("list", *self.PIECES[1:])
        await paged.clock.advance(2)
        return reflector

    async def test_comes_in_pages_from_then_on(self, paged):
        reflector = await self.cut_after(paged, 60)
        assert [request.params for request in paged.api.asked("page")] == [{"limit": "500"}, {"limit": "500"}]
        tokens = [request.params.get("continue") for request in paged.api.asked("list")]
        assert tokens == [None, "t1", "t2"]
        assert paged.sink.names == [f"shop/{name}" for name in "abcde"]
        assert paged.sink.status.state == "live"
        assert reflector.last_rv == "130"

    async def test_but_not_for_a_connection_that_broke_early(self, paged):
        await self.cut_after(paged, 5)
        assert len(paged.api.asked("page")) == 1
        assert paged.api.asked("list")[1].params == {"resourceVersion": "100"}
