"""httpx through the API server: same credentials, same gate, same list of requests."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from aiohttp import web

from sources.contract import ReadOnlyError, Unavailable
from sources.http.endpoint import Link, send
from sources.kubernetes.errors import CredentialFailure
from sources.kubernetes.gateway import service_client
from sources.kubernetes.transport import ApiClient


@pytest.fixture
async def client(kubeconfig, server):
    async with ApiClient(kubeconfig(server, {"token": "tok"})) as made:
        yield made


async def test_a_query_arrives_at_the_services_proxy_path(client, server):
    async def handler(request):
        body = gzip.compress(b'{"status":"success"}')
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    server.handler = handler
    async with service_client(client, "monitoring", "prom", "9090") as http:
        answer = await http.get(
            "api/v1/query", params={"query": 'up{job="a b"}'}, headers={"Authorization": "Basic x"}
        )
        assert answer.json() == {"status": "success"}
        assert (await http.post("api/v1/query", data={"query": "up"})).status_code == 200
    asked, posted = server.requests
    assert asked.path == "/api/v1/namespaces/monitoring/services/prom:9090/proxy/api/v1/query"
    assert asked.query["query"] == 'up{job="a b"}'
    assert asked.headers.getall("Authorization") == ["Bearer tok"]
    assert asked.headers.getall("User-Agent")[0].startswith("topmast/")
    assert asked.headers.getall("Host") == [f"127.0.0.1:{server.port}"]
    assert posted.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert [sent.method for sent in client.audit.requests()] == ["GET", "POST"]
    assert client.audit.requests()[0].seconds is not None


async def test_https_services(client, server):
    async with service_client(client, "m", "am", "web", scheme="https") as http:
        await http.get("-/ready")
    assert server.requests[0].path == "/api/v1/namespaces/m/services/https:am:web/proxy/-/ready"


async def test_statuses_are_given_not_raised(client, server):
    async def handler(request):
        return web.json_response({"status": "error"}, status=422)

    server.handler = handler
    async with service_client(client, "m", "prom", "9090") as http:
        assert (await http.get("api/v1/query")).status_code == 422


async def test_writes_and_other_servers_are_refused(client, server):
    async with service_client(client, "m", "am", "9093") as http:
        with pytest.raises(ReadOnlyError):
            await http.post("api/v2/silences", json={})
        with pytest.raises(ReadOnlyError, match="another server"):
            await http.get("https://127.0.0.1:1/")
    assert server.requests == []


async def test_a_host_in_capitals_and_a_port_that_goes_without_saying_are_the_same_server(kubeconfig, server):
    async with (
        ApiClient(kubeconfig(f"https://LOCALHOST:{server.port}")) as client,
        service_client(client, "m", "p", "1") as http,
    ):
        assert (await http.get("x")).status_code == 200
    assert client.audit.requests()[0].path == "/api/v1/namespaces/m/services/p:1/proxy/x"
    # As AKS writes it, and as every pod finds it in its environment. That it is sent at all is what counts.
    proxy = f"http://127.0.0.1:{server.port}"
    async with (
        ApiClient(kubeconfig("https://api.example:443", cluster={"proxy-url": proxy})) as client,
        service_client(client, "m", "p", "1") as http,
    ):
        with pytest.raises(httpx.TransportError):
            await http.get("x")


async def test_network_trouble_is_httpxs_and_credential_trouble_ours(kubeconfig, server, plugin):
    async def handler(_):
        await asyncio.Event().wait()

    server.handler = handler
    async with (
        ApiClient(kubeconfig(server)) as client,
        service_client(client, "m", "p", "1", timeout=0.05) as http,
    ):
        with pytest.raises(httpx.TransportError, match="no answer within"):
            await http.get("x")
    config = kubeconfig(server, {"exec": plugin("exit 1")})
    async with ApiClient(config) as client, service_client(client, "m", "p", "1") as http:
        with pytest.raises(CredentialFailure):
            await http.get("x")


async def test_who_reaches_a_service_through_us_hears_what_is_wrong_on_the_way(kubeconfig, server):
    async def handler(_):
        await asyncio.Event().wait()

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client:
        http = service_client(client, "m", "p", "1", timeout=0.05)
        http.timeout = httpx.Timeout(5, read=0.05)
        with pytest.raises(Unavailable) as caught:
            await send(Link(http, "service m/p:1", proxied=True), "GET", "x", within=0.2)
        await server.stop()
        with pytest.raises(Unavailable) as away:
            await send(Link(http, "service m/p:1", proxied=True), "GET", "x")
    place = f"127.0.0.1:{server.port}"
    assert str(away.value) == f"cannot reach service m/p:1: cannot reach {place}: Connection refused"
    assert "service m/p:1" in str(caught.value)
    assert "ConnectError" not in str(caught.value)


async def test_a_streamed_answer_can_be_left_early(client, server):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"line\n")
        await asyncio.Event().wait()
        return response

    server.handler = handler
    async with service_client(client, "m", "p", "1") as http, http.stream("GET", "logs") as answer:
        async for line in answer.aiter_lines():
            assert line == "line"
            break
    assert client.audit.requests()[0].seconds is not None
