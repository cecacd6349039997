"""Random queries from a seed: types fit, but some fail on the data (many-to-many matching and the like)."""

from __future__ import annotations

import random
import re

from tests.differential.compare import Query
from tests.differential.data import BASE, BOUNDS, CODES, INSTANCES, JOBS, SPAN

NAMES = (
    "requests_total", "errors_total", "memory_bytes", "up", "temperature", "odd", "whole", "constant",
    "build_info", "latency_seconds_bucket", "latency_seconds_sum", "latency_seconds_count",
)  # fmt: skip
LABELS = ("job", "instance", "code", "room", "le", "version", "nothing")
VALUES: dict[str, tuple[str, ...]] = {
    "job": JOBS, "instance": INSTANCES, "code": CODES, "le": BOUNDS, "version": ("1.0", "1.1", "2.0"),
    "room": ("a b", "ü", "x.y"),
}  # fmt: skip
OWN_LABELS: dict[str, tuple[str, ...]] = {
    "requests_total": ("job", "instance", "code"), "errors_total": ("job", "instance"), "up": ("job", "instance"),
    "memory_bytes": ("job", "instance"), "temperature": ("job", "room"), "odd": ("room",),
    "build_info": ("job", "version"), "latency_seconds_bucket": ("job", "instance", "le"),
    "latency_seconds_sum": ("job", "instance"), "latency_seconds_count": ("job", "instance"),
}  # fmt: skip
RANGES = (
    "30s", "1m", "90s", "2m", "5m", "10m", "17m", "1h", "45s500ms", "300", "2m + 30s", "5m", "7m", "1ms", "15s",
)  # fmt: skip
RANGE_FUNCTIONS = (
    "rate", "increase", "delta", "irate", "idelta", "changes", "resets", "deriv", "avg_over_time", "sum_over_time",
    "min_over_time", "max_over_time", "count_over_time", "last_over_time", "present_over_time", "stddev_over_time",
    "stdvar_over_time", "absent_over_time", "rate", "increase", "avg_over_time", "first_over_time",
)  # fmt: skip
EXACT = (
    "abs", "ceil", "floor", "sqrt", "sgn", "exp", "ln", "log2", "log10", "deg", "rad", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
)  # fmt: skip
STEEP = rf"\b({'|'.join(EXACT)}|timestamp)\("
TIMES = ("minute", "hour", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "month", "year")
AGGREGATIONS = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "sum", "avg")
ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")
NUMBERS = ("0", "1", "2", "0.5", "-1", "1e3", "3.7", "NaN", "Inf", "-Inf", "0x1F", "5m", "100", "1e-3")


