"""The stage under the commands: no source is built, no file is read, the clock stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sources.config import Settings, Ui
from tests.unit.cli import stage as staging
from tui.oneshot import doctor, gather, get, query


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> staging.Stage:
    """Every command of this test runs on this stage; it offers a cluster and, as "prometheus", alerts."""
    staged = staging.Stage(kubernetes=staging.Cluster(), prometheus=staging.Alerting())

    def runtime(planned: Any, feeds: frozenset[str]) -> staging.Stage:
        staged.feeds = feeds
        return staged

    monkeypatch.setattr(gather, "Runtime", runtime)
    monkeypatch.setattr(gather.time, "time", lambda: staging.NOW)
    empty: Callable[..., Settings] = lambda *_, **__: Settings(Ui(), {}, {}, None)  # noqa: E731
    for module in (get, query, doctor):
        monkeypatch.setattr(module, "settings_from", empty)
    return staged
