"""Which namespaces are worth looking at where there is no room for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

SHARE = 4
"""What remains is to have at most one pod in so many; or one namespace."""


def fewer(
    counts: Mapping[str, int], shown: Sequence[str], faulty: Iterable[str], order: Sequence[str] = ()
) -> tuple[str, ...]:
    """Those that are `shown` if somebody chose some; else the ones with the most faulty pods, then in `order`, as
    long as they are small enough together. () where that leaves nothing out.

    `faulty` are keys, "namespace/name"; `counts` says how many pods each namespace has.
    """
    if shown:
        return tuple(shown) if _leaves_out(shown, counts) else ()
    troubled = [name for name, _ in Counter(key.partition("/")[0] for key in faulty).most_common()]
    room, chosen = sum(counts.values()) // SHARE, list[str]()
    for name in dict.fromkeys((*troubled, *order)):
        if name in counts and (not chosen or counts[name] <= room):
            chosen.append(name)
            room -= counts[name]
    return tuple(chosen) if _leaves_out(chosen, counts) else ()


def _leaves_out(chosen: Collection[str], counts: Mapping[str, int]) -> bool:
    return bool(chosen) and any(name not in chosen for name in counts)