class Generator:
    """`query` gives one after another; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def query(self) -> Query:
        rng = self.rng
        depth = rng.choice((1, 2, 2, 3, 3, 4))
        start = BASE + (rng.randrange(SPAN) if rng.random() < 0.85 else rng.randrange(-600_000, SPAN + 900_000))
        if rng.random() < 0.3:
            start -= start % 15_000
        if rng.random() < 0.01:
            start = rng.choice((0, -86_400_000, 951_782_400_000, 4_102_444_799_999))
        if rng.random() < 0.45:
            step = rng.choice((1_000, 15_000, 15_000, 30_000, 60_000, 61_007, 300_000, 1_200_000))
            end = start + step * rng.randrange(0, 40) + rng.randrange(0, step)
            text = self.vector(depth) if rng.random() < 0.93 else self.scalar(depth)
            return Query(text, start, end, step)
        kind = rng.random()
        if kind < 0.86:
            text = self.vector(depth)
        elif kind < 0.93:
            text = self.scalar(depth)
        elif kind < 0.98:
            text = self.matrix(1)
        else:
            text = rng.choice(('"text"', "('it''s')".replace("''", "\\'"), "`raw`"))
        if rng.random() < 0.03:
            text = f"{rng.choice(('sort', 'sort_desc'))}({text})"
        return Query(text, start, start, 0)

    # Parts

    def pick(self, *options: str) -> str:
        return self.rng.choice(options)

    def matcher(self, name: str = "") -> str:
        """A condition, mostly on a label that the metric has."""
        rng = self.rng
        label = rng.choice(LABELS) if rng.random() < 0.15 else rng.choice(OWN_LABELS.get(name, LABELS))
        values = VALUES.get(label, ("", "1.0", "x.y"))
        op = rng.choice(("=", "=", "!=", "!=", "=~", "=~", "!~"))
        value = rng.choice(values)
        if op in ("=~", "!~"):
            value = rng.choice(
                (value, f"{value}|{rng.choice(values)}", ".*", ".+", f"{value[:1]}.*", f".*{value[-1:]}", "",
                 "[a-c].*", "(?i:API|DB)", "a|", "[^a].+", "..", "(a|b):\\\\d", "2.{2}|4\\\\d+", "[^2].*|b.*")
            )  # fmt: skip
        return f'{label}{op}"{value}"'

    def matchers(self, name: str, count: int) -> list[str]:
        """No label twice: what `absent` then makes of it depends on how many blocks a server has."""
        found = {re.split("[=!]", each)[0]: each for each in (self.matcher(name) for _ in range(count))}
        return list(found.values())

    def selector(self) -> str:
        rng = self.rng
        name = rng.choice(NAMES) if rng.random() < 0.98 else "missing"
        matchers = self.matchers(name, rng.choice((0, 0, 0, 0, 1, 1, 2)))
        if rng.random() < 0.04:
            return f"{{{', '.join([f'__name__=~{chr(34)}{name[:4]}.*{chr(34)}', *matchers])}}}"
        if rng.random() < 0.03:
            return f"{{{', '.join([chr(34) + name + chr(34), *matchers])}}}"
        return f"{name}{{{', '.join(matchers)}}}" if matchers else name

    def modifiers(self) -> str:
        rng = self.rng
        out = []
        if rng.random() < 0.15:
            out.append(f"offset {self.pick('1m', '5m', '-2m', '17s', '1h', '-300', '(1m + 7s)')}")
        if rng.random() < 0.1:
            at = f"{(BASE + rng.randrange(SPAN)) / 1000:.3f}"
            out.append(f"@ {self.pick(at, at, 'start()', 'end()')}")
        rng.shuffle(out)
        return "".join(f" {each}" for each in out)

    def matrix(self, depth: int) -> str:
        rng = self.rng
        if depth > 1 and rng.random() < 0.3:
            step = self.pick("", "15s", "1m", "37s", "5m")
            return f"{self.operand(depth - 1)}[{self.pick('2m', '5m', '10m', '31m')}:{step}]{self.modifiers()}"
        return f"{self.selector()}[{rng.choice(RANGES)}]{self.modifiers()}"

    def operand(self, depth: int) -> str:
        """A vector that binds tightly enough for anything."""
        text = self.vector(depth)
        return f"({text})"

    def scalar(self, depth: int) -> str:
        rng = self.rng
        kind = rng.random()
        if depth <= 0 or kind < 0.5:
            return self.pick(*NUMBERS)
        if kind < 0.6:
            return f"scalar({self.vector(depth - 1)})"
        if kind < 0.68:
            return self.pick("time()", "pi()")
        if kind < 0.75:
            return f"-({self.scalar(depth - 1)})"
        op = rng.choice((*ARITHMETIC, *(f"{each} bool" for each in COMPARISONS)))
        return f"({self.scalar(depth - 1)} {op} {self.scalar(depth - 1)})"

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.selector() + self.modifiers()
        makers = (
            (8, self.ranged), (6, self.aggregated), (7, self.binary), (4, self.called), (2, self.histogram),
            (3, self.leaf), (1.5, self.relabelled), (1, self.ranked),
        )  # fmt: skip
        (maker,) = self.rng.choices([make for _, make in makers], [weight for weight, _ in makers])
        return maker(depth)

    def leaf(self, depth: int) -> str:
        return self.selector() + self.modifiers()

    def ranged(self, depth: int) -> str:
        rng = self.rng
        if rng.random() < 0.12:
            q = self.pick("0", "0.5", "0.9", "1", "0.333", "-1", "2", "NaN", self.scalar(1))
            return f"quantile_over_time({q}, {self.matrix(depth)})"
        if rng.random() < 0.08:
            return f"predict_linear({self.matrix(depth)}, {self.pick('60', '3600', '-100', '0', self.scalar(1))})"
        return f"{rng.choice(RANGE_FUNCTIONS)}({self.matrix(depth)})"

    def grouping(self) -> str:
        rng = self.rng
        if rng.random() < 0.25:
            return ""
        chosen = rng.sample(LABELS, rng.randrange(0, 4))
        return f" {self.pick('by', 'by', 'without')} ({', '.join(chosen)})"

    def aggregated(self, depth: int) -> str:
        rng = self.rng
        inner = self.vector(depth - 1)
        if rng.random() < 0.1:
            q = self.pick("0", "0.5", "0.9", "1", "1.5", "-0.5", "NaN", self.scalar(1))
            return f"quantile{self.grouping()} ({q}, {inner})"
        if rng.random() < 0.08:
            # Of values as they are: the last digit of a computed one is not everywhere the same.
            name = self.pick("value", "job", "v")
            return f'count_values{self.grouping()} ("{name}", {self.selector()}{self.modifiers()})'
        fold = rng.choice(AGGREGATIONS)
        if fold.startswith("std") and re.search(STEEP, inner):
            inner = self.selector()  # what is nearly equal differs in nothing but last digits
        return f"{fold}{self.grouping()} ({inner})"

    def ranked(self, depth: int) -> str:
        # Only over values that differ, because either may keep whichever of two that are equal.
        inner = self.pick("memory_bytes", "temperature", "-memory_bytes", "avg_over_time(memory_bytes[5m])")
        k = self.pick("1", "2", "3", "100", "0", "-1", "2.7", "scalar(whole)")
        return f"{self.pick('topk', 'bottomk')}{self.grouping()} ({k}, {inner})"

    def binary(self, depth: int) -> str:
        rng = self.rng
        kind = rng.random()
        left, right = self.operand(depth - 1), self.operand(depth - 1)
        arithmetic = rng.random() < 0.6
        op = rng.choice(ARITHMETIC if arithmetic else COMPARISONS)
        boolean = "" if arithmetic or rng.random() < 0.6 else " bool"
        if kind < 0.3:
            scalar = self.scalar(1)
            return f"{left} {op}{boolean} {scalar}" if rng.random() < 0.6 else f"{scalar} {op}{boolean} {left}"
        if kind < 0.38:
            return f"{self.pick('-', '+', '-', '- -')}{left}"
        matching = ""
        if rng.random() < 0.7:
            chosen = ", ".join(rng.sample(LABELS, rng.randrange(0, 4)))
            matching = f" {self.pick('on', 'on', 'ignoring')} ({chosen})"
        if kind < 0.58:
            return f"{left} {self.pick('and', 'or', 'unless')}{matching} {right}"
        if kind < 0.75:  # the same vector twice matches one to one
            return f"{left} {op}{boolean}{self.pick('', ' ignoring (nothing)')} {left}"
        if kind < 0.9:
            extra = self.pick("", "version", "job", "version, room")
            many = self.pick("requests_total", "memory_bytes", "up", "latency_seconds_bucket", left)
            one = self.pick("build_info", "errors_total", "sum by (job, instance) (errors_total)", right)
            on = self.pick("on (job, instance)", "on (job, instance)", "ignoring (code, version, le)", "on (job)")
            if rng.random() < 0.5:
                return f"{many} {op}{boolean} {on} group_left ({extra}) {one}"
            return f"{one} {op}{boolean} {on} group_right ({extra}) {many}"
        return f"{left} {op}{boolean}{matching} {right}"

    def called(self, depth: int) -> str:
        rng = self.rng
        inner = self.vector(depth - 1)
        kind = rng.random()
        if kind < 0.4:
            # Not of another one: each differs in the last digit between platforms, and some make much of it.
            inner = self.ranged(1) if rng.random() < 0.3 else self.selector() + self.modifiers()
            return f"{rng.choice(EXACT)}({inner})"
        if kind < 0.5:
            return f"round({inner}{self.pick('', ', 0.1', ', 10', ', 0', ', -3', ', ' + self.scalar(1))})"
        if kind < 0.6:
            return f"{self.pick('clamp_min', 'clamp_max')}({inner}, {self.scalar(1)})"
        if kind < 0.66:
            return f"clamp({inner}, {self.scalar(1)}, {self.scalar(1)})"
        if kind < 0.76:
            return f"absent({inner})"
        if kind < 0.84:
            return f"timestamp({inner})"
        if kind < 0.85:
            return f"histogram_{self.pick('avg', 'count', 'sum', 'stddev', 'stdvar')}({inner})"
        if kind < 0.9:
            return f"{rng.choice(TIMES)}({self.pick(inner, inner, 'vector(time())', '')})"
        if kind < 0.95:
            return f"vector({self.scalar(depth - 1)})"
        return f"{self.pick('sort', 'sort_desc')}({inner})"

    def histogram(self, depth: int) -> str:
        rng = self.rng
        grouping = self.pick("le", "le, job", "le, instance", "le, job, instance", "job")
        source = self.pick(
            "latency_seconds_bucket", f"rate(latency_seconds_bucket[{rng.choice(RANGES)}])",
            f"sum by ({grouping}) (rate(latency_seconds_bucket[5m]))",
            f"latency_seconds_bucket{{{self.matcher()}}}",
            f"sum by ({grouping}) (latency_seconds_bucket)", self.vector(depth - 1),
        )  # fmt: skip
        if rng.random() < 0.3:
            bounds = f"{self.pick('0', '-1', '0.3', '-Inf')}, {self.pick('0.5', '2', 'Inf', '0.7')}"
            return f"histogram_fraction({bounds}, {source})"
        q = self.pick("0", "0.5", "0.9", "0.99", "1", "-1", "1.2", "NaN", self.scalar(1))
        return f"histogram_quantile({q}, {source})"

    def relabelled(self, depth: int) -> str:
        inner = self.vector(depth - 1)
        if self.rng.random() < 0.4:
            parts = ", ".join(f'"{each}"' for each in self.rng.sample(LABELS, self.rng.randrange(0, 3)))
            target = self.pick("joined", "job", "__name__")
            return f'label_join({inner}, "{target}", "-"{", " + parts if parts else ""})'
        pattern = self.pick("(.*)", "(.).*", "(.*):(.*)", "api|(w)eb", "(?P<first>.)(.*)", "", "no")
        to = self.pick("$1", "${1}x", "$2-$1", "$first", "fixed", "", "$0", "$$1")
        target = self.pick("copy", "job", "instance", "__name__")
        return f'label_replace({inner}, "{target}", "{to}", "{self.rng.choice(LABELS)}", "{pattern}")'
