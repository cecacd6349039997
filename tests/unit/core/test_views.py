"""Views stay ordered and filtered whatever changes, few rows or many."""

import random

import pytest

from sources.world.filters import FilterError, parse_filter
from sources.world.views import FEW, View, top_n


@pytest.mark.parametrize("changes", [1, FEW, FEW + 1, 700])
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


def test_top_n_takes_the_first_by_rank() -> None:
    assert top_n([5, 1, 4, 2], 2, lambda value: -value) == [5, 4]


class Row:
    def __init__(self, **texts: str) -> None:
        self._texts = texts

    def texts(self) -> dict[str, str]:
        return self._texts

    def labels(self) -> tuple[tuple[str, str], ...]:
        return (("app", "web"), ("tier", "front"))


ROW = Row(name="Web-1", status="CrashLoopBackOff", node="worker-2")


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
    ],
)
def test_filters(text: str, found: bool) -> None:
    assert parse_filter(text, ("name", "status", "node"))(ROW) is found


@pytest.mark.parametrize(
    ("text", "said"),
    [("(", "not a regular expression"), ("-l", "needs a value"), ("-l a=b=c", "not a label selector")],
)
def test_a_filter_that_cannot_be_read_says_which_part(text: str, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        parse_filter(text)


def test_a_colon_that_names_no_column_is_part_of_the_expression() -> None:
    assert parse_filter("a:b", ("name",))(Row(name="xa:b"))
