"""What kubectl prints of a pod (STATUS, READY, RESTARTS, the wide columns) and when a pod is a problem.

The columns follow `printPod` in Kubernetes' pkg/printers/internalversion/printers.go, whose text is what a
server puts into its Table answers, with the check that a pod in a terminal phase is never "Terminating".
"""

from __future__ import annotations

from msgspec import Struct

from sources import model
from sources.rules import wire
from sources.rules.duration import age, human_duration, parse_time

TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})
MESSAGE_LIMIT = 400
"""Characters kept of a message: a termination message may be 4 KB, and the whole pod is fetched on demand."""


class PodRow(Struct, frozen=True, gc=False):
    """STATUS, READY ("ready/total") and RESTARTS; `last_restart` in epoch seconds."""

    status: str
    ready: int
    total: int
    restarts: int
    last_restart: float | None


def pod_row(pod: wire.Pod) -> PodRow:
    """The columns of `kubectl get pods` for one pod."""
    spec = pod.spec or wire.PodSpec()
    status = pod.status or wire.PodStatus()
    conditions = wire.present(status.conditions)
    init_specs = wire.present(spec.init_containers)
    sidecars = {container.name for container in init_specs if container.restart_policy == "Always"}
    reason = status.reason or status.phase or ""
    for condition in conditions:
        if condition.reason == "SchedulingGated" and condition.type == "PodScheduled":
            reason = "SchedulingGated"

    total = len(wire.present(spec.containers))
    if init_specs:
        total += sum(container.restart_policy == "Always" for container in init_specs)
    ready = restarts = sidecar_restarts = 0
    last: float | None = None
    sidecar_last: float | None = None
    initializing = False
    for index, container in enumerate(wire.present(status.init_container_statuses)):
        sidecar = container.name in sidecars
        restarts += container.restart_count or 0
        last = _later(last, container)
        if sidecar:
            sidecar_restarts += container.restart_count or 0
            sidecar_last = _later(sidecar_last, container)
        state = container.state or wire.ContainerState()
        if state.terminated is not None and not state.terminated.exit_code:
            continue
        if sidecar and container.started:
            ready += bool(container.ready)
            continue
        initializing = True
        if state.terminated is not None:
            reason = "Init:" + _exit(state.terminated)
        elif state.waiting is not None and state.waiting.reason not in (None, "", "PodInitializing"):
            reason = f"Init:{state.waiting.reason}"
        else:
            reason = f"Init:{index}/{len(init_specs)}"
        break

    if not initializing or _first_status(conditions, "Initialized") == "True":
        restarts, last, running = sidecar_restarts, sidecar_last, False
        # Backwards, so that the first container that is not running has the last word.
        for container in reversed(wire.present(status.container_statuses)):
            restarts += container.restart_count or 0
            last = _later(last, container)
            state = container.state or wire.ContainerState()
            if state.waiting is not None and state.waiting.reason:
                reason = state.waiting.reason
            elif state.terminated is not None:
                reason = _exit(state.terminated)
            elif container.ready and state.running is not None:
                running = True
                ready += 1
        if reason == "Completed" and running:
            reason = "Running" if _any_true(conditions, "Ready") else "NotReady"

    if pod.metadata is not None and parse_time(pod.metadata.deletion_timestamp) is not None:
        if status.reason == "NodeLost":
            reason = "Unknown"
        elif status.phase not in TERMINAL_PHASES:
            reason = "Terminating"
    return PodRow(reason, ready, total, restarts, last)


def restarts_text(restarts: int, last_restart: float | None, now: float) -> str:
    """RESTARTS: "3 (5m ago)", or the bare number when the moment is not known. Times in epoch seconds."""
    if restarts and last_restart is not None:
        return f"{restarts} ({age(last_restart, now)} ago)"
    return str(restarts)


def ready_text(ready: int, total: int) -> str:
    """The READY column."""
    return f"{ready}/{total}"


def readiness_gates(pod: wire.Pod) -> str:
    """READINESS GATES of the wide listing, "met/all"; "" for a pod without gates (kubectl prints "<none>")."""
    gates = wire.present(pod.spec.readiness_gates) if pod.spec else []
    if not gates:
        return ""
    conditions = wire.present(pod.status.conditions) if pod.status else []
    met = sum(1 for gate in gates if _first_status(conditions, gate.condition_type) == "True")
    return f"{met}/{len(gates)}"


