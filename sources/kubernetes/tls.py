"""TLS contexts for the API server; client keys do not touch the disk where the system allows."""

from __future__ import annotations

import contextlib
import os
import re
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sources.kubernetes.errors import ConfigError

_PEM = re.compile(rb"-----BEGIN ([A-Z ]*CERTIFICATE)-----.+?-----END \1-----", re.S)


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """The bytes (PEM) a context is made of; two equal ones can share a connection pool."""

    ca: bytes | None = field(default=None, repr=False)
    cert: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    insecure: bool = False


def context(material: TlsMaterial) -> ssl.SSLContext:
    """A new client context (blocking, some milliseconds). Raises `ConfigError` for unusable PEM.

    Never share one between HTTP libraries: each sets its own ALPN protocols on it.
    """
    made = ssl.create_default_context(cadata=_authorities(material.ca) if material.ca else None)
    made.hostname_checks_common_name = False  # as kubectl: only subject alternative names count
    made.set_alpn_protocols(["http/1.1"])
    if material.ca:
        # Cluster CAs are often made without an Authority Key Identifier, which Python 3.13 and later demand by
        # default; and as in Go, any certificate given as an authority is an anchor, root or not.
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if material.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if material.cert and material.key:
        with _as_file(material.cert.rstrip() + b"\n" + material.key) as path:
            try:
                made.load_cert_chain(path, password=_refuse_password)
            except (ssl.SSLError, ValueError, OSError) as error:
                reason = getattr(error, "reason", None) or "not valid PEM"
                raise ConfigError(f"the client certificate and key cannot be used: {reason}") from None
    return made


def _authorities(pem: bytes) -> str:
    # Files may carry comments in any encoding around the certificates.
    blocks = [block[0].decode("ascii", "replace") for block in _PEM.finditer(pem)]
    if not blocks:
        raise ConfigError("the certificate authority holds no PEM certificate")
    text = "\n".join(blocks)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise ConfigError("the certificate authority holds an invalid certificate") from None
    return text


def _refuse_password() -> str:
    # Without this OpenSSL asks for a pass phrase on the terminal.
    raise ValueError("the key is encrypted; kubectl does not support that either")


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """A path that can be opened while the block runs: in memory on Linux, else a file only we can read."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        number = os.memfd_create("tls", os.MFD_CLOEXEC)
        try:
            with os.fdopen(number, "wb", closefd=False) as memory:
                memory.write(data)
            yield f"/proc/self/fd/{number}"
        finally:
            os.close(number)
        return
    number, path = tempfile.mkstemp(prefix="topmast-")  # mode 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        yield path
    finally:
        Path(path).unlink()
