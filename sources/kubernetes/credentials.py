"""Where a token or client certificate comes from, and when it is renewed: one source, one refresh at a time.

`get` renews what has run out (expired plugin or OIDC token, token file older than a minute, certificate files
older than five minutes); `renew` is called after a 401. Whoever asks while a renewal runs waits for that one.
Bound to the event loop it is first used on.
"""

from __future__ import annotations

import asyncio
import base64
import copy
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from sources.contract import Clock, SystemClock
from sources.kubernetes import execplugin, oidc, tls, writeback
from sources.kubernetes.clusterconfig import ClusterConfig, Impersonation, OidcConfig
from sources.kubernetes.errors import ConfigError, CredentialFailure

TOKEN_FILE_PERIOD = 60.0
TLS_FILES_PERIOD = 300.0
LEEWAY = 30.0
"""A token is renewed this long before it runs out, or in the last fifth of a short life."""
FAILURE_HOLD = 10.0
"""How long a failure stands before the plugin or provider is asked again."""
REJECTION_HOLD = 30.0
"""A fresh credential that the server rejects too is not renewed again before this."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one request needs. `generation` grows with each change; `expires_at` is epoch seconds."""

    generation: int
    authorization: str | None = field(repr=False)
    tls: tls.TlsMaterial
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class _Minted:
    authorization: str | None = field(default=None, repr=False)
    cert: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    expires_at: float | None = None
    renew_at: float | None = None
    """On the monotonic clock; None: good until the server says no."""


_Mint: TypeAlias = Callable[[_Minted | None], Awaitable[_Minted]]