def pod_ip(pod: wire.Pod) -> str:
    """IP of the wide listing: the first of podIPs, else podIP; "" if there is none yet."""
    status = pod.status
    if status is None:
        return ""
    if status.pod_ips:
        for address in status.pod_ips:
            if address is not None and address.ip:
                return address.ip
    return status.pod_ip or ""


def deletion_asked(meta: wire.ObjectMeta | None) -> float | None:
    """When deletion was asked for, epoch seconds; None while nobody did.

    `deletionTimestamp` is when the grace period ends (meta/v1 ObjectMeta); the request came that much earlier.
    """
    end = parse_time(meta.deletion_timestamp) if meta else None
    return None if meta is None or end is None else end - (meta.deletion_grace_period_seconds or 0)


def state_text(state: wire.ContainerState | None, now: float) -> str:
    """A container state in a line: "Running for 5m", "Waiting: ErrImagePull", "Terminated: Error (exit 1) 5m ago".

    The three states and their order of precedence are those of `describeStatus` in kubectl's describe.go; no
    state at all is "Waiting" there too.
    """
    if state is not None and state.running is not None:
        since = parse_time(state.running.started_at)
        return "Running" if since is None else f"Running for {human_duration(now - since)}"
    if state is not None and state.waiting is not None:
        return f"Waiting: {state.waiting.reason}" if state.waiting.reason else "Waiting"
    if state is not None and state.terminated is not None:
        ended = parse_time(state.terminated.finished_at)
        text = f"Terminated: {exit_text(state.terminated)}"
        return text if ended is None else f"{text} {age(ended, now)} ago"
    return "Waiting"


def exit_text(end: wire.Terminated) -> str:
    """How a container ended: "OOMKilled (exit 137)", "Error (signal 9)"."""
    return f"{end.reason} ({_code(end)})" if end.reason else _code(end)


def _code(end: wire.Terminated) -> str:
    return f"signal {end.signal}" if end.signal else f"exit {end.exit_code or 0}"


def message(pod: wire.Pod, row: PodRow) -> str:
    """Why the pod is not running and ready, in the words of the kubelet or the scheduler; "" for a healthy one.

    In order: the pod's own message, the first container that waits or ended badly, an unmet PodScheduled or
    Ready condition. Of a container that crashes, how it ended: that is the cause, while that it is in back-off
    is what STATUS says. Of a pod that runs again, how the container ended that was restarted.
    """
    status = pod.status
    if status is None or status.phase == "Succeeded":
        return ""
    healthy = row.status == "Running" and row.ready == row.total
    if healthy and not row.restarts:
        return ""
    if status.message and not healthy:
        return _short(status.message)
    statuses = (*wire.present(status.init_container_statuses), *wire.present(status.container_statuses))
    says = _restart_message if healthy else _container_message
    for container in statuses:
        if text := says(container, len(statuses) == 1):
            return _short(text)
    if healthy:
        return ""
    for kind in ("PodScheduled", "Ready"):
        for condition in wire.present(status.conditions):
            if condition.type == kind and condition.status != "True" and condition.message:
                return _short(condition.message)
    return ""


def _container_message(container: wire.ContainerStatus, alone: bool) -> str:
    state = container.state or wire.ContainerState()
    if state.waiting is not None:
        before = _ended_before(container)
        if before is not None and state.waiting.reason == "CrashLoopBackOff":
            return _ended(container, before, alone)
        text = state.waiting.message or ""
        return text if before is None or not text else f"{text}; before: {_ended(container, before, alone)}"
    if state.terminated is not None and state.terminated.exit_code:
        return _ended(container, state.terminated, alone)
    return ""


def _restart_message(container: wire.ContainerStatus, alone: bool) -> str:
    ended = _ended_before(container)
    if ended is None or not (ended.exit_code or ended.signal):
        return ""
    return f"restarted after {_ended(container, ended, alone)}"


def _ended_before(container: wire.ContainerStatus) -> wire.Terminated | None:
    return container.last_state.terminated if container.last_state is not None else None


