"""Drives `staged_screen.py` from a test: orders and keys go in, the bytes that each of them costs come out."""

import select
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from sources.contract import Batch, Change, Snapshot, Status, Upsert
from sources.model import Alert, NodeUsage, Pod, PodUsage
from tests.pilot.staged import NOW, event, node, pod
from tests.pty.harness import PATIENCE, Pty
from tests.pty.staged_screen import MARK, TYPED_MARK, Order, Told

NAMESPACES = ("batch", "payments", "shop")
PODS = tuple(f"{NAMESPACES[number % 3]}/web-{number:02d}" for number in range(60))
NODES = tuple(f"worker-{number}" for number in range(8))
MEBI = 1 << 20


def a_pod(key: str, **more: object) -> Pod:
    number = int(key[-2:])
    return pod(key, node=NODES[number % 8], cpu_request=200_000_000, memory_limit=512 * MEBI, **more)


def a_pod_usage(key: str, millicores: int = 100, at: float = NOW) -> PodUsage:
    namespace, _, name = key.partition("/")
    return PodUsage(namespace, name, millicores * 1_000_000, 200 * MEBI, at, 15.0)


def cluster(at: float = NOW) -> list[Batch]:
    """A small cluster, all feeds live: 8 nodes, 60 pods, 40 events, 9 alerts."""
    nodes = tuple(node(name, cpu_allocatable=4_000_000_000, memory_allocatable=8192 * MEBI) for name in NODES)
    events = tuple(event(f"e{number:02d}", PODS[number], last=at - 7200.0 - number) for number in range(40))
    alerts = tuple(
        Alert(
            "prometheus",
            f"f{number}",
            (("alertname", f"Alert{number}"), ("namespace", "shop"), ("severity", "warning")),
            "firing",
            since=at - 86400.0 * 3,
        )
        for number in range(9)
    )
    usage: list[Change] = [
        Snapshot("node_usage", "", tuple(NodeUsage(name, 1_500_000_000, 4096 * MEBI, at, 15.0) for name in NODES)),
        Snapshot("pod_usage", "", tuple(a_pod_usage(key, at=at) for key in PODS)),
    ]
    live = Status("live")
    return [
        Batch("kubernetes", "nodes", at, (Snapshot("node", "", nodes), live)),
        Batch("kubernetes", "pods", at, (Snapshot("pod", "", tuple(map(a_pod, PODS))), live)),
        Batch("kubernetes", "events", at, (Snapshot("event", "", events), live)),
        Batch("kubernetes", "usage", at, (*usage, live)),
        Batch("prometheus", "alerts", at, (Snapshot("alert", "", alerts), live)),
    ]


def upsert_pod(key: str, at: float = NOW, **more: object) -> Batch:
    return Batch("kubernetes", "pods", at, (Upsert(a_pod(key, **more)),))


class StagedScreen(Pty):
    """The staged screen in a terminal. Each call returns what was sent to the terminal because of it."""

    def __init__(
        self,
        columns: int = 120,
        rows: int = 36,
        env: Mapping[str, str] | None = None,
        replies: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self._orders, theirs = socket.socketpair()
        script = str(Path(__file__).with_name("staged_screen.py"))
        super().__init__(
            (sys.executable, script, str(theirs.fileno())),
            columns=columns,
            rows=rows,
            env={"COLORTERM": "truecolor", **(env or {})},
            pass_fds=[theirs.fileno()],
            replies=replies,
        )
        theirs.close()
        self._seen = 0
        self.started = self._until_mark()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._orders.close()

    def _until_mark(self) -> bytes:
        self.wait_for(lambda: MARK in self.output[self._seen :])
        end = self.output.index(MARK, self._seen)
        drawn = bytes(self.output[self._seen : end])
        self._seen = end + len(MARK)
        return drawn

    def order(self, *batches: Batch, seconds: int = 0) -> bytes:
        """Batches arrive, then time passes."""
        self._orders.sendall(msgspec.json.encode(Order(list(batches), seconds)) + b"\n")
        return self._until_mark()

    def order_unseen(self, *batches: Batch, seconds: int = 0) -> Told:
        """The same while nobody reads the terminal; returns when it is done, drawn or not."""
        self._orders.sendall(msgspec.json.encode(Order(list(batches), seconds, drawn=False)) + b"\n")
        assert select.select([self._orders], [], [], PATIENCE)[0], "the screen's loop stands still"
        return msgspec.json.decode(self._orders.recv(1000), type=Told)

    def press(self, *keys: bytes | str) -> bytes:
        """All keys in one write."""
        data = b"".join(key.encode() if isinstance(key, str) else key for key in keys)
        self.send(data + TYPED_MARK)
        return self._until_mark()

    def sized(self, columns: int, rows: int) -> bytes:
        """The terminal gets another size."""
        self.resize(columns, rows)
        self._orders.sendall(msgspec.json.encode(Order(size=(columns, rows))) + b"\n")
        return self._until_mark()

    def cells(self) -> list[list[object]]:
        """What stands in each cell and how it looks."""
        return [[self.screen.buffer[y][x] for x in range(self.screen.columns)] for y in range(self.screen.lines)]

    def fill(self, batches: Sequence[Batch] | None = None) -> bytes:
        return self.order(*(cluster() if batches is None else batches))
