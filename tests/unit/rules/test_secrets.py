"""What Secrets hold never leaves the source."""

from __future__ import annotations

import base64
from typing import Any

from sources.rules.secrets import LAST_APPLIED, masked

SECRET: dict[str, Any] = {
    "kind": "Secret",
    "metadata": {"name": "s", "annotations": {LAST_APPLIED: '{"data":{"password":"aHVudGVyMg=="}}', "team": "a"}},
    "data": {"password": base64.b64encode(b"hunter2").decode(), "empty": "", "odd": None, "broken": "%%%"},
    "stringData": {"plain": "hunter2", "like": "<masked, 3 bytes> hunter2"},
}


def test_values_are_replaced_by_their_size() -> None:
    safe = masked(SECRET)
    assert safe["data"] == {
        "password": "<masked, 7 bytes>",
        "empty": "<masked, 0 bytes>",
        "odd": "<masked>",
        "broken": "<masked, 0 bytes>",
    }
    assert safe["stringData"]["plain"] == "<masked, 7 bytes>"
    text = repr(safe)
    assert "hunter2" not in text
    assert "aHVudGVyMg" not in text, "nor in what kubectl remembers"
    assert safe["metadata"]["annotations"]["team"] == "a"
    assert SECRET["data"]["password"] != "<masked, 7 bytes>", "the original is not touched"


def test_masking_twice_changes_nothing_more() -> None:
    safe = masked(SECRET)
    assert masked(safe) == safe


def test_other_kinds_and_odd_shapes() -> None:
    raw = {"kind": "ConfigMap", "data": {"a": "b"}}
    assert masked(raw) is raw
    assert masked({"kind": "Secret", "data": "hunter2", "metadata": None})["data"] == "<masked>"
