"""Every fault of the list has a test, or stands among those without one and says why."""

from tests.faults.catalogue import HTTP, KUBERNETES, WITHOUT, marked, table


def test_the_list_is_whole() -> None:
    assert list(KUBERNETES) == list(range(1, 45))


def test_every_fault_has_a_test_or_a_reason_for_having_none() -> None:
    tests = table()
    assert {which for which in tests if not tests[which]} == set(WITHOUT)


def test_no_test_is_about_a_fault_that_is_not_listed() -> None:
    assert {which for which, _ in marked()} <= {*KUBERNETES, *HTTP}
