"""The vocabulary of the scenarios: what goes wrong in a demo, to whom and when.

All moments are seconds after the demo's start, negative before it; NEVER for what does not happen.
"""

from __future__ import annotations

from math import inf
from typing import Literal, TypeAlias

from msgspec import Struct

from sources.model import Matcher

NEVER = inf

Plot: TypeAlias = Literal[
    "wrong-image", "crash", "too-big", "never-ready", "leak", "throttled", "unready", "autoscaled", "volume-full"
]


class Part(Struct, frozen=True):
    """What happens to one workload ("namespace/name") from `begins` until it is put right at `ends`."""

    workload: str
    plot: Plot
    begins: float
    ends: float = NEVER
    image: str = ""
    """What the rollout brings; the same image if not set."""
    cpu_request: int = 0
    """Millicores that the rollout asks for; as before if 0."""
    cpu_limit: int = 0
    memory_limit: int = 0
    """MiB that the rollout which puts it right allows."""
    says: str = ""
    """What a dying container leaves as its last words, or what a failing probe answers."""
    scale: tuple[tuple[float, int], ...] = ()
    """Moments at which the number of pods changes, and the number from then on."""
    load: tuple[tuple[float, float], ...] = ()
    """Moments at which the work in all changes, and the factor from then on."""


class NodeTrouble(Struct, frozen=True):
    """One node runs short of something, is lost, or both. `culprit` is the workload that uses it up."""

    resource: Literal["", "disk", "memory"] = ""
    culprit: str = "batch/report-builder"
    pressure: float = NEVER
    evictions: float = NEVER
    lost: float = NEVER
    back: float = NEVER
    relieved: float = NEVER


class Disturbance(Struct, frozen=True):
    """What callers of a service ("namespace/name") notice: the share of 5xx, the latency in seconds, more work."""

    service: str
    begins: float
    ends: float
    errors: float
    latency: float
    load: float = 1.0


class Hush(Struct, frozen=True):
    """Somebody silences alerts at `begins`, for `lasts` seconds."""

    begins: float
    lasts: float
    matchers: tuple[Matcher, ...]
    by: str
    comment: str


class Scenario(Struct, frozen=True):
    """One incident from its first sign to its end."""

    name: str
    says: str
    """What it is, in one line."""
    parts: tuple[Part, ...] = ()
    node: NodeTrouble | None = None
    disturbances: tuple[Disturbance, ...] = ()
    silences: tuple[Hush, ...] = ()
