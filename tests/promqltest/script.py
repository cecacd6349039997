"""The commands of a promqltest file: load, clear, eval."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sources.promql.durations import parse_duration
from sources.promql.storage import Labels
from tests.promqltest.notation import NotationError, Point, Series, parse_number, parse_series, unquoted

_LOAD = re.compile(r"load(?P<nhcb>_with_nhcb)?\s+(?P<step>.+?)$")
_INSTANT = re.compile(
    r"eval(?:_(?P<mode>fail|warn|ordered|info))?\s+instant\s+(?:at\s+(?P<at>.+?))?\s+(?P<query>.+)$"
)
_RANGE = re.compile(
    r"eval(?:_(?P<mode>fail|warn|info))?\s+range\s+from\s+(?P<start>.+)\s+to\s+(?P<end>.+)\s+step\s+(?P<step>.+?)"
    r"\s+(?P<query>.+)$"
)
_EXPECT = re.compile(r"expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$")
_EXPECT_RANGE = re.compile(r"expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$")
_STRING_PREFIX = "expect string"


class ScriptError(ValueError):
    """A file that is no promqltest script; the text names the line."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a message must be: equal to `message`, or found by `pattern`."""

    message: str | None = None
    pattern: re.Pattern[str] | None = None

    def accepts(self, text: str) -> bool:
        return text == self.message if self.pattern is None else self.pattern.search(text) is not None

    def __str__(self) -> str:
        return repr(self.message) if self.pattern is None else f"/{self.pattern.pattern}/"


@dataclass(frozen=True, slots=True)
class Clear:
    """Forgets all series."""


@dataclass(frozen=True, slots=True)
class Load:
    """Series with a sample each `step` milliseconds from 0 on; `nhcb`: histograms also in native form."""

    step: int
    nhcb: bool
    series: tuple[Series, ...]


@dataclass(slots=True)
class Eval:
    """A query with what it must give. Times are milliseconds; an instant query has start = end and step 0."""

    line: int
    query: str
    start: int
    end: int
    step: int
    instant: bool
    ordered: bool = False
    fails: bool = False
    warns: bool = False
    informs: bool = False
    failure: list[Text] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    infos: list[Text] = field(default_factory=list)
    no_warnings: bool = False
    no_infos: bool = False
    scalar: float | None = None
    string: str | None = None
    rows: list[tuple[Labels, tuple[Point, ...]]] = field(default_factory=list)
    grid: tuple[int, int, int] | None = None
    """Start, end and step of an expected range vector."""

    @property
    def expects_nothing(self) -> bool:
        return not (self.rows or self.fails or self.scalar is not None or self.string is not None)


Command = Clear | Load | Eval


def parse_script(text: str) -> list[Command]:
    """All commands in order. Raises ScriptError."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.split("\n")]
        self._lines = ["" if line.startswith("#") else line for line in lines]
        self._at = 0

    def read(self) -> list[Command]:
        commands: list[Command] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line:
                try:
                    commands.append(self._command(line))
                except (NotationError, ValueError) as error:
                    raise ScriptError(f"line {self._at + 1}: {error}") from None
            self._at += 1
        return commands

    def _command(self, line: str) -> Command:
        word = line.split()[0].lower()
        if word == "clear":
            return Clear()
        if word.startswith("load"):
            return self._load(line)
        if word.startswith("eval"):
            return self._eval(line)
        raise ScriptError(f"invalid command {line!r}")

    def _block(self) -> list[str]:
        """The lines up to the next blank one; reading goes on after them."""
        begin = self._at + 1
        while self._at + 1 < len(self._lines) and self._lines[self._at + 1]:
            self._at += 1
        return self._lines[begin : self._at + 1]

    def _load(self, line: str) -> Load:
        found = _LOAD.match(line)
        if not found:
            raise ScriptError("invalid load command")
        series: list[Series] = []
        start_times = False
        for each in self._block():
            one = parse_start_times(each) or parse_series(each)
            if one.start_times:
                start_times = True
                continue
            series.append(Series(one.labels, one.points, start_times))
            start_times = False
        return Load(parse_duration(found["step"]), bool(found["nhcb"]), tuple(series))

    def _eval(self, line: str) -> Eval:
        number = self._at + 1
        if found := _INSTANT.match(line):
            at = parse_duration(found["at"] or "")
            case = Eval(number, found["query"], at, at, 0, True)
        elif found := _RANGE.match(line):
            start, end, step = (parse_duration(found[part]) for part in ("start", "end", "step"))
            case = Eval(number, found["query"], start, end, step, False)
        else:
            raise ScriptError("invalid evaluation command")
        mode = found["mode"]
        case.ordered, case.fails = mode == "ordered", mode == "fail"
        case.warns, case.informs = mode == "warn", mode == "info"
        while self._at + 1 < len(self._lines) and self._lines[self._at + 1]:
            self._at += 1
            if not self._expectation(case, self._lines[self._at]):
                break
        return case

    def _expectation(self, case: Eval, line: str) -> bool:
        """Adds what a line expects; False if it ends the block."""
        if case.fails and line.startswith("expected_fail_message"):
            case.failure.append(Text(line.removeprefix("expected_fail_message").strip()))
            return False
        if case.fails and line.startswith("expected_fail_regexp"):
            pattern = line.removeprefix("expected_fail_regexp").strip()
            case.failure.append(Text(pattern=re.compile(pattern)))
            return False
        if found := _EXPECT_RANGE.match(line):
            start, end, step = (parse_duration(part) for part in found.groups())
            case.grid = start, end, step
        elif line.startswith(_STRING_PREFIX):
            case.string = unquoted(line.removeprefix(_STRING_PREFIX).strip())
        elif line.split(" ")[0] == "expect":
            self._annotation(case, line)
        elif (number := parse_number(line)) is not None:
            case.scalar = number
            return False
        else:
            series = parse_series(line)
            if case.instant and len(series.points) != 1 and case.grid is None:
                raise ScriptError("an instant query has one value for each series")
            case.rows.append((series.labels, series.points))
        return True

    @staticmethod
    def _annotation(case: Eval, line: str) -> None:
        found = _EXPECT.match(line)
        if not found:
            raise ScriptError("invalid expect line")
        kind, how, what = found.groups()
        text = Text(pattern=re.compile(""))
        if how == "msg":
            text = Text(what.strip())
        elif how == "regex":
            text = Text(pattern=re.compile(what.strip()))
        if kind == "ordered":
            case.ordered = True
        elif kind == "fail":
            case.fails = True
            case.failure.append(text)
        elif kind == "warn":
            case.warnings.append(text)
        elif kind == "info":
            case.infos.append(text)
        elif kind == "no_warn":
            case.no_warnings = True
        else:
            case.no_infos = True


def parse_start_times(line: str) -> Series | None:
    """A line of start timestamps (offsets, which are not kept), or None if it is a series."""
    head, mark, _ = line.partition("@st")
    if not mark or line.startswith("@st"):
        return None
    try:
        return Series(parse_series(head).labels, (), True)
    except NotationError:
        return None
