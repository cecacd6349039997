"""A kubeconfig edited while the real screen looks at a real API server: told, and read when somebody says so."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
import yaml

from sources.contract import SystemClock
from tests.faults.between import between, certificate
from tests.faults.faults import refused
from tests.faults.proxy import Asked, Proxy, forward
from tests.live.watched import Watched, cluster, names, screening
from tests.testbed import Bed


def edit(kubeconfig: Path, name: str, **changed: str) -> None:
    """Another `server` or `token` of the context of this name, and another current one beside it."""
    config: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    context = next(each for each in config["contexts"] if each["name"] == name)["context"]
    for entry, key in (("clusters", "cluster"), ("users", "user")):
        chosen = next(each for each in config[entry] if each["name"] == context[key])[key]
        chosen |= {what: value for what, value in changed.items() if what in chosen}
    if config["current-context"] == name:
        config["clusters"].append({"name": "elsewhere", "cluster": {"server": "https://127.0.0.1:9"}})
        other = {"cluster": "elsewhere", "user": context["user"]}
        config["contexts"].append({"name": "elsewhere", "context": other})
        config["current-context"] = "elsewhere"
    kubeconfig.write_text(yaml.safe_dump(config))


def another_token(plane: Bed) -> str:
    """One of a service account that may see as much as the viewer."""
    name = "rotated"
    plane.kubectl_run("create", "serviceaccount", name)
    for role in ("view", "testbed-viewer"):
        rights = (f"--clusterrole={role}", f"--serviceaccount=default:{name}")
        plane.kubectl_run("create", "clusterrolebinding", f"{name}-{role}", *rights)
    return plane.kubectl_run("create", "token", name).strip()


async def lives(watched: Watched) -> None:
    await watched.until("live pods", lambda: watched.states()["pods"] == "live" and bool(watched.pods))


@pytest.mark.fault(10)
async def test_a_rotated_token_and_a_moved_server_are_read_on_reload(plane: Bed, tmp_path: Path) -> None:
    authority = trustme.CA()
    async with between(plane.kubeconfig("viewer"), tmp_path, authority) as (proxy, kubeconfig):
        context = yaml.safe_load(kubeconfig.read_text())["current-context"]
        old, new = yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"], another_token(plane)

        def by_the_old_one(asked: Asked) -> bool:
            return old in asked.headers.get("authorization", "")

        async with screening(cluster(kubeconfig), SystemClock()) as watched:
            await lives(watched)
            before = names(watched.pods)
            proxy.inject(refused(401, "Unauthorized"), by_the_old_one)
            await proxy.reset()
            await watched.until("stale pods", lambda: watched.states()["pods"] == "stale")
            edit(kubeconfig, context, token=new)
            await watched.until("the edit in the header", lambda: "config edited, :reload" in watched.header())
            assert names(watched.pods) == before, "the rows stay until somebody says so"
            watched.command("reload")
            await watched.until("a new screen", lambda: "config edited" not in watched.header())
            await lives(watched)
            assert watched.screen.session.place().context == context, "not the one that is current now"
            tls = ssl.create_default_context(cafile=str(plane.ca))
            server = forward(urlsplit(plane.server).port or 443, tls)
            async with Proxy(server, certificate(authority)).serving() as moved:
                await proxy.cut()
                edit(kubeconfig, context, server=moved.url)
                await watched.until("the edit in the header", lambda: "config edited, :reload" in watched.header())
                watched.command("reload")
                await watched.until("a new screen", lambda: "config edited" not in watched.header())
                await lives(watched)
                assert watched.screen.session.place().server == moved.url
                assert len(moved.asked) > 2
