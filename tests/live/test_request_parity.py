"""What goes over the wire is what kubectl sends: path, credentials, impersonation, client certificate."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import ssl

import pytest
import trustme
import yaml
from aiohttp import web

from sources.kubernetes.clusterconfig import Overrides
from sources.kubernetes.errors import SourceError
from sources.kubernetes.kubeconfig import load
from sources.kubernetes.transport import ApiClient

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl as the oracle"),
]

API = "client.authentication.k8s.io/v1"
CREDENTIAL = {"kind": "ExecCredential", "apiVersion": API, "status": {"token": "from-plugin"}}
IMPERSONATION = {
    "as": "bob",
    "as-groups": ["dev", "a b"],
    "as-uid": "7",
    "as-user-extra": {"example.org/Scope%x": ["1", "2"], "plain": ["ü"]},
}


@pytest.fixture
async def place(tmp_path):
    """A TLS server that asks for a certificate, and a kubeconfig with one user for each way of authentication."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    ca.configure_trust(context)
    ca.issue_cert("127.0.0.1", "api.example").configure_cert(context)
    seen = []

    async def answer(request):
        certificate = request.transport.get_extra_info("ssl_object").getpeercert()
        names = dict(certificate.get("subjectAltName", ())) if certificate else {}
        kept = sorted(
            (name.lower(), value)
            for name, value in request.headers.items()
            if name.lower() == "authorization" or name.lower().startswith("impersonate-")
        )
        if "/pods" in request.path:  # and not what kubectl asks on the side
            seen.append((request.path_qs, kept, names))
        return web.json_response({})

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]

    def b64(blob):
        return base64.b64encode(blob.bytes()).decode()

    leaf = ca.issue_cert("me@example.org")
    certificate = {
        "client-certificate-data": b64(leaf.cert_chain_pems[0]),
        "client-key-data": b64(leaf.private_key_pem),
    }
    (tmp_path / "token").write_text("from-file\n")
    (tmp_path / "plugin").write_text(f"#!/bin/sh\necho '{json.dumps(CREDENTIAL)}'\n")
    (tmp_path / "plugin").chmod(0o755)
    plugin = {"apiVersion": API, "command": "./plugin", "interactiveMode": "IfAvailable"}
    users = {
        "token": {"token": "plain"},
        "file": {"tokenFile": "token"},
        "both": {"token": "plain", "tokenFile": "token"},
        "basic": {"username": "u", "password": "p:ü"},
        "certificate": certificate,
        "certificate-and-token": {**certificate, "token": "plain"},
        "plugin": {"exec": plugin},
        "token-and-plugin": {"exec": plugin, "token": "plain"},
        "impersonating": {"token": "plain", **IMPERSONATION},
        "nobody": {},
    }
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": b64(ca.cert_pem)}
    document = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "nobody"}}],
        "clusters": [
            {"name": "k", "cluster": cluster},
            {"name": "named", "cluster": {**cluster, "tls-server-name": "api.example"}},
            {"name": "misnamed", "cluster": {**cluster, "tls-server-name": "other.example"}},
        ],
        "users": [{"name": name, "user": user} for name, user in users.items()],
    }
    (tmp_path / "config").write_text(yaml.safe_dump(document))
    yield str(tmp_path / "config"), seen
    await runner.cleanup()


FLAGS = [
    *({"user": name} for name in ("token", "file", "both", "basic", "certificate", "certificate-and-token")),
    *({"user": name} for name in ("plugin", "token-and-plugin", "impersonating")),
    {"user": "plugin", "token": "flag"},
    # Not {"user": "file", "token": "flag"}: there kubectl lets the file win over the flag, and we do as told.
    {"user": "token", "as": "eve"},
    {"user": "impersonating", "as": "eve", "as-group": "g", "as-uid": "8"},
    {"cluster": "named", "user": "token"},
    {"cluster": "misnamed", "user": "token"},
]


@pytest.mark.parametrize("flags", FLAGS, ids=lambda flags: "-".join(flags.values()))
async def test_same_on_the_wire(place, flags):
    path, seen = place
    words = [f"--{name}={value}" for name, value in flags.items()]
    kubectl = await asyncio.create_subprocess_exec(
        "kubectl",
        f"--kubeconfig={path}",
        *words,
        "get",
        "--raw",
        "/api/v1/pods?limit=5",
        env={**os.environ, "KUBECONFIG": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await kubectl.communicate()
    ours = Overrides(
        kubeconfig=path,
        cluster=flags.get("cluster"),
        user=flags.get("user"),
        token=flags.get("token"),
        as_=flags.get("as"),
        as_groups=(flags["as-group"],) if "as-group" in flags else (),
        as_uid=flags.get("as-uid"),
    )
    async with ApiClient(load(ours, env={})) as client:
        if kubectl.returncode:
            with pytest.raises(SourceError):
                await client.get_bytes("/api/v1/pods", {"limit": 5})
            assert seen == [], said
            return
        await client.get_bytes("/api/v1/pods", {"limit": 5})
    theirs, mine = seen
    assert mine == theirs
