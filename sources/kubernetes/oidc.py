"""The legacy auth-provider `oidc`: gets a new id-token with the refresh token when the old one runs out.

OpenID Connect Core 1.0, section 12 (refresh tokens), and Discovery 1.0, section 4. The provider's TLS is always
verified, with the system's authorities or idp-certificate-authority(-data); plain HTTP is refused.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from sources.kubernetes import proxy, tls
from sources.kubernetes.clusterconfig import OidcConfig
from sources.kubernetes.errors import ConfigError, CredentialFailure, redact

if TYPE_CHECKING:
    import httpx

TIME_LIMIT = 30.0
_MAX_SHOWN = 300


@dataclass(frozen=True, slots=True)
class OidcTokens:
    """The id-token goes to the API server; the refresh token is good for the next refresh only, maybe."""

    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float | None = None


def expiry(id_token: str) -> float | None:
    """The `exp` claim (epoch seconds) of a JWT; None where there is none or it is no JWT."""
    try:
        payload = id_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return None


async def refresh(oidc: OidcConfig, refresh_token: str, env: Mapping[str, str] = os.environ) -> OidcTokens:
    """Asks the provider for a new id-token. Raises `CredentialFailure`."""
    if not refresh_token:
        raise _failure(oidc, "the id-token has expired and there is no refresh-token; log in again")
    import httpx  # here, because hardly anybody needs it and it takes 50 ms to load

    ca = await asyncio.to_thread(_authority, oidc)
    try:
        async with (
            asyncio.timeout(TIME_LIMIT),
            httpx.AsyncClient(
                verify=tls.context(tls.TlsMaterial(ca=ca)),
                proxy=proxy.choose(oidc.issuer, None, env),
                trust_env=False,
                timeout=TIME_LIMIT,
            ) as client,
        ):
            provider = await _discover(client, oidc)
            return await _exchange(client, oidc, refresh_token, provider)
    except TimeoutError:
        raise _failure(oidc, f"no answer within {TIME_LIMIT:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failure(oidc, str(error) or type(error).__name__) from None
    except ConfigError as error:
        raise _failure(oidc, str(error)) from None


async def _discover(client: httpx.AsyncClient, oidc: OidcConfig) -> Mapping[str, Any]:
    answer = await client.get(_https(oidc, oidc.issuer).rstrip("/") + "/.well-known/openid-configuration")
    if answer.status_code != 200:
        raise _failure(oidc, f"discovery answered {answer.status_code}")
    return _object(oidc, answer)


async def _exchange(
    client: httpx.AsyncClient, oidc: OidcConfig, refresh_token: str, provider: Mapping[str, Any]
) -> OidcTokens:
    endpoint = _https(oidc, str(provider.get("token_endpoint") or ""))
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    in_form = {**form, "client_id": oidc.client_id, "client_secret": oidc.client_secret}
    methods = provider.get("token_endpoint_auth_methods_supported")
    methods = methods if isinstance(methods, list) and methods else ["client_secret_basic"]
    if not oidc.client_secret:
        answer = await client.post(endpoint, data={**form, "client_id": oidc.client_id})
    elif "client_secret_basic" in methods:
        # RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
        basic = (quote_plus(oidc.client_id), quote_plus(oidc.client_secret))
        answer = await client.post(endpoint, data=form, auth=basic)
    else:
        answer = await client.post(endpoint, data=in_form)
    body = _object(oidc, answer)
    if answer.status_code != 200:
        said = f"{body.get('error') or ''} {body.get('error_description') or ''}".strip()
        raise _failure(oidc, f"refreshing was refused ({answer.status_code}) {said}", refresh_token)
    id_token = body.get("id_token")
    if not isinstance(id_token, str) or not id_token:
        raise _failure(oidc, 'the answer holds no id_token (was the scope "openid" asked for at login?)')
    return OidcTokens(id_token, str(body.get("refresh_token") or refresh_token), expiry(id_token))


def _authority(oidc: OidcConfig) -> bytes | None:
    if oidc.ca_data or not oidc.ca_file:
        return oidc.ca_data
    try:
        return oidc.ca_file.read_bytes()
    except OSError as error:
        raise _failure(oidc, f"cannot read idp-certificate-authority {oidc.ca_file}: {error.strerror}") from None


def _https(oidc: OidcConfig, url: str) -> str:
    if not url.startswith("https://"):
        raise _failure(oidc, "the issuer or its token endpoint is not an https address")
    return url


def _object(oidc: OidcConfig, answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _failure(oidc, f"answered {answer.status_code} without JSON (a login page or a proxy?)")
    return body


def _failure(oidc: OidcConfig, what: str, *secrets: str) -> CredentialFailure:
    known = [oidc.client_secret, oidc.refresh_token, oidc.id_token, *secrets]
    said = redact(what, known)[:_MAX_SHOWN]
    return CredentialFailure(f"OIDC provider {redact(oidc.issuer)[:100]} of user {oidc.user!r}: {said}")
