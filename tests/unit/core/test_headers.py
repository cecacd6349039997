"""Dates and pauses in headers, and the rights that an API server says are missing."""

import time

import pytest

from sources.headers import http_date, retry_after
from sources.rights import missing_right

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 14 Nov 2023 22:13:20 GMT", NOW),
        ("Tue, 14 Nov 2023 23:13:20 +0100", NOW),
        ("Tue, 14 Nov 2023 22:13:20 -0000", NOW),
        ("Tue, 14 Nov 2023 22:13:20", NOW),
        ("", None),
        ("tomorrow", None),
        ("Tue, 14 Nov 99999 22:13:20 GMT", None),
        ("Tue, 14 Nov 2023 22:13:20 +9999999999999999999", None),
    ],
)
def test_a_date_is_the_same_moment_wherever_we_are(
    text: str, moment: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        assert http_date(text) == moment
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:12:20 GMT", 0.0),
        ("9" * 400, 999_999_999.0),
        ("-5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_pause_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "right"),
    [
        ('User "u" cannot list resource "pods" in API group "" at the cluster scope', "list pods"),
        (
            'User "u" cannot get resource "services/proxy" in API group "" in the namespace "m"',
            "get services/proxy in m",
        ),
        (
            'User "u" cannot list resource "pods" in API group "metrics.k8s.io" in the namespace "n"',
            "list pods.metrics.k8s.io in n",
        ),
        ('forbidden: User "u" cannot get path "/readyz"', "get /readyz"),
        ("no", ""),
    ],
)
def test_the_right_that_is_missing(message: str, right: str) -> None:
    assert missing_right(message) == right
