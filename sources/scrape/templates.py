"""Go templates in labels and annotations of alerts, as far as those of the usual rules go.

`{{ $labels.pod }}`, `{{ $value }}` and `{{ $value | humanize }}` with its relatives, `{{ printf "%.2f" $value }}`;
anything else is left as it is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from sources.promql.formats import general, special

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.(\w+)|index \$labels \"([^\"]+)\"")
_VALUE = re.compile(r"\$value|\.Value")
_PRINTF = re.compile(r'printf\s+"([^"]*)"')
_VERB = re.compile(r"%(?:\.(\d))?([fgevs])|%%")


def expanded(text: str, labels: Mapping[str, str], value: float) -> str:
    """The text with its actions carried out."""
    if "{{" not in text:
        return text
    return _ACTION.sub(lambda action: _result(action, labels, value), text)


def _result(action: re.Match[str], labels: Mapping[str, str], value: float) -> str:
    first, *pipes = [part.strip() for part in action[1].split("|")]
    printf = _PRINTF.match(first)
    if printf is not None:
        pipes.insert(0, printf[0])
        first = first[printf.end() :].strip()
    label = _LABEL.fullmatch(first)
    found: str | float
    if label is not None:
        found = labels.get(label[1] or label[2], "")
    elif _VALUE.fullmatch(first):
        found = value
    else:
        return action[0]
    for pipe in pipes:
        formatted = _piped(pipe, found)
        if formatted is None:
            return action[0]
        found = formatted
    return found if isinstance(found, str) else general(found)


def _piped(pipe: str, value: str | float) -> str | None:
    printf = _PRINTF.fullmatch(pipe)
    if printf is not None:
        return _printed(printf[1], value)
    if pipe not in _FORMATS:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return special(number) or _FORMATS[pipe](number)


def _printed(pattern: str, value: str | float) -> str | None:
    verbs = [verb for verb in _VERB.finditer(pattern) if verb[0] != "%%"]
    if len(verbs) != 1:
        return None
    digits, kind = verbs[0].groups()
    if kind in "vs" or (kind == "g" and not digits):
        shown = value if isinstance(value, str) else general(value)
    else:
        try:
            number = float(value)
        except ValueError:
            return None
        shown = special(number) or format(number, f".{digits or 6}{kind}")
    return _VERB.sub(lambda verb: "%" if verb[0] == "%%" else shown, pattern)


def humanize(value: float, base: float = 1000.0, suffix: str = "") -> str:
    """With a prefix for the power of `base`, four significant digits."""
    prefixes = (
        ["", "k", "M", "G", "T", "P", "E", "Z", "Y"] if base == 1000 else ["", "ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    )
    if value == 0 or math.isinf(value):
        return general(value, 4) + suffix
    power = 0
    if abs(value) >= 1:
        while abs(value) >= base and power < len(prefixes) - 1:
            value, power = value / base, power + 1
        return general(value, 4) + prefixes[power] + suffix
    if base != 1000:
        return general(value, 4) + suffix
    small = ["", "m", "u", "n", "p", "f", "a", "z", "y"]
    while abs(value) < 1 and power < len(small) - 1:
        value, power = value * base, power + 1
    return general(value, 4) + small[power] + suffix


def duration(value: float) -> str:
    """1d 2h 3m 4s, or a fraction of a second."""
    if abs(value) < 1:
        return humanize(value, suffix="s") if value else "0s"
    sign, seconds = ("-" if value < 0 else ""), int(abs(value))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds % 60}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds % 60}s"
    if minutes:
        return f"{sign}{minutes}m {seconds % 60}s"
    return f"{sign}{general(abs(value), 4)}s"


_FORMATS: dict[str, Callable[[float], str]] = {
    "humanize": humanize,
    "humanize1024": lambda value: humanize(value, 1024.0),
    "humanizeDuration": duration,
    "humanizePercentage": lambda value: f"{general(value * 100, 4)}%",
}
