"""The classic incidents, played on the real control plane: `python -m tests.testbed play NAME`, `play --stop`.

The control plane does all it can itself (rollouts, scheduling, node conditions, evictions by taint, autoscaling);
what only a kubelet could say is written by hand over pods on the node without one. The names are the demo's.
"""

from tests.testbed.scenarios.play import Player, stop
from tests.testbed.scenarios.table import SCENARIOS, play

__all__ = ["SCENARIOS", "Player", "play", "stop"]
