"""The scenarios by name: the default one, and one for each classic incident.

`outage`, the default, in seconds after the start (at -230 a new ledger has begun to leak):

    8    shop/assets is rolled out with the image nginx:1.19.19, which does not exist: the rollout is stuck
    10   the pods of payments/ledger begin to be OOM-killed, again and again: back-off, errors, latency
    75   the disk of one node, filled by batch/report-builder, is short; from 90 on its pods are evicted
    190  the node stops answering; alerts about it inhibit those about what runs on it
    260  the on-call engineer silences the stuck rollout
    380  the node is back, 430 its disk is clean, 420 the image is rolled back, 480 ledger gets a higher limit
    720  the last alert is resolved

The others begin within seconds, and are put right after some eight minutes. Before all of them the same little is
wrong: a training job waits for quota (silenced), one exporter cannot be scraped, one node is cordoned.
"""

from __future__ import annotations

from collections.abc import Mapping

from sources.demo.story import Disturbance, Hush, NodeTrouble, Part, Scenario
from sources.model import Matcher

DEFAULT = "outage"
_REGISTRY = "registry.example.com"
_TYPO = "docker.io/library/nginx:1.19.19"
_OOM = Part("payments/ledger", "leak", -230, 480, image=f"{_REGISTRY}/payments/ledger:3.1.0", memory_limit=1536)
_DISK = NodeTrouble("disk", pressure=75, evictions=90, lost=190, back=380, relieved=430)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        DEFAULT,
        "the default: a wrong image, a leak and a full disk; over in 12 minutes",
        parts=(Part("shop/assets", "wrong-image", 8, 420, image=_TYPO), _OOM),
        node=_DISK,
        disturbances=(
            Disturbance("payments/ledger", 15, 520, 0.11, 0.48),
            Disturbance("payments/payments-api", 20, 525, 0.034, 0.31),
            Disturbance("shop/checkout", 25, 530, 0.016, 0.27),
            Disturbance("shop/frontend", 190, 260, 0.012, 0.09),
        ),
        silences=(
            Hush(
                260, 7200, (Matcher("alertname", "KubeContainerWaiting"), Matcher("namespace", "shop")),
                "sam@example.com", "wrong tag in the release of assets, rolling back, INC-2041",
            ),
        ),
    ),
    Scenario(
        "wrong-image",
        "a rollout pulls nginx:1.19.19, which does not exist",
        parts=(Part("shop/assets", "wrong-image", 8, 480, image=_TYPO),),
    ),
    Scenario(
        "crash-loop",
        "a new version exits at its start for want of a setting",
        parts=(
            Part("shop/checkout", "crash", 5, 480, image=f"{_REGISTRY}/shop/checkout:4.18.0",
                 says="fatal: config: PAYMENTS_URL is not set"),
        ),
        disturbances=(Disturbance("shop/checkout", 10, 485, 0.06, 0.33),),
    ),
    Scenario(
        "oom-kill",
        "a new version leaks memory until it is killed at its limit",
        parts=(_OOM,),
        disturbances=(
            Disturbance("payments/ledger", 15, 520, 0.11, 0.48),
            Disturbance("payments/payments-api", 20, 525, 0.034, 0.31),
        ),
    ),
    Scenario(
        "unschedulable",
        "a rollout asks for 48 cores a pod; no node has so many",
        parts=(Part("search/indexer", "too-big", 5, 480, image=f"{_REGISTRY}/search/indexer:6.2.0",
                    cpu_request=48_000),),
    ),
    Scenario(
        "node-not-ready",
        "a kubelet stops answering; after five minutes its pods are replaced elsewhere",
        node=NodeTrouble(lost=20, back=480),
        disturbances=(Disturbance("shop/frontend", 20, 75, 0.013, 0.09),),
    ),
    Scenario(
        "disk-pressure",
        "a disk fills up with somebody's temporary files; pods are evicted",
        node=NodeTrouble("disk", pressure=40, evictions=55, relieved=480),
    ),
    Scenario(
        "pvc-full",
        "the volume of a database is full; it cannot start again",
        parts=(
            Part("payments/postgres", "volume-full", 120, 480,
                 says='PANIC: could not write to file "pg_wal/xlogtemp.29": No space left on device'),
        ),
        disturbances=(
            Disturbance("payments/payments-api", 120, 520, 0.071, 0.64),
            Disturbance("payments/ledger", 120, 520, 0.083, 0.71),
        ),
    ),
    Scenario(
        "failing-readiness",
        "all pods of a service run and fail their readiness probe",
        parts=(Part("team-atlas/gateway", "unready", 10, 480,
                    says="Readiness probe failed: HTTP probe failed with statuscode: 503"),),
        disturbances=(Disturbance("team-atlas/gateway", 14, 484, 0.86, 0.05),),
    ),
    Scenario(
        "cpu-throttling",
        "a release cuts a CPU limit to a fifth: slow, and nothing crashes",
        parts=(Part("payments/fraud-scorer", "throttled", -60, 480, cpu_limit=400),),
        disturbances=(
            Disturbance("payments/fraud-scorer", -40, 520, 0.004, 1.4),
            Disturbance("payments/payments-api", -40, 520, 0.013, 1.7),
        ),
    ),
    Scenario(
        "evictions",
        "one pod without a limit takes a node's memory; the kubelet evicts its neighbours",
        node=NodeTrouble("memory", pressure=40, evictions=46, relieved=240),
    ),
    Scenario(
        "hpa-at-max",
        "the load doubles, the autoscaler is at its maximum, the pods are too busy",
        parts=(
            Part("search/query", "autoscaled", 5, 480, scale=((35, 13), (75, 14), (510, 17), (540, 20)),
                 load=((5, 1.4), (50, 1.8), (95, 2.2))),
        ),
        disturbances=(Disturbance("search/query", 60, 540, 0.017, 0.39, load=2.2),),
    ),
    Scenario(
        "bad-rollout",
        "a new version starts and never becomes ready; the rollout exceeds its deadline",
        parts=(
            Part("payments/payments-api", "never-ready", 5, 480, image=f"{_REGISTRY}/payments/payments-api:9.3.0",
                 says="Readiness probe failed: HTTP probe failed with statuscode: 500"),
        ),
        disturbances=(Disturbance("payments/payments-api", 12, 490, 0.021, 0.24),),
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}


def listing() -> list[str]:
    """Each scenario's name and what it is, one a line, as a table."""
    widest = max(len(scenario.name) for scenario in SCENARIOS)
    return [f"{scenario.name:{widest}}  {scenario.says}" for scenario in SCENARIOS]
