"""The events of an object, and those of its owners, which tell why it is not there or not as it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.model import Event, ObjectRef
from sources.rules.duration import age
from sources.text import clean
from sources.world import World
from tui.describe.parts import heading
from tui.sheets.events import about
from tui.sheets.sheet import Look
from tui.widgets.document import Text

MOST_EVENTS = 30


def events_of(world: World, ref: ObjectRef, look: Look, owners: Sequence[ObjectRef] = ()) -> list[Text]:
    """The last events, newest first; those of owners say whose they are."""
    own = list(world.events_about(ref.kind, ref.namespace, ref.name))
    theirs = [
        event
        for owner in dict.fromkeys(owners)
        for event in world.events_about(owner.kind, owner.namespace, owner.name)
    ]
    found = sorted((*own, *theirs), key=lambda event: (-(event.last or 0.0), event.uid))
    lines = heading(f"Events ({len(own)}{f' and {len(theirs)} of its owners' if theirs else ''})")
    lines += event_lines(found[:MOST_EVENTS], look, frozenset(event.uid for event in theirs))
    if len(found) > MOST_EVENTS:
        lines.append(Text("", f"... and {len(found) - MOST_EVENTS} older", "dim"))
    return lines if found else [*lines, Text("", "none that is still kept by the cluster", "dim")]


def event_lines(events: Iterable[Event], look: Look, foreign: frozenset[str] = frozenset()) -> list[Text]:
    """One line for each; a letter says what the colour says."""
    lines = []
    for event in events:
        count = f" x{event.count}" if event.count > 1 else ""
        subject = f"{about(event)}: " if event.uid in foreign else ""
        warning = event.type == "Warning"
        text = f"{'W' if warning else ' '} {event.reason}{count}  {subject}{event.message}"
        lines.append(Text(f"{age(event.last, look.now)} ago", clean(text), "warn" if warning else ""))
    return lines
