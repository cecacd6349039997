"""Runs a credential plugin (client.authentication.k8s.io) without ever giving it the terminal.

The plugin gets no stdin and no controlling terminal, so it can neither steal keys nor draw over the screen; it
has a time limit, after which its whole process group is killed. What it printed reaches a person only as the
bounded, redacted part of an error.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sources.kubernetes.clusterconfig import ClusterConfig, ExecConfig
from sources.kubernetes.errors import CredentialFailure, redact

TIME_LIMIT = 25.0
"""Seconds; below the 30 s of a one-shot command, so that the plugin is named and not the cluster."""
_MAX_STDOUT = 1 << 20
_MAX_STDERR = 4096
_MAX_SHOWN = 600
_DRAIN_GRACE = 1.0
"""A plugin may leave a helper behind that keeps its pipes open: how long output is awaited after its exit."""


@dataclass(frozen=True, slots=True)
class ExecCredential:
    """What a plugin gave: a token, a certificate with its key, or both. `expires_at` in epoch seconds."""

    token: str = field(default="", repr=False)
    cert: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    expires_at: float | None = None


async def run(config: ClusterConfig, ca: bytes | None, time_limit: float = TIME_LIMIT) -> ExecCredential:
    """Runs the plugin of `config` once. `ca` is the cluster's CA (PEM), for provideClusterInfo.

    Raises `CredentialFailure` for everything that is not a usable credential.
    """
    plugin = config.auth.exec
    assert plugin is not None
    if plugin.interactive_mode == "Always":
        raise _failure(
            config, "needs a terminal (interactiveMode: Always); log in by hand in another terminal first"
        )
    program = shutil.which(plugin.command)
    if program is None or not Path(program).is_absolute():
        raise _failure(config, "was not found" + ("" if "/" in plugin.command else " on the PATH"))
    env = {**os.environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": json.dumps(exec_info(config, ca))}
    spawning = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            program,
            *plugin.args,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # own process group, and no /dev/tty to ask for a password on
        )
    )
    try:
        process = await asyncio.shield(spawning)
    except asyncio.CancelledError:
        # asyncio itself would kill the plugin only, and then wait for whatever the plugin has started.
        with contextlib.suppress(OSError):  # it could not be started at all
            await _kill(await spawning)
        raise
    except OSError as error:
        raise _failure(config, f"could not be started: {error.strerror}") from None
    out, err = bytearray(), bytearray()
    assert process.stdout is not None
    assert process.stderr is not None
    drains = [
        asyncio.create_task(_drain(process.stdout, out, _MAX_STDOUT, keep_end=False)),
        asyncio.create_task(_drain(process.stderr, err, _MAX_STDERR, keep_end=True)),
    ]
    done = False
    try:
        async with asyncio.timeout(time_limit):
            await _exit(process)
        await asyncio.wait(drains, timeout=_DRAIN_GRACE)
        done = True
    except TimeoutError:
        raise _failure(config, f"gave no answer within {time_limit:g} s and was stopped", err) from None
    finally:
        if not done:
            await _kill(process)
        for drain in drains:
            drain.cancel()
        await asyncio.gather(*drains, return_exceptions=True)
        # Closes our ends of the pipes; without it they stay open as long as a left-behind helper lives.
        process._transport.close()  # type: ignore[attr-defined]  # asyncio offers no public way
    if process.returncode != 0:
        raise _failure(config, f"ended with exit code {process.returncode}", err)
    if len(out) > _MAX_STDOUT:
        raise _failure(config, "printed more than 1 MiB", err)
    return _parsed(config, bytes(out), err)


def exec_info(config: ClusterConfig, ca: bytes | None) -> dict[str, Any]:
    """The ExecCredential request that a plugin reads from KUBERNETES_EXEC_INFO."""
    plugin = config.auth.exec
    assert plugin is not None
    spec: dict[str, Any] = {"interactive": False}
    if plugin.provide_cluster_info:
        cluster = {
            "server": config.server,
            "tls-server-name": config.tls.server_name,
            "insecure-skip-tls-verify": config.tls.insecure,
            "certificate-authority-data": base64.b64encode(ca).decode() if ca else None,
            "proxy-url": config.proxy_url,
            "disable-compression": config.disable_compression,
            "config": plugin.cluster_extension,
        }
        spec["cluster"] = {key: value for key, value in cluster.items() if value}
    return {"kind": "ExecCredential", "apiVersion": plugin.api_version, "spec": spec}


def parse_time(said: str) -> float:
    """RFC 3339 to epoch seconds; raises ValueError."""
    moment = datetime.fromisoformat(said)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parsed(config: ClusterConfig, out: bytes, err: bytearray) -> ExecCredential:
    plugin = config.auth.exec
    assert plugin is not None
    try:
        answer = json.loads(out)
        status = answer.get("status") or {}
        token = status.get("token") or ""
        cert, key = status.get("clientCertificateData") or "", status.get("clientKeyData") or ""
        expiry = status.get("expirationTimestamp")
        expires_at = parse_time(expiry) if expiry else None
        if not all(isinstance(value, str) for value in (token, cert, key)):
            raise ValueError
    except (ValueError, AttributeError, TypeError):
        raise _failure(config, "did not print a valid ExecCredential", err) from None
    if answer.get("kind") != "ExecCredential" or answer.get("apiVersion") != plugin.api_version:
        said = redact(str(answer.get("apiVersion")))[:60]
        raise _failure(
            config, f"answered with apiVersion {said!r} where {plugin.api_version!r} was asked for", err
        )
    if bool(cert) != bool(key):
        raise _failure(config, "gave a client certificate without its key, or the key alone", err)
    if not token and not cert:
        raise _failure(config, "gave neither a token nor a client certificate", err)
    return ExecCredential(token, cert.encode() or None, key.encode() or None, expires_at)


def _failure(config: ClusterConfig, what: str, err: bytearray | None = None) -> CredentialFailure:
    plugin = config.auth.exec
    assert plugin is not None
    message = f"credential plugin {plugin.command!r} of user {config.auth.name!r} {what}"
    said = _shown(plugin, err)
    if said:
        message += f": {said}"
    if plugin.install_hint:
        message += f"; {redact(plugin.install_hint)[:_MAX_SHOWN]}"
    return CredentialFailure(message)


def _shown(plugin: ExecConfig, err: bytearray | None) -> str:
    text = (err or b"").decode("utf-8", "replace").strip()
    # Values that were configured for the plugin are its business; on the screen they may be passwords.
    named = [value for name, value in plugin.env if any(word in name.upper() for word in _SECRET_NAMES)]
    return redact(text, named)[-_MAX_SHOWN:]


_SECRET_NAMES = ("TOKEN", "SECRET", "PASS", "KEY", "CRED")


async def _drain(stream: asyncio.StreamReader, into: bytearray, limit: int, *, keep_end: bool) -> None:
    # Reads on past the limit: a plugin that blocks on a full pipe never ends.
    while chunk := await stream.read(65536):
        if keep_end:
            into += chunk
            del into[:-limit]
        elif len(into) <= limit:
            into += chunk[: limit + 1 - len(into)]


async def _exit(process: asyncio.subprocess.Process) -> None:
    # Some Python versions let wait() hang until the pipes close too, which a left-behind helper prevents.
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait([waiting], timeout=0.25)
    finally:
        waiting.cancel()


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await _exit(process)
