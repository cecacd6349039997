"""The node table: its columns, what they say, and how they sort."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sources.model import Node, NodeUsage
from sources.rules.nodes import node_problem, wrong_conditions
from sources.rules.resources import Allocated, cpu_percent, memory_percent
from sources.rules.top import cpu_top_percent, memory_top_percent
from tui.sheets.amounts import (
    UNKNOWN,
    age,
    cores,
    cpu,
    cpu_whole,
    load_style,
    memory,
    memory_whole,
    seconds_since,
)
from tui.sheets.fields import plain_field, share_field
from tui.sheets.past import Past
from tui.sheets.sheet import Field, Look, Number, Sheet
from tui.sheets.trouble import NONE, NOW, trouble_field
from tui.sheets.usage import BAR, bar_style, bar_text, change_field, share_style, trend_field, usage_style
from tui.widgets.columns import Column


class NodeLine(NamedTuple):
    """A node with what is measured of it and what runs on it."""

    node: Node
    usage: NodeUsage | None = None
    past: Past | None = None
    pods: int = 0
    requested: Callable[[], Allocated] | None = None
    """Asked only for rows that are drawn: it adds up all pods of the node."""
    fresh: bool = False
    """Whether it is new, or faulty anew, since somebody looked."""

    @property
    def cpu_share(self) -> int | None:
        return cpu_top_percent(self.usage.cpu, self.node.cpu_allocatable) if self.usage else None

    @property
    def memory_share(self) -> int | None:
        return memory_top_percent(self.usage.memory, self.node.memory_allocatable) if self.usage else None

    @property
    def cpu_requested(self) -> int | None:
        """What its pods ask for in percent of what it offers, as `kubectl describe node` counts it."""
        if self.requested is None:
            return None
        return cpu_percent(self.requested().cpu_request, self.node.cpu_allocatable, self.node.cpu_capacity)

    @property
    def memory_requested(self) -> int | None:
        if self.requested is None:
            return None
        whole = self.node.memory_allocatable, self.node.memory_capacity
        return memory_percent(self.requested().memory_request, *whole)


def status_style(line: NodeLine, _: Look) -> str:
    if not node_problem(line.node):
        return "ok"
    return "warn" if line.node.status.startswith("Ready") else "bad"


def _standing(line: NodeLine) -> tuple[int, float]:
    """Of the nodes in trouble the one first that has it for the shortest time, a cordon last."""
    if not node_problem(line.node):
        return NONE, 0.0
    return NOW, -max((each.since or 0.0 for each in wrong_conditions(line.node)), default=0.0)


def _of(used: str, whole: str) -> str:
    """Used and allocatable: "4148m/8"."""
    return used if used == UNKNOWN or whole == UNKNOWN else f"{used}/{whole}"


def _pods_text(line: NodeLine) -> str:
    most = line.node.pods_allocatable
    return str(line.pods) if most is None else f"{line.pods}/{most}"


def _pods_style(line: NodeLine, _: Look) -> str:
    most = line.node.pods_allocatable
    return load_style(line.pods * 100 // most) if most else ""


def _bar(name: str, read: Callable[[NodeLine], int | None], priority: int) -> Field[NodeLine]:
    return Field(
        Column(name, "", BAR, priority=priority),
        lambda line, look: bar_text(read(line), look),
        lambda line, look: bar_style(read(line), line, look),
        rank=read,
        largest_first=True,
        drawn=True,
    )


def _request_style(value: int | None, _line: NodeLine, _look: Look) -> str:
    """Full is no fault of a node; more than full is (limits of the scheduler were passed by)."""
    return "dim" if value is None or value < 90 else ("warn" if value > 100 else "")


NODES: Sheet[NodeLine] = Sheet(
    [
        trouble_field(
            lambda line, look: status_style(line, look),
            _standing,
            lambda line: line.fresh,
        ),
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
        plain_field(Column("roles", "ROLES", 13, min_width=6, priority=30), lambda line: line.node.roles),
        Field(
            Column("pods", "PODS", 7, align="right", priority=60),
            lambda line, _: _pods_text(line),
            _pods_style,
            rank=lambda line: line.pods,
            largest_first=True,
            number=Number("count", lambda line, _: line.pods),
            amount=True,
        ),
        Field(
            Column("cpu", "CPU", 11, min_width=10, align="right", priority=70),
            lambda line, _: _of(cpu(line.usage.cpu if line.usage else None), cpu_whole(line.node.cpu_allocatable)),
            usage_style,
            rank=lambda line: line.usage and line.usage.cpu,
            largest_first=True,
            number=Number("cores", lambda line, _: cores(line.usage.cpu if line.usage else None)),
            amount=True,
        ),
        share_field(
            Column("cpu%", "CPU%", 4, align="right", priority=80), lambda line: line.cpu_share, share_style
        ),
        _bar("cpubar", lambda line: line.cpu_share, 52),
        trend_field("TREND", "cpu", 36),
        change_field("ΔCPU 1h", "cpu", 14),
        Field(
            Column("memory", "MEM", 14, min_width=13, align="right", priority=65),
            lambda line, _: _of(
                memory(line.usage.memory if line.usage else None), memory_whole(line.node.memory_allocatable)
            ),
            usage_style,
            rank=lambda line: line.usage and line.usage.memory,
            largest_first=True,
            number=Number("bytes", lambda line, _: line.usage.memory if line.usage else None),
            amount=True,
        ),
        share_field(
            Column("memory%", "MEM%", 4, align="right", priority=79), lambda line: line.memory_share, share_style
        ),
        _bar("membar", lambda line: line.memory_share, 51),
        trend_field("TREND", "memory", 35),
        change_field("ΔMEM 1h", "memory", 15),
        share_field(
            Column("cpureq%", "CREQ", 4, align="right", priority=26),
            lambda line: line.cpu_requested,
            _request_style,
        ),
        share_field(
            Column("memreq%", "MREQ", 4, align="right", priority=25),
            lambda line: line.memory_requested,
            _request_style,
        ),
        Field(
            Column("pressure", "PRESSURE", 13, min_width=8, priority=75),
            lambda line, _: ",".join(name.removesuffix("Pressure") for name in line.node.pressures) or UNKNOWN,
            lambda line, _: "bad" if line.node.pressures else "dim",
        ),
        plain_field(Column("version", "VERSION", 9, min_width=7, priority=20), lambda line: line.node.version),
        plain_field(
            Column("ip", "INTERNAL-IP", 15, min_width=12, priority=64), lambda line: line.node.internal_ip, True
        ),
        plain_field(Column("os", "OS", 22, min_width=12, priority=63), lambda line: line.node.os_image, True),
        plain_field(
            Column("kernel", "KERNEL", 18, min_width=12, priority=62), lambda line: line.node.kernel, True
        ),
        plain_field(
            Column("runtime", "RUNTIME", 20, min_width=12, priority=61), lambda line: line.node.runtime, True
        ),
        plain_field(
            Column("taints", "TAINTS", 30, flex=1, min_width=16, priority=66),
            lambda line: ",".join(line.node.taints),
            True,
        ),
        Field(
            Column("age", "AGE", 6, align="right", priority=45),
            lambda line, look: age(line.node.created, look.now),
            lambda *_: "dim",
            rank=lambda line: line.node.created and -line.node.created,
            number=Number("seconds", lambda line, look: seconds_since(line.node.created, look.now)),
            amount=True,
        ),
    ],
    sort="trouble",
    labels=lambda line: line.node.labels,
)
