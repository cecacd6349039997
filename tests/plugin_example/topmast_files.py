"""A source for topmast: nodes, pods and events from a folder of JSON files, read again when they change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from sources.contract import Change, Check, Context, Feed, Misconfigured, Snapshot, Status
from sources.model import Event, Kind, Node, Pod


class FilesConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A folder with nodes.json, pods.json and events.json: lists of objects with the fields of `sources.model`."""

    folder: str = ""
    """Where the files are; those that are missing are simply not offered."""
    interval: float = 2.0
    """Seconds between two looks at the files."""


class FilesSource:
    """Offers the capabilities Nodes, Pods, Events and Diagnosable: what has their methods has them."""

    Config: ClassVar[type[Struct]] = FilesConfig

    def __init__(self, config: FilesConfig, context: Context) -> None:
        if not config.folder:
            raise Misconfigured("folder: not set; name one with nodes.json, pods.json or events.json in it")
        if config.interval <= 0:
            raise Misconfigured(f"interval: {config.interval:g} is not above 0")
        self._folder = Path(config.folder)
        self._interval = config.interval
        self._context = context

    def describe(self) -> str:
        return f"files in {self._folder}"

    def nodes(self) -> Feed:
        return self._follow("node", "nodes.json", list[Node])

    def pods(self) -> Feed:
        return self._follow("pod", "pods.json", list[Pod])

    def events(self) -> Feed:
        return self._follow("event", "events.json", list[Event])

    async def _follow(self, kind: Kind, name: str, shape: Any) -> AsyncIterator[Sequence[Change]]:
        """Tells the whole list whenever the file changed, and each time how it is: a feed never ends by itself."""
        path = self._folder / name
        yield [Status("connecting", via=str(path))]
        seen: int | None = None
        lost: float | None = None
        while True:
            now = self._context.clock.now()
            try:
                changed = path.stat().st_mtime_ns
                if changed != seen or lost is not None:
                    things = msgspec.json.decode(path.read_bytes(), type=shape)
                    yield [Snapshot(kind, "", tuple(things))]
                seen, lost = changed, None
                yield [Status("live", via=str(path))]
            except (OSError, msgspec.DecodeError) as error:
                lost = lost or now
                if seen is not None:
                    state = Status("stale", f"{name}: {error}", since=lost, retry_at=now + self._interval)
                elif isinstance(error, FileNotFoundError):
                    state = Status("absent", f"there is no {path}")
                else:
                    state = Status("failed", f"{name}: {error}", since=lost, retry_at=now + self._interval)
                yield [state]
            await self._context.nudge.pause(self._context.clock, self._interval)

    async def check(self) -> Sequence[Check]:
        """For `topmast doctor`."""
        if self._folder.is_dir():
            found = ", ".join(sorted(path.name for path in self._folder.glob("*.json")))
            return [Check("folder", True, f"{self._folder}: {found or 'no JSON files'}")]
        return [Check("folder", False, f"{self._folder}: there is no such folder", f"mkdir {self._folder}")]

    async def close(self) -> None:
        """Nothing is kept open."""
