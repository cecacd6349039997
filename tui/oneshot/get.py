"""`topmast get`: rows of one resource as kubectl's table, JSON or CSV, once or as they change."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sources.world.selectors import Selector, parse_selector
from sources.world.terms import FilterError
from tui.oneshot import gather, records
from tui.oneshot.failure import USAGE, CommandError, say
from tui.oneshot.layout import Layout, cell
from tui.oneshot.listings import LISTINGS, Column, Listing, sort_word
from tui.oneshot.settings import settings_from

TICK = 1.0
"""Seconds that --watch sleeps at most before it looks whether it should end."""


def get(args: argparse.Namespace) -> int:
    """Prints the listing; returns the exit code. Raises `CommandError` where there is nothing to print."""
    listing = LISTINGS[args.resource]
    choice = Choice.of(listing, args)
    metered = listing.metered and (args.output in ("json", "csv") or args.sort_by is not None)
    welcome = ("usage",) if metered else ()
    settings = settings_from(args, namespaced=listing.namespaced, everywhere=not listing.namespaced)
    seconds = gather.patience(args)
    with gather.running(settings, frozenset((*listing.feeds, *welcome))) as runtime:
        picture = gather.gather(runtime, listing.feeds, welcome, seconds)
        code, warnings = gather.judge(runtime, picture, listing.feeds, seconds)
        rows = choice.rows(picture)
        printer = _printer(args, listing, choice, picture, rows)
        printer.begin(rows)
        # What was printed has to be out before the warning that it is not everything.
        sys.stdout.flush()
        say(*warnings)
        if not rows and args.output in ("table", "wide") and not args.watch:
            print(_nothing(args, listing, picture), file=sys.stderr)
        if args.watch:
            _watch(runtime, picture, listing, choice, printer, rows)
    return code


class Choice(NamedTuple):
    """Which rows, in which order."""

    listing: Listing
    selects: Selector | None
    namespace: str | None
    rank: Callable[[Any], Any]

    @classmethod
    def of(cls, listing: Listing, args: argparse.Namespace) -> Choice:
        """Raises `CommandError` for a selector or column that cannot be."""
        if args.selector is not None and listing.name == "events":
            raise CommandError(USAGE, "events carry no labels to select by")
        try:
            selects = parse_selector(args.selector) if args.selector else None
        except FilterError as error:
            raise CommandError(USAGE, f"--selector: {error}") from None
        rank = listing.order
        if args.sort_by is not None:
            word = sort_word(args.sort_by)
            if word not in listing.orders:
                known = ", ".join(listing.orders)
                raise CommandError(USAGE, f"--sort-by {args.sort_by!r}: {listing.name} sort by {known}")
            first = listing.orders[word]
            rank = lambda row: (_last(first(row)), listing.order(row))  # noqa: E731  # closes over both
        namespace = None if args.all_namespaces else args.namespace
        return cls(listing, selects, namespace, rank)

    def rows(self, picture: gather.Picture) -> list[Any]:
        """The chosen rows in order."""
        return sorted(filter(self.wants, self.listing.rows(picture.world)), key=self.rank)

    def wants(self, row: Any) -> bool:
        if self.namespace not in (None, self.listing.namespace(row)) and self.listing.name != "nodes":
            return False
        return self.selects is None or self.selects(self.listing.labels(row))


def _last(value: Any) -> tuple[int, Any]:
    """What is not known sorts last."""
    return (1, 0) if value is None else (0, value)


def _nothing(args: argparse.Namespace, listing: Listing, picture: gather.Picture) -> str:
    """kubectl's words for an empty listing."""
    if listing.name == "alerts":
        return "No alerts" + (f" in {cell(args.namespace)} namespace." if args.namespace else "")
    kinds = [scope for kind in listing.kinds for scope in picture.scopes.get(kind, ())]
    namespace = args.namespace or (kinds[0] if len(kinds) == 1 else "")
    if not listing.namespaced or args.all_namespaces or not namespace:
        return "No resources found"
    return f"No resources found in {cell(namespace)} namespace."


# -- printers ----------------------------------------------------------------------------------------------


