"""The API client against a real TLS server: credentials on the wire, refused writes, errors in words, rotation."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import ssl

import pytest
import trustme
from aiohttp import web

from sources.contract import Denied, NotFound, ReadOnlyError, Unauthorized, Unavailable
from sources.kubernetes.errors import (
    ApiStatusError,
    ConfigError,
    CredentialFailure,
    ReadIdle,
    TlsFailure,
    Unreachable,
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


# -- answers that are errors


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


# -- 401


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


# -- streams


@pytest.mark.fault(34)
async def test_a_stream_gives_bytes_as_they_come_also_gzipped(kubeconfig, server):
    more = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(request)
        await response.write(gzip.compress(b"first\n"))
        await more.wait()
        await response.write(gzip.compress(b"second\n"))
        return response

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client, client.stream("/api/v1/pods", {"watch": 1}) as response:
        chunks = response.chunks()
        assert await anext(chunks) == b"first\n"
        assert client.audit.requests()[0].seconds is None
        more.set()
        assert await anext(chunks) == b"second\n"
        assert [chunk async for chunk in chunks] == []
    assert server.requests[0].headers["Accept-Encoding"] == "identity"


async def test_silence_is_read_idle_but_a_slow_reader_is_not(kubeconfig, server):
    more = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await more.wait()
        await response.write(b"y")
        await asyncio.Event().wait()
        return response

    server.handler = handler
    async with (
        ApiClient(kubeconfig(server)) as client,
        client.stream("/w", read_idle_timeout=0.2) as response,
    ):
        chunks = response.chunks()
        assert await anext(chunks) == b"x"
        await asyncio.sleep(0.5)  # the reader's own time
        more.set()
        assert await anext(chunks) == b"y"
        with pytest.raises(ReadIdle, match=r"for 0\.2 s"):
            await anext(chunks)


@pytest.mark.fault(28)
async def test_no_first_byte_is_unreachable(kubeconfig, server):
    async def handler(_):
        await asyncio.Event().wait()

    server.handler = handler
    async with ApiClient(kubeconfig(server, request_timeout="50ms")) as client:
        with pytest.raises(Unreachable, match=r"no answer within 0\.05 s"):
            async with client.stream("/w", first_byte_timeout=0.05):
                pass
        with pytest.raises(Unreachable, match=r"no complete answer within 0\.05 s"):
            await client.get_bytes("/w")


@pytest.mark.fault(23)
async def test_a_body_that_breaks_off_and_one_that_is_too_long(kubeconfig, server):
    async def handler(request):
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"x" * 50)
        request.transport.close()
        return response

    server.handler = handler
    async with ApiClient(kubeconfig(server)) as client:
        with pytest.raises(Unreachable, match="broke in the middle"):
            await client.get_bytes("/x")
        server.handler = None
        with pytest.raises(Unreachable, match="more than 3 bytes"):
            await client.get_bytes("/x", limit=3)


@pytest.mark.fault(1)
async def test_no_server_says_host_and_reason(kubeconfig, server):
    config = kubeconfig(server)
    await server.stop()
    async with ApiClient(config) as client:
        with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{server.port}: Connection refused"):
            await client.get_bytes("/version")
    async with ApiClient(kubeconfig("https://no-such-host.invalid")) as client:
        with pytest.raises(Unreachable, match=r"no-such-host\.invalid: no such host"):
            await client.get_bytes("/version")


@pytest.mark.fault(40)
async def test_the_servers_clock(kubeconfig, server, clock):
    async def handler(_):
        return web.Response(headers={"Date": "Tue, 14 Nov 2023 23:13:20 GMT"})  # an hour after the fake clock

    server.handler = handler
    async with ApiClient(kubeconfig(server), clock=clock) as client:
        assert client.clock_offset is None
        await client.get_bytes("/version")
        assert client.clock_offset == 3600.5


# -- TLS


@pytest.mark.fault(3)
async def test_another_authority_or_name_is_refused_in_words(kubeconfig, serve, other_ca):
    stranger = await serve(other_ca)
    async with ApiClient(kubeconfig(stranger)) as client:
        with pytest.raises(TlsFailure, match="certificate-authority"):
            await client.get_bytes("/version")
    named = await serve(hostnames=("api.example",))
    async with ApiClient(kubeconfig(named)) as client:
        with pytest.raises(TlsFailure, match="tls-server-name"):
            await client.get_bytes("/version")
    async with ApiClient(kubeconfig(named, cluster={"tls-server-name": "api.example"})) as client:
        assert await client.get_bytes("/version")
    assert stranger.requests == []


async def test_insecure_is_a_flag_to_show(kubeconfig, serve, other_ca):
    stranger = await serve(other_ca)
    config = kubeconfig(stranger, cluster={"certificate-authority": None, "insecure-skip-tls-verify": True})
    assert config.insecure
    async with ApiClient(config) as client:
        assert await client.get_bytes("/version")


async def test_a_client_certificate_is_shown(kubeconfig, serve, pem, ca, other_ca):
    server = await serve(client_ca=ca)
    cert, key = pem(ca.issue_cert("me@example"))
    user = {"client-certificate": str(cert), "client-key": str(key)}
    async with ApiClient(kubeconfig(server, user)) as client:
        assert await client.get_bytes("/version")


async def test_a_server_that_wants_a_client_certificate_says_so(kubeconfig, serve, ca):
    context = (await serve(client_ca=ca)).context
    # A plain server, as asyncio's drops the alert; and TLS 1.2, as in 1.3 a reset may overtake it.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    listening = socket.create_server(("127.0.0.1", 0))

    def refuse():
        connection, _ = listening.accept()
        with connection, contextlib.suppress(ssl.SSLError):
            context.wrap_socket(connection, server_side=True).close()

    refusing = asyncio.create_task(asyncio.to_thread(refuse))
    async with ApiClient(kubeconfig(f"https://127.0.0.1:{listening.getsockname()[1]}")) as client:
        with pytest.raises(TlsFailure, match="refused our client certificate"):
            await client.get_bytes("/version")
    await refusing
    listening.close()


async def test_an_encrypted_key_is_an_error_and_no_question(kubeconfig, server, pem, ca):
    cert, key = pem(ca.issue_cert("me@example"))
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    async with ApiClient(kubeconfig(server, {"client-certificate": str(cert), "client-key": str(key)})) as client:
        with pytest.raises(ConfigError, match="cannot be used"):
            await client.get_bytes("/version")


@pytest.mark.fault(9)
async def test_a_new_client_certificate_gets_new_connections_and_old_answers_end(
    kubeconfig, serve, pem, ca, clock
):
    server = await serve(client_ca=ca)
    release = asyncio.Event()
    seen = []

    async def handler(request):
        der = request.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        seen.append(ssl.DER_cert_to_PEM_cert(der))
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        if request.path == "/watch":
            await release.wait()
            await response.write(b"end")
        return response

    server.handler = handler
    cert, key = pem(ca.issue_cert("old@example"))
    async with ApiClient(
        kubeconfig(server, {"client-certificate": str(cert), "client-key": str(key)}), clock=clock
    ) as client:
        async with client.stream("/watch") as response:
            chunks = response.chunks()
            await anext(chunks)
            pem(ca.issue_cert("new@example"))
            clock.pass_(301)
            await client.get_bytes("/version")
            assert len(client._pools) == 2
            release.set()
            assert [chunk async for chunk in chunks] == [b"end"]
        assert len(client._pools) == 1
    old, new = seen
    assert old != new


@pytest.mark.fault(4)
async def test_a_rotated_ca_is_picked_up_when_the_handshake_fails(kubeconfig, serve, ca, other_ca, tmp_path):
    first, second = await serve(), await serve(other_ca)
    async with ApiClient(kubeconfig(first)) as client:
        await client.get_bytes("/version")
        await first.stop()
        (tmp_path / "ca.crt").write_bytes(other_ca.cert_pem.bytes())
        # The same cluster comes back at its address with a certificate of the new authority.
        first.context = second.context
        first.sock = None
        runner = web.ServerRunner(web.Server(first._answer), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", first.port, ssl_context=first.context).start()
        assert await client.get_bytes("/version")
        await runner.cleanup()


@pytest.mark.fault(3)
async def test_an_intermediate_in_the_ca_file_is_an_anchor_and_comments_do_not_matter(kubeconfig, serve, tmp_path):
    root = trustme.CA()
    middle = root.create_child_ca()
    server = await serve(middle)
    config = kubeconfig(server)
    (tmp_path / "ca.crt").write_bytes("# Zürich\n".encode("latin-1") + middle.cert_pem.bytes())
    async with ApiClient(config) as client:
        assert await client.get_bytes("/version")
    (tmp_path / "ca.crt").write_text("nothing here")
    async with ApiClient(config) as client:
        with pytest.raises(ConfigError, match="no PEM certificate"):
            await client.get_bytes("/version")


# -- proxies


@pytest.fixture
async def connect_proxy():
    """A CONNECT proxy that asks for a password and notes what it was asked for."""
    asked = []

    async def pump(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        if "Basic bWU6aHVudGVyMg==" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, port = head.split()[1].rsplit(":", 1)
        to_reader, to_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    listening.asked = asked
    listening.port = listening.sockets[0].getsockname()[1]
    yield listening
    listening.close()


async def test_requests_go_through_proxy_url_with_the_tls_name(kubeconfig, serve, connect_proxy):
    named = await serve(hostnames=("api.example",))
    url = f"http://me:hunter2@127.0.0.1:{connect_proxy.port}"
    config = kubeconfig(named, {"token": "t"}, cluster={"proxy-url": url, "tls-server-name": "api.example"})
    async with ApiClient(config) as client:
        assert await client.get_bytes("/version")
    assert connect_proxy.asked[0].startswith(f"CONNECT 127.0.0.1:{named.port}")
    assert "Bearer" not in connect_proxy.asked[0]


async def test_a_proxy_that_refuses_is_named(kubeconfig, server, connect_proxy):
    config = kubeconfig(server, cluster={"proxy-url": f"http://me:wrongpass@127.0.0.1:{connect_proxy.port}"})
    async with ApiClient(config) as client:
        with pytest.raises(Unreachable, match="the proxy answered 407") as caught:
            await client.get_bytes("/version")
    assert "wrongpass" not in str(caught.value)


async def test_closing_stops_a_running_plugin(kubeconfig, server, plugin, tmp_path):
    client = ApiClient(kubeconfig(server, {"exec": plugin("exec sleep 1000")}))
    asking = asyncio.create_task(client.get_bytes("/version"))
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
