"""The description of an object, by its kind. Loaded with the first detail that is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sources.world import World
from tui.describe.nodes import describe_node
from tui.describe.objects import describe_object
from tui.describe.pods import describe_pod
from tui.describe.seen import Seen
from tui.sheets.sheet import Look
from tui.widgets.document import Entry

Describe = Callable[[World, Seen, Look], Sequence[Entry]]
_OWN: dict[str, Describe] = {"Pod": describe_pod, "Node": describe_node}


def describe(world: World, seen: Seen, look: Look) -> Sequence[Entry]:
    """An object by its kind."""
    return _OWN.get(seen.ref.kind, describe_object)(world, seen, look)
