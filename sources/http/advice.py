"""What to do about a server that cannot be used, in the words of the configuration: the doctor's remedies."""

from __future__ import annotations

from sources.contract import Denied, Misconfigured, NotSupported, QueryError, SourceError, Unauthorized
from sources.http.settings import HttpConfig


def advice(error: SourceError, config: HttpConfig, section: str) -> str:
    """The remedy for `error`; `section` is the source's, "prometheus", which is its flag too."""
    if isinstance(error, Unauthorized):
        return (
            f"set username and password_env, or bearer_token_env / _file / _command, in [sources.{section}]; "
            "or give the URL behind the sign-in"
        )
    if isinstance(error, Denied):
        if "services" in error.missing:
            return f"grant {error.missing!r}, or give --{section} URL"
        return "ask for access, or use credentials that have it"
    if isinstance(error, Misconfigured):
        return f"correct [sources.{section}] or --{section}"
    if isinstance(error, QueryError):
        return "look at the server's own log"
    if isinstance(error, NotSupported):
        return f"give --{section} URL with its path prefix, for example http://host:port/prefix"
    if "certificate" in str(error):
        return f"set ca_file (or server_name) in [sources.{section}]"
    proxy = " through proxy_url" if config.proxy_url else ""
    return f"check that the address is right and reachable from here{proxy}"
