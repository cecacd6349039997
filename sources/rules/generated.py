"""Names without what controllers generated: of a pod that is gone, its name alone still tells the workload.

Random endings and template hashes use an alphabet without vowels and look-alikes (apimachinery's pkg/util/rand,
`SafeEncodeString`); a CronJob's Job ends in the scheduled minute since the epoch, a StatefulSet's pod in its
ordinal.
"""

from __future__ import annotations

import re

from sources.model import Owner

SAFE = "bcdfghjklmnpqrstvwxz2456789"
_RANDOM = re.compile(rf"^(.+)-[{SAFE}]{{5}}$")
_HASH = re.compile(rf"^(.+)-(?=[{SAFE}]*[0-9])[{SAFE}]{{6,10}}$")
_MINUTE = re.compile(r"^(.+)-(?:2[6-9]|[345][0-9])[0-9]{6}$")
_ORDINAL = re.compile(r"^(.+)-[0-9]{1,5}$")


def workload_of(kind: str, name: str) -> Owner:
    """The workload that an object's name points to; the object itself when its name was given by a person.

    The kind is "" where the name cannot tell it: `web-x2x8q` may be of a DaemonSet, a Job or a bare ReplicaSet.
    """
    if kind == "Pod":
        return _of_pod(name)
    if kind == "ReplicaSet" and (found := _HASH.match(name)):
        return Owner("Deployment", found[1])
    if kind == "Job" and (found := _MINUTE.match(name)):
        return Owner("CronJob", found[1])
    return Owner(kind, name)


def _of_pod(name: str) -> Owner:
    if found := _RANDOM.match(name):
        rest = found[1]
        if inner := _HASH.match(rest):
            return Owner("Deployment", inner[1])
        if inner := _MINUTE.match(rest):
            return Owner("CronJob", inner[1])
        return Owner("", rest)
    if found := _ORDINAL.match(name):
        return Owner("StatefulSet", found[1])
    return Owner("Pod", name)
