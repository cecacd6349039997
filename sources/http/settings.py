"""The connection settings of an HTTP source: which server, which credentials, which certificates."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from msgspec import Struct

from sources.contract import Misconfigured

CONNECT_TIMEOUT = 10.0
"""Seconds in which a connection has to be made."""
_ENDINGS = ("/api/v1", "/api/v2", "/graph", "/query")
"""Paths that people copy from the browser; the API lives beside them."""


class HttpConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to reach one HTTP server. Secrets are named (a variable, a file, a command), not written down."""

    url: str = ""
    """Base URL. Empty: looked for among the cluster's services."""
    username: str = ""
    """For basic authentication, with one of the three passwords."""
    password_env: str = ""
    """Environment variable that holds the password."""
    password_file: str = ""
    """File that holds the password."""
    password_command: tuple[str, ...] = ()
    """Program and arguments that print the password; no shell is involved."""
    bearer_token_env: str = ""
    bearer_token_file: str = ""
    bearer_token_command: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    """Sent with each request, for example `X-Scope-OrgID`."""
    ca_file: str = ""
    """PEM bundle to trust instead of the system's."""
    cert_file: str = ""
    """PEM client certificate; the key may be in the same file."""
    key_file: str = ""
    server_name: str = ""
    """The name to expect in the server's certificate, where it is not the URL's host."""
    insecure_skip_verify: bool = False
    """Accept any certificate. Anyone on the path can then read the credentials."""
    proxy_url: str = ""
    """HTTP proxy. Empty: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and no proxy for this machine itself."""
    timeout: float = 30.0
    """Seconds that a request may take; sent to Prometheus as the query's timeout too."""
    interval: float = 15.0
    """Seconds between two polls."""

    def __repr__(self) -> str:
        # Headers, commands and URLs may hold secrets; the class name and the host are enough to find the section.
        return f"{type(self).__name__}(url={shown(self.url)!r})"


class Address(NamedTuple):
    """A base URL without credentials or trailing slash, and the credentials that were in it."""

    url: str
    username: str = ""
    password: str = ""
    shown: str = ""

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def parse_url(text: str, what: str = "url") -> Address:
    """Takes a URL apart; `host:9090` means http, and what people paste from a browser is cut back to the base.

    Raises `Misconfigured` for what cannot be a base URL; the message never shows credentials.
    """
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Misconfigured(f"{what}: not a URL ({error}); expected http(s)://host[:port][/prefix]") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Misconfigured(f"{what}: {shown(text)!r} is not a URL of the form http(s)://host[:port][/prefix]")
    path = parts.path.rstrip("/")
    pasted = next((ending for ending in _ENDINGS if path.endswith(ending)), "")
    if parts.query and not pasted:
        raise Misconfigured(f"{what}: a base URL has no query part; give http(s)://host[:port][/prefix]")
    path = path.removesuffix(pasted)
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc += f":{port}"
    bare = urlunsplit((parts.scheme, netloc, path, "", ""))
    credentials = parts.username is not None or parts.password is not None
    label = urlunsplit((parts.scheme, f"***@{netloc}", path, "", "")) if credentials else bare
    return Address(bare, unquote(parts.username or ""), unquote(parts.password or ""), label)


def shown(url: str) -> str:
    """The URL as it may be displayed: credentials replaced by ***, query and fragment gone."""
    head, at, rest = url.rpartition("@")
    if at:
        scheme = head.partition("://")[0] if "://" in head else ""
        url = f"{scheme}://***@{rest}" if scheme else f"***@{rest}"
    return url.partition("?")[0].partition("#")[0]


def validate(config: HttpConfig) -> Address | None:
    """Checks what can be checked without I/O; the address, or None when it is to be discovered.

    Raises `Misconfigured` naming the field.
    """
    if config.timeout <= 0:
        raise Misconfigured(f"timeout: {config.timeout:g} is not a positive number of seconds")
    if config.interval < 1:
        raise Misconfigured(f"interval: {config.interval:g} is less than 1 second")
    passwords = [name for name in ("password_env", "password_file", "password_command") if getattr(config, name)]
    tokens = [
        name for name in ("bearer_token_env", "bearer_token_file", "bearer_token_command") if getattr(config, name)
    ]
    for found in (passwords, tokens):
        if len(found) > 1:
            raise Misconfigured(f"{' and '.join(found)} are both set; give one of them")
    if tokens and (config.username or passwords):
        raise Misconfigured(f"{tokens[0]} and username/password are both set; give one way to sign in")
    if passwords and not config.username:
        raise Misconfigured(f"{passwords[0]} is set but username is not")
    if config.username and not passwords:
        raise Misconfigured(
            "username is set without a password; give password_env, password_file or password_command"
        )
    if config.key_file and not config.cert_file:
        raise Misconfigured("key_file is set but cert_file is not")
    if config.proxy_url:
        parse_url(config.proxy_url, "proxy_url")
    if not config.url:
        return None
    address = parse_url(config.url)
    if address.username and (config.username or tokens):
        raise Misconfigured("url holds credentials and username or a token is set too; give one way to sign in")
    return address
