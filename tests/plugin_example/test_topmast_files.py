"""The source keeps the promises of every source, and follows its files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from topmast_files import FilesConfig, FilesSource

from sources.contract import Change, Context, Misconfigured, Snapshot, Status
from sources.testing import ManualClock, SourceContract, settle

PODS = '[{"namespace": "shop", "name": "web-1", "status": "CrashLoopBackOff", "total": 1, "restarts": 7}]'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pods.json").write_text(PODS)
    (tmp_path / "nodes.json").write_text('[{"name": "n1", "status": "Ready", "created": 1700000000}]')
    return tmp_path


class TestFilesSource(SourceContract):
    """All the tests of the contract, on a folder of files."""

    @pytest.fixture(autouse=True)
    def _files(self, folder: Path) -> None:
        self.folder = folder

    @asynccontextmanager
    async def source(self) -> AsyncIterator[FilesSource]:
        yield FilesSource(FilesConfig(folder=str(self.folder)), Context("files"))


async def test_a_changed_file_is_told_again_and_a_broken_one_keeps_the_last_picture(folder: Path) -> None:
    clock = ManualClock()
    feed = FilesSource(FilesConfig(folder=str(folder)), Context("files", clock)).pods()

    async def heard() -> Change:
        return (await anext(feed))[0]

    async def later() -> Change:
        """What is said at the next look."""
        waiting = asyncio.ensure_future(heard())
        await settle()
        await clock.advance(2.0)
        return await waiting

    states = [await heard(), await heard(), await heard()]
    assert [type(state).__name__ for state in states] == ["Status", "Snapshot", "Status"]
    (folder / "pods.json").write_text("[")
    os.utime(folder / "pods.json", ns=(1, 1))
    broken = await later()
    assert isinstance(broken, Status)
    assert (broken.state, broken.since) == ("stale", clock.now())
    (folder / "pods.json").write_text("[]")
    assert await later() == Snapshot("pod", "", ())


def test_a_folder_is_needed() -> None:
    with pytest.raises(Misconfigured, match="folder: not set"):
        FilesSource(FilesConfig(), Context("files"))
