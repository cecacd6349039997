"""Parts that many descriptions share: headings, labels, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.rules.duration import age, parse_time
from sources.rules.secrets import LAST_APPLIED
from sources.rules.shapes import maps, strings, text
from sources.text import clean
from tui.describe.seen import Seen
from tui.sheets.sheet import Look
from tui.widgets.document import Text
from tui.words import counted

FOLDED = 6
"""Labels or annotations that are shown before the rest is folded."""
LONG = 160
"""Characters of a value that are shown before the rest is folded."""


def heading(title: str) -> list[Text]:
    return [Text(""), Text("#", title, "accent")]


def pair_lines(title: str, pairs: Iterable[tuple[str, str]], unfolded: bool = True) -> list[Text]:
    """Names and values under a heading; many of them and long ones folded."""
    found = sorted(pairs)
    if not found:
        return []
    shown = found if unfolded else found[:FOLDED]
    lines = [Text(clean(name), clean(_folded(name, value, unfolded))) for name, value in shown]
    if len(found) > len(shown):
        lines.append(Text("", f"... and {len(found) - len(shown)} more; u unfolds", "dim"))
    return [*heading(f"{title} ({len(found)})" if len(found) > FOLDED else title), *lines]


def _folded(name: str, value: str, unfolded: bool) -> str:
    if unfolded:
        return value
    if name == LAST_APPLIED:
        return f"{counted(len(value), 'character')}; u unfolds"
    rest = len(value) - LONG
    return value if rest <= 0 else f"{value[:LONG]}... {counted(rest, 'more character')}; u unfolds"


def metadata_lines(seen: Seen) -> list[Text]:
    """Labels and annotations."""
    return [
        *pair_lines("Labels", strings(seen.raw, "metadata", "labels").items(), seen.unfolded),
        *pair_lines("Annotations", strings(seen.raw, "metadata", "annotations").items(), seen.unfolded),
    ]


# Conditions that say something bad when they are true.
_BAD_IF_TRUE = ("Pressure", "Unavailable", "Failure", "Failed", "Stalled", "DisruptionTarget", "ScalingLimited")


def conditions(seen: Seen, look: Look) -> list[Text]:
    """`status.conditions`, and since when."""
    found = maps(seen.raw, "status", "conditions")
    lines: list[Text] = []
    for each in found:
        name, status = text(each, "type"), text(each, "status")
        good = "False" if name.endswith(_BAD_IF_TRUE) else "True"
        said = ": ".join(filter(None, (text(each, "reason"), text(each, "message"))))
        since = parse_time(text(each, "lastTransitionTime") or text(each, "lastUpdateTime"))
        ago = f" for {age(since, look.now)}" if since is not None else ""
        mark = " " if status == good else look.glyph("▲", "!")
        lines.append(
            Text(clean(name), clean(f"{mark} {status}{ago}  {said}".rstrip()), "" if status == good else "warn")
        )
    return [*heading("Conditions"), *lines] if lines else []


def joined(parts: Sequence[str], separator: str = ", ") -> str:
    return separator.join(part for part in parts if part)