class Table:
    """kubectl's table. NAMESPACE is a column with -A, and where several namespaces come unasked."""

    def __init__(
        self, listing: Listing, wide: bool, headers: bool, namespaces: bool, now: Callable[[], float]
    ) -> None:
        first = (Column("NAMESPACE", lambda row, _: listing.namespace(row)),) if namespaces else ()
        self._columns = (*first, *(listing.wide if wide else listing.columns))
        self._headers = headers
        self._now = now
        self._layout = Layout()

    def begin(self, rows: Sequence[Any]) -> None:
        if rows:
            self._print(rows, self._headers)
            self._headers = False

    def change(self, what: str, rows: Sequence[Any]) -> None:
        if rows:
            self.begin(rows)

    def _print(self, rows: Iterable[Any], headers: bool) -> None:
        now = self._now()
        cells = [[cell(column.text(row, now)) for column in self._columns] for row in rows]
        head = [[column.title for column in self._columns]] if headers else []
        print("\n".join(self._layout.lines([*head, *cells])), flush=True)


class Json:
    """An array; with `stream` one event a line instead."""

    def __init__(self, stream: bool) -> None:
        self._stream = stream

    def begin(self, rows: Sequence[Any]) -> None:
        if self._stream:
            self.change("ADDED", rows)
        else:
            print(records.to_json([records.record(row) for row in rows], indent=2))

    def change(self, what: str, rows: Sequence[Any]) -> None:
        for row in rows:
            print(records.to_json({"type": what, "object": records.record(row)}), flush=True)


class Csv:
    """A header and a line a row; rows that go are not told."""

    def __init__(self, resource: str, headers: bool) -> None:
        self._resource = resource
        self._headers = headers

    def begin(self, rows: Sequence[Any]) -> None:
        if self._headers:
            records.write_csv(sys.stdout, [list(records.CSV_COLUMNS[self._resource].values())])
        self.change("ADDED", rows)

    def change(self, what: str, rows: Sequence[Any]) -> None:
        if what != "DELETED":
            records.write_csv(sys.stdout, (records.csv_values(self._resource, row) for row in rows))
            sys.stdout.flush()


def _printer(
    args: argparse.Namespace, listing: Listing, choice: Choice, picture: gather.Picture, rows: Sequence[Any]
) -> Table | Json | Csv:
    if args.output == "json":
        return Json(args.watch)
    if args.output == "csv":
        return Csv(listing.name, not args.no_headers)
    several = choice.namespace is None and len({listing.namespace(row) for row in rows}) > 1
    namespaces = listing.namespaced and (args.all_namespaces or several)
    return Table(listing, args.output == "wide", not args.no_headers, namespaces, lambda: picture.now)


# -- watching ----------------------------------------------------------------------------------------------


def _watch(
    runtime: gather.Sources,
    picture: gather.Picture,
    listing: Listing,
    choice: Choice,
    printer: Table | Json | Csv,
    shown: Sequence[Any],
) -> None:
    """Prints rows as they change, until Ctrl-c or a closed pipe. Trouble of a feed is told once on stderr."""
    known = {listing.key(row): row for row in shown}
    told: dict[gather.Feeder, str] = {feeder: state.status.state for feeder, state in picture.world.feeds.items()}
    picture.world.drain()
    while True:
        if not runtime.wait(TICK):
            continue
        for batch in runtime.take():
            picture.world.apply(batch)
        frame = picture.world.drain()
        if frame.statuses:
            _tell(picture, listing, told)
        if not listing.kinds & frame.keys.keys():
            continue
        fresh = {listing.key(row): row for row in choice.rows(picture)}
        added = [row for key, row in fresh.items() if key not in known]
        changed = [row for key, row in fresh.items() if key in known and known[key] != row]
        gone = [row for key, row in known.items() if key not in fresh]
        known = fresh
        printer.change("ADDED", added)
        printer.change("MODIFIED", changed)
        printer.change("DELETED", gone)


def _tell(picture: gather.Picture, listing: Listing, told: dict[gather.Feeder, str]) -> None:
    for feeder, state in picture.world.feeds.items():
        if state.feed in listing.feeds and told.get(feeder) != state.status.state:
            before, told[feeder] = told.get(feeder), state.status.state
            words = gather.trouble(state)
            if words:
                say(words)
            elif state.status.state == "live" and before in ("stale", "failed", "denied"):
                say(f"{state.source}: current again")
