"""Watches that fall silent and servers that are gone while the connection still looks open."""

from __future__ import annotations

import pytest

from sources.kubernetes.errors import Unreachable
from tests.unit.kubernetes.fakes import (
    GONE,
    REFUSED,
    RESET,
    START,
    HeldHeaders,
    Live,
    line,
    listing,
    pod,
    refusal,
    settle,
)


class TestSilence:
    @pytest.mark.fault(26)
    async def test_a_silent_watch_is_reopened_before_90_s_and_that_is_no_news(self, watching):
        said = len(watching.sink.statuses)
        await watching.clock.advance(71)
        assert len(watching.api.asked("watch")) == 2
        assert watching.api.asked("watch")[1].params["resourceVersion"] == "100"
        assert {status.state for status in watching.sink.statuses[said:]} == {"live"}
        assert watching.api.open == 1  # the old one was given back

    async def test_a_quiet_watch_proves_every_ten_seconds_that_it_is_current(self, watching):
        said = len(watching.sink.statuses)
        await watching.clock.advance(31)
        assert [status.state for status in watching.sink.statuses[said:]] == ["live"] * 3

    async def test_a_refresh_looks_at_once_and_ends_the_waiting(self, watching):
        await watching.clock.advance(2)
        looked = len(watching.api.asked("/readyz"))
        watching.cluster.nudge.now()
        await settle()
        assert len(watching.api.asked("/readyz")) == looked + 1
        watching.api.script("watch", REFUSED, REFUSED, REFUSED, REFUSED, Live())
        watching.first.fail(RESET)
        await watching.clock.advance(5)
        asked = len(watching.api.asked("watch"))
        assert watching.sink.status.state == "stale"
        watching.cluster.nudge.now()
        await settle()
        assert len(watching.api.asked("watch")) == asked + 1

    @pytest.mark.fault(28)
    async def test_held_headers_are_reopened_too(self, watching):
        watching.api.script("watch", HeldHeaders(), Live())
        watching.first.end()
        await watching.clock.advance(91)
        assert len(watching.api.asked("watch")) == 3
        assert watching.sink.status.state == "live"

    @pytest.mark.fault(28)
    async def test_a_proxy_that_holds_watches_back_delays_changes_but_loses_none_and_that_is_said(self, watching):
        """What it holds comes when the server ends the watch, so watches are asked to be short."""
        answers = [Live() for _ in range(5)]
        watching.api.script("watch", *answers)
        await watching.clock.advance(55)  # 75 s of silence: it is given up
        for number, held in enumerate(answers[:3]):
            await watching.clock.advance(int(watching.api.asked("watch")[-1].params["timeoutSeconds"]) - 0.5)
            held.send(line("ADDED", pod(f"held-{number}", str(101 + number))))
            held.end()
            await settle()
        asked = [int(request.params["timeoutSeconds"]) for request in watching.api.asked("watch")]
        assert asked == [300, 60, 15, 15, 15]
        assert {"shop/held-0", "shop/held-1", "shop/held-2"} <= set(watching.sink.names)
        assert watching.sink.status.state == "partial"
        assert "a proxy holds them back" in watching.sink.status.missing[0]
        answers[3].send(line("ADDED", pod("prompt", "110")))
        await watching.clock.advance(12)
        answers[3].end()
        await settle()
        assert watching.sink.status.state == "live"
        assert int(watching.api.asked("watch")[-1].params["timeoutSeconds"]) == 300

    @pytest.mark.fault(26)
    async def test_a_watch_that_never_ends_is_ended(self, watching):
        for _ in range(34):
            watching.first.send(line("SURPRISE", {}))
            await watching.clock.advance(10)
        assert len(watching.api.asked("watch")) == 2

    @pytest.mark.fault(29)
    async def test_early_cuts_make_for_shorter_watches(self, watching):
        second = Live()
        watching.api.script("watch", second, Live())
        await watching.clock.advance(40)
        watching.first.end()
        await watching.clock.advance(60)
        second.fail(RESET)
        await settle()
        assert [int(r.params["timeoutSeconds"]) for r in watching.api.asked("watch")] == [300, 300, 48]