class CredentialSource:
    """The credentials of one cluster. `warnings` are sentences for the doctor and the header."""

    def __init__(
        self, config: ClusterConfig, clock: Clock | None = None, exec_time_limit: float = execplugin.TIME_LIMIT
    ) -> None:
        self.config = config
        self.warnings: list[str] = []
        self._clock: Clock = clock or SystemClock()
        self._exec_time_limit = exec_time_limit
        self._mint, self._renewable = self._way()
        self._minted: _Minted | None = None
        self._files: tls.TlsMaterial | None = None
        self._files_due = 0.0
        self._access: Access | None = None
        self._flight: asyncio.Task[None] | None = None
        self._failed: tuple[CredentialFailure, float] | None = None
        self._rejected_at: float | None = None
        self._oidc_tokens: oidc.OidcTokens | None = None
        self._oidc_saved = True

    async def get(self) -> Access:
        """A credential that is good now. Raises `CredentialFailure`; never an empty one after a failure."""
        if self._access is None or self._due():
            if self._minted is None or self._out(self._minted):
                self._raise_recent_failure()
            await self._fly(renew=False)
        assert self._access is not None
        return self._access

    async def renew(self, rejected: Access) -> Access:
        """After a 401: a newer credential, or the same one if there is none to be had (any more, for now)."""
        while self._flight is not None:
            await self._fly(renew=False)
        if self._access is None or self._access.generation != rejected.generation:
            return await self.get()
        now = self._clock.monotonic()
        if not self._renewable:
            return self._access
        if self._rejected_at is not None and now < self._rejected_at + REJECTION_HOLD:
            if self._failed is not None:
                raise copy.copy(self._failed[0])
            return self._access
        self._raise_recent_failure()
        self._rejected_at = now
        await self._fly(renew=True)
        return self._access

    async def reload_files(self) -> Access:
        """After a TLS failure: looks at CA and certificate files now."""
        self._files_due = 0.0
        return await self.get()

    def forget_failure(self) -> None:
        """Somebody logged in by hand: ask again at once."""
        self._failed = self._rejected_at = None

    async def close(self) -> None:
        """Stops a plugin that is still running."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)

    # -- one renewal at a time

    def _due(self) -> bool:
        return self._clock.monotonic() >= self._files_due or self._minted is None or self._out(self._minted)

    def _out(self, minted: _Minted) -> bool:
        return minted.renew_at is not None and self._clock.monotonic() >= minted.renew_at

    def _raise_recent_failure(self) -> None:
        if self._failed is not None and self._clock.monotonic() < self._failed[1]:
            raise copy.copy(self._failed[0])

    async def _fly(self, *, renew: bool) -> None:
        if self._flight is None:
            self._flight = asyncio.create_task(self._refresh(renew))
            self._flight.add_done_callback(self._landed)
        await asyncio.shield(self._flight)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # retrieved: those who waited have it

    async def _refresh(self, renew: bool) -> None:
        now = self._clock.monotonic()
        if now >= self._files_due:
            await self._read_files()
            self._files_due = now + TLS_FILES_PERIOD
        minted = self._minted
        if minted is None or renew or self._out(minted):
            try:
                minted = await self._mint(minted)
            except CredentialFailure as failure:
                self._failed = (failure, self._clock.monotonic() + FAILURE_HOLD)
                if minted is None or renew or not self._still_good(minted):
                    raise
                # It runs out soon, but not yet: use it and ask again in a while.
                minted = _Minted(minted.authorization, minted.cert, minted.key, minted.expires_at, self._failed[1])
            else:
                self._failed = None
        self._minted = minted
        self._publish()

    def _still_good(self, minted: _Minted) -> bool:
        return minted.expires_at is not None and self._clock.now() < minted.expires_at

    def _publish(self) -> None:
        minted, files, before = self._minted, self._files, self._access
        assert minted is not None
        assert files is not None
        if minted.cert:
            files = tls.TlsMaterial(files.ca, minted.cert, minted.key, files.insecure)
        same = before and before.authorization == minted.authorization and before.tls == files
        generation = before.generation + (0 if same else 1) if before else 1
        self._access = Access(generation, minted.authorization, files, minted.expires_at)

    # -- where things come from

    async def _read_files(self) -> None:
        auth, server = self.config.auth, self.config.tls
        try:
            read = await asyncio.to_thread(
                lambda: tls.TlsMaterial(
                    ca=server.ca_data or _bytes(server.ca_file),
                    cert=auth.cert_data or _bytes(auth.cert_file),
                    key=auth.key_data or _bytes(auth.key_file),
                    insecure=server.insecure,
                )
            )
            if read != self._files:
                await asyncio.to_thread(tls.context, read)  # a pair caught in mid-rotation does not load
            self._files = read
        except (OSError, ConfigError) as error:
            if self._files is None:
                if isinstance(error, OSError):
                    error = ConfigError(f"cannot read {error.filename}: {error.strerror}")
                raise error from None

    def _way(self) -> tuple[_Mint, bool]:
        """How the Authorization header is made, and whether asking again can give another one."""
        auth = self.config.auth
        if auth.token_file:
            return self._from_token_file, True
        if auth.token:
            try:
                return _always(_Minted(_bearer(auth.token, f"the token of user {auth.name!r}"))), False
            except CredentialFailure as failure:
                raise ConfigError(str(failure)) from None
        if auth.username:
            pair = base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
            return _always(_Minted(f"Basic {pair}")), False
        if auth.exec:
            return self._from_plugin, True
        if auth.oidc:
            return self._from_provider(auth.oidc), True
        return _always(_Minted()), False

    async def _from_token_file(self, before: _Minted | None) -> _Minted:
        path, given = self.config.auth.token_file, self.config.auth.token
        assert path is not None
        renew_at = self._clock.monotonic() + TOKEN_FILE_PERIOD
        why = ""
        try:
            token = (await asyncio.to_thread(path.read_text, "ascii")).strip()
        except (OSError, UnicodeDecodeError) as error:
            token, why = "", getattr(error, "strerror", None) or "not a token"
        if token:
            return _Minted(_bearer(token, str(path)), renew_at=renew_at)
        if before is not None:
            return _Minted(before.authorization, renew_at=renew_at)
        if given:
            return _Minted(_bearer(given, f"the token of user {self.config.auth.name!r}"), renew_at=renew_at)
        raise CredentialFailure(f"cannot read a token from {path}: {why or 'it is empty'}")

    async def _from_plugin(self, before: _Minted | None) -> _Minted:
        assert self._files is not None
        made = await execplugin.run(self.config, self._files.ca, self._exec_time_limit)
        if made.cert:
            try:
                await asyncio.to_thread(tls.context, tls.TlsMaterial(None, made.cert, made.key))
            except ConfigError as error:
                raise CredentialFailure(f"credential plugin of user {self.config.auth.name!r}: {error}") from None
        bearer = _bearer(made.token, "what the credential plugin gave") if made.token else None
        return _Minted(bearer, made.cert, made.key, made.expires_at, self._renew_at(made.expires_at))

    def _from_provider(self, settings: OidcConfig) -> _Mint:
        async def mint(before: _Minted | None) -> _Minted:
            tokens = await self._oidc(settings, first=before is None)
            self._oidc_tokens = tokens
            renew_at = self._renew_at(tokens.expires_at)
            return _Minted(f"Bearer {tokens.id_token}", expires_at=tokens.expires_at, renew_at=renew_at)

        return mint

    async def _oidc(self, settings: OidcConfig, first: bool) -> oidc.OidcTokens:
        known = self._oidc_tokens
        if first and (expires := oidc.expiry(settings.id_token)) and expires > self._clock.now() + 10:
            return oidc.OidcTokens(settings.id_token, settings.refresh_token, expires)
        # kubectl may have refreshed meanwhile: then our refresh token may be spent, and its id-token is as good.
        id_token, refresh_token = await asyncio.to_thread(writeback.stored_tokens, settings)
        used = known.id_token if known else settings.id_token
        expires = oidc.expiry(id_token)
        if id_token and id_token != used and expires and expires > self._clock.now() + 10:
            return oidc.OidcTokens(id_token, refresh_token, expires)
        if known and not self._oidc_saved:
            refresh_token = known.refresh_token
        spend = refresh_token or settings.refresh_token
        tokens = await oidc.refresh(settings, spend)
        if tokens.refresh_token != spend:
            problem = await asyncio.to_thread(
                writeback.store_tokens, settings, tokens.id_token, tokens.refresh_token
            )
            self._oidc_saved = problem is None
            self.warnings = [] if problem is None else [_not_saved(settings, problem)]
        return tokens

    def _renew_at(self, expires_at: float | None) -> float | None:
        """When to renew, on the monotonic clock: wall-clock jumps later do not matter.

        What has already expired when it arrives says that our clock is wrong; then the server decides (401).
        """
        left = expires_at - self._clock.now() if expires_at is not None else 0.0
        return self._clock.monotonic() + left - min(LEEWAY, left / 5) if left > 0 else None


def impersonation_headers(who: Impersonation | None) -> Sequence[tuple[str, str]]:
    """The Impersonate-* headers (Kubernetes documentation, "User impersonation")."""
    if who is None:
        return ()
    headers = [("Impersonate-User", who.user)]
    headers += [("Impersonate-Group", group) for group in who.groups]
    if who.uid:
        headers.append(("Impersonate-Uid", who.uid))
    for key, values in who.extra:
        # Keys are lower-cased by HTTP; anything that is not a header character is percent-encoded.
        name = f"Impersonate-Extra-{quote(key, safe='!#$&*+-.^_`|~' + chr(39))}"
        headers += [(name, value) for value in values]
    return headers


def _not_saved(settings: OidcConfig, problem: str) -> str:
    return (
        f"the OIDC provider gave a new refresh token, which could not be saved in {settings.origin}: {problem}; "
        "kubectl may have to log in again"
    )


def _bearer(token: str, whence: str) -> str:
    token = token.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CredentialFailure(f"{whence} holds characters that no token has")
    return f"Bearer {token}"


def _always(minted: _Minted) -> _Mint:
    async def mint(_: _Minted | None) -> _Minted:
        return minted

    return mint


def _bytes(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
