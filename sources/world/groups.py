"""Rows in groups with totals: each group is a row itself, which opens and closes; kept right by changed keys."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from sources.world.ordered import BLOCK, Rank
from sources.world.views import View

AT_ONCE = 500
"""Rows of a group that are ordered at once when it is opened; the others follow with `advance`."""


class GroupKey(NamedTuple):
    """The identity of a group's own row, which no row's key equals."""

    name: str


class Share(NamedTuple):
    """What one row adds to its group: amounts to be summed, and its state (the smallest is the worst)."""

    group: str
    amounts: tuple[int, ...]
    state: tuple[int, str]


class _Open(NamedTuple):
    """An open group: its place among the groups, and where its rows begin and end."""

    place: int
    first: int
    end: int
    name: str


class Totals:
    """The sums over the rows of one group."""

    __slots__ = ("amounts", "keys", "states")

    def __init__(self, width: int) -> None:
        self.amounts = [0] * width
        self.states: dict[tuple[int, str], int] = {}
        self.keys: set[str] = set()

    @property
    def worst(self) -> tuple[int, str]:
        """The worst state of a row of the group."""
        return min(self.states)

    def add(self, key: str, share: Share, sign: int) -> None:
        for index, amount in enumerate(share.amounts):
            self.amounts[index] += sign * amount
        count = self.states.get(share.state, 0) + sign
        if count:
            self.states[share.state] = count
        else:
            self.states.pop(share.state, None)
        (self.keys.add if sign > 0 else self.keys.discard)(key)


class GroupedView(Sequence[Any]):
    """Group rows (as `GroupKey`) in the order of their ranks, the rows of open groups below them.

    `share` says which group a row adds what to (None: it is not shown), `rank` where it stands within, and
    `group_rank` where a group stands; a group without rows is not there. A change costs what the changed rows
    and their groups cost, and one pass over the open groups; only their rows are ordered, those of a large group
    in steps (`advance`). As a `View`, it can begin without keys and be given some at a time.
    """

    def __init__(
        self,
        share: Callable[[str], Share | None],
        rank: Callable[[str], Rank | None],
        group_rank: Callable[[str, Totals], Rank],
        opened: set[str],
        keys: Iterable[str] = (),
    ) -> None:
        self._share = share
        self._rank = rank
        self._shares: dict[str, Share] = {}
        self.groups: dict[str, Totals] = {}
        self.opened = opened
        """Names of the groups whose rows are shown."""
        self._touched: set[GroupKey] = set()
        self._insides: dict[str, View] = {}
        self._unplaced: dict[str, Iterator[str]] = {}
        """Keys of opened groups that are not ordered yet."""
        self._open: list[_Open] | None = None
        self._change(keys)
        self._order = View(
            lambda name: group_rank(name, self.groups[name]) if name in self.groups else None, self.groups
        )

    @property
    def members(self) -> int:
        """How many rows there are in all groups, open or not."""
        return len(self._shares)

    def update(self, changed: Iterable[str]) -> bool:
        """Looks again at keys that were added, changed or removed; True when any group was concerned."""
        moved = self._change(changed)
        self._order.update(moved)
        for name in moved.keys() & self._insides.keys():
            if name not in self.groups:
                del self._insides[name]
                self._unplaced.pop(name, None)
            else:
                self._insides[name].update(moved[name])
        self._touched.update(map(GroupKey, moved))
        self._open = None
        return bool(moved)

    @property
    def unplaced(self) -> bool:
        """Whether rows of opened groups are not ordered yet."""
        return bool(self._unplaced)

    def advance(self, count: int) -> bool:
        """Orders up to so many more rows of opened groups; True while there are more."""
        for name, keys in self._unplaced.items():
            if some := list(islice(keys, count)):
                self._insides[name].update(some)
                self._open = None
                return True
            del self._unplaced[name]
            break
        return bool(self._unplaced)

    def shed(self) -> Iterator[None]:
        """Frees all rows in steps, of a view that is looked at no more."""
        while self._insides:
            yield from self._insides.popitem()[1].shed()
        while self._shares:
            for _ in range(min(BLOCK, len(self._shares))):
                self._shares.popitem()
            yield
        while self.groups:
            self.groups.popitem()
            yield
        yield from self._order.shed()
        self._open = None

    def bring(self, key: str) -> None:
        """Looks at a key now, ahead of those that are still to be given or ordered."""
        self.update([key])
        name = self.group_of(key)
        if name is not None and name in self.opened:
            self._inside(name).update([key])
            self._open = None

    def take_touched(self) -> set[GroupKey]:
        """The groups that changes concerned since the last call."""
        touched, self._touched = self._touched, set()
        return touched

    def toggle(self, name: str) -> None:
        """Opens a group, or closes it."""
        self.opened ^= {name}
        self._open = None

    def group_of(self, key: object) -> str | None:
        """The group of a row, or of a group's own row; None for what is not there."""
        if isinstance(key, GroupKey):
            return key.name if key.name in self.groups else None
        share = self._shares.get(key) if isinstance(key, str) else None
        return None if share is None else share.group

    def _change(self, changed: Iterable[str]) -> dict[str, list[str]]:
        """Moves shares between groups; the keys that came, went or changed, by group."""
        moved: dict[str, list[str]] = defaultdict(list)
        for key in changed:
            before, after = self._shares.get(key), self._share(key)
            if before is not None:
                moved[before.group].append(key)
                totals = self.groups[before.group]
                totals.add(key, before, -1)
                if not totals.keys and (after is None or after.group != before.group):
                    del self.groups[before.group]
            if after is None:
                self._shares.pop(key, None)
                continue
            if before is None or before.group != after.group:
                moved[after.group].append(key)
            self._shares[key] = after
            if after.group not in self.groups:
                self.groups[after.group] = Totals(len(after.amounts))
            self.groups[after.group].add(key, after, 1)
        return moved

    def _inside(self, name: str) -> View:
        view = self._insides.get(name)
        if view is None:
            keys = list(self.groups[name].keys)
            view = self._insides[name] = View(self._rank_in(name), keys[:AT_ONCE])
            if len(keys) > AT_ONCE:
                self._unplaced[name] = islice(keys, AT_ONCE, None)
        return view

    def _rank_in(self, name: str) -> Callable[[str], Rank | None]:
        def rank(key: str) -> Rank | None:
            share = self._shares.get(key)
            return self._rank(key) if share is not None and share.group == name else None

        return rank

    def _opens(self) -> list[_Open]:
        """The open groups in their order."""
        if self._open is None:
            self._open, before = [], 0
            names = self.opened & self.groups.keys()
            for place, name in sorted((self._order.index(name), name) for name in names):
                first = place + 1 + before
                before += len(self._inside(name))
                self._open.append(_Open(place, first, place + 1 + before, name))
        return self._open

    def __len__(self) -> int:
        opens = self._opens()
        last = opens[-1] if opens else _NONE
        return len(self._order) + last.end - last.place - 1

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        opens = self._opens()
        number = bisect_right(opens, index, key=_first)
        last = opens[number - 1] if number else _NONE
        if index < last.end:
            return self._inside(last.name)[index - last.first]
        return GroupKey(self._order[index - (last.end - last.place - 1)])

    def __iter__(self) -> Iterator[Any]:
        for name in self._order:
            yield GroupKey(name)
            if name in self.opened:
                yield from self._inside(name)

    def __contains__(self, key: object) -> bool:
        name = self.group_of(key)
        if name is None or isinstance(key, GroupKey):
            return name is not None
        return name in self.opened and key in self._inside(name)

    def index(self, key: Any, start: int = 0, stop: int | None = None) -> int:
        """Where a row or a group stands. Raises ValueError for what is not in the view."""
        name = self.group_of(key)
        if name is None or key not in self:
            raise ValueError(key)
        place = self._order.index(name)
        opens = self._opens()
        number = bisect_left(opens, place, key=_place)
        last = opens[number - 1] if number else _NONE
        first = place + last.end - last.place - 1
        return first if isinstance(key, GroupKey) else first + 1 + self._inside(name).index(key)


_first = attrgetter("first")
_place = attrgetter("place")
_NONE = _Open(-1, 0, 0, "")
