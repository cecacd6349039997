"""Events folded: one row for all that say the same of the objects of one workload.

A fold is a type, a reason, a namespace, a kind of object, the workload behind the object and a message template.
Kept right by the events that changed, never folded again as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sources.model import Event, ObjectRef, Owner
from sources.rules.eventtimes import EventTimes, Rate, Step
from sources.rules.generated import workload_of
from sources.rules.templates import Pattern, split

SIGN = "fold\x1f"
"""How the key of a fold begins: no uid does."""

OwnerOf = Callable[[str, str], "Owner | None"]
"""(namespace, name) of a pod to its workload; None for a pod that is not known."""


class Fold:
    """Events that say the same. Never empty while somebody can see it."""

    __slots__ = ("_bounds", "_objects", "count", "events", "key", "newest", "owner", "pattern", "rate")

    def __init__(self, key: str, event: Event, owner: Owner, pattern: Pattern) -> None:
        self.key = key
        self.owner = owner
        self.pattern = pattern
        self.newest = event
        self.events: dict[str, Event] = {}
        self.count = 0
        """How often it happened, by the counts of the events that the cluster still keeps."""
        self.rate = Rate()
        self._objects: dict[str, int] = {}
        self._bounds: tuple[float | None, float | None] | None = (None, None)

    @property
    def objects(self) -> int:
        """How many objects it happened to."""
        return len(self._objects)

    @property
    def names(self) -> Iterable[str]:
        """The names of those objects."""
        return self._objects

    @property
    def first(self) -> float | None:
        return self._span()[0]

    @property
    def last(self) -> float | None:
        return self._span()[1]

    @property
    def message(self) -> str:
        """What they say; `*` where they differ."""
        return self.newest.message if None not in self.pattern.values else self.pattern.text

    def repeats(self, event: Event) -> bool:
        """Whether an event of this fold says the same of the same object as it did."""
        before = self.events[event.key]
        return (before.message, before.reason, before.type, before.about) == (
            event.message,
            event.reason,
            event.type,
            event.about,
        )

    def put(self, event: Event) -> None:
        before = self.events.get(event.key)
        if before is None:
            name = event.about.name
            self._objects[name] = self._objects.get(name, 0) + 1
        elif before is self.newest or _extreme(before, self._bounds):
            self._bounds = None
        self.count += event.count - (before.count if before is not None else 0)
        self.events[event.key] = event
        if self._bounds is not None:
            self._bounds = _least(self._bounds[0], event.first or event.last), _most(self._bounds[1], event.last)
        if event.key == self.newest.key or (event.last or 0.0) >= (self.newest.last or 0.0):
            self.newest = event

    def take(self, key: str) -> None:
        event = self.events.pop(key)
        self.count -= event.count
        name = event.about.name
        self._objects[name] -= 1
        if not self._objects[name]:
            del self._objects[name]
        if _extreme(event, self._bounds):
            self._bounds = None
        if self.events and self.newest.key == key:
            self.newest = max(self.events.values(), key=lambda event: event.last or 0.0)

    def _span(self) -> tuple[float | None, float | None]:
        if self._bounds is None:
            first = last = None
            for event in self.events.values():
                first, last = _least(first, event.first or event.last), _most(last, event.last)
            self._bounds = first, last
        return self._bounds


def _least(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else min(one, other)


def _most(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else max(one, other)


def _extreme(event: Event, bounds: tuple[float | None, float | None] | None) -> bool:
    """Whether the bounds may be those of this event alone, so that they must be looked for again."""
    return bounds is None or (event.first or event.last) == bounds[0] or event.last == bounds[1]


class EventFolds:
    """All folds of the events that are shown, by key."""

    def __init__(self, owner_of: OwnerOf, times: EventTimes) -> None:
        self.folds: dict[str, Fold] = {}
        self.guessed: dict[str, set[str]] = {}
        """Events about pods that are not known (yet), by the pod's key: their workload is read from the name."""
        self._of: dict[str, str] = {}
        self._owners: dict[str, Owner] = {}
        self._owner_of = owner_of
        self._times = times

    def fold_of(self, event: str) -> Fold | None:
        """The fold that holds an event."""
        return self.folds.get(self._of.get(event, ""))

    def put(self, event: Event, step: Step | None = None) -> set[str]:
        """Adds an event or its newer version; the keys of the folds that changed by that.

        `step` is what the newer version adds to the rate; without it everything known of the event counts.
        """
        was = self._of.get(event.key)
        if was is not None and step is not None and self.folds[was].repeats(event):
            # It only counted up, which is what most events that change do.
            self.folds[was].rate.add(step)
            self.folds[was].put(event)
            return {was}
        return self._place(event, step, was)

    def _place(self, event: Event, step: Step | None, was: str | None) -> set[str]:
        owner = self._owner(event)
        # A name that somebody gave tells things apart; one that was generated does not.
        template, values = split(event.message, event.about.name if owner.name != event.about.name else "")
        about = event.about
        place = (event.type, event.reason, about.namespace, about.kind, owner.name, template)
        key = SIGN + "\x1f".join(place)
        touched = {key}
        if was is not None and was != key:
            touched.add(was)
            self._leave(was, event.key)
            step = None
        fold = self.folds.get(key)
        if fold is None:
            fold = self.folds[key] = Fold(key, event, owner, Pattern(template, values))
        elif not fold.owner.kind and owner.kind:
            fold.owner = owner
        for each in (step,) if step is not None and was == key else self._times.steps(event.key):
            fold.rate.add(each)
        fold.put(event)
        fold.pattern.add(values)
        self._of[event.key] = key
        return touched

    def move(self, event: str) -> set[str]:
        """Looks again at whose an event is; the keys of the folds that changed by that."""
        fold = self.fold_of(event)
        return self._place(fold.events[event], Step(), fold.key) if fold is not None else set()

    def drop(self, event: str) -> set[str]:
        """Takes an event away: it is gone or no longer shown."""
        was = self._of.pop(event, None)
        if was is None:
            return set()
        self._no_guess(self.folds[was].events[event])
        self._owners.pop(event, None)
        self._leave(was, event)
        return {was}

    def _leave(self, key: str, event: str) -> None:
        fold = self.folds[key]
        fold.take(event)
        if not fold.events:
            del self.folds[key]

    def _owner(self, event: Event) -> Owner:
        """The workload; once it was told by the pod itself it stays, also when the pod is gone."""
        about = event.about
        if about.kind == "Node":
            return Owner("Node", "")
        if about.kind != "Pod":
            return workload_of(about.kind, about.name)
        told = self._owner_of(about.namespace, about.name)
        if told is None:
            known = self._owners.get(event.key)
            if known is not None:
                return known
            self.guessed.setdefault(self._pod_key(about), set()).add(event.key)
            return workload_of("Pod", about.name)
        self._no_guess(event)
        # The kubelet's own pods belong to their node: what they have in common is no workload.
        owner = Owner("Pod", about.name) if told.kind in ("Node", "") else told
        self._owners[event.key] = owner
        return owner

    def _no_guess(self, event: Event) -> None:
        pod = self._pod_key(event.about)
        waiting = self.guessed.get(pod)
        if waiting is not None:
            waiting.discard(event.key)
            if not waiting:
                del self.guessed[pod]

    @staticmethod
    def _pod_key(about: ObjectRef) -> str:
        return f"{about.namespace}/{about.name}"
