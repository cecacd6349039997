"""Parts of pod statuses, as a kubelet would write them."""

from datetime import datetime, timedelta
from typing import Any

Object = dict[str, Any]


class Clock:
    """Times before now, as the API writes them."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def ago(self, **delta: float) -> str:
        """The moment that lies so long before now."""
        return (self.now - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ended(self, code: int, reason: str, **delta: float) -> Object:
        """A terminated state that began a minute before it ended."""
        start = (self.now - timedelta(**delta) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"exitCode": code, "reason": reason, "startedAt": start, "finishedAt": self.ago(**delta)}


def container_status(name: str, state: Object, *, ready: bool = False, restarts: int = 0, **more: Any) -> Object:
    """A container's status; `state` is one of waiting, running, terminated."""
    return {
        "name": name,
        "image": f"registry.example/{name}",
        "imageID": "",
        "ready": ready,
        "restartCount": restarts,
        "started": "running" in state,
        "state": state,
        **more,
    }


def status_of(clock: Clock, phase: str, containers: list[Object], ready: bool = False, **more: Any) -> Object:
    """A pod's status with the usual conditions; `more` replaces or adds."""
    flag = "True" if ready else "False"
    initialized = "False" if any(not c["ready"] for c in more.get("initContainerStatuses", [])) else "True"
    return {
        "phase": phase,
        "startTime": clock.ago(hours=3),
        "hostIP": "10.1.0.18",
        "podIP": "10.244.8.8",
        "podIPs": [{"ip": "10.244.8.8"}],
        "containerStatuses": containers,
        "conditions": [
            {"type": "Initialized", "status": initialized, "lastTransitionTime": clock.ago(hours=3)},
            {"type": "Ready", "status": flag, "lastTransitionTime": clock.ago(minutes=20)},
            {"type": "ContainersReady", "status": flag, "lastTransitionTime": clock.ago(minutes=20)},
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": clock.ago(hours=3)},
        ],
        **more,
    }
