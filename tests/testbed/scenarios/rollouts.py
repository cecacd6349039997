"""Rollouts that go wrong: wrong image, crash loop, OOM kill, too large to be scheduled, never ready."""

from collections.abc import Callable

from tests.testbed.content.statuses import Object, container_status
from tests.testbed.content.workloads import container, deployment, resources
from tests.testbed.scenarios.play import BY_HAND, ON_KWOK, Player

_SMALL = resources("50m", "64Mi", "200m", "128Mi")
_REPLICAS = 4
_NEW = 2
"""Pods of the new version that a stuck rollout of four has: one more (25 %), and one in place of an old one."""
TYPO = "nginx:1.19.19"


def _roll(play: Player, app: str, good: Object, bad: Object, where: Object = BY_HAND, deadline: int = 20) -> None:
    """Four pods that run well, then another version."""
    first = deployment(play.namespace, app, _REPLICAS, [good], **ON_KWOK)
    first["spec"]["progressDeadlineSeconds"] = deadline
    play.apply(first)
    play.running(app, _REPLICAS)
    second = deployment(play.namespace, app, _REPLICAS, [bad], **where)
    second["spec"]["progressDeadlineSeconds"] = deadline
    play.apply(second)


def _each_new(play: Player, app: str, write: Callable[[Object], None]) -> None:
    for pod in play.placed(app, _NEW):
        write(pod)
    play.until("Deployment", "apps/v1", app, "Progressing", "False")


def wrong_image(play: Player) -> None:
    """The image does not exist."""
    app, image = "assets", f"docker.io/library/{TYPO}"
    good = container(app, "assets:1", resources=_SMALL)
    _roll(play, app, {**good, "image": "docker.io/library/nginx:1.29.3"}, {**good, "image": image})
    why = f'failed to resolve reference "{image}": {image}: not found'
    failed = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {why}'
    words = ("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {why}')

    def write(pod: Object) -> None:
        waiting = {"waiting": {"reason": words[0], "message": words[1]}}
        play.write(pod, "Pending", [container_status(app, waiting, image=image)])
        play.tell(pod, "Pulling", f'Pulling image "{image}"', count=4, type="Normal")
        play.tell(pod, "Failed", failed, count=4)
        play.tell(pod, "Failed", "Error: ErrImagePull", count=4)
        play.tell(pod, "Failed", "Error: ImagePullBackOff", count=7)
        play.tell(pod, "BackOff", f'Back-off pulling image "{image}"', count=7, type="Normal")

    _each_new(play, app, write)


def _crashing(play: Player, app: str, ended: Object, pod: Object, restarts: int) -> None:
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    wait = f"back-off 1m20s restarting failed container={app} pod={name}_{play.namespace}({uid})"
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": wait}}
    last = {"terminated": ended}
    status = container_status(app, waiting, restarts=restarts, lastState=last)
    play.write(pod, "Running", [status])
    text = f"Back-off restarting failed container {app} in pod {name}_{play.namespace}({uid})"
    play.tell(pod, "BackOff", text, count=restarts * 3)


def crash_loop(play: Player) -> None:
    """A setting is missing: it exits at its start."""
    app = "checkout"
    good = container(app, "checkout:4.17.3", resources=_SMALL)
    _roll(play, app, good, container(app, "checkout:4.18.0", resources=_SMALL))
    ended = play.clock.ended(1, "Error", seconds=20) | {"message": "fatal: config: PAYMENTS_URL is not set"}
    _each_new(play, app, lambda pod: _crashing(play, app, ended, pod, 4))


def oom_kill(play: Player) -> None:
    """A leak: killed at the memory limit, again and again."""
    app = "ledger"
    good = container(app, "ledger:3.0.4", resources=_SMALL)
    _roll(play, app, good, container(app, "ledger:3.1.0", resources=_SMALL))
    ended = play.clock.ended(137, "OOMKilled", seconds=30)
    _each_new(play, app, lambda pod: _crashing(play, app, ended, pod, 5))


def unschedulable(play: Player) -> None:
    """No node has 900 cores; the real scheduler says so."""
    app = "indexer"
    good = container(app, "indexer:6.1.0", resources=_SMALL)
    bad = container(app, "indexer:6.2.0", resources=resources("900", "64Mi"))
    _roll(play, app, good, bad, where=ON_KWOK)
    play.pods(app, _NEW, lambda pod: "nodeName" not in pod["spec"])
    play.until("Deployment", "apps/v1", app, "Progressing", "False")


def bad_rollout(play: Player) -> None:
    """The new version runs and never becomes ready."""
    app = "payments-api"
    good = container(app, "payments-api:9.2.0", resources=_SMALL)
    _roll(play, app, good, container(app, "payments-api:9.3.0", resources=_SMALL))

    def write(pod: Object) -> None:
        play.write(pod, "Running", [container_status(app, {"running": {"startedAt": play.clock.ago(seconds=5)}})])
        play.tell(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500", count=9)

    _each_new(play, app, write)
