"""Threads that are none: what is handed to a pool is done at once, so that a test on its own clock never waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest


def _submit(pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
    done: Future[Any] = Future()
    try:
        done.set_result(work(*args, **named))
    except Exception as error:  # the future hands it on
        done.set_exception(error)
    return done


@pytest.fixture
def inline_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ThreadPoolExecutor works in the caller's thread."""
    monkeypatch.setattr(ThreadPoolExecutor, "submit", _submit)
