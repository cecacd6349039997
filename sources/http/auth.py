"""Credentials of a request: read from where the configuration points, and read again when they were refused."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import httpx

from sources.contract import Misconfigured
from sources.http.settings import Address, HttpConfig

COMMAND_TIMEOUT = 30.0
"""Seconds that a credential command may take."""


class Credentials(httpx.Auth):
    """Adds the Authorization header; after a 401 the secret is read once more and the request repeated."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._header: str | None = None
        self._lock = asyncio.Lock()

    def __repr__(self) -> str:
        return "Credentials(***)"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        raise RuntimeError("these credentials are for asynchronous clients")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = await self._current(refused=None)
        request.headers["Authorization"] = used
        response = yield request
        if response.status_code == 401:
            fresh = await self._current(refused=used)
            if fresh != used:
                request.headers["Authorization"] = fresh
                yield request

    async def _current(self, refused: str | None) -> str:
        async with self._lock:
            if self._header is None or self._header == refused:
                # Files may be on a network, commands take their time: not on the loop.
                self._header = await asyncio.to_thread(self._read)
            return self._header


def credentials(config: HttpConfig, address: Address) -> Credentials | None:
    """What signs the requests to `address`; None where nothing was configured.

    Secrets are read at the first request. Reading raises `Misconfigured` naming the field, never the secret.
    """
    if address.username or address.password:
        fixed = _basic(address.username, address.password)
        return Credentials(lambda: fixed)
    if config.username:
        return Credentials(lambda: _basic(config.username, _secret(config, "password")))
    if config.bearer_token_env or config.bearer_token_file or config.bearer_token_command:
        return Credentials(lambda: f"Bearer {_secret(config, 'bearer_token')}")
    return None


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def _secret(config: HttpConfig, stem: str) -> str:
    variable: str = getattr(config, f"{stem}_env")
    path: str = getattr(config, f"{stem}_file")
    command: tuple[str, ...] = getattr(config, f"{stem}_command")
    if variable:
        where, value = f"{stem}_env: ${variable}", os.environ.get(variable)
        if value is None:
            raise Misconfigured(f"{where} is not set in the environment")
    elif path:
        where = f"{stem}_file: {path}"
        try:
            value = Path(path).expanduser().read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Misconfigured(f"{where} is not text") from None
        except OSError as error:
            raise Misconfigured(f"{where} cannot be read: {error.strerror}") from None
    else:
        where = f"{stem}_command: {command[0]}"
        value = _printed_by(command, where)
    value = value.strip()
    if not value:
        raise Misconfigured(f"{where} gives an empty secret")
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise Misconfigured(f"{where} gives more than one line or control characters")
    return value


def _printed_by(command: tuple[str, ...], where: str) -> str:
    # What the program says on stderr may quote the secret: only its exit code is told. In a session of its own it
    # finds no terminal to ask for a pass phrase on, which would draw over the screen and take its keys.
    try:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{where} cannot be run: {error}") from None
    with running:
        try:
            printed, _ = running.communicate(timeout=COMMAND_TIMEOUT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
            raise Misconfigured(f"{where} did not finish within {COMMAND_TIMEOUT:g} s") from None
    if running.returncode:
        raise Misconfigured(f"{where} ended with exit code {running.returncode}")
    return printed.decode("utf-8", "replace")
