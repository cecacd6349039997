"""Lines of a watch, and the dog that guards its reading."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import Raw

from sources.kubernetes.watchstream import (
    DamagedError,
    LineReader,
    Watchdog,
    ends_initial_events,
    metadata_of,
    parse_line,
    stream_error,
)
from tests.unit.kubernetes.fakes import FakeClock, bookmark, dump, error_line, line, pod, settle


@pytest.mark.fault(23)
def test_lines_across_any_cut():
    text = line("ADDED", pod("a")) + b"\n \r\n" + line("DELETED", pod("b")) + b'{"type":"ADD'
    for size in (1, 7, 100, 10_000):
        reader = LineReader()
        found = [each for at in range(0, len(text), size) for each in reader.feed(text[at : at + size])]
        assert [parse_line(each).type for each in found] == ["ADDED", "DELETED"]


@pytest.mark.fault(32)
def test_an_endless_line_is_damage():
    reader = LineReader(limit=1000)
    reader.feed(b"x" * 900)
    with pytest.raises(DamagedError, match="1000 bytes"):
        reader.feed(b"x" * 200)


def test_a_long_line_within_the_limit_is_fine():
    reader = LineReader()
    big = line("ADDED", {"metadata": {"name": "big", "annotations": {"a": "x" * 3_000_000}}})
    found = [each for at in range(0, len(big), 65536) for each in reader.feed(big[at : at + 65536])]
    assert len(found) == 1


@pytest.mark.parametrize("bad", [b"<html>", b"[]", b'{"object":{}}', b"\xff\xfe", b'{"type":1}', b""])
def test_what_is_no_event_is_none(bad):
    assert parse_line(bad) is None


def test_metadata_of_odd_objects_is_empty():
    for raw in (b"null", b'{"metadata":null}', b'{"metadata":{"name":3}}', b"{", b""):
        assert metadata_of(Raw(raw)).name is None


def test_only_the_annotated_bookmark_ends_the_initial_events():
    assert ends_initial_events(parse_line(bookmark("5", end=True)).object)
    assert not ends_initial_events(parse_line(bookmark("5")).object)


def test_an_error_event_becomes_the_error_it_would_be_as_an_answer():
    causes = [{"reason": "ResourceVersionTooLarge"}]
    text = error_line(504, "Timeout", "Too large", causes=causes, retryAfterSeconds=1)
    error = stream_error(parse_line(text).object, "the watch of pods")
    assert (error.status, error.causes, error.retry_after) == (504, ("ResourceVersionTooLarge",), 1)
    assert "Too large" in str(error)
    assert stream_error(Raw(dump([])), "the watch").status == 500


class TestWatchdog:
    async def test_it_ends_a_silent_reading_and_says_why(self):
        clock = FakeClock()
        dog = Watchdog(clock, idle=10, deadline=100)
        ended = []

        async def read():
            async with dog:
                await asyncio.get_running_loop().create_future()
            ended.append(dog.barked)

        task = asyncio.create_task(read())
        await clock.advance(6)
        dog.heard()
        await clock.advance(9)
        assert not ended
        await clock.advance(2)
        assert ended == ["idle"]
        assert not task.cancelled()
        await task

    async def test_noise_does_not_outlast_the_deadline(self):
        clock = FakeClock()
        dog = Watchdog(clock, idle=10, deadline=25)

        async def read():
            async with dog:
                await asyncio.get_running_loop().create_future()

        task = asyncio.create_task(read())
        for _ in range(6):
            await clock.advance(5)
            dog.heard()
        await task
        assert dog.barked == "deadline"

    async def test_a_cancellation_from_outside_passes(self):
        dog = Watchdog(FakeClock(), idle=10, deadline=25)

        async def read():
            async with dog:
                await asyncio.get_running_loop().create_future()

        task = asyncio.create_task(read())
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert dog.barked is None
