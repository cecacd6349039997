"""The pod table: its columns, what they say, and how they sort."""

from __future__ import annotations

from typing import NamedTuple

from sources.model import Pod, PodUsage
from sources.rules.pods import pod_problem, ready_text, restarts_text
from sources.rules.resources import percent as share
from tui.sheets.amounts import UNKNOWN, age, cores, cpu, memory, seconds_since
from tui.sheets.fields import plain_field, share_field
from tui.sheets.past import Past
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.sheets.trouble import NONE, NOW, OVER, trouble_field
from tui.sheets.usage import change_field, share_style, trend_field, usage_style
from tui.widgets.columns import Column

FULL = 95
"""Percent of a limit from which on it is felt."""


class PodLine(NamedTuple):
    """A pod with what is measured of it; `now` is the moment for which it is ordered (epoch seconds)."""

    pod: Pod
    usage: PodUsage | None = None
    past: Past | None = None
    now: float = 0.0
    fresh: bool = False
    """Whether it is new, or faulty anew, since somebody looked."""

    @property
    def cpu(self) -> int | None:
        return self.usage.cpu if self.usage else None

    @property
    def memory(self) -> int | None:
        return self.usage.memory if self.usage else None

    @property
    def cpu_of_request(self) -> int | None:
        """CPU in percent of the request, which is what the scheduler keeps for it."""
        return _share(self.cpu, self.pod.cpu_request)

    @property
    def cpu_of_limit(self) -> int | None:
        """CPU in percent of the limit, at which it is throttled."""
        return _share(self.cpu, self.pod.cpu_limit)

    @property
    def memory_of_request(self) -> int | None:
        """Memory in percent of the request, beyond which it is among the first to be evicted."""
        return _share(self.memory, self.pod.memory_request)

    @property
    def memory_of_limit(self) -> int | None:
        """Memory in percent of the limit, at which it is killed."""
        return _share(self.memory, self.pod.memory_limit)

    @property
    def restarted(self) -> int:
        """Restarts in the last ten minutes, as far as they were seen."""
        return self.past.restarts() if self.past is not None else 0

    @property
    def tier(self) -> int:
        if not pod_problem(self.pod, self.now):
            return NONE
        return OVER if self.pod.phase == "Failed" else NOW

    @property
    def standing(self) -> tuple[int, float]:
        """Where it stands by its trouble, of those in trouble the newest first: what was rolled out last is likely
        the cause. Nothing in it moves while a pod crashes and comes back."""
        tier = self.tier
        return tier, -(self.pod.created or 0.0) if tier != NONE else 0.0


def _share(part: int | None, whole: int | None) -> int | None:
    return share(part, whole) if part is not None and whole else None


def status_style(line: PodLine, look: Look) -> str:
    """By what it means, not by its word: a new pod may well be Pending."""
    if pod_problem(line.pod, look.now):
        return "warn" if line.pod.status in ("Running", "Pending", "Terminating") else "bad"
    if line.pod.status in ("Completed", "Succeeded"):
        return "dim"
    return "ok" if line.pod.status == "Running" else "wait"


def _restarts_style(line: PodLine, look: Look) -> str:
    recent = line.pod.last_restart is not None and look.now - line.pod.last_restart < 600
    return "warn" if recent else ("" if line.pod.restarts else "dim")


def _ready_style(line: PodLine, look: Look) -> str:
    pod = line.pod
    if pod.phase in ("Succeeded", "Failed"):
        return "dim"
    return "" if pod.ready == pod.total else "warn"


def strain(line: PodLine) -> str:
    """Which of its limits a pod is at, and what comes of it; "" while there is room."""
    told = []
    if (line.cpu_of_limit or 0) >= FULL:
        told.append(f"CPU at {line.cpu_of_limit}% of its limit: it is throttled")
    if (line.memory_of_limit or 0) >= FULL:
        told.append(f"memory at {line.memory_of_limit}% of its limit: it is about to be killed")
    return "; ".join(told)


def _of_request_style(value: int | None, line: PodLine, look: Look) -> str:
    """More than was asked for is no fault."""
    return "dim" if value is None else usage_style(line, look)


def owner_text(pod: Pod) -> str:
    return f"{pod.owner.kind}/{pod.owner.name}" if pod.owner else UNKNOWN


