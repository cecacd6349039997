"""The runtime: sources on a loop of their own, batches taken by whoever looks, questions from any thread."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec import Struct

from sources import runtime as module
from sources.contract import Batch, Context, Feed, Misconfigured, Nodes, Pods, Status
from sources.runtime import Runtime


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """`fault` is raised when a source is built with it."""

    fault: str = ""


class Quiet:
    """Says once that it is live, and notes on which thread it was built and closed."""

    Config = Settings

    def __init__(self, config: Settings, context: Context) -> None:
        if config.fault == "wrong":
            raise Misconfigured("url: not a URL")
        if config.fault:
            raise AttributeError(f"no setting for Authorization: Bearer {config.fault}")
        self.context = context
        self.built_on = threading.current_thread()
        self.closed_on: threading.Thread | None = None

    def describe(self) -> str:
        return "quiet"

    async def close(self) -> None:
        self.closed_on = threading.current_thread()

    async def nodes(self) -> Feed:  # type: ignore[misc]
        yield [Status("live")]
        await asyncio.Event().wait()


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch, **configs: Settings) -> Iterator[Runtime]:
    monkeypatch.setattr(module, "load", lambda kind: Quiet)
    made = Runtime({name: ("quiet", config) for name, config in configs.items()})
    made.start()
    try:
        yield made
    finally:
        made.stop()


def test_batches_wait_until_they_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch, a=Settings()) as runtime:
        assert runtime.wait(10)
        (batch,) = runtime.take()
        assert (batch.source, batch.feed, batch.changes) == ("a", "nodes", (Status("live"),))
        assert runtime.take() == []


def test_a_source_that_cannot_be_built_is_named_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    configs = {"a": Settings("wrong"), "b": Settings("abcdefghijklmnopqrst"), "c": Settings()}
    with running(monkeypatch, **configs) as runtime:
        assert list(runtime.sources) == ["c"]
        assert runtime.problems["a"] == "url: not a URL"
        assert runtime.problems["b"].startswith("AttributeError: no setting for")
        assert "abcdefghijklmnopqrst" not in runtime.problems["b"]
        assert runtime.wait(10)


def test_questions_run_where_the_sources_are_and_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()

    async def where() -> threading.Thread:
        return threading.current_thread()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    with running(monkeypatch, a=Settings()) as runtime:
        (source,) = runtime.offering(Nodes)  # type: ignore[type-abstract]
        assert runtime.offering(Pods) == []  # type: ignore[type-abstract]
        assert runtime.ask(where).result(10) is source.built_on  # type: ignore[attr-defined]
        asked = runtime.ask(forever)
        runtime.ask(where).result(10)  # by then the question has begun
        asked.cancel()
        assert given_up.wait(10)
        with pytest.raises(CancelledError):
            asked.result(0)


def test_stopping_closes_the_sources_on_their_loop_and_ends_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch, a=Settings()) as runtime:
        source: Any = runtime.sources["a"]
    assert source.closed_on is source.built_on
    assert not source.built_on.is_alive()
    runtime.stop()  # twice is harmless
    runtime.tell(lambda: pytest.fail("nobody is there to hear it"))


def test_a_question_before_the_start_is_an_error_in_the_program() -> None:
    async def nothing() -> None: ...

    with pytest.raises(RuntimeError, match="not been started"):
        Runtime({}).ask(nothing)


def test_a_tap_sees_every_batch_also_those_that_nobody_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Batch] = []
    monkeypatch.setattr(module, "load", lambda kind: Quiet)
    runtime = Runtime({"a": ("quiet", Settings())}, tap=seen.append)
    runtime.start()
    assert runtime.wait(10)
    runtime.stop()
    assert [batch.source for batch in seen] == ["a"]
