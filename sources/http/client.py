"""Builds the httpx client for typed settings: trust, client certificate, proxy, headers, limits."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from sources.contract import Misconfigured
from sources.http.auth import credentials
from sources.http.settings import CONNECT_TIMEOUT, Address, HttpConfig

USER_AGENT = "topmast"


def build_client(
    config: HttpConfig, address: Address, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """A client whose base URL is `address`. It follows no redirects: a redirect is not an answer.

    Raises `Misconfigured` for certificates or proxies that cannot be used. `transport` is for tests.
    """
    try:
        return httpx.AsyncClient(
            base_url=address.url,
            auth=credentials(config, address),
            headers={"User-Agent": USER_AGENT, **config.headers},
            verify=_tls(config, address),
            proxy=config.proxy_url or None,
            trust_env=not config.proxy_url and not _is_here(address.url),
            timeout=httpx.Timeout(config.timeout + 5, connect=min(CONNECT_TIMEOUT, config.timeout)),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=60),
            follow_redirects=False,
            transport=transport,
        )
    except ImportError:
        raise Misconfigured("a SOCKS proxy needs the socksio package (pip install 'httpx[socks]')") from None
    except (ValueError, httpx.InvalidURL):
        raise Misconfigured(
            "proxy_url, or one of HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, is not an HTTP proxy's URL; "
            "or a header of `headers` is not plain ASCII"
        ) from None


def _is_here(url: str) -> bool:
    """Whether the URL is this machine, which no proxy of the environment can reach for us (Go's rule too)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(config: HttpConfig, address: Address) -> ssl.SSLContext:
    if address.url.startswith("http:"):
        # Trusts nothing, costs nothing: reading the system's bundle takes longer than the rest of the client.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if config.ca_file:
            context = ssl.create_default_context(cafile=str(Path(config.ca_file).expanduser()))
        else:
            context = ssl.create_default_context()
            paths = ssl.get_default_verify_paths()
            if not paths.cafile and not paths.capath:
                import certifi

                context.load_verify_locations(cafile=certifi.where())
    except OSError as error:
        raise Misconfigured(f"ca_file: {config.ca_file} is not a usable PEM bundle ({_why(error)})") from None
    if config.cert_file:
        key = str(Path(config.key_file).expanduser()) if config.key_file else None
        try:
            # A key with a pass phrase would make OpenSSL ask on the terminal; an empty answer fails instead.
            context.load_cert_chain(str(Path(config.cert_file).expanduser()), key, password="")
        except OSError as error:
            raise Misconfigured(
                f"cert_file: {config.cert_file} (key_file: {config.key_file or 'in the same file'}) "
                f"is not a usable PEM certificate and unencrypted key ({_why(error)})"
            ) from None
    if config.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _why(error: OSError) -> str:
    reason = getattr(error, "reason", None) or error.strerror
    return str(reason or type(error).__name__)
