"""Label selectors, as kubectl reads them after `-l`.

`a=b`, `a==b`, `a!=b`, `a` (is there), `!a` (is not there), `a in (b, c)`, `a notin (b, c)`, separated by commas;
all must hold. As in `labels.Parse` of k8s.io/apimachinery, `!=` and `notin` hold also where the label is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sources.model import Labels
from sources.world.terms import FilterError

Selector = Callable[[Labels], bool]
Holds = Callable[[Mapping[str, str]], bool]

_REQUIREMENT = re.compile(
    r"""\s*(?:!\s*(?P<absent>[\w./-]+)
    | (?P<key>[\w./-]+)
      (?: \s*(?P<operator>==|=|!=)\s*(?P<value>[\w.-]*)
        | \s+(?P<set>in|notin)\s*\((?P<values>[^()]*)\) )? )""",
    re.VERBOSE,
)
_SET_BEGUN = re.compile(r"\s+(?:not)?in\b")
_COMMA = re.compile(r"\s+,")
_EXPECTED = "write name=value, name!=value, name in (a,b), name notin (a,b), name or !name"


def parse_selector(text: str) -> Selector:
    """A whole text as a selector. Raises `FilterError`."""
    selector, rest = read_selector(text)
    if rest.strip():
        raise _not_understood(rest)
    return selector


def read_selector(text: str) -> tuple[Selector, str]:
    """The selector that `text` begins with, and what stands behind it. Raises `FilterError`."""
    wanted: list[Holds] = []
    at = 0
    while True:
        found = _REQUIREMENT.match(text, at)
        if found is None:
            raise _not_understood(text[at:])
        wanted.append(_requirement(found))
        at = found.end()
        if _SET_BEGUN.match(text, at):
            raise _not_understood(text[found.start() :])
        if text[at : at + 1].isspace():
            comma = _COMMA.match(text, at)
            if comma is None:
                break
            at = comma.end()
        elif text[at : at + 1] == ",":
            at += 1
        elif at == len(text):
            break
        else:
            raise _not_understood(text[found.start() :])
    return lambda labels: _all(wanted, dict(labels)), text[at:]


def _not_understood(part: str) -> FilterError:
    shown = part.strip()
    return FilterError(f"{shown[:40]!r} is not a label selector; {_EXPECTED}")


def _all(wanted: list[Holds], labels: Mapping[str, str]) -> bool:
    return all(holds(labels) for holds in wanted)


def _requirement(found: re.Match[str]) -> Holds:
    absent, key, operator, value = found["absent"], found["key"], found["operator"], found["value"]
    if absent:
        return lambda labels: absent not in labels
    if found["set"]:
        values = frozenset(part.strip() for part in found["values"].split(","))
        if found["set"] == "in":
            return lambda labels: key in labels and labels[key] in values
        return lambda labels: key not in labels or labels[key] not in values
    if operator is None:
        return lambda labels: key in labels
    if operator == "!=":
        return lambda labels: labels.get(key) != value
    return lambda labels: labels.get(key) == value
