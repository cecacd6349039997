"""A TLS API server on loopback that answers as told, kubeconfig files, and credential plugins."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path

import pytest
import trustme
import yaml
from aiohttp import web

from sources.kubernetes.clusterconfig import ClusterConfig, Overrides
from sources.kubernetes.kubeconfig import load


class FakeClock:
    """A clock that only moves when told."""

    def __init__(self):
        self.wall = 1_700_000_000.0
        self.mono = 1000.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.mono

    async def sleep(self, seconds):
        self.pass_(seconds)

    def pass_(self, seconds):
        self.wall += seconds
        self.mono += seconds


class Server:
    """Answers with `handler` (a coroutine function of the request); remembers what it was asked."""

    def __init__(self, ca: trustme.CA, hostnames=("127.0.0.1", "localhost"), client_ca: trustme.CA | None = None):
        self.requests: list[web.Request] = []
        self.handler = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(*hostnames).configure_cert(self.context)
        if client_ca is not None:
            self.context.verify_mode = ssl.CERT_REQUIRED
            client_ca.configure_trust(self.context)

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    async def _answer(self, request):
        self.requests.append(request)
        if self.handler is None:
            return web.json_response({"kind": "PodList", "items": []})
        return await self.handler(request)

    async def start(self):
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self.runner.setup()
        await web.SockSite(self.runner, self.sock, ssl_context=self.context).start()
        return self

    async def stop(self):
        await self.runner.cleanup()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(scope="session")
def ca():
    return trustme.CA()


@pytest.fixture(scope="session")
def other_ca():
    return trustme.CA()


@pytest.fixture
async def serve(ca):
    """Starts servers: `await serve(...)`; they are stopped after the test."""
    running = []

    async def start(authority=None, **how):
        server = await Server(authority or ca, **how).start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()


@pytest.fixture
async def server(serve):
    return await serve()


@pytest.fixture
def pem(tmp_path):
    """Writes an issued certificate's chain and key; gives both paths."""

    def write(cert: trustme.LeafCert, name: str = "client"):
        cert_path, key_path = tmp_path / f"{name}.crt", tmp_path / f"{name}.key"
        cert_path.write_bytes(cert.cert_chain_pems[0].bytes())
        key_path.write_bytes(cert.private_key_pem.bytes())
        return cert_path, key_path

    return write


@pytest.fixture
def kubeconfig(tmp_path, ca):
    """Writes a kubeconfig for one server and loads it: `kubeconfig(server, user={...}, cluster={...})`."""
    (tmp_path / "ca.crt").write_bytes(ca.cert_pem.bytes())

    def make(server, user=None, cluster=None, context=None, **overrides) -> ClusterConfig:
        url = server if isinstance(server, str) else server.url
        path = tmp_path / "config"
        said = {"server": url, "certificate-authority": "ca.crt", **(cluster or {})}
        document = {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", **(context or {})}}],
            "clusters": [{"name": "k", "cluster": {key: v for key, v in said.items() if v is not None}}],
            "users": [{"name": "u", "user": user or {}}],
        }
        path.write_text(yaml.safe_dump(document))
        return load(Overrides(kubeconfig=str(path), **overrides), env={})

    return make


@pytest.fixture
def plugin(tmp_path):
    """Writes a shell script as a credential plugin and gives the `exec` entry for it."""

    def make(script: str, version: str = "v1", **more):
        path: Path = tmp_path / "plugin"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        api = f"client.authentication.k8s.io/{version}"
        return {"apiVersion": api, "command": "./plugin", "interactiveMode": "IfAvailable", **more}

    return make


@pytest.fixture
def credential():
    """The JSON of an ExecCredential."""

    def make(version: str = "v1", **status):
        api = f"client.authentication.k8s.io/{version}"
        return json.dumps({"kind": "ExecCredential", "apiVersion": api, "status": status})

    return make
