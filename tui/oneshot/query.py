"""`topmast query`: one PromQL question, answered as a table, JSON, CSV or a graph."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import shutil
import sys
import time
from collections.abc import Sequence

from sources.answering import FirstAnswer
from sources.contract import MetricsQueries, NotSupported, QueryError, Samples, SourceError, SystemClock
from sources.model import QueryResult, Series
from sources.promql.formats import series_name
from sources.rights import lack
from sources.rules.duration import format_utc
from sources.text import clean
from tui.oneshot import gather, records
from tui.oneshot.errors import exit_code
from tui.oneshot.failure import DENIED, OK, UNREACHABLE, USAGE, CommandError, say
from tui.oneshot.layout import Layout, cell
from tui.oneshot.settings import settings_from
from tui.terminal.environment import is_utf8

POINTS = 250
"""Points of a range where no step is given."""
APART = 5.0
"""Seconds between the two scrapes of `--scrape`."""
TREND = 24
MOST_DRAWN = 8
GRAPH_LINES = 20


def query(args: argparse.Namespace) -> int:
    """Prints the answer; returns the exit code. Raises `CommandError`."""
    result = from_files(args) if args.data else _asked(args)
    _print(args, result)
    sys.stdout.flush()
    say(*(f"warning: {text}" for text in result.warnings), *(f"note: {text}" for text in result.infos))
    return OK


def _asked(args: argparse.Namespace) -> QueryResult:
    """Prometheus' answer, or with --scrape that of what the exporters say now."""
    settings = settings_from(args, everywhere=True)
    seconds = gather.patience(args)
    with gather.running(settings, frozenset()) as runtime:
        servers = runtime.offering(MetricsQueries)  # type: ignore[type-abstract]  # a protocol is asked for
        if args.scrape:
            servers = [server for server in servers if isinstance(server, Samples)]
        if not servers:
            problems = [f"{name}: {problem}" for name, problem in runtime.problems.items()]
            raise CommandError(USAGE, *(problems or ["no configured source answers PromQL"]))
        server: MetricsQueries = servers[0] if args.scrape else FirstAnswer(lambda: servers)
        try:
            if isinstance(server, Samples):
                _collect(runtime, server, args, seconds)
            if args.range is None:
                return gather.answered(runtime, lambda: server.query(args.expr, args.time), seconds)
            start, end, step = grid(args.time, args.range, args.step)
            return gather.answered(runtime, lambda: server.query_range(args.expr, start, end, step), seconds)
        except QueryError as error:
            raise CommandError(exit_code(error), _refused(error)) from None
        except NotSupported as error:
            hint = "" if args.scrape else "; or read the exporters with --scrape"
            raise CommandError(exit_code(error), f"{error}{hint}") from None
        except SourceError as error:
            raise CommandError(exit_code(error), str(error)) from None
        except TimeoutError:
            raise CommandError(UNREACHABLE, f"no answer within {seconds:g} s; see --request-timeout") from None


def _collect(runtime: gather.Sources, server: Samples, args: argparse.Namespace, seconds: float) -> None:
    """Reads the exporters: twice where the query looks back, since one sample has no rate."""
    status = gather.answered(runtime, server.collect, seconds)
    twice = "[" in args.expr or args.range is not None
    if twice and status.state in ("live", "partial"):
        time.sleep(APART)
        status = gather.answered(runtime, server.collect, seconds)
    if status.state not in ("live", "partial"):
        why = clean("; ".join(part for part in (status.detail, *status.missing) if part))
        raise CommandError(DENIED if status.state == "denied" else UNREACHABLE, f"nothing scraped: {why}")
    how = f"twice, {APART:g} s apart" if twice else "once"
    say(
        f"note: scraped {how}: {clean(status.detail)}",
        *(f"warning: {clean(lack(part))}" for part in status.missing),
    )


def from_files(args: argparse.Namespace) -> QueryResult:
    """The embedded engine's answer over expositions in files."""
    from sources.embedded import EmbeddedQueries
    from sources.scrape.files import read_files

    try:
        data = read_files(args.data, time.time())
        queries = EmbeddedQueries(data.storage, SystemClock(), "data")
        at = data.at if args.time is None else args.time
        if args.range is None:
            return asyncio.run(queries.query(args.expr, at))
        return asyncio.run(queries.query_range(args.expr, *grid(at, args.range, args.step)))
    except QueryError as error:
        raise CommandError(exit_code(error), _refused(error)) from None
    except SourceError as error:
        raise CommandError(USAGE, str(error)) from None


def grid(end: float | None, span: float, step: float | None) -> tuple[float, float, float]:
    """Start, end and step of a range query; both ends on multiples of a step of our choice, as graphs need it."""
    now = time.time() if end is None else end
    if step is not None:
        return now - span, now, step
    chosen = max(1.0, float(math.ceil(span / POINTS)))
    last = now if end is not None else math.floor(now / chosen) * chosen
    return last - span, last, chosen


def _refused(error: QueryError) -> str:
    if error.line is None or error.column is None or str(error).lstrip().startswith(f"{error.line}:"):
        return str(error)
    return f"{error.line}:{error.column}: {error}"


