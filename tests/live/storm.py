"""Whether tables still are the server's after a storm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sources.kubernetes.api import Resource
from tests.live.churn import Churn
from tests.live.following import Following
from tests.testbed import Bed


def differences(plane: Bed, resource: Resource, rows: Mapping[str, Any]) -> list[str]:
    """What a fresh list says that the rows do not, and the other way round; whole rows are compared."""
    api = plane.api()
    listed = api.request("GET", resource.path())["items"]
    api.close()
    fresh = [resource.decode(msgspec.Raw(json.dumps(item).encode())) for item in listed]
    there = {row.key: row for row in fresh}
    found = [f"{key} is missing" for key in there.keys() - rows.keys()]
    found += [f"{key} is no more" for key in rows.keys() - there.keys()]
    return found + [f"{key} is another" for key in there.keys() & rows.keys() if there[key] != rows[key]]


Shown = tuple[Resource, Callable[[], Mapping[str, Any]]]
"""Rows by key, and what they are."""


async def compared(plane: Bed, *shown: Shown, seconds: float = 60.0) -> list[str]:
    """The differences that remain when the feeds had time; changes of the controllers come meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        found = list[str]()
        for resource, rows in shown:
            found += await asyncio.to_thread(differences, plane, resource, rows())
        if not found or loop.time() > until:
            return found
        await asyncio.sleep(0.2)


def told_twice(events: Following) -> list[str]:
    """Events that came to be there more than once: one that is gone never comes back."""
    return [key for key, times in events.appeared.items() if times > 1]


def told_wrongly(rows: Mapping[str, Any], churn: Churn) -> list[str]:
    """Events of the ledger that are not among the rows, or not as often as they happened."""
    shown = {row.name: row.count for row in rows.values()}
    return [
        f"{name}: happened {times} times, shown {shown.get(name, 0)}"
        for name, times in churn.made.items()
        if shown.get(name) != times
    ]
