"""Looking at a large table in steps ends where looking at all of it at once would have."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from sources.world.views import View
from tui.panes.catchup import STEP, CatchUp


@pytest.mark.parametrize("seed", range(8))
def test_steps_among_changes_give_the_view_of_all_at_once(seed: int) -> None:
    rng = random.Random(seed)
    rows = {f"k{number}": rng.randrange(90) for number in range(1500)}
    kept = 2
    view = View(lambda key: None)

    def fresh() -> View:
        modulus = kept
        return View(lambda key: (rows[key], key) if key in rows and rows[key] % modulus == 0 else None)

    def look(keys: Sequence[str]) -> None:
        view.update(keys)

    catch_up = CatchUp(look, look)
    for _ in range(40):
        if rng.random() < 0.2:  # another filter: it takes the place of the one that is under way
            kept = rng.randrange(1, 9)
            view = fresh()
            catch_up.begin("filtering", list(rows))
        changed = {f"k{rng.randrange(1700)}" for _ in range(rng.choice((1, 20, 400)))}
        for key in changed:
            if rng.random() < 0.4:
                rows.pop(key, None)
            else:
                rows[key] = rng.randrange(90)
        catch_up.add(changed)
        catch_up.take(rng.choice((0, 1, STEP, 7 * STEP, 700)))
    while catch_up.advance(deadline=0.0):
        pass
    whole = fresh()
    whole.update(rows)
    assert list(view) == list(whole)


def test_a_newer_order_takes_the_place_of_one_under_way() -> None:
    first: list[str] = []
    catch_up = CatchUp(first.extend, first.extend)
    catch_up.begin("sorting", [f"a{number}" for number in range(1000)])
    catch_up.take(STEP)
    assert catch_up.progress is not None
    assert catch_up.progress.text == f"sorting {STEP} of 1,000"
    catch_up.begin("filtering", ["b1", "b2"])
    catch_up.take(STEP)
    assert first[STEP:] == ["b1", "b2"]
    assert catch_up.progress is None
    assert not catch_up.busy


def test_what_changed_goes_first_and_once() -> None:
    order: list[str] = []
    catch_up = CatchUp(order.extend, order.extend)
    catch_up.begin("sorting", ["a", "b"])
    catch_up.add(["c"])
    catch_up.add(["c"])
    assert catch_up.behind
    catch_up.take(2)
    assert order == ["c", "a"]
    assert catch_up.progress is not None


def test_rows_that_changed_go_in_their_order_and_those_that_changed_first_go_first() -> None:
    order: list[str] = []
    catch_up = CatchUp(order.extend, order.extend)
    catch_up.add({"b", "c", "a"})
    catch_up.take(2)
    catch_up.add({"0", "b"})
    while catch_up.advance(deadline=0.0):
        pass
    assert order == ["a", "b", "c", "0", "b"]


def test_changes_that_never_end_do_not_keep_a_new_order_from_its_end() -> None:
    """A poll of usage touches every row, and the next one may come before all of them were looked at again."""
    catch_up = CatchUp(lambda _: None, lambda _: None)
    rows = [f"k{number}" for number in range(50 * STEP)]
    catch_up.begin("grouping", rows)
    for _ in range(2 * 50 + 1):
        catch_up.add(rows)
        catch_up.take(STEP)
    assert catch_up.progress is None
    assert catch_up.behind


def test_no_rows_are_looked_at_in_no_time() -> None:
    catch_up = CatchUp(lambda _: None, lambda _: None)
    catch_up.begin("sorting", [])
    catch_up.take(1)
    assert not catch_up.busy
    assert not catch_up.advance(deadline=0.0)


def test_what_was_before_is_freed_to_its_end_however_short_the_new_orders_are() -> None:
    catch_up = CatchUp(lambda _: None, lambda _: None)
    freed: list[int] = []

    def old(number: int) -> Iterator[None]:
        for _ in range(500):
            yield
        freed.append(number)

    for number in range(5_000):
        catch_up.begin("filtering", ["a"], old(number) if number < 3 else iter(()))
    while catch_up.advance(float("-inf")):
        pass
    assert freed == [0, 1, 2]
    assert not catch_up.busy