PODS: Sheet[PodLine] = Sheet(
    [
        trouble_field(status_style, lambda line: line.standing, lambda line: line.fresh),
        Field(
            Column("namespace", "NAMESPACE", 12, flex=1, min_width=11, priority=85),
            lambda line, _: line.pod.namespace,
            lambda *_: "dim",
        ),
        Field(
            Column("name", "NAME", 36, flex=3, min_width=19, priority=100, elide="middle"),
            lambda line, _: line.pod.name,
            lambda *_: "name",
        ),
        Field(
            Column("ready", "READY", 5, align="right", priority=90),
            lambda line, _: ready_text(line.pod.ready, line.pod.total),
            _ready_style,
            rank=lambda line: line.pod.ready - line.pod.total,
            number=Number("count", lambda line, _: line.pod.ready / line.pod.total if line.pod.total else None),
        ),
        Field(
            Column("status", "STATUS", 17, min_width=16, priority=95),
            lambda line, _: line.pod.status,
            status_style,
        ),
        Field(
            Column("restarts", "RESTARTS", 13, align="right", priority=80),
            lambda line, look: restarts_text(line.pod.restarts, line.pod.last_restart, look.now),
            _restarts_style,
            rank=lambda line: line.pod.restarts,
            largest_first=True,
            number=Number("count", lambda line, _: line.pod.restarts),
            amount=True,
        ),
        Field(
            Column("restarts10m", "R10M", 4, align="right", priority=36),
            lambda line, _: str(line.restarted),
            lambda line, _: "warn" if line.restarted else "dim",
            rank=lambda line: line.restarted,
            largest_first=True,
            number=Number("count", lambda line, _: line.restarted),
            amount=True,
        ),
        Field(
            Column("cpu", "CPU", 6, align="right", priority=70),
            lambda line, _: cpu(line.cpu),
            lambda line, look: share_style(line.cpu_of_limit or 0, line, look),
            rank=lambda line: line.cpu,
            largest_first=True,
            number=Number("cores", lambda line, _: cores(line.cpu)),
            amount=True,
        ),
        share_field(
            Column("cpu%", "%REQ", 5, align="right", priority=40),
            lambda line: line.cpu_of_request,
            _of_request_style,
        ),
        share_field(
            Column("cpu%limit", "%LIM", 5, align="right", priority=38), lambda line: line.cpu_of_limit, share_style
        ),
        trend_field("TREND", "cpu", 34),
        change_field("ΔCPU 1h", "cpu", 18),
        Field(
            Column("memory", "MEM", 7, align="right", priority=69),
            lambda line, _: memory(line.memory),
            lambda line, look: share_style(line.memory_of_limit or 0, line, look),
            rank=lambda line: line.memory,
            largest_first=True,
            number=Number("bytes", lambda line, _: line.memory),
            amount=True,
        ),
        share_field(
            Column("memory%request", "%REQ", 5, align="right", priority=37),
            lambda line: line.memory_of_request,
            _of_request_style,
        ),
        share_field(
            Column("memory%", "%LIM", 5, align="right", priority=45),
            lambda line: line.memory_of_limit,
            share_style,
        ),
        trend_field("TREND", "memory", 33),
        change_field("ΔMEM 1h", "memory", 19),
        plain_field(
            Column("node", "NODE", 14, flex=1, min_width=10, priority=42, elide="middle"),
            lambda line: line.pod.node,
        ),
        plain_field(Column("owner", "OWNER", 24, min_width=20, priority=20), lambda line: owner_text(line.pod)),
        plain_field(Column("ip", "IP", 15, priority=10), lambda line: line.pod.ip),
        plain_field(
            Column("nominated", "NOMINATED", 14, min_width=10, priority=62, elide="middle"),
            lambda line: line.pod.nominated_node,
            True,
        ),
        plain_field(
            Column("gates", "GATES", 5, align="right", priority=61), lambda line: line.pod.readiness_gates, True
        ),
        plain_field(Column("qos", "QOS", 10, priority=63), lambda line: line.pod.qos, True),
        Field(
            Column("message", "WHY", 40, flex=4, min_width=36, priority=75),
            lambda line, _: line.pod.message,
            lambda line, look: "" if pod_problem(line.pod, look.now) else "dim",
            wide=True,
        ),
        Field(
            Column("age", "AGE", 6, align="right", priority=60),
            lambda line, look: age(line.pod.created, look.now),
            lambda *_: "dim",
            rank=lambda line: line.pod.created and -line.pod.created,
            number=Number("seconds", lambda line, look: seconds_since(line.pod.created, look.now)),
            amount=True,
        ),
    ],
    sort="trouble",
    labels=lambda line: line.pod.labels,
)