def _ended(container: wire.ContainerStatus, end: wire.Terminated, alone: bool) -> str:
    """How a container ended and what it said then, by name where it is not the only one. "Error" says nothing."""
    how = _code(end) if end.reason == "Error" else exit_text(end)
    text = f"{how}: {end.message.strip()}" if end.message and end.message.strip() else how
    return text if alone else f"{container.name}: {text}"


def _short(text: str) -> str:
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def _exit(end: wire.Terminated) -> str:
    if end.reason:
        return end.reason
    return f"Signal:{end.signal}" if end.signal else f"ExitCode:{end.exit_code or 0}"


def _later(last: float | None, container: wire.ContainerStatus) -> float | None:
    if container.last_state is None or container.last_state.terminated is None:
        return last
    end = parse_time(container.last_state.terminated.finished_at)
    return end if end is not None and (last is None or last < end) else last


def _first_status(conditions: list[wire.Condition], kind: str | None) -> str | None:
    return next((condition.status for condition in conditions if condition.type == kind), None)


def _any_true(conditions: list[wire.Condition], kind: str) -> bool:
    return any(condition.type == kind and condition.status == "True" for condition in conditions)


# -- problems ----------------------------------------------------------------------------------------------

STARTING_GRACE = 60.0
"""Seconds a new pod may be on its way up (scheduled, pulling, initializing, not ready) before it is a problem."""
TERMINATING_GRACE = 120.0
"""Seconds a deleted pod may take to go: four times the default grace period of 30 s."""
RESTART_WINDOW = 600.0
"""Seconds during which a restart counts as fresh."""

_FINE = frozenset({"Completed", "Succeeded", "SchedulingGated"})
_STARTING = frozenset({"", "Pending", "ContainerCreating", "PodInitializing"})


def pod_problem(pod: model.Pod, now: float) -> str:
    """Why the faults-only filter shows a pod, in a few words; "" for a sound one. `now` in epoch seconds.

    A pod is a problem when
    - its STATUS is none of Running, Completed, Succeeded or a step on the way up: CrashLoopBackOff, Init:Error,
      ImagePullBackOff, Evicted, OOMKilled, Unknown, NotReady...;
    - it is on its way up (Pending, ContainerCreating, Init:1/2..., or Running with a container not ready) and
      older than STARTING_GRACE, so that a rollout does not fill the list; a pod that the scheduler has refused
      counts at once;
    - it was asked to go more than TERMINATING_GRACE ago and is still there;
    - a container restarted within RESTART_WINDOW, whatever it looks like now.
    A finished pod and one held back on purpose (SchedulingGated) are none.
    """
    if pod.status == "Terminating":
        waited = 0.0 if pod.deleted is None else now - pod.deleted
        return f"Terminating for {human_duration(waited)}" if waited > TERMINATING_GRACE else ""
    problem = _state_problem(pod, now)
    if not problem and pod.status not in _FINE and _fresh(pod, now):
        return f"restarted {age(pod.last_restart, now)} ago"
    return problem


def pod_settled(pod: model.Pod, now: float) -> bool:
    """Whether `pod_problem` says of this pod what it says at `now` until the pod changes, whatever the time."""
    if pod.status == "Terminating":
        return pod.deleted is not None and now - pod.deleted > TERMINATING_GRACE
    young = pod.created is not None and now - pod.created < STARTING_GRACE
    return not young and not _fresh(pod, now)


def _fresh(pod: model.Pod, now: float) -> bool:
    return pod.restarts > 0 and pod.last_restart is not None and now - pod.last_restart <= RESTART_WINDOW


def _state_problem(pod: model.Pod, now: float) -> str:
    if pod.status in _FINE:
        return ""
    young = pod.created is not None and now - pod.created < STARTING_GRACE
    if pod.status == "Running":
        return "" if pod.ready >= pod.total or young else f"{ready_text(pod.ready, pod.total)} ready"
    if pod.status in _STARTING or _counts_init(pod.status):
        refused = pod.status == "Pending" and not pod.node and bool(pod.message)
        return "" if young and not refused else pod.status or "no status"
    return pod.status


def _counts_init(status: str) -> bool:
    """Whether a STATUS is "Init:n/m", the ordinary progress of init containers."""
    done, slash, all_ = status.removeprefix("Init:").partition("/")
    return status.startswith("Init:") and bool(slash) and done.isdecimal() and all_.isdecimal()
