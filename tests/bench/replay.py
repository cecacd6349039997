"""An API server that only replays: the answers of a large cluster from prepared bytes, and a churn of pods.

    python -m tests.bench.replay --size L --port 0 [--churn 2000] [--pace 59]

Prints its port when it is ready. So a measurement has no real API server's work in it, which at this size is more
than the client's; with a pace its lists come no faster than a real one writes them. Over stdin it is told
`churn N`: N pod changes a second from then on, 0 is none.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from tests.bench import objects
from tests.bench.objects import SIZES, Size
from tests.bench.turnover import EVENTS, PODS, Turnover

BLOCK = 256 * 1024
_END = (
    b'{"type":"BOOKMARK","object":{"kind":"%s","metadata":{"resourceVersion":"%d",'
    b'"annotations":{"k8s.io/initial-events-end":"true"}}}}\n'
)


class Replay:
    """The cluster: `version` is its resource version, which only churn moves."""

    def __init__(self, size: Size, churn: int, pace: float) -> None:
        self.size = size
        self.churn = churn
        self.pace = pace
        """Bytes a second of a list at most."""
        self.version = 1
        self.pods = [objects.pod(number, size) for number in range(size.pods)]
        self.nodes = list(objects.nodes(size))
        self.watchers: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
        """By path; only those of pods hear of plain churn."""
        self.turnover: Turnover | None = None
        self.sent = 0
        """Pod changes since the start."""

    async def move(self) -> None:
        """Changes pods, evenly over time, as often as `churn` says."""
        tick, due = 0.02, 0.0
        last = time.monotonic()
        while True:
            await asyncio.sleep(tick)
            now = time.monotonic()
            due += self.churn * (now - last)
            last = now
            changes = []
            if self.turnover is not None:
                due, much = due % 1, int(due)
                self.version = self.turnover.move(self.pods, self.version, much)
                for path, lines in self.turnover.take(self.version):
                    for queue in self.watchers[path]:
                        queue.put_nowait(lines)
                continue
            while due >= 1:
                due -= 1
                self.version += 1
                self.sent += 1
                number = self.sent * 7919 % self.size.pods
                self.pods[number] = objects.restarted(number, self.size, self.version)
                changes.append(b'{"type":"MODIFIED","object":' + self.pods[number] + b"}\n")
            if changes:
                for queue in self.watchers[PODS]:
                    queue.put_nowait(b"".join(changes))

    # -- answers

    def answer(self, path: str, query: Mapping[str, str]) -> Iterable[bytes] | AsyncIterator[bytes] | None:
        """The parts of a body; None is 404."""
        kinds = {PODS: (b"Pod", self.pods), "/api/v1/nodes": (b"Node", self.nodes)}
        if self.turnover is not None:
            kinds[EVENTS] = (b"Event", self.turnover.events(query.get("fieldSelector", "")))
        if path in kinds:
            kind, items = kinds[path]
            if "watch" in query:
                return self.watch(path, kind, items, query)
            return self.listed(kind, items, int(query.get("limit", "0")), int(query.get("continue", "0")))
        turnover = self.turnover
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) if turnover is None else turnover.stamp
        if path == "/apis/metrics.k8s.io":
            return [b'{"kind":"APIGroup","versions":[{"version":"v1beta1"}]}']
        if path == "/apis/metrics.k8s.io/v1beta1/nodes":
            return _list(b"NodeMetrics", objects.node_usage(self.size, stamp))
        if path == "/apis/metrics.k8s.io/v1beta1/pods":
            numbers = range(self.size.pods) if turnover is None else tuple(turnover.slots)
            return _list(b"PodMetrics", objects.pod_usage(numbers, self.size, stamp))
        if path in (EVENTS, "/api/v1/services", "/api/v1/namespaces"):
            if "watch" in query:
                return self.watch(path, b"Event", [], query)
            return _list(b"", ())
        if path in ("/version", "/readyz", "/livez", "/api"):
            return [b'{"major":"1","minor":"37","gitVersion":"v1.37.2"}']
        return None

    def listed(self, kind: bytes, items: list[bytes], limit: int, start: int) -> Iterator[bytes]:
        """The items from a place on, which is also what a page's token says."""
        end = start + limit if limit else len(items)
        shown = items[start:end]
        left = len(items) - start - len(shown)
        more = b',"continue":"%d","remainingItemCount":%d' % (end, left) if left else b""
        yield b'{"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"%d"%s},"items":[' % (
            kind,
            self.version,
            more,
        )
        yield from _joined(shown)
        yield b"]}"

    async def watch(
        self, path: str, kind: bytes, items: list[bytes], query: Mapping[str, str]
    ) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.watchers[path].add(queue)
        try:
            if "sendInitialEvents" in query:
                for item in list(items):
                    yield b'{"type":"ADDED","object":' + item + b"}\n"
                yield _END % (kind, self.version)
            elif self.turnover is not None:
                yield self.turnover.since(path, int(query.get("resourceVersion") or 0))
            while True:
                yield await queue.get()
        finally:
            self.watchers[path].discard(queue)

    # -- HTTP

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """GET after GET on one connection; bodies in chunks."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode()
                parts = urlsplit(target)
                body = self.answer(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
                status = b"200 OK" if body is not None else b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" % status
                )
                await self.send(writer, body if body is not None else [b'{"kind":"Status","code":404}'])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def send(self, writer: asyncio.StreamWriter, body: Iterable[bytes] | AsyncIterator[bytes]) -> None:
        held, size = [], 0
        clock = asyncio.get_running_loop().time

        def flush() -> None:
            nonlocal held, size
            block = b"".join(held)
            if block:
                writer.write(b"%x\r\n%s\r\n" % (len(block), block))
            held, size = [], 0

        if isinstance(body, AsyncIterator):
            async for part in body:
                held.append(part)
                size += len(part)
                # Like a real server: what is there goes out at once, a long first load in large pieces.
                if size >= BLOCK or not part.startswith(b'{"type":"ADDED"'):
                    flush()
                    await writer.drain()
        else:
            ready = clock()
            for part in body:
                held.append(part)
                size += len(part)
                if size >= BLOCK:
                    ready += size / self.pace
                    await asyncio.sleep(ready - clock())
                    flush()
                    before = clock()
                    await writer.drain()
                    # Like one that makes each piece when the one before is gone: what a slow reader lost is lost.
                    ready += clock() - before
        flush()
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _joined(items: Iterable[bytes]) -> Iterator[bytes]:
    first = True
    for item in items:
        yield item if first else b"," + item
        first = False


def _list(kind: bytes, items: Iterable[bytes]) -> Iterator[bytes]:
    yield b'{"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[' % kind
    yield from _joined(items)
    yield b"]}"


async def told(replay: Replay) -> None:
    """Orders from whoever started us; their end is ours."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        word, number, *clock = line.decode().split()
        if word in ("churn", "soak"):
            replay.churn = int(number)
        if word == "soak":
            replay.turnover = Turnover(replay.size, *map(float, clock))


async def run(size: Size, port: int, churn: int, pace: float) -> None:
    replay = Replay(size, churn, pace)
    server = await asyncio.start_server(replay.serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    moving = asyncio.create_task(replay.move())
    await told(replay)
    moving.cancel()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--churn", type=int, default=0)
    parser.add_argument("--pace", type=float, default=math.inf, help="MB of a list a second at most")
    parser.add_argument("--no-pods", action="store_true", help="everything but pods")
    args = parser.parse_args()
    size = SIZES[args.size]._replace(pods=0) if args.no_pods else SIZES[args.size]
    asyncio.run(run(size, args.port, args.churn, args.pace * 1e6))


if __name__ == "__main__":
    main()
