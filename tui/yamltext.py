"""An object as YAML in coloured lines: bookkeeping folded, what Secrets hold masked, all of it safe to draw."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sources.rules.secrets import LAST_APPLIED, masked
from sources.text import clean
from tui.widgets.document import Code, Entry, Text
from tui.widgets.lines import Piece
from tui.words import counted

MOST_LINES = 50_000
"""Lines that are shown: all of any object that the API server takes, unless it is made of the shortest lines."""
LONGEST = 20_000
"""Characters of one line that are shown."""
KEY = "trend"
_KEY = re.compile(
    r"(?P<lead> *(?:- )*)"
    r"(?P<key>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#:-][^:]*?|-[^\s:][^:]*?):(?P<rest>$| .*)"
)
_BLOCK = re.compile(r" [|>][-+0-9]*")
_ITEM_BLOCK = re.compile(r" *(?:- )+[|>][-+0-9]*")


def yaml_entries(raw: Mapping[str, Any], unfolded: bool = False) -> Sequence[Entry]:
    """The lines; what cannot be written as YAML is said. May take a while: an object may have megabytes."""
    import yaml  # only here: most never look at one

    try:
        text = _dump(_folded(masked(raw), unfolded))
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        return [Text("", clean(f"cannot be written as YAML: {type(error).__name__}: {error}"), "bad")]
    lines: list[Entry] = []
    block: int | None = None
    all_lines = text.rstrip("\n").split("\n")
    for line in all_lines[:MOST_LINES]:
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and (indent > block or not line):
            lines.append(Code(_shown(((line, ""),)), indent + 2))
            continue
        block = None
        found = _KEY.fullmatch(line[:LONGEST])
        if found is None:
            block = indent if _ITEM_BLOCK.fullmatch(line[:LONGEST]) else None
            lines.append(Code(_shown(((line, ""),)), indent + 2))
            continue
        if _BLOCK.fullmatch(found["rest"]):
            block = len(found["lead"])
        rest = line[found.end("key") + 1 :]
        style = "dim" if found["rest"].startswith((" <masked", " <folded")) else ""
        lines.append(
            Code(_shown(((found["lead"], ""), (found["key"], KEY), (":", "dim"), (rest, style))), indent + 2)
        )
    if len(all_lines) > MOST_LINES:
        lines.append(
            Text("", f"... and {counted(len(all_lines) - MOST_LINES, 'more line')}; `:copy json` has them", "warn")
        )
    return lines


def _shown(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    shown = []
    for text, style in pieces:
        rest = len(text) - LONGEST
        text = f"{text[:LONGEST]}... {counted(rest, 'more character')}" if rest > 0 else text
        if text:
            shown.append((clean(text), style))
    return tuple(shown)


def _folded(raw: Mapping[str, Any], unfolded: bool) -> Mapping[str, Any]:
    metadata = raw.get("metadata")
    if unfolded or not isinstance(metadata, Mapping):
        return raw
    folded = dict(metadata)
    if "managedFields" in folded:
        fields = folded.pop("managedFields")
        count = len(fields) if isinstance(fields, list) else 1
        folded["managedFields"] = f"<folded, {counted(count, 'entry')}; u unfolds>"
    annotations = folded.get("annotations")
    if isinstance(annotations, Mapping) and isinstance(annotations.get(LAST_APPLIED), str):
        size = len(annotations[LAST_APPLIED])
        folded["annotations"] = {**annotations, LAST_APPLIED: f"<folded, {counted(size, 'character')}; u unfolds>"}
    return {**raw, "metadata": folded}


def _dump(raw: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.dump(
        dict(raw), Dumper=_dumper(), default_flow_style=False, sort_keys=False, allow_unicode=True, width=1 << 30
    )
    return text


@cache
def _dumper() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # a tenth of the time, where it was built

    class Dumper(base):  # type: ignore[misc]  # which one it is shows when it runs
        """As kubectl writes: lines of a text below each other, nothing as an alias."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, data: str) -> Any:
        safe = data if data.isascii() else data.encode("utf-8", "replace").decode()
        return dumper.represent_scalar("tag:yaml.org,2002:str", safe, style="|" if "\n" in safe else None)

    Dumper.add_representer(str, text)
    return Dumper
