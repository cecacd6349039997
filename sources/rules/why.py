"""Why a pod or a node is not as it should be, in one line: the words that name the cause, whoever said them."""

from __future__ import annotations

from collections.abc import Iterable

from sources.model import Event, Node, Pod
from sources.rules.nodes import node_problem, wrong_conditions
from sources.rules.pods import pod_problem

_VAGUE = "containers with "
"""So begin the kubelet's words for a pod that is not ready ("containers with unready status: [web]")."""
_PREEMPTION = " preemption: "
"""What the scheduler goes on with, once it has said what each node lacks: that nobody can be driven out either."""


def pod_why(pod: Pod, events: Iterable[Event], now: float) -> str:
    """Why a pod is a problem at `now` (epoch seconds), "" for a sound one: its own message where it names a cause,
    else its last Warning (a probe that fails, a volume that cannot be mounted), else what the problem is.

    `events` are those about the pod.
    """
    problem = pod_problem(pod, now)
    if not problem:
        return ""
    if pod.message and not pod.message.startswith(_VAGUE):
        return pod.message if pod.node else pod.message.partition(_PREEMPTION)[0]
    warnings = [event for event in events if event.type == "Warning" and event.message]
    last = max(warnings, key=lambda event: event.last or 0.0, default=None)
    return f"{last.reason}: {last.message}" if last is not None else pod.message or problem


def node_why(node: Node) -> str:
    """Why a node is a problem, "" for a sound one: what the conditions say that make it one."""
    wrong = [f"{each.reason}: {each.message}" for each in wrong_conditions(node)]
    return "; ".join(wrong) or node_problem(node)
