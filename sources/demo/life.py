"""The life of one simulated pod: stages and notes that a script yields in the order of time, read when needed."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from sources.demo.catalog import Workload
from sources.demo.waves import Pushed, Wave


class State(Struct, frozen=True, gc=False):
    """A container's state, as in `status.containerStatuses[].state`; moments in epoch seconds."""

    kind: Literal["waiting", "running", "terminated"]
    reason: str = ""
    message: str = ""
    exit_code: int = 0
    started: float = 0.0
    finished: float = 0.0


class Stage(Struct, frozen=True, gc=False):
    """What the API server says of a pod from `at` until the next stage."""

    at: float
    phase: str
    state: State
    ready: bool = False
    restarts: int = 0
    last: State | None = None
    reason: str = ""
    message: str = ""
    deleted: float | None = None
    """`metadata.deletionTimestamp`: when the grace period ends."""
    scheduled: bool = True


class Note(Struct, frozen=True, gc=False):
    """One occurrence of something that Kubernetes would tell as an event."""

    at: float
    kind: str
    namespace: str
    name: str
    uid: str
    type: Literal["Normal", "Warning"]
    reason: str
    message: str
    source: str
    host: str = ""
    field: str = ""


class Gone(Struct, frozen=True, gc=False):
    """The object is removed from the API."""

    at: float


Item: TypeAlias = Stage | Note | Gone


class Growth(Struct, frozen=True, gc=False):
    """Bytes that are taken between two moments, evenly, beyond what is usual."""

    begins: float
    ends: float
    size: float

    def at(self, t: float) -> float:
        """How many of them are taken at a moment."""
        return self.size * min(1.0, max(0.0, (t - self.begins) / (self.ends - self.begins)))


class Life:
    """A pod from its creation to its removal. Any moment may be asked for, in any order."""

    __slots__ = (
        "_ahead",
        "_note_times",
        "_script",
        "_stage_times",
        "at",
        "controller",
        "cpu",
        "disk",
        "gone",
        "ip",
        "leak",
        "memory",
        "name",
        "node",
        "notes",
        "old",
        "rng",
        "stages",
        "swell",
        "throttled",
        "uid",
        "workload",
    )  # fmt: skip

    def __init__(
        self,
        workload: Workload,
        name: str,
        uid: str,
        node: str,
        born: float,
        rng: random.Random,
        cpu: Wave | Pushed,
        memory: Wave,
        controller: str = "",
        old: bool = False,
    ) -> None:
        """`controller` is the ReplicaSet's or Job's name; `old` pods were started before anybody looked."""
        self.workload = workload
        self.name = name
        self.uid = uid
        self.node = node
        self.at = born
        self.rng = rng
        self.cpu = cpu
        """Nanocores."""
        self.memory = memory
        """Bytes."""
        self.controller = controller
        self.old = old
        self.leak = 0.0
        """Seconds from the first container's start until its memory reaches the limit; 0 for no leak."""
        self.swell: Growth | None = None
        """Memory that it takes without a limit."""
        self.disk: Growth | None = None
        """Space that it takes on its node's disk."""
        self.throttled = 0.0
        """The share of the periods in which its CPU limit holds it up."""
        self.ip = f"10.244.{rng.randrange(1, 64)}.{rng.randrange(2, 250)}"
        self.gone: float | None = None
        self.stages: list[Stage] = []
        self.notes: list[Note] = []
        self._stage_times: list[float] = []
        self._note_times: list[float] = []
        self._ahead: Item | None = None
        self._script: Iterator[Item] = iter(())

    def follow(self, script: Iterator[Item]) -> Life:
        """Sets the script; it is read only as far as somebody asks."""
        self._script = script
        self._ahead = next(script, None)
        return self

    @property
    def namespace(self) -> str:
        return self.workload.namespace

    @property
    def image(self) -> str:
        return self.workload.containers[0].image

    @property
    def key(self) -> str:
        return f"{self.workload.namespace}/{self.name}"

    def extend(self, t: float) -> None:
        """Reads the script up to a moment."""
        item = self._ahead
        while item is not None and item.at <= t:
            if isinstance(item, Stage):
                self.stages.append(item)
                self._stage_times.append(item.at)
            elif isinstance(item, Note):
                self.notes.append(item)
                self._note_times.append(item.at)
            else:
                self.gone = item.at
            item = next(self._script, None)
        self._ahead = item

    def index(self, t: float) -> int:
        """The index of the stage at a moment; -1 before the pod's birth and after its removal."""
        if t < self.at:
            return -1
        self.extend(t)
        if self.gone is not None and self.gone <= t:
            return -1
        return bisect_right(self._stage_times, t) - 1

    def stage(self, t: float) -> Stage | None:
        """What the pod is at a moment; None while it does not exist."""
        index = self.index(t)
        return self.stages[index] if index >= 0 else None

    def notes_between(self, after: float, until: float) -> list[Note]:
        """The notes in the window (after, until]."""
        self.extend(until)
        times = self._note_times
        if not times or times[-1] <= after:
            return []
        return self.notes[bisect_right(times, after) : bisect_right(times, until)]
