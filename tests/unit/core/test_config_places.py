"""The line of each key: on documents that are as nasty as TOML allows, and on random ones."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from sources.config.places import KeyPath, key_lines

NASTY = r'''# [not.a.table]
top = 1 # = "x"
"quoted # key" = "a # b [c] \" \\" # [x]
'literal "key"' = 'C:\n' # 'x'
a . b . "c.d" = [ # opens
  1, 2, # ]
  [ "x]", 'y]', """]
  ] = """, ],

  { k = [ 1,
    2 ], "l" . m = "}" },
]
text = """
[fake]
fake = 1
\"""quoted\"""
ends with two quotes"""""
raw = @@@'one quote in front
[fake]
two behind@@@''
empty = """"""
when = 1979-05-27 07:32:00 # a space inside
[a.z]
neg = -inf
[ "x y" . 'z' ] # spaces
k = {}
[[fruit]]
name = "apple"
[fruit.shape]
round = true
[[fruit.kinds]]
n = 1
[[fruit.kinds]]
n = 2
[[fruit]]
name = "pear"
[[fruit.kinds]]
n = 3
[x]
last = []'''.replace("@@@", "'''")


def paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from paths(part, (*path, name))


def test_every_key_of_a_nasty_document_is_found_where_it_stands() -> None:
    lines = key_lines(NASTY)
    assert set(lines) == set(paths(tomllib.loads(NASTY)))
    told = {
        ("top",): 2,
        ("quoted # key",): 3,
        ('literal "key"',): 4,
        ("a", "b", "c.d"): 5,
        ("a", "b", "c.d", 1): 6,
        ("a", "b", "c.d", 2, 2): 7,
        ("a", "b", "c.d", 3, "k", 1): 11,
        ("a", "b", "c.d", 3, "l", "m"): 11,
        ("text",): 13,
        ("raw",): 18,
        ("empty",): 21,
        ("when",): 22,
        ("a",): 5,
        ("a", "z"): 23,
        ("x y", "z", "k"): 26,
        ("fruit", 0): 27,
        ("fruit", 0, "shape", "round"): 30,
        ("fruit", 0, "kinds", 1, "n"): 34,
        ("fruit", 1): 35,
        ("fruit", 1, "kinds", 0, "n"): 38,
        ("x",): 39,
        ("x", "last"): 40,
    }
    assert {path: lines[path] for path in told} == told


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\n\r\n[b]\r\nc = '''\r\n'''\r\nd = 2\r\n")[("b", "d")] == 6


def test_a_table_that_a_longer_name_announced_has_the_line_of_its_header() -> None:
    assert key_lines("[a.b]\n[a]\n")[("a",)] == 2


SCALARS = (
    "1",
    "-1.5e3",
    "true",
    "inf",
    "2026-01-02",
    "07:32:00",
    '"# ] } \\""',
    "'# ] }'",
    '"""\n] # """',
    "'''\n'\n'''",
)


def some_value(random: random.Random, depth: int) -> str:
    kind = random.random()
    if depth and kind < 0.25:
        gap = random.choice(("", " ", "\n", " # ]\n"))
        return f"[{','.join(gap + some_value(random, depth - 1) + gap for _ in range(random.randrange(4)))}{gap}]"
    if depth and kind < 0.4:
        pairs = (f"{some_key(random)}{number} = {some_value(random, 0)}" for number in range(random.randrange(3)))
        return f"{{ {', '.join(pairs)} }}"
    return random.choice(SCALARS)


def some_key(random: random.Random) -> str:
    return random.choice(("k", "a-b", "_")) if random.random() < 0.7 else "q."


@pytest.mark.parametrize("seed", range(40))
def test_random_documents(seed: int) -> None:
    rng = random.Random(seed)
    lines: list[str] = []
    want: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number in range(30):
        names = tuple(
            rng.choice(("n", "é", "a b", 'q"', "x.y")) + str(number) for _ in range(rng.choice((1, 1, 2)))
        )
        written = rng.choice((".", " . ")).join(json.dumps(name, ensure_ascii=False) for name in names)
        here = "".join(lines).count("\n") + 1
        if rng.random() < 0.2:
            table = names
            lines.append(f"{rng.choice(('', '  '))}[{written}]{rng.choice(('', ' # [x]'))}\n")
        else:
            lines.append(f"{written}={some_value(rng, 3)}{rng.choice(('', ' # = ['))}\n")
        want[(*table, *names) if lines[-1].lstrip()[0] != "[" else names] = here
    text = "".join(lines)
    found = key_lines(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    assert {path: found[path] for path in want} == want
