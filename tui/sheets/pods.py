"""The pod table: its columns, what they say, and how they sort."""

from __future__ import annotations

from typing import NamedTuple

from sources.model import Pod, PodUsage
from sources.rules.pods import pod_problem, ready_text, restarts_text
from sources.rules.resources import percent as share
from sources.rules.top import is_stale
from tui.sheets.amounts import UNKNOWN, age, cores, cpu, load_style, memory, percent, seconds_since
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.widgets.columns import Column
from tui.widgets.spark import sparkline


class PodLine(NamedTuple):
    """A pod with what is measured of it; `trend` is CPU in nanocores, oldest first."""

    pod: Pod
    usage: PodUsage | None = None
    trend: tuple[float, ...] = ()

    @property
    def cpu(self) -> int | None:
        return self.usage.cpu if self.usage else None

    @property
    def memory(self) -> int | None:
        return self.usage.memory if self.usage else None

    @property
    def memory_share(self) -> int | None:
        """Memory in percent of its limit, else of its request; None where neither or nothing is known."""
        whole = self.pod.memory_limit or self.pod.memory_request
        return share(self.memory, whole) if self.memory is not None and whole else None

    @property
    def cpu_share(self) -> int | None:
        """CPU in percent of the request, which is what the scheduler keeps for it."""
        whole = self.pod.cpu_request
        return share(self.cpu, whole) if self.cpu is not None and whole else None


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


def _usage_style(line: PodLine, look: Look) -> str:
    return "dim" if line.usage is None or is_stale(line.usage, look.now) else ""


def _ready_style(line: PodLine, look: Look) -> str:
    pod = line.pod
    if pod.phase in ("Succeeded", "Failed"):
        return "dim"
    return "" if pod.ready == pod.total else "warn"


def owner_text(pod: Pod) -> str:
    return f"{pod.owner.kind}/{pod.owner.name}" if pod.owner else UNKNOWN


PODS: Sheet[PodLine] = Sheet(
    [
        Field(
            Column("namespace", "NAMESPACE", 12, flex=1, min_width=11, priority=85),
            lambda line, _: line.pod.namespace,
            lambda *_: "dim",
        ),
        Field(
            Column("name", "NAME", 36, flex=3, min_width=24, priority=100, elide="middle"),
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
            Column("restarts", "RESTARTS", 13, min_width=10, align="right", priority=80),
            lambda line, look: restarts_text(line.pod.restarts, line.pod.last_restart, look.now),
            _restarts_style,
            rank=lambda line: line.pod.restarts,
            largest_first=True,
            number=Number("count", lambda line, _: line.pod.restarts),
        ),
        Field(
            Column("cpu", "CPU", 6, align="right", priority=70),
            lambda line, _: cpu(line.cpu),
            _usage_style,
            rank=lambda line: line.cpu,
            largest_first=True,
            number=Number("cores", lambda line, _: cores(line.cpu)),
        ),
        Field(
            Column("cpu%", "%REQ", 5, align="right", priority=40),
            lambda line, _: percent(line.cpu_share),
            lambda line, _: "dim" if line.cpu_share is None else "",
            rank=lambda line: line.cpu_share,
            largest_first=True,
            number=Number("percent", lambda line, _: line.cpu_share),
        ),
        Field(
            Column("memory", "MEM", 7, align="right", priority=69),
            lambda line, _: memory(line.memory),
            _usage_style,
            rank=lambda line: line.memory,
            largest_first=True,
            number=Number("bytes", lambda line, _: line.memory),
        ),
        Field(
            Column("memory%", "%LIM", 5, align="right", priority=45),
            lambda line, _: percent(line.memory_share),
            lambda line, _: load_style(line.memory_share),
            rank=lambda line: line.memory_share,
            largest_first=True,
            number=Number("percent", lambda line, _: line.memory_share),
        ),
        Field(
            Column("trend", "CPU TREND", 9, priority=20),
            lambda line, look: sparkline(line.trend, 9, lo=0, glyphs=look.glyphs),
            lambda *_: "trend",
            rank=lambda line: line.cpu,
            largest_first=True,
        ),
        Field(
            Column("node", "NODE", 14, flex=1, min_width=10, priority=42, elide="middle"),
            lambda line, _: line.pod.node or UNKNOWN,
            lambda *_: "dim",
        ),
        Field(
            Column("owner", "OWNER", 24, min_width=20, priority=10),
            lambda line, _: owner_text(line.pod),
            lambda *_: "dim",
        ),
        Field(Column("ip", "IP", 15, priority=5), lambda line, _: line.pod.ip or UNKNOWN, lambda *_: "dim"),
        Field(
            Column("age", "AGE", 6, align="right", priority=60),
            lambda line, look: age(line.pod.created, look.now),
            lambda *_: "dim",
            rank=lambda line: line.pod.created and -line.pod.created,
            number=Number("seconds", lambda line, look: seconds_since(line.pod.created, look.now)),
        ),
    ],
    sort="namespace",
    labels=lambda line: line.pod.labels,
    extra={"message": lambda line: line.pod.message},
)
