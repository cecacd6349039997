"""What API servers, networks and proxies do to a watch, and that the rows survive it (the numbers are the
fault list's)."""

from __future__ import annotations

import asyncio

import pytest

from sources.contract import Denied, Unauthorized
from sources.kubernetes.errors import TlsFailure
from sources.kubernetes.reflector import Reflector
from tests.unit.kubernetes.fakes import (
    GONE,
    PODS,
    REFUSED,
    RESET,
    START,
    TOO_LARGE,
    Body,
    Live,
    error_line,
    line,
    listing,
    pod,
    refusal,
    settle,
)


class TestAtTheStart:
    @pytest.mark.fault(1)
    async def test_refused_connections_back_off_and_say_when(self, rig):
        rig.api.script("list", REFUSED)
        rig.start()
        await settle()
        status = rig.sink.status
        assert (status.state, "refused" in status.detail) == ("failed", True)
        assert status.retry_at == pytest.approx(START + 0.8)
        await rig.clock.advance(120)
        times = [request.at - 1000 for request in rig.api.asked("list")]
        assert times == pytest.approx([0, 0.8, 2.4, 5.6, 12, 24.8, 50.4, 80.4, 110.4])

    @pytest.mark.fault(1)
    async def test_it_recovers_by_itself(self, rig):
        rig.api.script("list", REFUSED, REFUSED, listing(pod("a")))
        rig.api.script("watch", Live())
        rig.start()
        await rig.clock.advance(3)
        assert rig.sink.status.state == "live"

    @pytest.mark.fault(3)
    async def test_tls_trouble_is_said_in_its_words(self, rig):
        rig.api.script("list", TlsFailure("TLS with api.test failed: self-signed certificate"))
        rig.start()
        await settle()
        assert "self-signed" in rig.sink.status.detail

    @pytest.mark.parametrize("body", [b"<html><title>Sign in</title></html>", b"", b"nonsense"])
    @pytest.mark.fault(21)
    async def test_what_is_no_list_is_never_taken_for_an_empty_one(self, rig, body):
        rig.api.script("list", body)
        rig.start()
        await settle()
        assert rig.sink.status.state == "failed"
        assert not rig.sink.snapshots

    @pytest.mark.fault(23)
    async def test_a_list_cut_in_the_middle_is_not_complete(self, rig):
        whole = listing(pod("a"), pod("b"), pod("c"))
        rig.api.script("list", Body(whole[:-200], RESET), Body(whole[:-200]), Body(whole))
        rig.api.script("watch", Live())
        rig.start()
        await settle()
        assert rig.sink.status.state == "failed"
        assert not rig.sink.snapshots
        await rig.clock.advance(0.9)
        assert not rig.sink.snapshots
        await rig.clock.advance(2)
        assert rig.sink.names == ["shop/a", "shop/b", "shop/c"]
        assert rig.sink.status.state == "live"

    @pytest.mark.fault(11)
    async def test_forbidden_is_for_the_feed_to_handle(self, rig):
        rig.api.script("list", refusal(403, "Forbidden", missing="list pods"))
        with pytest.raises(Denied):
            await Reflector(rig.cluster, PODS, "", rig.sink).run()


