"""The one error the test bed raises on purpose, with a text meant for people."""


class TestBedError(Exception):
    """Something the test bed needs is missing or did not come up; the message says what and where to look."""

    __test__ = False  # the name starts with Test, but it is nothing for pytest to collect
