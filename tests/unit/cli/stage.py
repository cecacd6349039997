"""A runtime for commands: says what the test puts into it, then nothing more."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from msgspec import Struct

from sources.contract import Batch, Change, Context, Feed, Misconfigured, ObjectPage, Status
from sources.model import Event, Node, NodeUsage, ObjectRef, Pod, PodUsage

NOW = 1_764_000_000.0
HOSTILE = 'a\x1b[31mred\x1b]0;owned\x07\u202etfel\x9b2J\x00b\r\nnext,"line" =1+1'
"""A colour, a title, a reversed reading order, a C1 sequence, a NUL, a line break, and what CSV trips over."""


def unsafe(text: str, allowed: str = "\n") -> list[str]:
    """The characters that must not reach a terminal."""
    return [c for c in text if c not in allowed and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


class Cluster:
    """Offers every feed and never runs one: the stage speaks for it."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.raises = raises

    def nodes(self) -> Feed:
        raise AssertionError

    pods = events = usage = nodes

    async def get_object(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        if self.raises is not None:
            raise self.raises
        return {}

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        return ObjectPage()


class Alerting:
    def alerts(self) -> Feed:
        raise AssertionError


class Stage:
    """Stands for `sources.runtime.Runtime`. `batches` come one by one; after the last, waiting is interrupted
    as by Ctrl-c if `interrupt` is set."""

    def __init__(self, **sources: Any) -> None:
        self.sources = sources
        self.problems: dict[str, str] = {}
        self.batches: deque[Batch] = deque()
        self.interrupt = False
        self.stopped = False
        self.feeds: frozenset[str] | None = None

    def put(self, feed: str, *changes: Change, source: str = "kubernetes") -> None:
        self.batches.append(Batch(source, feed, NOW, changes))

    def say(self, feed: str, status: Status, source: str = "kubernetes") -> None:
        self.put(feed, status, source=source)

    def start(self) -> None: ...

    def stop(self, timeout: float = 0.0) -> None:
        self.stopped = True

    def take(self) -> Sequence[Batch]:
        return [self.batches.popleft()] if self.batches else []

    def wait(self, timeout: float) -> bool:
        if not self.batches and self.interrupt:
            raise KeyboardInterrupt
        return bool(self.batches)

    def offering(self, capability: type[Any]) -> Sequence[Any]:
        return [source for source in self.sources.values() if isinstance(source, capability)]

    def ask(self, question: Callable[[], Coroutine[Any, Any, Any]]) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(asyncio.run(question()))  # type: ignore[arg-type]  # any coroutine
        except Exception as error:
            future.set_exception(error)
        return future


def pod(name: str, namespace: str = "shop", **fields: Any) -> Pod:
    given = {"status": "Running", "ready": 1, "total": 1, "created": NOW - 3600, "uid": name, **fields}
    return Pod(namespace=namespace, name=name, **given)


def node(name: str, **fields: Any) -> Node:
    given = {"status": "Ready", "version": "v1.37.2", "created": NOW - 90000, **fields}
    return Node(name=name, **given)


def event(uid: str, message: str = "said", last: float = NOW - 5, **fields: Any) -> Event:
    given = {"type": "Warning", "reason": "BackOff", "about": ObjectRef("Pod", "web-0", "shop"), **fields}
    return Event(uid=uid, namespace="shop", name=uid, message=message, last=last, first=last - 60, **given)


def pod_usage(name: str, cpu: int, memory: int, namespace: str = "shop") -> PodUsage:
    return PodUsage(namespace, name, cpu, memory, NOW - 10, 15.0)


def node_usage(name: str, cpu: int, memory: int) -> NodeUsage:
    return NodeUsage(name, cpu, memory, NOW - 10, 15.0)


class Shape(Struct, frozen=True, forbid_unknown_fields=True, rename={"as_": "as"}):
    """Stands for every source's settings."""

    url: str = ""
    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    own_namespace: bool = False
    as_: str | None = None
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    request_timeout: str | None = None
    seed: int = 1
    speed: float = 1.0
    headers: dict[str, str] = {}
    bearer_token_env: str = ""
    password_command: tuple[str, ...] = ()
    interval: float = 15.0


class Made:
    """A source that does nothing but be there."""

    Config = Shape

    def __init__(self, config: Shape, context: Context) -> None:
        if config.interval < 1:
            raise Misconfigured("interval: less than 1 second")

    def describe(self) -> str:
        return "something at https://user:hunter22@host"