class TestTheWatchBreaks:
    @pytest.mark.fault(24)
    async def test_reset_after_a_fine_time_reopens_at_once_from_where_it_was(self, watching):
        watching.first.send(line("ADDED", pod("c", "101")))
        await settle()
        said = len(watching.sink.statuses)
        watching.first.fail(RESET)
        await settle()
        assert watching.api.asked("watch")[1].params["resourceVersion"] == "101"
        assert len(watching.api.asked("list")) == 1
        assert len(watching.sink.statuses) == said

    @pytest.mark.fault(23)
    async def test_half_a_line_at_the_cut_is_dropped_and_comes_again(self, watching):
        text = line("ADDED", pod("c", "101"))
        watching.first.send(text[:-20])
        watching.first.fail(RESET)
        await settle()
        assert watching.sink.names == ["shop/a", "shop/b"]
        assert watching.reflector.last_rv == "100"
        assert watching.reflector.malformed == 0

    @pytest.mark.fault(27)
    async def test_rows_stay_and_are_called_stale_while_the_server_is_away(self, watching):
        watching.api.script("watch", REFUSED, REFUSED, REFUSED, Live())
        watching.first.fail(RESET)
        await settle()
        status = watching.sink.status
        assert (status.state, status.since) == ("stale", START + 20)  # the last proof, as the title said before
        assert status.retry_at == pytest.approx(START + 20.8)
        await watching.clock.advance(3)
        assert watching.sink.status.since == START + 20  # still the same outage
        assert watching.sink.names == ["shop/a", "shop/b"]
        await watching.clock.advance(10)
        assert watching.sink.status.state == "live"
        assert len(watching.api.asked("list")) == 1

    @pytest.mark.fault(22)
    async def test_ends_at_once_backs_off(self, watching):
        watching.api.script("watch", Body())
        watching.first.end()
        await watching.clock.advance(60)
        assert len(watching.api.asked("watch")) <= 9
        assert watching.sink.status.state == "stale"
        assert len(watching.api.asked("list")) == 1

    @pytest.mark.fault(22)
    async def test_ends_at_once_after_a_long_way_backs_off_too(self, watching):
        """Over a slow link the connection alone takes longer than a very short watch."""
        watching.api.way = 1.5
        watching.api.script("watch", Body())
        watching.first.end()
        await watching.clock.advance(60)
        assert len(watching.api.asked("watch")) <= 9
        assert watching.sink.status.state == "stale"

    @pytest.mark.fault(22)
    async def test_one_event_and_the_end_backs_off_too(self, watching):
        watching.api.script("watch", lambda _: Body(line("MODIFIED", pod("a", "101"))))
        watching.first.end()
        await watching.clock.advance(60)
        assert len(watching.api.asked("watch")) <= 9

    async def test_stale_flickers_not_to_live_while_the_watch_ends_at_once(self, watching):
        watching.api.script("watch", Body())
        watching.first.end()
        await watching.clock.advance(60)
        states = [status.state for status in watching.sink.statuses]
        assert "live" not in states[states.index("stale") :]

    @pytest.mark.parametrize("code", [500, 502, 503])
    @pytest.mark.fault(21)
    async def test_server_errors_back_off_and_never_list(self, watching, code):
        watching.api.script("watch", refusal(code))
        watching.first.end()
        await watching.clock.advance(60)
        assert len(watching.api.asked("watch")) <= 9
        assert len(watching.api.asked("list")) == 1
        assert str(code) in watching.sink.status.detail

    @pytest.mark.fault(20)
    async def test_too_many_requests_wait_as_told_and_do_not_list(self, watching):
        watching.api.script("watch", refusal(429, "TooManyRequests", retry_after=17.0), Live())
        watching.first.end()
        await watching.clock.advance(16)
        assert len(watching.api.asked("watch")) == 2
        await watching.clock.advance(2)
        assert len(watching.api.asked("watch")) == 3
        assert len(watching.api.asked("list")) == 1

    @pytest.mark.fault(20)
    async def test_too_many_requests_in_the_stream(self, watching):
        watching.api.script("watch", Body(error_line(429, "TooManyRequests", retryAfterSeconds=9)), Live())
        watching.first.end()
        await watching.clock.advance(8)
        assert len(watching.api.asked("watch")) == 2
        await watching.clock.advance(3)
        assert watching.sink.status.state == "live"
        assert len(watching.api.asked("list")) == 1

    @pytest.mark.fault(32)
    async def test_an_endless_line_reopens(self, watching):
        watching.first.send(b"x" * (17 << 20))
        await settle()
        assert len(watching.api.asked("watch")) == 2
        assert watching.sink.names == ["shop/a", "shop/b"]

    @pytest.mark.fault(32)
    async def test_a_big_object_is_fine(self, watching):
        big = pod("big", "101")
        big["metadata"]["annotations"] = {"blob": "x" * 3_000_000}
        text = line("ADDED", big)
        watching.first.send(*(text[at : at + 65536] for at in range(0, len(text), 65536)))
        await settle(200)
        assert "shop/big" in watching.sink.names

    async def test_internal_errors_in_the_stream_end_in_a_new_list(self, watching):
        watching.api.script("watch", *[Body(error_line(500, "InternalError"))] * 5, Live())
        watching.api.script("list", listing(pod("z"), rv="300"))
        watching.first.end()
        await watching.clock.advance(120)
        assert watching.sink.names == ["shop/z"]
        assert watching.sink.status.state == "live"


