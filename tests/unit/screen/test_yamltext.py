"""Objects as YAML on the screen: what it says, what it hides, and what it survives."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
import yaml

from sources.rules.secrets import LAST_APPLIED
from tui import yamltext
from tui.widgets.document import Code, Entry, lay, plain
from tui.yamltext import KEY, LONGEST, yaml_entries


def text(raw: dict[str, Any], unfolded: bool = False) -> str:
    return "\n".join(map(plain, yaml_entries(raw, unfolded)))


POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "annotations": {LAST_APPLIED: '{"kind":"Pod"}', "note": "yes"},
        "managedFields": [{"manager": "kubectl"}, {"manager": "kubelet"}],
    },
    "spec": {"containers": [{"name": "a", "args": ["- x: y", "b\nc: d\n"], "command": []}], "n": None, "t": True},
}


def test_what_is_shown_is_the_object() -> None:
    assert yaml.safe_load(text(POD, unfolded=True)) == POD
    assert text(POD).splitlines()[:4] == ["apiVersion: v1", "kind: Pod", "metadata:", "  name: web"]


def test_bookkeeping_is_folded_to_a_line_each() -> None:
    folded = yaml.safe_load(text(POD))["metadata"]
    assert folded["managedFields"] == "<folded, 2 entries; u unfolds>"
    assert folded["annotations"] == {LAST_APPLIED: "<folded, 14 characters; u unfolds>", "note": "yes"}


def test_secrets_are_masked_whatever_the_source_did() -> None:
    shown = text({"kind": "Secret", "data": {"k": "aHVudGVyMg=="}}, unfolded=True)
    assert shown == "kind: Secret\ndata:\n  k: <masked, 7 bytes>"


def keys(entries: list[Entry]) -> list[str]:
    return [part for entry in entries if isinstance(entry, Code) for part, style in entry.pieces if style == KEY]


def test_keys_are_coloured_and_text_that_looks_like_them_is_not() -> None:
    assert keys(list(yaml_entries(POD, True))) == [
        *("apiVersion", "kind", "metadata", "name", "annotations", LAST_APPLIED, "note"),
        *("managedFields", "manager", "manager", "spec", "containers", "name", "args", "command", "n", "t"),
    ]


@pytest.mark.parametrize(
    "bad",
    ["a\x1b[31mb", "a\u202eb\u2066", "a\x00\x07\x9b", "\ud800", "a\u2028b\x85c", "- #: |\n  x: y\n\x1b]0;t\x07"],
)
def test_nothing_in_it_acts(bad: str) -> None:
    entries = yaml_entries({"metadata": {"name": bad, "labels": {bad: bad}}, "data": [bad, {bad: [bad]}]})
    for laid in lay(entries, 60):
        for part, _ in laid.line.pieces:
            assert not {c for c in part if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}, ascii(part)


def test_long_lines_and_deep_objects_have_an_end() -> None:
    line = next(entry for entry in yaml_entries({"data": {"blob": "x" * 2_000_000}}) if "blob" in plain(entry))
    assert len(plain(line)) < LONGEST + 100
    assert plain(line).endswith("more characters")
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert "cannot be written as YAML" in plain(yaml_entries(deep)[0])


def test_an_object_of_two_megabytes_is_whole() -> None:
    raw = {"kind": "ConfigMap", "data": {f"key-{number}": "x" * 1000 for number in range(2000)}}
    assert len(yaml_entries(raw)) == 2 + 2000


def test_more_lines_than_anybody_reads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamltext, "MOST_LINES", 5)
    entries = yaml_entries({"data": ["x"] * 9})
    assert len(entries) == 6
    assert plain(entries[-1]) == "... and 5 more lines; `:copy json` has them"
