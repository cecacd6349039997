"""What a target says, as numbers of series and values: line by line, with a memory for the lines already known.

From scrape to scrape the text of a series stays the same and only its value changes. A known line costs the search
for its last blank, one look into a dictionary and one `float`; new ones are taken apart by `lines`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sources.model import Labels
from sources.promql.formats import general
from sources.scrape.lines import LineError, comment, milliseconds, number, sample

LEFT_OUT = -1
"""Instead of a series' number: its samples are not wanted."""
_MOST_METRICS = 20_000
_MOST_NEW = 200_000
"""Series of one body that were not known before: some seconds of work, more is no exporter's answer."""


class ExpositionError(Exception):
    """The body is no exposition: `str()` is "line 12: ..."; nothing of it is to be used, as with Prometheus."""


class About(NamedTuple):
    """What a target says of a metric."""

    type: str = ""
    help: str = ""
    unit: str = ""


_NOTHING = About()


class Scraped(NamedTuple):
    """The samples of one body, in its order. `times` of `own_*` are milliseconds since the epoch."""

    series: list[int]
    values: list[float]
    own_series: list[int]
    own_times: list[int]
    own_values: list[float]
    left_out: int
    """Samples of series that are not wanted."""

    @property
    def total(self) -> int:
        """All samples that the target gave."""
        return len(self.series) + len(self.own_series) + self.left_out


class Exposition:
    """Reads the bodies of one target, again and again.

    `number_of` gives a new series its number or `LEFT_OUT`; it gets labels with empty values too.
    """

    def __init__(self, number_of: Callable[[Labels], int], honor_timestamps: bool = True) -> None:
        self.about: dict[str, About] = {}
        """By metric, from the comments read so far."""
        self._number_of = number_of
        self._honor = honor_timestamps
        self._known: dict[bytes, int] = {}
        self._comments: set[bytes] = set()
        self._openmetrics = False

    def forget(self) -> None:
        """The numbers given to series are no longer valid."""
        self._known.clear()

    def read(self, body: bytes, openmetrics: bool = False) -> Scraped:
        """Takes a body apart. Raises ExpositionError with the number of the first line that is wrong."""
        self._openmetrics = openmetrics
        series: list[int] = []
        texts: list[bytes] = []
        own: tuple[list[int], list[int], list[bytes]] = ([], [], [])
        left_out = ended = stamp = 0
        stamp_text = b""
        known = self._known
        place = 0
        lines = body.split(b"\n")
        if len(known) > min(4 * len(lines) + 1000, 2 * _MOST_NEW):
            known.clear()  # of series that are gone
        before = len(known)
        try:
            for place, line in enumerate(lines, 1):  # noqa: B007  # for the message
                key, _, text = line.rpartition(b" ")
                found = known.get(key)
                if found is not None and text:
                    if found == LEFT_OUT:
                        left_out += 1
                    else:
                        series.append(found)
                        texts.append(text)
                    continue
                shorter, _, value_text = key.rpartition(b" ")
                found = known.get(shorter)
                if found is not None and value_text and text and not ended:
                    if found == LEFT_OUT:
                        left_out += 1
                    else:
                        # Targets give many samples of one moment.
                        if text != stamp_text:
                            stamp, stamp_text = milliseconds(text, openmetrics), text
                        self._place(found, value_text, stamp, series, texts, own)
                    continue
                if ended:
                    if line.strip():
                        raise LineError("there is text after # EOF")
                    continue
                other = self._other(line)
                if len(known) > before + _MOST_NEW:
                    raise LineError(f"more than {_MOST_NEW:,} series that were not known before")
                if other is None:
                    ended = line == b"# EOF" and openmetrics
                else:
                    left_out += other[0] == LEFT_OUT
                    self._place(*other, series, texts, own)
        except LineError as error:
            raise ExpositionError(f"line {place}: {error}") from None
        if openmetrics and not ended:
            raise ExpositionError(f"line {place}: the end (# EOF) is missing: the answer is cut off")
        values, own_values = self._values(texts, lines), self._values(own[2], lines)
        return Scraped(series, values, own[0], own[1], own_values, left_out)

    def _place(
        self,
        found: int,
        value: bytes,
        at: int | None,
        series: list[int],
        texts: list[bytes],
        own: tuple[list[int], list[int], list[bytes]],
    ) -> None:
        """Puts a sample to those with the time of the scrape or to those with their own."""
        if found == LEFT_OUT:
            return
        if at is None or not self._honor:
            series.append(found)
            texts.append(value)
        else:
            own[0].append(found)
            own[1].append(at)
            own[2].append(value)

    def _values(self, texts: list[bytes], lines: list[bytes]) -> list[float]:
        try:
            # Python reads 1_000 as a number, Go does not.
            if b"_" not in b" ".join(texts):
                return [float(text) for text in texts]
        except ValueError:
            pass
        values = []
        for text in texts:
            try:
                values.append(number(text))
            except LineError as error:
                ends = b" " + text
                place = next((at for at, line in enumerate(lines, 1) if ends in line and line[:1] != b"#"), 0)
                raise ExpositionError(f"line {place}: {error}") from None
        return values

    def _other(self, line: bytes) -> tuple[int, bytes, int | None] | None:
        """A line that is not simply known: series, the text of its value, its own time; None for a comment."""
        line = line.rstrip(b"\r")
        if line[:1] == b"#":
            self._comment(line)
            return None
        try:
            text = line.decode("utf-8").strip(" \t")
        except UnicodeDecodeError:
            raise LineError("not UTF-8") from None
        if not text:
            return None
        taken = sample(text)
        value, at = self._tail(taken.rest.encode())
        number(value)
        found = self._number_of(self._normal(taken.labels))
        self._known[taken.series.encode()] = found
        return found, value, at

    def _normal(self, labels: Labels) -> Labels:
        """With the bounds of histograms and summaries as Prometheus 3 writes them: le="5" is le="5.0"."""
        name = dict(labels)["__name__"]
        bound = {"histogram": "le", "summary": "quantile"}.get(
            self.about.get(name, self.about.get(name.removesuffix("_bucket"), _NOTHING)).type
        )
        return tuple((key, _bound(value)) if key == bound else (key, value) for key, value in labels)

    def _tail(self, rest: bytes) -> tuple[bytes, int | None]:
        parts = rest.split()
        if b"#" in parts and self._openmetrics:
            parts = parts[: parts.index(b"#")]  # an exemplar
        if not parts or len(parts) > 2:
            raise LineError("no value" if not parts else "more than a value and a timestamp")
        return parts[0], milliseconds(parts[1], self._openmetrics) if len(parts) == 2 else None

    def _comment(self, line: bytes) -> None:
        if line in self._comments:
            return
        if len(line) < 1000 and len(self._comments) < _MOST_METRICS:
            self._comments.add(line)
        try:
            found = comment(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise LineError("not UTF-8") from None
        if found is not None and (found.metric in self.about or len(self.about) < _MOST_METRICS):
            about = self.about.get(found.metric, About())
            self.about[found.metric] = about._replace(**{found.kind.lower(): found.text[:1000]})


def _bound(text: str) -> str:
    try:
        shown = general(number(text.encode()))
    except LineError:
        return text
    return shown if any(char in shown for char in ".eIN") else f"{shown}.0"
