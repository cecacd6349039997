"""Going to the cluster of another context while the screen is up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from sources.contract import Misconfigured
from tests.pilot.staged import Stage, StagedRuntime, pod, stage
from tests.pilot.staged_sources import FakeCluster, FakeMetrics


class Config(NamedTuple):
    """As much of a configuration as is looked at."""

    context: str = ""
    url: str | None = None


class ManyClusters(FakeCluster):
    """A cluster whose kubeconfig knows others."""

    def __init__(self, context: str = "staging", names: Sequence[str] = ("prod-eu", "prod-us", "staging")) -> None:
        super().__init__(f"context {context}")
        self.names: Sequence[str] | Exception = names

    async def contexts(self) -> Sequence[str]:
        if isinstance(self.names, Exception):
            raise self.names
        return self.names

    def at_context(self, name: str) -> Config:
        return Config(name)


class Planned(StagedRuntime):
    """A runtime that notes where it was asked to go."""

    def __init__(self, *sources: Any) -> None:
        super().__init__(*sources)
        self.planned: Mapping[str, tuple[str, Any]] = {
            "s0": ("kubernetes", Config("staging")),
            "s1": ("prometheus", Config(url="http://127.0.0.1:9090")),
        }
        self.next: Planned | None = None
        self.state = "running"

    def elsewhere(self, configs: Mapping[str, Any]) -> Planned:
        self.next = Planned(ManyClusters(configs["s0"].context), FakeMetrics())
        return self.next

    def start(self) -> None:
        self.state = "started"

    def stop(self, timeout: float = 0.0) -> None:
        self.state = "stopped"


async def _arrived(on: Stage, runtime: Planned) -> Planned:
    await on.settle()
    while runtime.next is None or on.screen.session.runtime is not runtime.next:
        await on.pilot.pause()
    await on.pilot.pause()
    return runtime.next


async def test_another_context_is_another_world_seen_in_the_same_way() -> None:
    runtime = Planned(ManyClusters(), FakeMetrics())
    async with stage(runtime=runtime, size=(160, 40)) as on:
        await on.fill("pods", "pod", pod("shop/web"), pod("shop/db"))
        await on.command("sort age")
        await on.filter("web")
        await on.press("1", "z")
        assert on.keys(on.screen.pods_pane) == ["shop/web"]
        await on.command("ctx prod-eu")
        new = await _arrived(on, runtime)
        assert (runtime.state, new.state) == ("stopped", "started")
        pane = on.screen.pods_pane
        assert on.keys(pane) == []
        assert "shop/web" not in on.text
        assert "context prod-eu" in on.text.splitlines()[0]
        assert on.bottom == "context prod-eu; s1 stays at http://127.0.0.1:9090"
        assert on.screen.session.namespaces == (), "namespaces are those of a cluster"
        assert (pane.sort, pane.filter.text, on.screen.arrangement.zoomed) == ("age", "web", True)
        on.runtime = new
        await on.fill("pods", "pod", pod("pay/web-9"))
        assert on.keys(pane) == ["pay/web-9"]
        await on.press("colon", "up")
        assert on.screen.prompt.value == "ctx prod-eu"
        await on.press("escape")
        assert on.app.focused is pane.table
    assert new.state == "stopped"


async def test_a_context_is_chosen_from_a_list_and_completed() -> None:
    runtime = Planned(ManyClusters(), FakeMetrics())
    async with stage(runtime=runtime) as on:
        await on.press("colon")
        await on.settle()
        await on.press(*"ctx", "space", *"prod-u", "tab")
        assert on.screen.prompt.value == "ctx prod-us"
        await on.press("escape")
        await on.command("ctx")
        await on.settle()
        assert on.screen.overlays == [on.screen.picker]
        await on.type("us")
        await _arrived(on, runtime)
        assert on.bottom.startswith("context prod-us")


async def test_where_one_cannot_go_is_said() -> None:
    cluster = ManyClusters()
    async with stage(runtime=Planned(cluster, FakeMetrics()), size=(160, 36)) as on:
        await on.command("ctx nowhere")
        await on.settle()
        assert on.bottom == "there is no context 'nowhere'; known: prod-eu, prod-us, staging"
        cluster.names = Misconfigured("cannot read kubeconfig /x: not YAML")
        await on.command("ctx prod-eu")
        await on.settle()
        assert on.bottom == "cannot read kubeconfig /x: not YAML"
        cluster.names = KeyError("a bug")
        for line in ("ctx prod-eu", "ctx"):
            await on.command(line)
            await on.settle()
            assert on.bottom == "KeyError: 'a bug'", "the screen stays up"
        cluster.names = ()
        await on.command("ctx")
        await on.settle()
        assert on.bottom == "the kubeconfig has no contexts"
    async with stage(FakeCluster(), size=(160, 36)) as on:
        await on.command("ctx prod-eu")
        await on.settle()
        assert on.bottom == "no source here has contexts: there is only this one cluster"


class Edited(ManyClusters):
    """A cluster whose kubeconfig was edited."""

    async def edited(self) -> bool:
        return True

    async def reloaded(self) -> Config:
        return Config("staging")


@pytest.mark.fault(10)
async def test_an_edited_kubeconfig_is_told_and_read_again_when_somebody_says_so() -> None:
    runtime = Planned(Edited(), FakeMetrics())
    async with stage(runtime=runtime, size=(160, 40)) as on:
        await on.fill("pods", "pod", pod("shop/web"))
        await on.press("1")
        on.screen.contexts.look()
        while not on.screen.session.edited:
            await on.pilot.pause()
        on.screen.second()
        await on.pilot.pause()
        assert "config edited, :reload" in on.text.splitlines()[0]
        assert on.keys(on.screen.pods_pane) == ["shop/web"], "nothing changes by itself"
        await on.command("reload")
        await _arrived(on, runtime)
        assert "config edited" not in on.text
        assert on.bottom.endswith("read again from its files")
        assert on.screen.session.namespaces == ("shop",)


async def test_where_nothing_can_be_read_again_reload_says_so() -> None:
    async with stage() as on:
        await on.command("reload")
        await on.settle()
        while not on.bottom:
            await on.pilot.pause()
        assert on.bottom == "no source here has a configuration that could be read again"
