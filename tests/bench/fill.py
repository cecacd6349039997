"""Writes the objects of a large cluster straight into etcd, as the API server would have stored them.

Through the JSON gateway, over several connections; the API server reads objects stored as JSON. Write before it
starts: otherwise all of them pass through its watch cache as changes.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from itertools import islice

import aiohttp
import msgspec

from tests.bench import objects
from tests.bench.objects import STAMP, Size

CONNECTIONS = 6
AT_ONCE = 100
"""Puts of one transaction; etcd takes up to 128, and 1.5 MB."""

Entry = tuple[str, bytes]
"""Key and value."""


def entries(size: Size) -> Iterator[Entry]:
    """Namespaces, nodes and pods under the keys of the API server's registry."""
    for number in range(size.namespaces):
        meta = {"name": f"team-{number:03d}", "uid": f"{number:08x}-2222-4000-8000-000000000000"}
        rest = {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
        body = msgspec.json.encode({"metadata": {**meta, "creationTimestamp": STAMP}, **rest})
        yield f"/registry/namespaces/team-{number:03d}", _typed(body, "Namespace")
    for number, node in enumerate(objects.nodes(size)):
        yield f"/registry/minions/node-{number:04d}", _typed(node, "Node")
    for number in range(size.pods):
        name = f"team-{number % size.namespaces:03d}/checkout-8fb4f8f6c-{number:06x}"
        yield f"/registry/pods/{name}", _typed(objects.pod(number, size), "Pod")


def samples(size: Size, stamp: str) -> Iterator[Entry]:
    """What the metrics API says, for a metrics API that is served by custom resources."""
    version = "metrics.k8s.io/v1beta1"
    for number, body in enumerate(objects.node_usage(size, stamp)):
        yield f"/registry/metrics.k8s.io/nodes/node-{number:04d}", _typed(body, "NodeMetrics", version)
    for number, body in enumerate(objects.pod_usage(range(size.pods), size, stamp)):
        name = f"team-{number % size.namespaces:03d}/checkout-8fb4f8f6c-{number:06x}"
        yield f"/registry/metrics.k8s.io/pods/{name}", _typed(body, "PodMetrics", version)


async def write(etcd: str, found: Iterator[Entry]) -> None:
    """Puts everything. Raises `aiohttp.ClientError` when etcd refuses."""
    async with aiohttp.ClientSession(etcd, trust_env=False) as session:

        async def worker() -> None:
            while some := list(islice(found, AT_ONCE)):
                body = msgspec.json.encode({"success": [_put(*entry) for entry in some]})
                async with session.post("/v3/kv/txn", data=body) as answer:
                    answer.raise_for_status()
                    await answer.read()

        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))


def _typed(body: bytes, kind: str, version: str = "v1") -> bytes:
    return b'{"kind":"%s","apiVersion":"%s",' % (kind.encode(), version.encode()) + body[1:]


def _put(key: str, value: bytes) -> objects.Object:
    return {"requestPut": {"key": b64encode(key.encode()).decode(), "value": b64encode(value).decode()}}