class TestTheVersionIsGone:
    @pytest.mark.parametrize("gone", [GONE, Body(error_line(410, "Expired")), TOO_LARGE])
    @pytest.mark.fault(15, 16, 18)
    async def test_relists_from_where_it_was_without_losing_rows(self, watching, gone):
        watching.api.script("watch", gone, Live())
        watching.api.script("list", listing(pod("b"), pod("c"), rv="200"))
        watching.first.end()
        before = watching.clock.monotonic()
        await settle()
        assert watching.sink.names == ["shop/b", "shop/c"]
        assert watching.clock.monotonic() == before  # a pause would help nothing
        assert "stale" in [status.state for status in watching.sink.statuses]
        await watching.clock.advance(3)
        assert watching.api.asked("list")[1].params == {"resourceVersion": "100"}
        assert watching.api.asked("watch")[2].params["resourceVersion"] == "200"
        assert watching.sink.status.state == "live"

    @pytest.mark.parametrize("error", [GONE, TOO_LARGE])
    @pytest.mark.fault(15, 18, 19)
    async def test_a_list_that_is_refused_too_asks_for_the_newest_at_once(self, watching, error):
        watching.api.script("watch", GONE, Live())
        watching.api.script("list", error, listing(pod("c"), rv="7"))  # backwards: a restored etcd
        watching.first.end()
        await watching.clock.advance(1.7)
        lists = watching.api.asked("list")
        assert [request.params["resourceVersion"] for request in lists] == ["0", "100", ""]
        assert lists[1].at == lists[2].at
        assert watching.sink.names == ["shop/c"]
        assert watching.reflector.last_rv == "7"

    async def test_a_server_that_always_says_gone_is_not_stormed(self, watching):
        watching.api.script("watch", GONE)
        watching.api.script("list", listing(pod("a"), rv="100"))
        watching.first.end()
        await watching.clock.advance(60)
        assert len(watching.api.asked("list")) <= 8
        watching.api.script("list", GONE)
        before = len(watching.api.asked("list"))
        await watching.clock.advance(60)
        assert len(watching.api.asked("list")) - before <= 6


class TestRights:
    @pytest.mark.fault(5, 6)
    async def test_401_keeps_the_rows_and_asks_no_sooner_than_30_s(self, watching):
        watching.api.script("watch", refusal(401, "Unauthorized"), refusal(401, "Unauthorized"), Live())
        watching.first.end()
        await settle()
        status = watching.sink.status
        assert (status.state, status.retry_at) == ("stale", pytest.approx(START + 50))
        assert "401" in status.detail
        await watching.clock.advance(29)
        assert len(watching.api.asked("watch")) == 2
        await watching.clock.advance(100)
        assert watching.sink.status.state == "live"
        assert watching.sink.names == ["shop/a", "shop/b"]

    @pytest.mark.fault(5)
    async def test_401_at_the_start(self, rig):
        rig.api.script("list", Unauthorized("the login has expired: run tsh login"))
        rig.start()
        await rig.clock.advance(200)
        assert rig.sink.status.state == "failed"
        assert "tsh login" in rig.sink.status.detail
        assert len(rig.api.asked("list")) <= 4

    @pytest.mark.fault(12)
    async def test_a_right_taken_away_keeps_the_rows_as_stale(self, watching):
        watching.api.script("watch", refusal(403, "Forbidden", missing="watch pods"))
        watching.api.script("list", refusal(403, "Forbidden", missing="list pods"))
        watching.first.end()
        await watching.clock.advance(31)
        assert watching.sink.status.state == "stale"
        assert watching.sink.status.missing == ("list pods",)
        assert watching.sink.names == ["shop/a", "shop/b"]
        before = len(watching.api.requests)
        await watching.clock.advance(120)
        assert len(watching.api.requests) - before <= 6


@pytest.mark.fault(40)
async def test_clock_offset_is_passed_on(rig):
    rig.api.clock_offset = -7200.5
    rig.api.script("list", listing())
    rig.api.script("watch", Live())
    rig.start()
    await settle()
    assert rig.sink.status.clock_offset == -7200.5


async def test_ending_it_gives_everything_back(rig):
    rig.api.script("list", listing(pod("a")))
    rig.api.script("watch", Live())
    rig.start()
    await rig.clock.advance(5)
    assert rig.api.open == 1
    rig.tasks[0].cancel()
    await asyncio.gather(*rig.tasks, return_exceptions=True)
    assert rig.api.open == 0
