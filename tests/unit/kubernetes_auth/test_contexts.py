"""The source as a whole: which other clusters a kubeconfig knows, how it is set up for one, feeds that let go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sources.contract import Context, Contexts, Misconfigured, Reloadable, Status
from sources.kubernetes.errors import CredentialFailure
from sources.kubernetes.outbox import Outbox
from sources.kubernetes.source import KubernetesConfig, KubernetesSource
from sources.runtime import Runtime
from sources.testing import settle

FILE = """
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: dev, context: {cluster: c, user: u}}
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
current-context: dev
"""


def source(path: Path, **more: object) -> KubernetesSource:
    return KubernetesSource(KubernetesConfig(kubeconfig=str(path), **more), Context("kubernetes"))  # type: ignore[arg-type]


async def test_the_contexts_are_those_of_the_file_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(FILE)
    it = source(path)
    assert isinstance(it, Contexts)
    assert await it.contexts() == ["dev", "prod"]
    path.write_text(FILE.replace("name: prod", "name: staging"))
    assert await it.contexts() == ["dev", "staging"]
    path.unlink()
    with pytest.raises(Misconfigured, match="no such file"):
        await it.contexts()


@pytest.mark.fault(10)
async def test_an_edit_is_told_when_it_is_about_the_cluster_that_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(FILE)
    it = source(path)
    assert isinstance(it, Reloadable)
    assert not await it.edited()
    await it._connect()
    path.write_text(FILE.replace("current-context: dev", "current-context: prod"))
    assert not await it.edited(), "the context that was chosen is as it was"
    path.write_text("contexts: [")
    assert not await it.edited(), "half written"
    with pytest.raises(Misconfigured):
        await it.reloaded()
    path.write_text(FILE.replace("127.0.0.1:1", "127.0.0.1:2").replace("context: dev", "context: prod"))
    assert await it.edited()
    assert it.place().server == "https://127.0.0.1:1"
    again = await it.reloaded()
    await it.close()
    assert again.context == "dev"
    new = KubernetesSource(again, Context("kubernetes"))
    await new._connect()
    assert (new.place().context, new.place().server) == ("dev", "https://127.0.0.1:2")
    await new.close()


async def test_a_feed_that_is_closed_has_let_go_when_that_returns(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(FILE)
    it, ended = source(path), asyncio.Event()

    async def run(_: object, outbox: Outbox) -> None:
        outbox.put([Status("live")])
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    feed = it._feed(run)
    assert await anext(feed) == [Status("live")]
    await feed.aclose()  # type: ignore[attr-defined]  # it is a generator
    assert ended.is_set()
    await it.close()


async def test_a_refresh_forgets_that_a_credential_was_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(FILE)
    it = source(path)
    connection = await it._connect()
    credentials = connection.client.credentials
    credentials._failed = (CredentialFailure("log in again"), float("inf"))
    with pytest.raises(CredentialFailure):
        await credentials.get()
    waiting = asyncio.create_task(connection.cluster.pause(3600))
    await settle()
    connection.cluster.nudge.now()
    assert await waiting
    assert (await credentials.get()).authorization is None
    await it.close()


def test_another_context_leaves_behind_what_was_named_for_the_first(tmp_path: Path) -> None:
    it = source(tmp_path, cluster="c", user="u", namespace="shop", namespaces=("a",), gzip=True)
    assert it.at_context("prod") == KubernetesConfig(
        kubeconfig=str(tmp_path), context="prod", namespaces=("a",), gzip=True
    )


def test_a_runtime_elsewhere_has_the_same_sources_set_up_otherwise() -> None:
    here = Runtime({"k": ("kubernetes", 1), "p": ("prometheus", 2)}, frozenset({"pods"}))
    there = here.elsewhere({"k": 3})
    assert there.planned == {"k": ("kubernetes", 3), "p": ("prometheus", 2)}
    assert here.planned["k"] == ("kubernetes", 1)
