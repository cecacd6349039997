"""Groups of pods: what a pod adds to its group, and what the group's own row says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from sources.rules.pods import TERMINAL_PHASES
from sources.text import clean
from sources.world.groups import Share, Totals
from tui.sheets.amounts import UNKNOWN, cpu, memory
from tui.sheets.pods import PodLine, owner_text, status_style
from tui.sheets.sheet import Look, order
from tui.sheets.trouble import NONE, NOW, OVER
from tui.widgets.rows import Cell

Grouping = Literal["none", "owner", "node", "namespace"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)

PODS, READY, TOTAL, FAULTY, RESTARTS, CPU, MEMORY, MEASURED = range(8)
"""The amounts of a share, in this order."""
GRADES = ("bad", "warn", "over", "wait", "ok", "dim")
"""How a pod is doing, the worst first, by the style of its status; "over": it failed and is no more."""
SORTED_BY: Mapping[str, int] = {
    "restarts": RESTARTS,
    "cpu": CPU,
    "cputrend": CPU,
    "memory": MEMORY,
    "memorytrend": MEMORY,
}
"""Columns that order groups by a total."""
BY_WORDS = ("namespace", "name", "node", "owner")
SHORT = {
    "Deployment": "deploy",
    "StatefulSet": "sts",
    "DaemonSet": "ds",
    "ReplicaSet": "rs",
    "CronJob": "cj",
    "Job": "job",
}
"""Kinds as kubectl abbreviates them: the room is for the name."""


class Group(NamedTuple):
    """One group as its row shows it."""

    name: str
    totals: Totals
    opened: bool


def group_name(line: PodLine, grouping: Grouping) -> str:
    """The group of a pod. Owners are of a namespace; what has none stands together."""
    pod = line.pod
    if grouping == "owner":
        return _owned(pod.namespace, owner_text(pod) if pod.owner else "no owner")
    return pod.namespace if grouping == "namespace" else pod.node or "no node"


@lru_cache(maxsize=16_384)  # the pods of a group hold its name once
def _owned(namespace: str, owner: str) -> str:
    return f"{namespace}/{owner}"


@lru_cache(maxsize=1024)  # most pods of a cluster are in the same state
def _state(grade: str, status: str) -> tuple[int, str]:
    return GRADES.index(grade), status


def share_of(line: PodLine, grouping: Grouping, look: Look) -> Share:
    """What a pod adds to its group; finished pods are not waited for, so they count as neither ready nor not."""
    pod = line.pod
    style = status_style(line, look)
    grade = "over" if style == "bad" and line.tier == OVER else style
    counts = pod.phase not in TERMINAL_PHASES
    amounts = (
        1,
        pod.ready if counts else 0,
        pod.total if counts else 0,
        int(grade in ("bad", "warn", "over")),
        pod.restarts,
        line.cpu or 0,
        line.memory or 0,
        int(line.usage is not None),
    )
    return Share(group_name(line, grouping), amounts, _state(grade, pod.status))


def group_rank(name: str, totals: Totals, sort: str, reverse: bool) -> tuple[Any, ...]:
    """What a group is ordered by when the pods are by a column: its total, its worst, or its name."""
    value: Any
    if sort in SORTED_BY:
        value = totals.amounts[SORTED_BY[sort]]
    elif sort == "status":
        value = totals.worst
    elif sort == "ready":
        value = totals.amounts[READY] - totals.amounts[TOTAL]
    elif sort in BY_WORDS:
        value = name
    else:
        # By trouble, and calmly, as the pods themselves: how much of it is no matter.
        grade = GRADES[totals.worst[0]]
        value = NOW if grade in ("bad", "warn") else OVER if grade == "over" else NONE
    return order(value, reverse)


def _short(owner: str) -> str:
    kind, slash, name = owner.partition("/")
    return f"{SHORT.get(kind, kind)}{slash}{name}"


def group_cell(group: Group, column: str, grouping: Grouping, look: Look) -> Cell:
    """What a group's row says in a column."""
    amounts = group.totals.amounts
    grade, word = group.totals.worst
    style = "bad" if GRADES[grade] == "over" else GRADES[grade]
    if column == "trouble":
        return ("! ", style) if amounts[FAULTY] else ("", "")
    if column == "name":
        sign = look.glyph("▼", "v") if group.opened else look.glyph("›", ">")
        label = _short(group.name.partition("/")[2]) if grouping == "owner" else group.name
        faulty = f" !{amounts[FAULTY]}" if amounts[FAULTY] else ""
        return f"{sign} {clean(label)} {amounts[PODS]}{faulty}", "strong"
    if column == "namespace":
        return ("" if grouping == "node" else clean(group.name.partition("/")[0])), "dim"
    if column == "ready":
        short = amounts[READY] < amounts[TOTAL]
        return f"{amounts[READY]}/{amounts[TOTAL]}", "warn" if short else ""
    if column == "status":
        return clean(word), style
    if column == "restarts":
        return str(amounts[RESTARTS]), "" if amounts[RESTARTS] else "dim"
    if column == "cpu":
        return (cpu(amounts[CPU]), "strong") if amounts[MEASURED] else (UNKNOWN, "dim")
    if column == "memory":
        return (memory(amounts[MEMORY]), "strong") if amounts[MEASURED] else (UNKNOWN, "dim")
    if column == grouping:
        return clean(group.name.partition("/")[2] or group.name), "dim"
    return "", ""
