"""Rules as Prometheus' files and the operator's PrometheusRule objects have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sources.contract import Denied, NotFound, SourceError
from sources.promql.durations import parse_duration
from sources.scrape.cluster import Cluster
from sources.scrape.objects import RuleObject

OBJECTS = "/apis/monitoring.coreos.com/v1/prometheusrules"
EVERY = 60.0
"""Seconds between two evaluations where a group does not say."""
MOST_RULES = 3_000

Pairs = tuple[tuple[str, str], ...]


class RuleDef(NamedTuple):
    """An alerting rule, or a recording rule where `record` is the name of its series. Times are seconds."""

    name: str
    expr: str
    record: str = ""
    hold: float = 0.0
    """The `for` of an alert."""
    keep: float = 0.0
    """Its `keep_firing_for`."""
    labels: Pairs = ()
    annotations: Pairs = ()


class Group(NamedTuple):
    """Rules that are evaluated one after the other; `key` tells the group from all others."""

    key: str
    interval: float
    rules: tuple[RuleDef, ...]


class Loaded(NamedTuple):
    """The groups, what is wrong with others, and the rights that are missing."""

    groups: tuple[Group, ...]
    wrong: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


async def load(files: Sequence[str], cluster: Cluster | None) -> Loaded:
    """Reads files and, with a cluster, its PrometheusRule objects. What is wrong is told, the rest is used."""
    groups: list[Group] = []
    wrong: list[str] = []
    missing: list[str] = []
    for name in files:
        try:
            document = _read(name)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
            continue
        groups += parsed(document, name, wrong)
    if cluster is not None:
        try:
            for item in await cluster.all(OBJECTS, RuleObject):
                place = f"{item.metadata.namespace}/{item.metadata.name}"
                groups += parsed(item.spec, place, wrong)
        except NotFound:
            pass  # no operator here
        except Denied as error:
            missing.append(error.missing or "list prometheusrules")
        except SourceError as error:
            wrong.append(str(error))
    return Loaded(tuple(_limited(groups, wrong)), tuple(wrong), tuple(missing))


def _read(name: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(Path(name).expanduser().read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{where}not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from None


def _limited(groups: Sequence[Group], wrong: list[str]) -> list[Group]:
    kept: list[Group] = []
    count = 0
    for group in groups:
        count += len(group.rules)
        if count <= MOST_RULES:
            kept.append(group)
    if len(kept) < len(groups):
        wrong.append(
            f"{count:,} rules are more than the {MOST_RULES:,} that are evaluated: the last groups are left out"
        )
    return kept


def parsed(document: object, place: str, wrong: list[str]) -> list[Group]:
    """The groups of one file or object; what is not a rule goes to `wrong` with its place."""
    given = document.get("groups") if isinstance(document, Mapping) else None
    if not isinstance(given, list):
        wrong.append(f"{place}: expected a list of groups")
        return []
    groups = []
    for number, group in enumerate(given, 1):
        if not isinstance(group, Mapping) or not isinstance(group.get("rules") or [], list):
            wrong.append(f"{place}: group {number}: expected a name and a list of rules")
            continue
        name = str(group.get("name") or number)
        rules = []
        for rule in group.get("rules") or ():
            try:
                rules.append(_rule(rule))
            except ValueError as error:
                wrong.append(f"{place}: {name}: {error}")
        try:
            interval = _seconds(group.get("interval")) or EVERY
        except ValueError as error:
            wrong.append(f"{place}: {name}: interval: {error}")
            continue
        groups.append(Group(f"{place}: {name}", interval, tuple(rules)))
    return groups


def _rule(rule: object) -> RuleDef:
    """Raises ValueError."""
    if not isinstance(rule, Mapping):
        raise ValueError("a rule is not a mapping")
    alert, record = str(rule.get("alert") or ""), str(rule.get("record") or "")
    name = alert or record
    expr = str(rule.get("expr") if rule.get("expr") is not None else "").strip()
    if bool(alert) == bool(record) or not expr:
        raise ValueError(f"{name or 'a rule'}: expected alert or record, and expr")
    try:
        hold, keep = _seconds(rule.get("for")), _seconds(rule.get("keep_firing_for"))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return RuleDef(name, expr, record, hold, keep, _pairs(rule.get("labels")), _pairs(rule.get("annotations")))


def _seconds(given: object) -> float:
    return 0.0 if given is None or given == "" else parse_duration(str(given)) / 1000


def _pairs(given: object) -> Pairs:
    if not isinstance(given, Mapping):
        return ()
    return tuple((str(name), str(value)) for name, value in given.items() if value is not None)
