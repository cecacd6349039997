"""Rows as plain data for JSON and CSV: the same keys each time, units as the model has them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from sources.model import NodeUsage, PodUsage
from sources.rules.alerts import DisplayAlert
from sources.text import clean
from tui.oneshot.listings import NodeLine, PodLine

Record = dict[str, Any]


class Out(Protocol):
    def write(self, text: str, /) -> object: ...


def record(row: Any) -> Record:
    """A row of a listing as JSON will show it."""
    if isinstance(row, PodLine):
        return {**_fields(row.pod), "usage": _usage(row.usage)}
    if isinstance(row, NodeLine):
        return {**_fields(row.node), "usage": _usage(row.usage)}
    if isinstance(row, DisplayAlert):
        return _alert(row)
    return _fields(row)


def _fields(thing: msgspec.Struct) -> Record:
    """Every field, defaults too; label pairs as an object."""
    found = {field.encode_name: _plain(getattr(thing, field.name)) for field in msgspec.structs.fields(thing)}
    for name in ("labels", "annotations"):
        if name in found:
            found[name] = dict(getattr(thing, name))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _fields(value)
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return value


def _usage(usage: NodeUsage | PodUsage | None) -> Record | None:
    if usage is None:
        return None
    return {"cpu": usage.cpu, "memory": usage.memory, "at": usage.at, "window": usage.window}


def _alert(alert: DisplayAlert) -> Record:
    return {
        "name": alert.name,
        "state": alert.state,
        "severity": alert.severity,
        "since": alert.since,
        "value": alert.value,
        "rule": alert.rule,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "silences": [_fields(silence) for silence in alert.silences],
        "silenced_by": list(alert.silenced_by),
        "inhibited_by": list(alert.inhibited_by),
        "muted_by": list(alert.muted_by),
        "receivers": list(alert.receivers),
        "origins": list(alert.origins),
    }


def to_json(value: Any, indent: int = 0) -> str:
    """JSON with control characters escaped (so it is safe on a terminal) and other text as it is."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent or None, allow_nan=False)
    if text.isascii():
        return text
    # C1 controls, bidi overrides, lone surrogates and line separators are legal in JSON and not in a terminal.
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


# -- CSV ---------------------------------------------------------------------------------------------------

_POD = {
    "namespace": "namespace",
    "name": "name",
    "status": "status",
    "ready": "ready",
    "total": "total",
    "restarts": "restarts",
    "last_restart": "last_restart_epoch",
    "created": "created_epoch",
    "ip": "ip",
    "node": "node",
    "owner": "owner",
    "cpu": "cpu_nanocores",
    "memory": "memory_bytes",
    "cpu_request": "cpu_request_nanocores",
    "cpu_limit": "cpu_limit_nanocores",
    "memory_request": "memory_request_bytes",
    "memory_limit": "memory_limit_bytes",
    "message": "message",
}
_NODE = {
    "name": "name",
    "status": "status",
    "roles": "roles",
    "version": "version",
    "created": "created_epoch",
    "internal_ip": "internal_ip",
    "external_ip": "external_ip",
    "os_image": "os_image",
    "kernel": "kernel",
    "runtime": "container_runtime",
    "cpu": "cpu_nanocores",
    "memory": "memory_bytes",
    "cpu_allocatable": "cpu_allocatable_nanocores",
    "memory_allocatable": "memory_allocatable_bytes",
    "pods_allocatable": "pods_allocatable",
    "pressures": "pressures",
}
_EVENT = {
    "last": "last_epoch",
    "first": "first_epoch",
    "count": "count",
    "type": "type",
    "reason": "reason",
    "namespace": "namespace",
    "about": "object",
    "source": "source",
    "message": "message",
    "name": "name",
}
_ALERT = {
    "state": "state",
    "severity": "severity",
    "name": "alert",
    "since": "since_epoch",
    "value": "value",
    "labels": "labels",
    "silenced_by": "silenced_by",
    "inhibited_by": "inhibited_by",
    "muted_by": "muted_by",
    "summary": "summary",
}
CSV_COLUMNS: Mapping[str, Mapping[str, str]] = {"pods": _POD, "nodes": _NODE, "events": _EVENT, "alerts": _ALERT}
"""Resource to key of the record and its heading."""


def csv_values(resource: str, row: Any) -> list[Any]:
    """The cells of one line."""
    found = record(row)
    usage = found.get("usage") or {}
    found |= {"cpu": usage.get("cpu"), "memory": usage.get("memory")} if "usage" in found else {}
    if resource == "alerts":
        found["summary"] = found["annotations"].get("summary", "")
    return [_cell(found[key]) for key in CSV_COLUMNS[resource]]


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if value is None:
        return None
    if isinstance(value, dict):
        if set(value) >= {"kind", "name"}:  # an owner, or what an event is about
            return clean(f"{value['kind']}/{value['name']}")
        return clean(",".join(f"{key}={each}" for key, each in value.items()))
    if isinstance(value, (list, tuple)):
        return clean(",".join(str(each) for each in value))
    return clean(str(value))


def write_csv(out: Out, rows: Iterable[Sequence[Any]]) -> None:
    """RFC 4180: CRLF, text quoted, numbers not, unknown empty."""
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(rows)


def number(value: float) -> float | str:
    """A sample for JSON, which has no NaN and no infinities."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return value
