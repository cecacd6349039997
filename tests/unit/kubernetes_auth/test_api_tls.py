"""The API client and certificates: who is believed, who we are, and both when their files change."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import pytest
import trustme
from aiohttp import web

from sources.kubernetes.errors import (
    ConfigError,
    TlsFailure,
)
from sources.kubernetes.transport import ApiClient


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