def _print(args: argparse.Namespace, result: QueryResult) -> None:
    if args.output == "json":
        print(records.to_json(as_record(result), indent=2))
    elif args.output == "csv":
        records.write_csv(sys.stdout, _csv(result))
    elif args.output == "graph" and result.series:
        print(graph(result, args.expr, ascii_only=args.ascii or not is_utf8(sys.stdout)))
    elif result.type == "string":
        print(cell(result.text))
    elif not result.series:
        print("no data", file=sys.stderr)
    elif args.range is None:
        rows = [["SERIES", "VALUE"], *([cell(series_name(one.labels)), _last(one)] for one in result.series)]
        print("\n".join(Layout().lines(rows)))
    else:
        print("\n".join(Layout().lines(_ranges(result, args.ascii or not is_utf8(sys.stdout)))))


# -- text --------------------------------------------------------------------------------------------------


def value_text(value: float) -> str:
    """As Prometheus prints a sample."""
    shown = records.number(value)
    if isinstance(shown, str):
        return shown
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _last(one: Series) -> str:
    if one.values:
        return value_text(one.values[-1])
    return f"histogram x{one.histograms}" if one.histograms else "-"


def _ranges(result: QueryResult, ascii_only: bool) -> list[list[str]]:
    from tui.widgets.spark import sparkline

    rows = [["SERIES", "LAST", "MIN", "MAX", "TREND"]]
    for one in result.series:
        known = [value for value in one.values if not math.isnan(value)]
        low, high = (value_text(min(known)), value_text(max(known))) if known else ("-", "-")
        trend = sparkline(one.values, TREND, glyphs="ascii" if ascii_only else "block")
        rows.append([cell(series_name(one.labels)), _last(one), low, high, trend.rstrip() or "-"])
    return rows


# -- data --------------------------------------------------------------------------------------------------


def as_record(result: QueryResult) -> records.Record:
    """The answer as JSON will show it."""
    return {
        "type": result.type,
        "series": [
            {
                "labels": dict(one.labels),
                "points": [[at, records.number(value)] for at, value in zip(one.times, one.values, strict=True)],
                "histograms": one.histograms,
            }
            for one in result.series
        ],
        "text": result.text,
        "warnings": list(result.warnings),
        "infos": list(result.infos),
    }


def _csv(result: QueryResult) -> list[Sequence[object]]:
    """One line a sample: a column for each label, the moment, the value."""
    if result.type == "string":
        return [["text"], [clean(result.text)]]
    names = sorted({key for one in result.series for key, _ in one.labels})
    lines: list[Sequence[object]] = [[*(clean(name) for name in names), "time_epoch", "value"]]
    for one in result.series:
        labels = dict(one.labels)
        head = [clean(labels.get(name, "")) for name in names]
        lines += ([*head, at, records.number(value)] for at, value in zip(one.times, one.values, strict=True))
    return lines


# -- graph -------------------------------------------------------------------------------------------------


def graph(result: QueryResult, title: str, ascii_only: bool = False, size: tuple[int, int] | None = None) -> str:
    """The series over time; of many the first few, which is said below, as are the names."""
    import plotext

    columns, lines = size or shutil.get_terminal_size((100, 30))
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    shown = result.series[:MOST_DRAWN]
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(max(columns, 40), min(max(lines - len(shown) - 3, 10), GRAPH_LINES))
    plotext.title(clean(title)[: max(columns - 10, 20)])
    marks = "abcdefgh" if ascii_only or not coloured else None
    colours = ("cyan", "yellow", "green", "magenta", "blue", "red", "white", "gray")
    names = []
    for index, one in enumerate(shown):
        finite = [(at, v) for at, v in zip(one.times, one.values, strict=True) if math.isfinite(v)]
        marker = "braille" if len(shown) == 1 and not ascii_only else marks[index] if marks else "braille"
        if finite:
            plotext.plot(*map(list, zip(*finite, strict=True)), marker=marker, color=colours[index])
        names.append(f"{'*' if len(marker) > 1 else marker} {clean(series_name(one.labels))}")
    _time_axis(plotext, result)
    text = str(plotext.build())
    plotext.clear_figure()
    if not coloured:
        text = str(plotext.uncolorize(text))
    text = "\n".join(line.rstrip() for line in text.rstrip().splitlines())
    if ascii_only:
        text = text.translate(_ASCII)
    more = len(result.series) - len(shown)
    return "\n".join([text, *names, *([f"and {more} more series"] if more > 0 else [])])


_ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")


def _time_axis(plotext: object, result: QueryResult) -> None:
    times = [at for one in result.series for at in one.times]
    start = result.start if result.start is not None else min(times, default=0.0)
    end = result.end if result.end is not None else max(times, default=1.0)
    ticks = [start + (end - start) * part / 4 for part in range(5)]
    texts = [_clock(tick, end - start) for tick in ticks]
    plotext.xticks(ticks, texts)  # type: ignore[attr-defined]  # the module is untyped
    plotext.xlim(start, end)  # type: ignore[attr-defined]  # as above


def _clock(moment: float, span: float) -> str:
    """UTC: the hour within a day, the date for longer."""
    text = format_utc(moment)
    return text[11:19] if span <= 86400 else text[5:16].replace("T", " ")
