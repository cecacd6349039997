"""What networks, gateways and a short-handed machine do to single requests, over real connections."""

from __future__ import annotations

import asyncio
import datetime
import errno
import socket

import aiohttp
import pytest
from aiohttp import web

from sources.contract import Context
from sources.kubernetes import KubernetesSource, response
from sources.kubernetes.api import HttpApi
from sources.kubernetes.errors import ApiStatusError, TlsFailure, Unreachable
from sources.kubernetes.transport import ApiClient


async def read(api, path="/api/v1/pods", **how):
    async with api.stream(path, {}, **how) as answer:
        return b"".join([block async for block in answer.blocks()])


@pytest.mark.fault(2)
async def test_a_name_is_looked_up_anew_at_each_try(kubeconfig, server, monkeypatch):
    addresses = iter([OSError("no such host"), "127.0.0.2", "127.0.0.1"])  # nobody listens at the second

    async def resolve(_, host, port=0, family=socket.AF_INET):
        address = next(addresses)
        if isinstance(address, OSError):
            raise address
        return [aiohttp.abc.ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    config = kubeconfig(f"https://localhost:{server.port}")
    async with ApiClient(config) as client:
        with pytest.raises(Unreachable, match=r"cannot reach localhost: no such host"):
            await client.get_bytes("/version")
        with pytest.raises(Unreachable, match="Connection refused"):
            await client.get_bytes("/version")
        assert await client.get_bytes("/version")


@pytest.mark.fault(3)
async def test_a_server_whose_certificate_has_expired_is_refused_in_words(kubeconfig, server, ca):
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    ca.issue_cert("127.0.0.1", not_after=past).configure_cert(server.context)
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(TlsFailure, match=r"certificate has expired \(the server's, or one above it\)"):
            await client.get_bytes("/version")
    assert server.requests == []


@pytest.mark.fault(10)
async def test_an_edited_kubeconfig_leaves_us_at_the_cluster_that_was_chosen(kubeconfig, serve, tmp_path):
    first, second = await serve(), await serve()
    kubeconfig(first)
    source = KubernetesSource(KubernetesSource.Config(kubeconfig=str(tmp_path / "config")), Context("kubernetes"))
    await source.services()
    kubeconfig(second)
    await source.services()
    assert len(first.requests) == 2
    assert second.requests == []
    assert source.place().server == first.url
    await source.close()


@pytest.mark.fault(21)
@pytest.mark.parametrize("watch", [False, True])
async def test_an_error_page_that_drips_does_not_hold_its_status_up(kubeconfig, server, monkeypatch, watch):
    monkeypatch.setattr(response, "ERROR_TIME", 0.05)

    async def drip(request):
        answer = web.StreamResponse(status=503, headers={"Content-Type": "text/html"})
        await answer.prepare(request)
        await answer.write(b"<html><title>Maintenance</title>")
        await asyncio.Event().wait()
        return answer

    server.handler = drip
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(ApiStatusError, match="503: answered with HTML 'Maintenance'"):
            await read(HttpApi(client), watch=watch)


@pytest.mark.fault(21)
@pytest.mark.parametrize("watch", [False, True])
async def test_text_with_a_good_status_is_no_list_and_no_watch(kubeconfig, server, watch):
    async def maintenance(_):
        return web.Response(text="down for maintenance\n")

    server.handler = maintenance
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(ApiStatusError, match="200: down for maintenance"):
            await read(HttpApi(client), watch=watch)
        assert await HttpApi(client).get("/readyz")  # which is text


@pytest.mark.fault(44)
async def test_no_file_descriptors_left_is_said_and_passes(kubeconfig, server, monkeypatch):
    def none_left(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    async with ApiClient(kubeconfig(server)) as client:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", none_left)
            with pytest.raises(Unreachable, match="Too many open files"):
                await client.get_bytes("/version")
        assert await client.get_bytes("/version")
