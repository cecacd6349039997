"""The scenarios by name."""

from collections.abc import Callable, Mapping

from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import Api
from tests.testbed.scenarios import load, rollouts, trouble
from tests.testbed.scenarios.play import Player

SCENARIOS: Mapping[str, Callable[[Player], None]] = {
    "wrong-image": rollouts.wrong_image,
    "crash-loop": rollouts.crash_loop,
    "oom-kill": rollouts.oom_kill,
    "unschedulable": rollouts.unschedulable,
    "node-not-ready": trouble.node_not_ready,
    "disk-pressure": trouble.disk_pressure,
    "pvc-full": load.pvc_full,
    "failing-readiness": load.failing_readiness,
    "cpu-throttling": load.cpu_throttling,
    "evictions": trouble.evictions,
    "hpa-at-max": load.hpa_at_max,
    "bad-rollout": rollouts.bad_rollout,
}


def play(api: Api, name: str, kubelet_port: int) -> Player:
    """Play one scenario until its symptom is there. Raises TestBedError for a name that there is not."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise TestBedError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    player = Player(api, name, kubelet_port)
    scenario(player)
    return player
