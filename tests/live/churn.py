"""What happens on a real control plane in a storm: pods, events and nodes come, change and go; with a ledger."""

from __future__ import annotations

import http.client
import random
import threading
import time
from contextlib import suppress

from tests.testbed import Bed
from tests.testbed.content.metrics_api import VERSION
from tests.testbed.kubeapi import Api, ApiError

SPEC = {"containers": [{"name": "c", "image": "none.test/x"}], "terminationGracePeriodSeconds": 0}
_PODS = "/api/v1/namespaces/default/pods"
_EVENTS = "/api/v1/namespaces/default/events"


class Churn:
    """Makes, changes and removes pods, most under names that were used before, and events, of which many are told
    again and some are taken back. It keeps a ledger of what the server took."""

    def __init__(
        self,
        plane: Bed,
        seed: int,
        lanes: int = 3,
        pause: float = 0.02,
        most: int | None = None,
        nodes: int = 0,
        metrics: bool = False,
    ) -> None:
        """`pause` is between two turns of a lane (seconds), `most` how many events it keeps; `nodes` come and
        change too, and with `metrics` what pods use is told, where there is such an API."""
        self.made: dict[str, int] = {}
        """How often each event happened that the server keeps, by name. One that may have gone is not there."""
        self.taken_back = 0
        """Events that the server has removed."""
        self._plane = plane
        self._goes_on, self._ends = threading.Event(), threading.Event()
        self._busy = threading.Semaphore(lanes)
        self._lanes, self._pause, self._most = lanes, pause, most
        self._nodes, self._metrics = nodes, metrics
        self._threads = [
            threading.Thread(target=self._lane, args=(n, random.Random(seed + n)), daemon=True)
            for n in range(lanes)
        ]
        self._goes_on.set()
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Returns once nothing is changed any more, until `go`."""
        self._goes_on.clear()
        for _ in range(self._lanes):
            self._busy.acquire()

    def go(self) -> None:
        self._busy.release(self._lanes)
        self._goes_on.set()

    def end(self) -> None:
        self._ends.set()
        self.go()  # whoever failed may have left it resting
        for thread in self._threads:
            thread.join()

    def _lane(self, lane: int, rng: random.Random) -> None:
        api, count = self._plane.api(), 0
        mine: list[str] = []
        while not self._ends.is_set():
            self._goes_on.wait()
            with self._busy:
                count += 1
                try:
                    self._turn(api, f"{lane}-{rng.randrange(20)}", f"storm-{lane}-{count}", mine, rng)
                except ApiError:
                    pass  # there already, or there no more
                except (OSError, http.client.HTTPException):
                    api.close()  # the server is away
            self._ends.wait(self._pause)
        api.close()

    def _turn(self, api: Api, pod: str, event: str, mine: list[str], rng: random.Random) -> None:
        about = {"kind": "Pod", "namespace": "default", "name": f"storm-{pod}"}
        meta = {"name": event, "namespace": "default"}
        api.request("POST", _EVENTS, {
            "apiVersion": "v1", "kind": "Event", "metadata": meta, "involvedObject": about, "reason": "Storm",
            "message": event, "type": rng.choice(("Normal", "Warning")), "count": 1,
        })  # fmt: skip
        self.made[event] = 1
        mine.append(event)
        self._repeat(api, mine[-1 - rng.randrange(min(len(mine), 10))])
        if rng.random() < 0.3:
            self._take_back(api, mine.pop(rng.randrange(len(mine))))
        if self._most is not None and len(mine) > self._most // self._lanes:
            self._take_back(api, mine.pop(0))
        if self._nodes and rng.random() < 0.1:
            _node(api, f"storm-node-{rng.randrange(self._nodes)}", rng)
        if self._metrics and rng.random() < 0.3:
            api.apply(_sample(f"storm-{pod}", rng))
        chance = rng.random()
        if chance < 0.35:
            api.request("DELETE", f"{_PODS}/storm-{pod}")
        elif chance < 0.65:
            status = {"status": _status(rng)}
            api.request("PATCH", f"{_PODS}/storm-{pod}/status", status, "application/merge-patch+json")
        else:
            api.request("POST", _PODS, _pod(f"storm-{pod}", "default-scheduler" if chance > 0.95 else "nobody"))

    def _repeat(self, api: Api, event: str) -> None:
        times = self.made.pop(event, 1) + 1  # unknown until the server has answered
        patch = {"count": times, "lastTimestamp": _now()}
        api.request("PATCH", f"{_EVENTS}/{event}", patch, "application/merge-patch+json")
        self.made[event] = times

    def _take_back(self, api: Api, event: str) -> None:
        self.made.pop(event, None)
        api.request("DELETE", f"{_EVENTS}/{event}")
        self.taken_back += 1


def expire(plane: Bed, most: int) -> None:
    """Removes all but so many of the events that others tell, the oldest first: it would take the server an hour,
    and until then there would be ever more of them."""
    api = plane.api()
    told = [event["metadata"] for event in api.request("GET", "/api/v1/events")["items"]]
    others = sorted((e["creationTimestamp"], e["namespace"], e["name"]) for e in told if not _ours(e["name"]))
    for _, namespace, name in others[:-most]:
        with suppress(ApiError):  # it has expired by itself
            api.request("DELETE", f"/api/v1/namespaces/{namespace}/events/{name}")
    api.close()


def _ours(event: str) -> bool:
    return event.startswith("storm-") and "." not in event


def _pod(name: str, scheduler: str = "default-scheduler") -> dict[str, object]:
    """A pod that never gets a node."""
    spec = {**SPEC, "nodeSelector": {"none": "such"}, "schedulerName": scheduler}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def _status(rng: random.Random) -> dict[str, object]:
    """What a kubelet might say."""
    phase, ready, state = rng.choice((
        ("Running", True, {"running": {"startedAt": "2026-01-01T00:00:00Z"}}),
        ("Running", False, {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}),
        ("Running", False, {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}),
        ("Pending", False, {"waiting": {"reason": "ErrImagePull"}}),
    ))  # fmt: skip
    container = {
        "name": "c", "image": "none.test/x", "imageID": "", "ready": ready, "state": state,
        "restartCount": rng.randrange(9),
    }  # fmt: skip
    return {"phase": phase, "containerStatuses": [container]}


def _node(api: Api, name: str, rng: random.Random) -> None:
    api.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
    condition = {"type": "Ready", "status": rng.choice(("True", "False")), "reason": "Storm", "message": ""}
    room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    status = {"conditions": [condition], "capacity": room, "allocatable": room}
    api.request("PATCH", f"/api/v1/nodes/{name}/status", {"status": status}, "application/merge-patch+json")


def _sample(pod: str, rng: random.Random) -> dict[str, object]:
    usage = {"cpu": f"{rng.randrange(10**9)}n", "memory": f"{rng.randrange(10**6)}Ki"}
    return {
        "apiVersion": VERSION, "kind": "PodMetrics", "metadata": {"name": pod, "namespace": "default"},
        "timestamp": _now(), "window": "15s", "containers": [{"name": "c", "usage": usage}],
    }  # fmt: skip


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def mark(plane: Bed, name: str, seconds: float = 60.0) -> None:
    """A pod and an event of this name, as soon as the server takes them: who shows them has come so far."""
    until = time.monotonic() + seconds
    about = {"kind": "Pod", "namespace": "default", "name": name}
    meta = {"metadata": {"name": name, "namespace": "default"}}
    event = {"apiVersion": "v1", "kind": "Event", "involvedObject": about, "reason": "Mark", "type": "Normal"}
    for path, body in ((_PODS, _pod(name)), (_EVENTS, {**event, **meta, "message": name})):
        while True:
            api = plane.api()
            try:
                api.request("POST", path, body)
                break
            except ApiError as error:
                if error.code == 409:
                    break  # it had been taken before the connection broke
                if time.monotonic() > until:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
            finally:
                api.close()
            time.sleep(0.1)
