"""The contract that every source passes, for Prometheus in both generations and for Alertmanager."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sources.alertmanager import AlertmanagerSource
from sources.contract import Context, Source
from sources.prometheus import PrometheusSource
from sources.testing import SourceContract
from tests.testbed import Bed

SECRET = "a-password-of-the-tests"


def with_password(url: str) -> str:
    """The servers here ask for no password and do not mind one."""
    return url.replace("http://", f"http://somebody:{SECRET}@")


class TestPrometheus(SourceContract):
    secrets = (SECRET,)

    @pytest.fixture(autouse=True, params=["prometheus_url", "prometheus_old_url"])
    def _generation(self, bed: Bed, request: pytest.FixtureRequest) -> None:
        self.url = with_password(getattr(bed, request.param))

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        made = PrometheusSource(PrometheusSource.Config(url=self.url), Context("prometheus"))
        try:
            yield made
        finally:
            await made.close()


class TestAlertmanager(SourceContract):
    secrets = (SECRET,)

    @pytest.fixture(autouse=True)
    def _server(self, bed: Bed) -> None:
        self.url = with_password(bed.alertmanager_url)

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        made = AlertmanagerSource(AlertmanagerSource.Config(url=self.url), Context("alertmanager"))
        try:
            yield made
        finally:
            await made.close()
