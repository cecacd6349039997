"""The API client against a real TLS server: credentials on the wire, refused writes, errors in words, 401."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from sources.contract import Denied, NotFound, ReadOnlyError, Unauthorized, Unavailable
from sources.kubernetes.errors import (
    ApiStatusError,
    CredentialFailure,
)
from sources.kubernetes.transport import ApiClient


def status(code, reason="", message="", headers=None, **details):
    body = {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": code}
    return web.json_response(body | ({"details": details} if details else {}), status=code, headers=headers)


async def test_a_get_carries_our_name_and_token_and_is_listed(kubeconfig, server):
    async with ApiClient(kubeconfig(server, {"token": "tok"})) as client:
        body = await client.get_bytes("/api/v1/pods", {"limit": 5, "labelSelector": "a=b,c in (d)"})
        assert json.loads(body)["kind"] == "PodList"
        asked = server.requests[0]
        assert asked.headers["Authorization"] == "Bearer tok"
        assert asked.headers["User-Agent"].startswith("topmast/")
        assert asked.headers["Accept"] == "application/json"
        assert dict(asked.query) == {"limit": "5", "labelSelector": "a=b,c in (d)"}
        (sent,) = client.audit.requests()
        assert (sent.method, sent.status, sent.bytes) == ("GET", 200, len(body))
        assert sent.path.startswith("/api/v1/pods?limit=5")
        assert sent.seconds is not None
        assert "tok" not in repr(sent)


async def test_the_base_path_of_the_server_is_kept(kubeconfig, server):
    async with ApiClient(kubeconfig(server.url + "/k8s/clusters/c-1/")) as client:
        await client.get_bytes("/version")
    assert server.requests[0].path == "/k8s/clusters/c-1/version"


async def test_impersonation_goes_with_every_request(kubeconfig, server):
    config = kubeconfig(
        server, {"token": "t", "as": "bob", "as-groups": ["a", "b"], "as-user-extra": {"s": ["x"]}}
    )
    async with ApiClient(config) as client:
        await client.get_bytes("/version", headers={"impersonate-user": "root", "authorization": "Bearer mine"})
    headers = server.requests[0].headers
    assert headers.getall("Impersonate-User") == ["bob"]
    assert headers.getall("Impersonate-Group") == ["a", "b"]
    assert headers.getall("Impersonate-Extra-S") == ["x"]
    assert headers.getall("Authorization") == ["Bearer t"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get"])
async def test_writes_are_refused_where_requests_are_made(kubeconfig, server, method):
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(ReadOnlyError, match="read-only"):
            async with client.stream("/api/v1/namespaces/x/pods/y", method=method):
                pass
    assert server.requests == []


async def test_prometheus_questions_by_post_are_reads_and_nothing_else_is(kubeconfig, server):
    services = "/api/v1/namespaces/m/services/prom:9090/proxy"
    async with ApiClient(kubeconfig(server)) as client:
        for path in (f"{services}/api/v1/query", f"{services}/prefix/api/v1/query_range"):
            async with client.stream(path, method="POST", body=b"query=up"):
                pass
        for path in (
            f"{services}/api/v1/admin/tsdb/delete_series",
            f"{services}/-/reload",
            f"{services}/x/%2e%2e/api/v1/query",
            "/api/v1/query",
            "/api/v1/namespaces/m/pods/p/proxy/services/s/proxy/api/v1/query",
            "/api/v1/nodes/n/proxy/services/s/proxy/api/v1/query",
        ):
            with pytest.raises(ReadOnlyError):
                async with client.stream(path, method="POST"):
                    pass
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/x/pods/y/exec?command=rm",
        "/api/v1/namespaces/x/pods/y/%65xec",
        "/api/v1/namespaces/x/pods/y/portforward",
        "/api/v1/nodes/n/proxy/exec/x/y/c",
    ],
)
async def test_a_get_that_would_run_something_is_refused_too(kubeconfig, server, path):
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(ReadOnlyError):
            async with client.exchange("GET", server.url + path, {}):
                pass
        # A pod may be called so, and its logs are read.
        assert await client.get_bytes("/api/v1/namespaces/x/pods/exec")
    assert len(server.requests) == 1


async def test_with_write_the_body_arrives(kubeconfig, server):
    async def echo(request):
        return web.json_response({"method": request.method, "body": (await request.read()).decode()})

    server.handler = echo
    async with (
        ApiClient(kubeconfig(server), write=True) as client,
        client.stream("/api/v1/nodes/n", method="PATCH", body=b"{}") as response,
    ):
        assert json.loads(await response.read(1000)) == {"method": "PATCH", "body": "{}"}


async def test_credentials_go_to_this_server_only(kubeconfig, server):
    async with ApiClient(kubeconfig(server, {"token": "t"})) as client:
        with pytest.raises(ReadOnlyError, match="another server"):
            async with client.exchange("GET", "https://127.0.0.1:1/x", {}):
                pass
        with pytest.raises(ValueError, match="not an API path"):
            client.url("/api/../../x")


@pytest.mark.parametrize(
    ("answer", "kind", "expected"),
    [
        (
            lambda: status(
                403,
                "Forbidden",
                'pods is forbidden: User "u" cannot list resource "pods" in API group "" at the cluster scope',
                kind="pods",
            ),
            Denied,
            {"missing": "list pods", "kind": "pods", "reason": "Forbidden"},
        ),
        (
            lambda: status(
                403,
                "Forbidden",
                'x is forbidden: User "u" cannot get resource "pods" in API group "metrics.k8s.io" '
                'in the namespace "n"',
            ),
            Denied,
            {"missing": "get pods.metrics.k8s.io in n"},
        ),
        (lambda: status(404, "NotFound", "the server could not find the requested resource"), NotFound, {}),
        (
            lambda: status(429, "TooManyRequests", "slow down", {"Retry-After": "7"}),
            Unavailable,
            {"retry_after": 7.0},
        ),
        (
            lambda: status(
                504,
                "Timeout",
                "Too large resource version",
                causes=[{"reason": "ResourceVersionTooLarge"}],
                retryAfterSeconds=1,
            ),
            Unavailable,
            {"causes": ("ResourceVersionTooLarge",), "retry_after": 1.0, "status": 504},
        ),
        (
            lambda: status(410, "Expired", "too old resource version"),
            ApiStatusError,
            {"status": 410, "reason": "Expired"},
        ),
        (lambda: web.Response(status=500, text="etcd is down"), Unavailable, {}),
        (lambda: web.Response(status=503, text="[1,2"), Unavailable, {"retry_after": None}),
    ],
)
async def test_statuses_become_typed_errors(kubeconfig, server, answer, kind, expected):
    async def handler(_):
        return answer()

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(kind) as caught:
            await client.get_bytes("/api/v1/pods")
        assert client.audit.requests()[0].error
    for name, value in expected.items():
        assert getattr(caught.value, name) == value


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda: web.Response(
                status=502, text="<html><title>Bad\nGateway</title>...", content_type="text/html"
            ),
            r"answered 502: answered with HTML 'Bad Gateway' \(a login page or proxy\?\)",
        ),
        (
            lambda: web.Response(text="<!DOCTYPE html><p>Sign in", content_type="text/html"),
            "a login page or proxy",
        ),
        (
            lambda: web.Response(status=302, headers={"Location": "https://sso.example/login?token=hunter2"}),
            r"redirected to sso\.example",
        ),
        (lambda: web.Response(status=500, text="x" * 100_000), r"x{200}"),
    ],
)
@pytest.mark.fault(21)
async def test_web_pages_are_said_to_be_web_pages(kubeconfig, server, answer, said):
    async def handler(_):
        return answer()

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(ApiStatusError, match=said) as caught:
            await client.get_bytes("/api/v1/pods")
    assert len(str(caught.value)) < 500
    assert "hunter2" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.fixture
def rotating(server, plugin, tmp_path, credential):
    """A server that accepts one token, and a plugin that gives what lies in `answer` and counts its runs."""
    server.accepted = "two"
    (tmp_path / "runs").write_text("")
    (tmp_path / "answer").write_text(credential(token="one"))
    server.entry = plugin(f"echo x >> {tmp_path}/runs; cat {tmp_path}/answer")
    server.give = lambda token: (tmp_path / "answer").write_text(credential(token=token))
    server.runs = lambda: (tmp_path / "runs").read_text().count("x")

    async def handler(request):
        if request.headers.get("Authorization") != f"Bearer {server.accepted}":
            return status(401, "Unauthorized", "Unauthorized")
        return web.json_response({})

    server.handler = handler
    return server


@pytest.mark.fault(5)
async def test_twenty_refused_requests_run_the_plugin_once_more(kubeconfig, rotating):
    async with ApiClient(kubeconfig(rotating, {"exec": rotating.entry})) as client:
        await client.credentials.get()
        rotating.give("two")
        answers = await asyncio.gather(*(client.get_bytes("/api/v1/pods") for _ in range(20)))
        assert answers == [b"{}"] * 20
        assert rotating.runs() == 2
        assert len(rotating.requests) == 40


@pytest.mark.fault(5, 6)
async def test_a_credential_that_stays_refused_is_an_error_after_one_retry(kubeconfig, rotating):
    rotating.accepted = "never"
    async with ApiClient(kubeconfig(rotating, {"exec": rotating.entry})) as client:
        await client.credentials.get()
        rotating.give("two")
        with pytest.raises(Unauthorized, match="does not accept our credentials"):
            await client.get_bytes("/version")
        with pytest.raises(Unauthorized):
            await client.get_bytes("/version")
        assert rotating.runs() == 2
        assert len(rotating.requests) == 3


@pytest.mark.fault(7)
async def test_nothing_is_sent_after_a_failed_plugin(kubeconfig, server, plugin):
    async with ApiClient(kubeconfig(server, {"exec": plugin("echo 'SSO expired' >&2; exit 1")})) as client:
        with pytest.raises(CredentialFailure, match="SSO expired"):
            await client.get_bytes("/version")
    assert server.requests == []


async def test_a_401_of_a_service_behind_the_proxy_is_not_ours(kubeconfig, rotating):
    async def handler(_):
        return web.Response(status=401, text="prometheus wants a password")

    rotating.handler = handler
    async with ApiClient(kubeconfig(rotating, {"exec": rotating.entry})) as client:
        with pytest.raises(Unauthorized, match="wants a password"):
            await client.get_bytes("/api/v1/namespaces/m/services/prom:9090/proxy/api/v1/query")
        assert rotating.runs() == 1


async def test_closing_stops_a_running_plugin(kubeconfig, server, plugin, tmp_path):
    client = ApiClient(kubeconfig(server, {"exec": plugin("exec sleep 1000")}))
    asking = asyncio.create_task(client.get_bytes("/version"))
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
