"""The frozen answer of the kubeconfig loader: one cluster, one user, and nothing left to look up by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says over the kubeconfig, in kubectl's words. None or empty: not said."""

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    as_: str | None = None
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    request_timeout: str | None = None
    """Seconds, or a duration such as "1m30s"; "0" is no limit."""
    server: str | None = None
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """How the server is verified."""

    ca_file: Path | None = None
    ca_data: bytes | None = None
    insecure: bool = False
    server_name: str | None = None
    """`tls-server-name`: the name that the server's certificate must carry instead of its host's."""


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Whom the API server shall take us for (`as`, `as-groups`, `as-uid`, `as-user-extra`)."""

    user: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class ExecConfig:
    """A credential plugin (client.authentication.k8s.io). `command` is resolved if it contains a slash."""

    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str = "client.authentication.k8s.io/v1"
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: Literal["Never", "IfAvailable", "Always"] = "IfAvailable"
    cluster_extension: Any = field(default=None, repr=False)
    """The cluster's extension "client.authentication.k8s.io/exec", handed to the plugin as `config`."""


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """The legacy auth-provider `oidc`."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    ca_file: Path | None = None
    ca_data: bytes | None = field(default=None, repr=False)
    user: str = ""
    origin: Path | None = None
    """The kubeconfig that holds the user entry: a rotated refresh token is written back there."""


@dataclass(frozen=True, slots=True)
class UserAuth:
    """How we say who we are. Static tokens go before basic auth, plugin, OIDC; certificates come on top."""

    name: str | None = None
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    cert_file: Path | None = None
    cert_data: bytes | None = field(default=None, repr=False)
    key_file: Path | None = None
    key_data: bytes | None = field(default=None, repr=False)
    exec: ExecConfig | None = None
    oidc: OidcConfig | None = None

    def describe(self) -> str:
        """The way of authentication in a few words, without secrets."""
        ways = []
        if self.token or self.token_file:
            ways.append("token file" if self.token_file else "token")
        elif self.username:
            ways.append("basic auth")
        elif self.exec:
            ways.append(f"plugin {Path(self.exec.command).name}")
        elif self.oidc:
            ways.append("OIDC")
        if self.cert_file or self.cert_data:
            ways.append("client certificate")
        return " + ".join(ways) or "none"


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """Everything needed to talk to one cluster. It never changes: the cluster stays pinned for the session."""

    server: str
    """Scheme, host, port and base path, without a trailing slash."""
    context: str | None = None
    cluster: str | None = None
    namespace: str | None = None
    """The flag's or the context's; None where nobody said one (kubectl then takes "default")."""
    tls: TlsConfig = TlsConfig()
    proxy_url: str | None = field(default=None, repr=False)
    auth: UserAuth = UserAuth()
    impersonate: Impersonation | None = None
    request_timeout: float | None = None
    """Seconds for one whole request that is not a stream; None is no limit."""
    disable_compression: bool = False
    in_cluster: bool = False
    files: tuple[tuple[Path, int, int], ...] = ()
    """The kubeconfig files read: path, modification time (ns), size."""

    @property
    def insecure(self) -> bool:
        """The kubeconfig switches TLS verification off (or uses none): the header has to say so."""
        return self.tls.insecure or not self.server.startswith("https://")

    def changed_files(self) -> list[Path]:
        """The kubeconfig files that were edited since: offer a reload, never switch by itself."""
        return [path for path, mtime, size in self.files if _stamp(path) != (mtime, size)]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
