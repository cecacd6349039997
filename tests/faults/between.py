"""A `Proxy` between a kubeconfig and its API server, with certificates of its own."""

from __future__ import annotations

import base64
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trustme
import yaml

from tests.faults.proxy import Proxy, forward


def certificate(authority: trustme.CA, expired: bool = False) -> ssl.SSLContext:
    """What the proxy shows; `expired` a few years ago."""
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) if expired else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", not_after=past).configure_cert(context)
    return context


def _read(kubeconfig: Path) -> Any:
    return yaml.safe_load(kubeconfig.read_text())


@asynccontextmanager
async def between(
    kubeconfig: Path, folder: Path, authority: trustme.CA | None = None
) -> AsyncIterator[tuple[Proxy, Path]]:
    """The proxy, and a kubeconfig in `folder` that goes through it. Its user has to have a token: a client
    certificate ends at the proxy."""
    authority = authority or trustme.CA()
    config = _read(kubeconfig)
    cluster = config["clusters"][0]["cluster"]
    server = forward(
        urlsplit(cluster["server"]).port or 443,
        ssl.create_default_context(cafile=cluster.pop("certificate-authority")),
    )
    async with Proxy(server, certificate(authority)).serving() as proxy:
        cluster["server"] = proxy.url
        cluster["certificate-authority-data"] = base64.b64encode(authority.cert_pem.bytes()).decode()
        changed = folder / "proxied.yaml"
        changed.write_text(yaml.safe_dump(config))
        yield proxy, changed
