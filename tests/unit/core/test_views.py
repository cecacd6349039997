"""Views stay ordered and filtered whatever changes, few rows or many."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from sources.world.amounts import Unit
from sources.world.filters import FilterError, parse_filter
from sources.world.groups import GroupedView, Share
from sources.world.ordered import BLOCK
from sources.world.views import View


@pytest.mark.parametrize("changes", [1, 64, 700])
def test_an_updated_view_equals_a_new_one(changes: int) -> None:
    rng = random.Random(changes)
    table = {f"k{index}": rng.randrange(50) for index in range(1000)}

    def rank(key: str) -> tuple[int, str] | None:
        value = table.get(key)
        return None if value is None or value % 7 == 0 else (-value, key)

    view = View(rank, table)
    for _ in range(5):
        touched = [f"k{rng.randrange(1100)}" for _ in range(changes)]
        for key in touched:
            if rng.random() < 0.3:
                table.pop(key, None)
            else:
                table[key] = rng.randrange(50)
        view.update(set(touched))
        assert list(view) == list(View(rank, table))
        for position in rng.sample(range(len(view)), 20):
            assert view.index(view[position]) == position


def test_update_says_whether_anything_moved() -> None:
    table = {"a": 1, "b": 2}
    view = View(lambda key: (table[key], key) if key in table else None, table)
    assert not view.update(["a", "zz"])
    table["a"] = 3
    assert view.update(["a"])
    assert view[:2] == ["b", "a"]


def test_a_missing_key_has_no_index() -> None:
    with pytest.raises(ValueError, match="nobody"):
        View(lambda key: (key,), ["a"]).index("nobody")


@pytest.mark.parametrize("seed", range(6))
def test_a_view_given_in_steps_while_rows_change_is_the_one_of_all_at_once(seed: int) -> None:
    rng = random.Random(seed)
    rows = {f"k{index}": rng.randrange(90) for index in range(3 * BLOCK)}

    def rank(key: str) -> tuple[int, str] | None:
        value = rows.get(key)
        return None if value is None or value % 7 == 0 else (-value, key)

    view = View(rank)
    keys, given, known = list(rows), 0, 4 * BLOCK
    while given < len(keys):
        step = rng.randrange(1, 400)
        view.update(keys[given : given + step])
        given += step
        touched = set()
        for _ in range(rng.choice((0, 1, 200))):
            key = f"k{rng.randrange(known)}"
            touched.add(key)
            if rng.random() < 0.5:
                rows.pop(key, None)
            else:
                rows[key] = rng.randrange(90)
        view.update(touched)
        assert len(view) == len(list(view))
    whole = View(rank, rows)
    assert list(view) == list(whole) == sorted(filter(rank, rows), key=lambda key: (-rows[key], key))
    assert view[:] == list(view)
    assert all(view.index(view[place]) == place for place in rng.sample(range(len(view)), 100))
    view.update(list(rows)[::2])
    for key in list(rows):
        del rows[key]
        view.update([key])
    assert list(view) == [] == view[:]


class Row:
    def __init__(self, **texts: str) -> None:
        self._texts = texts

    def texts(self) -> dict[str, str]:
        return self._texts

    def labels(self) -> tuple[tuple[str, str], ...]:
        return (("app", "web"), ("tier", "front"))

    def number(self, column: str) -> float | None:
        return {"cpu": 0.5, "memory": 2.0**30, "age": 600.0, "cpu%": 80.0, "restarts": 3.0}.get(column)


ROW = Row(name="Web-1", status="CrashLoopBackOff", node="worker-2")
COLUMNS = ("name", "status", "node", "cpu")
UNITS: dict[str, Unit] = {
    "cpu": "cores",
    "memory": "bytes",
    "age": "seconds",
    "cpu%": "percent",
    "restarts": "count",
    "disk": "bytes",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("web", True),
        ("WEB", False),
        ("Web", True),
        ("^web-\\d$", True),
        ("!web", False),
        ("!db", True),
        ("status:crash", True),
        ("node:crash", False),
        ("web worker", True),
        ("web db", False),
        ("-l app=web", True),
        ("-l app=web,tier!=back", True),
        ("-l app!=web", False),
        ("-l nope", False),
        ("-l !nope", True),
        ("!-l app=web", False),
        ("-f w1", True),
        ("-f 1w", False),
        ('"web worker"', False),
        ('status:"loop back"', False),
        ('!"web worker" web', True),
        ("-l tier in (front, back)", True),
        ("-l tier in (front,back),app notin (web)", False),
        ("-l app notin (db), tier=front worker", True),
        ("-l nope notin (x)", True),
        ("-l nope in (x)", False),
        ("-l app , tier", True),
        ("-l app in (db) | web", False),
        ("cpu>499m", True),
        ("cpu>500m", False),
        ("cpu>=0.5", True),
        ("mem>=1Gi", True),
        ("mem<1Gi", False),
        ("age<10m", False),
        ("age<=10m", True),
        ("age<10m1s", True),
        ("cpu%>79", True),
        ("cpu%>=80%", True),
        ("restarts>3", False),
        ("restarts=3", True),
        ("restarts!=3", False),
        ("!restarts>3", True),
        ("restarts>2 cpu<1 web", True),
        ("disk>0", False),
        ("node>x", False),
    ],
)
def test_filters(text: str, found: bool) -> None:
    assert parse_filter(text, COLUMNS, UNITS)(ROW) is found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(", "not a regular expression"),
        ("-l", "needs a value"),
        ("-l a=b=c", "'a=b=c' is not a label selector"),
        ("-l a in b,c", "'a in b,c' is not a label selector; write name=value"),
        ("-l a in (b", "not a label selector"),
        ("cpu>lots", "cpu>lots: expected cores, as 500m or 2 after >"),
        ("mem>=1Gb", "expected an amount of memory"),
        ("age<10", "age<10: expected a span, as 90s, 10m"),
        ("restarts>", "expected a number, as 3"),
        ("cpu%>80x", "expected a percentage"),
        ("status>3", "status is text, not a number; write status:3"),
        ("heat>3", "heat is no column here; for text write heat:3; numbers here: cpu, memory, age"),
    ],
)
def test_a_filter_that_cannot_be_read_says_which_part(text: str, said: str) -> None:
    with pytest.raises(FilterError, match=re.escape(said)):
        parse_filter(text, COLUMNS, UNITS)


def test_a_colon_that_names_no_column_is_part_of_the_expression() -> None:
    assert parse_filter("a:b", ("name",))(Row(name="xa:b"))


def test_what_is_looked_at_no_more_is_freed_in_steps() -> None:
    class Counted(str):
        alive = 0

        def __new__(cls, text: str) -> "Counted":
            cls.alive += 1
            return super().__new__(cls, text)

        def __del__(self) -> None:
            Counted.alive -= 1

    def share(key: str) -> Share:
        return Share(key[-1], (1,), (0, Counted(key)))

    keys = [f"k{index}" for index in range(5 * BLOCK)]
    makers: list[Callable[[], Any]] = [
        lambda: View(lambda key: (Counted(key),), keys),
        lambda: GroupedView(share, lambda key: (key,), lambda name, _totals: (name,), set(), keys),
    ]
    for make in makers:
        view = make()
        before = Counted.alive
        assert before >= len(keys) // 2
        most = 0
        for _step in view.shed():
            most, before = max(most, before - Counted.alive), Counted.alive
        assert Counted.alive == 0
        assert 0 < most <= BLOCK
        assert not len(view)