class TestLiveness:
    @pytest.mark.fault(25)
    async def test_unreachable_shows_within_15_s_although_the_watch_looks_open(self, watching):
        watching.api.script("/readyz", Unreachable("cannot reach api.test: timed out"))
        await watching.clock.advance(15)
        assert watching.sink.status.state == "stale"
        assert "timed out" in watching.sink.status.detail
        assert watching.sink.status.since == START + 20  # answered then

    @pytest.mark.fault(25, 28)
    async def test_unreachable_shows_also_while_the_watch_is_being_opened(self, watching):
        """A load balancer takes the connection; nobody behind it sends the headers."""
        watching.api.script("watch", HeldHeaders(), Live())
        watching.first.end()
        await settle()
        said = len(watching.sink.statuses)
        watching.api.script("/readyz", Unreachable("cannot reach api.test: timed out"))
        await watching.clock.advance(21)
        assert watching.sink.status.state == "stale"
        assert watching.sink.status.since <= START + 21
        assert "live" not in {status.state for status in watching.sink.statuses[said:]}
        watching.api.script("/readyz", b"ok")
        await watching.clock.advance(5)
        assert watching.sink.status.state == "live"

    async def test_a_server_that_returns_ends_everybodys_waiting(self, watching):
        """Not after a pause that has grown to half a minute and more."""
        watching.api.script("watch", REFUSED)
        watching.api.script("/readyz", REFUSED)
        watching.first.fail(RESET)
        await watching.clock.advance(60)
        retry_at = watching.sink.status.retry_at
        assert retry_at > START + 90
        watching.api.script("watch", Live())
        watching.api.script("/readyz", b"ok")
        await watching.clock.advance(5)
        assert watching.sink.status.state == "live"

    async def test_after_its_return_the_pauses_are_short_again(self, watching):
        busy = refusal(429, "TooManyRequests", retry_after=1.0)  # "storage is (re)initializing"
        watching.api.script("watch", REFUSED)
        watching.api.script("/readyz", REFUSED)
        watching.first.fail(RESET)
        await watching.clock.advance(60)
        watching.api.script("watch", busy, busy, Live())
        watching.api.script("/readyz", b"ok")
        await watching.clock.advance(8)
        assert watching.sink.status.state == "live"

    async def test_a_server_that_answers_but_not_this_is_left_its_pauses(self, watching):
        watching.api.script("watch", REFUSED)
        watching.first.fail(RESET)
        await watching.clock.advance(60)
        assert len(watching.api.asked("watch")) <= 8

    async def test_a_server_that_starts_refuses_everybody_and_that_is_not_believed(self, watching):
        forbidden = refusal(403, "Forbidden", missing="watch pods")
        watching.api.script("watch", REFUSED, REFUSED, forbidden, forbidden, forbidden, Live())
        watching.api.script("/readyz", REFUSED, REFUSED, forbidden, refusal(500), b"ok")
        watching.first.fail(RESET)
        await watching.clock.advance(40)
        assert {status.state for status in watching.sink.statuses[2:]} == {"stale", "live"}
        assert watching.sink.status.state == "live"
        assert len(watching.api.asked("list")) == 1

    async def test_what_was_opened_after_the_trouble_is_not_opened_again(self, watching):
        watching.api.script("/readyz", refusal(500), b"ok")
        await watching.clock.advance(11)
        assert watching.sink.status.state == "stale"
        watching.first.fail(RESET)
        await watching.clock.advance(10)
        assert len(watching.api.asked("/readyz")) >= 3
        assert watching.sink.status.state == "live"
        assert len(watching.api.asked("watch")) == 2

    async def test_back_again_the_watch_is_reopened_and_live(self, watching):
        watching.api.script("/readyz", Unreachable("no"), b"ok")
        await watching.clock.advance(25)
        assert len(watching.api.asked("watch")) == 2
        assert watching.sink.status.state == "live"

    @pytest.mark.fault(21)
    async def test_a_page_in_place_of_the_server_is_no_sign_of_life(self, watching):
        page = refusal(200)  # what the transport makes of HTML
        watching.api.script("/readyz", page, page, b"ok")
        watching.api.script("/version", b"{}", page)
        await watching.clock.advance(11)
        assert watching.sink.status.state == "live"  # a gateway that lets only the API through
        await watching.clock.advance(10)
        assert watching.sink.status.state == "stale"
        assert "something else answers" in watching.sink.status.detail
        await watching.clock.advance(5)
        assert watching.sink.status.state == "live"

    async def test_an_answer_of_any_kind_is_a_sign_of_life_except_5xx(self, watching):
        watching.api.script("/readyz", refusal(403), refusal(404), refusal(500))
        await watching.clock.advance(11)
        assert watching.sink.status.state == "live"
        await watching.clock.advance(10)
        assert watching.sink.status.state == "live"
        await watching.clock.advance(10)
        assert watching.sink.status.state == "stale"

    async def test_a_busy_watch_is_not_probed(self, watching):
        before = len(watching.api.asked("/readyz"))
        for n in range(20):
            watching.first.send(line("MODIFIED", pod("a", str(200 + n))))
            await watching.clock.advance(5)
        assert len(watching.api.asked("/readyz")) - before <= 1

    async def test_an_event_ends_the_stale_time(self, watching):
        watching.api.script("/readyz", Unreachable("no"))
        await watching.clock.advance(15)
        assert watching.sink.status.state == "stale"
        watching.first.send(line("MODIFIED", pod("a", "101")))
        await settle()
        assert watching.sink.status.state == "live"

    @pytest.mark.parametrize("kind", ["stopped", "suspended"])
    @pytest.mark.fault(39)
    async def test_after_a_sleep_everything_is_reopened(self, watching, kind):
        if kind == "stopped":
            await watching.clock.jump(600)
        else:
            watching.clock.skew += 600  # the monotonic clock stands still while a laptop sleeps
        watching.api.script("watch", GONE, Live())
        watching.api.script("list", listing(pod("n"), rv="900"))
        await watching.clock.advance(13)
        assert any(status.state == "stale" for status in watching.sink.statuses)
        assert watching.sink.names == ["shop/n"]
        assert watching.sink.status.state == "live"
