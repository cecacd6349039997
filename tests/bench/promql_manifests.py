"""Expressions of the rules and dashboards in a folder: PrometheusRule objects, rule files, Grafana dashboards.

Meant for a checkout of public manifests such as kube-prometheus' `manifests/`. Grafana's variables get values as
its interface would give them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = r"(?:\$\{\w+(?::\w+)?\}|\$\w+|\[\[\w+\]\])"
_SUBSTITUTED = (
    (re.compile(r"\$\{?__rate_interval\}?"), "5m"),
    (re.compile(r"\$\{?__(?:interval|auto_interval\w*)\}?"), "1m"),
    (re.compile(r"\$\{?__range\}?"), "30m"),
    (re.compile(rf"(?<=\[){_VARIABLE}(?=[\]:])"), "5m"),
    (re.compile(rf"(?<=:){_VARIABLE}(?=\])"), "1m"),
    (re.compile(rf'([=!]~\s*)"{_VARIABLE}"'), r'\1".+|"'),
    (re.compile(r'(=\s*)"\$\{?(?:cluster\w*)\}?"'), r'\1""'),  # one cluster has no such label
    (re.compile(r'(=\s*)"\$\{?namespace\}?"'), r'\1"shop"'),
    (re.compile(r'"([^"$]*)(?:\$\{(\w+)(?::\w+)?\}|\$(\w+))([^"$]*)"'), r'"\1\2\3-1\4"'),
    (re.compile(_VARIABLE), "5"),
)


def expressions(folder: Path) -> list[str]:
    """Each one once, in the order of the files. Raises ValueError for a folder without any."""
    found: dict[str, None] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml"):
            for document in yaml.load_all(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                found.update(dict.fromkeys(_expressions(document)))
        elif path.suffix == ".json":
            found.update(dict.fromkeys(_expressions(json.loads(path.read_text()))))
    if not found:
        raise ValueError(f"{folder}: no rules and no dashboards in its .yaml and .json files")
    return list(found)


def _expressions(thing: Any) -> Iterator[str]:
    """Of rules (`expr` beside `alert` or `record`), of panels' targets, and of dashboards inside of ConfigMaps."""
    if isinstance(thing, list):
        for each in thing:
            yield from _expressions(each)
    elif isinstance(thing, dict):
        expr = thing.get("expr")
        if isinstance(expr, (str, int)) and str(expr).strip():
            plain = "alert" in thing or "record" in thing
            yield str(expr).strip() if plain else substituted(str(expr).strip())
        for name, each in thing.items():
            if isinstance(each, str) and name.endswith(".json"):
                yield from _expressions(json.loads(each))
            else:
                yield from _expressions(each)


def substituted(expr: str) -> str:
    """Without Grafana's variables; `$1` of a label_replace stays."""
    kept = re.sub(r"\$(\d)", "\x00\\1", expr)
    for pattern, text in _SUBSTITUTED:
        kept = pattern.sub(text, kept)
    return kept.replace("\x00", "$")
