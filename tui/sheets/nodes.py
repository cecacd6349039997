"""The node table: its columns, what they say, and how they sort."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sources.model import Node, NodeUsage
from sources.rules.nodes import node_problem
from sources.rules.resources import Allocated, cpu_percent, memory_percent
from sources.rules.top import cpu_top_percent, is_stale, memory_top_percent
from tui.sheets.amounts import UNKNOWN, age, cores, cpu, load_style, memory, percent, seconds_since
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.widgets.columns import Column
from tui.widgets.spark import bar, sparkline

BAR = 6


class NodeLine(NamedTuple):
    """A node with what is measured of it and what runs on it; `trend` is CPU in nanocores, oldest first."""

    node: Node
    usage: NodeUsage | None = None
    trend: tuple[float, ...] = ()
    pods: int = 0
    requested: Callable[[], Allocated] | None = None
    """Asked only for rows that are drawn: it adds up all pods of the node."""

    @property
    def cpu_share(self) -> int | None:
        return cpu_top_percent(self.usage.cpu, self.node.cpu_allocatable) if self.usage else None

    @property
    def memory_share(self) -> int | None:
        return memory_top_percent(self.usage.memory, self.node.memory_allocatable) if self.usage else None


def status_style(line: NodeLine, _: Look) -> str:
    if not node_problem(line.node):
        return "ok"
    return "warn" if line.node.status.startswith("Ready") else "bad"


def _requested(line: NodeLine) -> str:
    if line.requested is None:
        return UNKNOWN
    sums = line.requested()
    of_cpu = cpu_percent(sums.cpu_request, line.node.cpu_allocatable, line.node.cpu_capacity)
    of_memory = memory_percent(sums.memory_request, line.node.memory_allocatable, line.node.memory_capacity)
    return f"{of_cpu}/{of_memory}%"


def _usage_style(line: NodeLine, look: Look) -> str:
    return "dim" if line.usage is None or is_stale(line.usage, look.now) else ""


def _bar(value: int | None, look: Look) -> str:
    return bar(None if value is None else value / 100, BAR, look.glyphs)


NODES: Sheet[NodeLine] = Sheet(
    [
        Field(
            Column("name", "NAME", 20, flex=2, min_width=16, priority=100, elide="middle"),
            lambda line, _: line.node.name,
            lambda *_: "name",
        ),
        Field(
            Column("status", "STATUS", 14, flex=1, min_width=9, priority=90),
            lambda line, _: line.node.status,
            status_style,
        ),
        Field(
            Column("roles", "ROLES", 13, min_width=6, priority=30),
            lambda line, _: line.node.roles,
            lambda *_: "dim",
        ),
        Field(
            Column("pods", "PODS", 4, align="right", priority=60),
            lambda line, _: str(line.pods),
            rank=lambda line: line.pods,
            largest_first=True,
            number=Number("count", lambda line, _: line.pods),
        ),
        Field(
            Column("cpu", "CPU", 7, align="right", priority=70),
            lambda line, _: cpu(line.usage.cpu if line.usage else None),
            _usage_style,
            rank=lambda line: line.usage and line.usage.cpu,
            largest_first=True,
            number=Number("cores", lambda line, _: cores(line.usage.cpu if line.usage else None)),
        ),
        Field(
            Column("cpu%", "CPU%", 4, align="right", priority=80),
            lambda line, _: percent(line.cpu_share),
            lambda line, _: load_style(line.cpu_share),
            rank=lambda line: line.cpu_share,
            largest_first=True,
            number=Number("percent", lambda line, _: line.cpu_share),
        ),
        Field(
            Column("cpubar", "", BAR, priority=35),
            lambda line, look: _bar(line.cpu_share, look),
            lambda line, _: load_style(line.cpu_share) or "bar",
            rank=lambda line: line.cpu_share,
            largest_first=True,
        ),
        Field(
            Column("memory", "MEM", 8, align="right", priority=65),
            lambda line, _: memory(line.usage.memory if line.usage else None),
            _usage_style,
            rank=lambda line: line.usage and line.usage.memory,
            largest_first=True,
            number=Number("bytes", lambda line, _: line.usage.memory if line.usage else None),
        ),
        Field(
            Column("memory%", "MEM%", 4, align="right", priority=79),
            lambda line, _: percent(line.memory_share),
            lambda line, _: load_style(line.memory_share),
            rank=lambda line: line.memory_share,
            largest_first=True,
            number=Number("percent", lambda line, _: line.memory_share),
        ),
        Field(
            Column("membar", "", BAR, priority=34),
            lambda line, look: _bar(line.memory_share, look),
            lambda line, _: load_style(line.memory_share) or "bar",
            rank=lambda line: line.memory_share,
            largest_first=True,
        ),
        Field(
            Column("requested", "REQ C/M", 8, align="right", priority=25),
            lambda line, _: _requested(line),
            lambda *_: "dim",
            rank=lambda line: line.requested and line.requested().cpu_request,
            largest_first=True,
        ),
        Field(
            Column("trend", "CPU TREND", 9, priority=20),
            lambda line, look: sparkline(line.trend, 9, lo=0, glyphs=look.glyphs),
            lambda *_: "trend",
            rank=lambda line: line.usage and line.usage.cpu,
            largest_first=True,
        ),
        Field(
            Column("pressure", "PRESSURE", 13, min_width=8, priority=40),
            lambda line, _: ",".join(name.removesuffix("Pressure") for name in line.node.pressures) or UNKNOWN,
            lambda line, _: "bad" if line.node.pressures else "dim",
        ),
        Field(
            Column("version", "VERSION", 9, min_width=7, priority=10),
            lambda line, _: line.node.version or UNKNOWN,
            lambda *_: "dim",
        ),
        Field(
            Column("age", "AGE", 6, align="right", priority=55),
            lambda line, look: age(line.node.created, look.now),
            lambda *_: "dim",
            rank=lambda line: line.node.created and -line.node.created,
            number=Number("seconds", lambda line, look: seconds_since(line.node.created, look.now)),
        ),
    ],
    sort="name",
    labels=lambda line: line.node.labels,
    extra={"taints": lambda line: ",".join(line.node.taints)},
)
