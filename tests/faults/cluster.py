"""An API server in memory, behind a `Proxy`: pods, listed and watched by version, and compacted when told."""

from __future__ import annotations

import asyncio
from typing import Any

from sources.contract import Clock, SystemClock
from tests.faults.proxy import Answer, Asked, Bytes
from tests.unit.kubernetes.fakes import bookmark, dump, error_line, line, listing, pod

JSON = {"Content-Type": "application/json"}


class LittleCluster:
    """Pods of one namespace; nodes and events there are none."""

    def __init__(self, *names: str, clock: Clock | None = None) -> None:
        """`clock` ends the watches when they are to end."""
        self._clock = clock or SystemClock()
        self.version = 100
        self.pods: dict[str, dict[str, Any]] = {}
        self._log: list[tuple[int, bytes]] = []
        self._oldest = 0
        self._moved = asyncio.Event()
        for name in names:
            self.put(name)

    @property
    def keys(self) -> set[str]:
        return {f"shop/{name}" for name in self.pods}

    def put(self, name: str, phase: str = "Running") -> None:
        self.version += 1
        what = "MODIFIED" if name in self.pods else "ADDED"
        self.pods[name] = pod(name, str(self.version), phase=phase)
        self._note(line(what, self.pods[name]))

    def remove(self, name: str) -> None:
        self.version += 1
        gone = self.pods.pop(name)
        gone["metadata"]["resourceVersion"] = str(self.version)
        self._note(line("DELETED", gone))

    def compact(self) -> None:
        """Forgets every version but the last."""
        self._oldest, self._log = self.version, []

    async def ask(self, asked: Asked) -> Answer:
        if asked.path in ("/readyz", "/version"):
            return Answer(200, JSON, self._once(b'{"gitVersion":"v1.37.2"}'))
        if asked.path not in ("/api/v1/pods", "/api/v1/nodes", "/api/v1/events"):
            return Answer(404, JSON, self._once(dump({"kind": "Status", "code": 404, "reason": "NotFound"})))
        query, pods = asked.query, asked.path.endswith("pods")
        if "watch" not in query:
            things = list(self.pods.values()) if pods else []
            return Answer(200, JSON, self._once(listing(*things, rv=str(self.version))))
        ends = asyncio.create_task(self._clock.sleep(float(query["timeoutSeconds"])))
        if "sendInitialEvents" in query:
            return Answer(422, JSON, self._once(dump({"kind": "Status", "code": 422, "reason": "Invalid"})))
        return Answer(200, JSON, self._watch(int(query["resourceVersion"]), pods, ends))

    def _note(self, text: bytes) -> None:
        self._log.append((self.version, text))
        self._moved.set()
        self._moved = asyncio.Event()

    async def _once(self, body: bytes) -> Bytes:
        yield body

    async def _watch(self, since: int, pods: bool, ends: asyncio.Task[None]) -> Bytes:
        if pods and since < self._oldest:
            yield error_line(410, "Expired")
            return
        if not pods:
            yield bookmark(str(since))
        while True:
            new = [text for version, text in self._log if version > since] if pods else []
            since = max(since, self.version)
            if new:
                yield b"".join(new)
            moved = asyncio.ensure_future(self._moved.wait())
            await asyncio.wait((moved, ends), return_when=asyncio.FIRST_COMPLETED)
            if ends.done():
                moved.cancel()
                return
