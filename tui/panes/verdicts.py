"""Which rows of a table are faulty, and why none is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sources.text import clean

R = TypeVar("R")

RECHECK = 5
PER_SECOND = 2500
"""Every few seconds rows are looked at again although they did not change, because faults come and go with
time: after `RECHECK` seconds, later where that would be more than `PER_SECOND` rows a second."""


def recheck_due(seconds: int, effort: int) -> bool:
    """Whether to look again, so many seconds after the start, at so many rows."""
    return seconds % max(RECHECK, effort // PER_SECOND) == 0


def judge(
    rows: Mapping[str, R], verdict: Callable[[R], tuple[bool, bool]], faulty: set[str], unsettled: set[str]
) -> set[str]:
    """Notes of some rows whether they are faulty, and whether that can change with time alone (`verdict`); gives
    the keys of those that became faulty or sound."""
    turned = set()
    for key, row in rows.items():
        wrong, moving = verdict(row)
        if wrong != (key in faulty):
            turned.add(key)
            faulty ^= {key}
        if moving != (key in unsettled):
            unsettled ^= {key}
    return turned


def none_shown(wanted: str, faults_only: bool, namespaces: Sequence[str], missing: Sequence[str]) -> str:
    """What was chosen so that no row is left, with the key that undoes it, and what may not be seen."""
    chosen = []
    if faults_only:
        chosen.append("faults only (! shows all)")
    if wanted:
        chosen.append(f"filter /{clean(wanted)} (Esc clears it)")
    if namespaces:
        chosen.append(f"namespaces {', '.join(map(clean, namespaces))} (0 shows all)")
    unseen = [f"not seen: {'; '.join(map(clean, missing))}"] if missing else []
    return "\n".join(["; ".join(chosen), *unseen])
