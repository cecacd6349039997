"""Which HTTP proxy a request goes through: proxy-url, HTTP(S)_PROXY and NO_PROXY as Go programs read them."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from sources.kubernetes.errors import ConfigError


def choose(server: str, proxy_url: str | None, env: Mapping[str, str] = os.environ) -> str | None:
    """The proxy for `server`, or None. `proxy_url` (the kubeconfig's) wins and knows no exceptions.

    Raises `ConfigError` for SOCKS and for addresses that are none. The answer may hold a password.
    """
    if proxy_url:
        return _checked(proxy_url, "proxy-url in the kubeconfig")
    name = "HTTPS_PROXY" if server.startswith("https://") else "HTTP_PROXY"
    said = env.get(name) or env.get(name.lower())
    if not said or bypassed(server, env.get("NO_PROXY") or env.get("no_proxy") or ""):
        return None
    return _checked(said if "://" in said else f"http://{said}", name)


def bypassed(server: str, no_proxy: str) -> bool:
    """NO_PROXY: hosts (and their subdomains), .suffixes, addresses, CIDR ranges, each with an optional port,
    or "*". Loopback never goes through a proxy that the environment names."""
    parts = urlsplit(server)
    host = (parts.hostname or "").rstrip(".").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(entry.strip().lower(), host, address, port) for entry in no_proxy.split(","))


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _matches(entry: str, host: str, address: _Address | None, port: int) -> bool:
    if not entry:
        return False
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, only_port = _split_port(entry)
    if only_port is not None and only_port != port:
        return False
    wanted = _address(name)
    if wanted is not None or address is not None:
        return wanted is not None and wanted == address
    if name.startswith("*."):
        name = name[1:]
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith("." + name)


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, int(rest[1:]) if rest[1:].isdecimal() else None
    name, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and ":" not in name:
        return name, int(port)
    return entry, None


def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _checked(said: str, where: str) -> str:
    try:
        parts = urlsplit(said)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{where} is not a valid address; expected http://HOST:PORT")
    if parts.scheme.startswith("socks"):
        raise ConfigError(
            f"{where}: SOCKS proxies are not supported; use an http(s) proxy, or forward a port "
            "(ssh -L) and set `server` and `tls-server-name`"
        )
    if parts.scheme not in ("http", "https"):
        raise ConfigError(f"{where}: {parts.scheme}:// is not a proxy we know; expected http:// or https://")
    return said
