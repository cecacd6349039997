"""What the screen counts and indexes, against the rows that it counts: everything is worked out once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

from sources.rules.eventnoise import sort_of
from sources.world import World
from tui.panes.events import EventsPane
from tui.panes.table_pane import TablePane
from tui.screen import MainScreen
from tui.sheets.events import EventLine


def miscounted(screen: MainScreen) -> list[str]:
    """What does not agree, a line each. Every changed row has to be looked at first: nothing is folded in here."""
    found = list(_indexes(screen.session.world))
    for pane in (screen.nodes_pane, screen.pods_pane, screen.events_pane):
        pane.recheck()
        pane.advance(inf)
        found += _pane(pane)
    return found + list(_events(screen.events_pane))


def _differ(what: str, kept: Any, counted: Any) -> Iterator[str]:
    if kept == counted:
        return
    if isinstance(kept, set):
        kept, counted = kept - counted, counted - kept
    elif isinstance(kept, list) and len(kept) == len(counted):
        place = next(place for place, each in enumerate(kept) if each != counted[place])
        what, kept, counted = f"{what}, from place {place} on", kept[place:][:5], counted[place:][:5]
    elif isinstance(kept, dict):
        kept, counted = dict(kept.items() - counted.items()), dict(counted.items() - kept.items())
    yield f"{what}: {kept} is kept, {counted} is counted"


def _indexes(world: World) -> Iterator[str]:
    pods = list(world.pods)
    yield from _differ("namespaces", dict(world.namespaces), dict(Counter(pod.namespace for pod in pods)))
    on = Counter(pod.node for pod in pods if pod.node)
    for node in {*on, *world.nodes.keys()}:
        yield from _differ(f"pods on {node}", world.count_pods_on(node), on[node])
    for about in {(e.about.kind, e.about.namespace, e.about.name) for e in world.events}:
        kept = {event.key for event in world.events_about(*about)}
        yield from _differ(
            f"events about {about}",
            kept,
            {e.key for e in world.events if (e.about.kind, e.about.namespace, e.about.name) == about},
        )


def _pane(pane: TablePane[Any]) -> Iterator[str]:
    keys = pane.keys()
    rows = {key: pane.row(key) for key in keys}
    ranks = {key: pane.rank(key) for key in rows}
    order = sorted((rank, key) for key, rank in ranks.items() if rank is not None)
    yield from _differ(f"{pane.id} shown, in order", list(pane.view), [key for _, key in order])
    faulty = {key for key, row in rows.items() if row is not None and pane.problem(row)}
    yield from _differ(f"{pane.id} {pane.fault_word}", pane.faulty, faulty)
    if not isinstance(pane, EventsPane):
        yield from _differ(f"{pane.id} in the title", _text(pane.counts()), _counts(len(rows), len(faulty), pane))


def _counts(total: int, faulty: int, pane: TablePane[Any]) -> str:
    return f"{total}  {faulty} {pane.fault_word} " if faulty else f"{total} "


def _text(pieces: Iterable[tuple[str, str]]) -> str:
    return "".join(text for text, _ in pieces)


def _events(pane: EventsPane) -> Iterator[str]:
    events = {event.key: event for event in pane.session.world.events}
    sorts = Counter(sort_of(event) for event in events.values())
    for sort in ("warning", "news", "noise"):
        yield from _differ(f"{sort} events", pane.tally[sort], sorts[sort])
    yield from _differ("events in all", pane.tally.total, len(events))
    shown = {key for key, event in events.items() if pane.passes(EventLine(event))}
    held = Counter(key for fold in pane.folds.folds.values() for key in fold.events)
    yield from _differ("events in folds, each once", dict(held), dict.fromkeys(shown, 1))
    for fold in pane.folds.folds.values():
        mine = [events[key] for key in fold.events if key in events]
        name = f"{mine[0].reason if mine else fold.key!r}"
        yield from _differ(f"times of {name}", fold.count, sum(event.count for event in mine))
        yield from _differ(f"objects of {name}", fold.objects, len({event.about.name for event in mine}))
        last = max((event.last for event in mine if event.last is not None), default=None)
        yield from _differ(f"the last of {name}", fold.last, last)
