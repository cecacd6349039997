"""From merged kubeconfig entries and flags to one frozen `ClusterConfig`; checks what kubectl checks."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from sources.kubernetes.clusterconfig import (
    ClusterConfig,
    ExecConfig,
    Impersonation,
    OidcConfig,
    Overrides,
    TlsConfig,
    UserAuth,
)
from sources.kubernetes.errors import ConfigError

EXEC_API = "client.authentication.k8s.io/"
_MODES = ("Never", "IfAvailable", "Always")
_REPLACED_PROVIDERS = {
    "gcp": "install gke-gcloud-auth-plugin and run: gcloud container clusters get-credentials CLUSTER",
    "azure": "install kubelogin and run: kubelogin convert-kubeconfig",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One named cluster, user or context and the file it stands in."""

    section: str
    name: str
    body: Mapping[str, Any] = field(repr=False)
    origin: Path

    def __str__(self) -> str:
        return f"{self.origin}: {self.section} {self.name!r}"

    def text(self, key: str) -> str:
        return _typed(self, self.body, key, str) or ""

    def flag(self, key: str) -> bool:
        return bool(_typed(self, self.body, key, bool))

    def path(self, key: str) -> Path | None:
        """Relative to the file that says it."""
        said = self.text(key)
        return self.origin.absolute().parent / said if said else None

    def data(self, key: str) -> bytes | None:
        said = self.text(key)
        return _decoded(self, key, said) if said else None


class Merged(Protocol):
    @property
    def files(self) -> tuple[tuple[Path, int, int], ...]: ...
    @property
    def current_context(self) -> str | None: ...
    @property
    def contexts(self) -> Mapping[str, Entry]: ...
    @property
    def clusters(self) -> Mapping[str, Entry]: ...
    @property
    def users(self) -> Mapping[str, Entry]: ...


def resolve(merged: Merged, overrides: Overrides) -> ClusterConfig:
    """The cluster, user and namespace that context and flags name. Raises `ConfigError`."""
    files = ", ".join(str(path) for path, _, _ in merged.files) or "the kubeconfig"
    nowhere = Entry("entry", "", {}, Path("/"))
    context_name = overrides.context or merged.current_context
    context = _pick(merged.contexts, "context", context_name, files) or nowhere
    cluster_name = overrides.cluster or context.text("cluster") or None
    cluster = _pick(merged.clusters, "cluster", cluster_name, files, context) or nowhere
    user = _pick(merged.users, "user", overrides.user or context.text("user") or None, files, context) or nowhere

    tls = TlsConfig(
        ca_file=None if cluster.text("certificate-authority-data") else cluster.path("certificate-authority"),
        ca_data=cluster.data("certificate-authority-data"),
        insecure=cluster.flag("insecure-skip-tls-verify"),
        server_name=cluster.text("tls-server-name") or None,
    )
    if tls.insecure and (tls.ca_file or tls.ca_data):
        raise ConfigError(
            f"{cluster}: insecure-skip-tls-verify and a certificate-authority exclude each other; remove one"
        )
    said = overrides.server or cluster.text("server")
    if not said:
        known = _known(merged.clusters)
        if not cluster.name and not context.name:
            raise ConfigError(f"no cluster chosen: pass --context or --cluster (clusters: {known})")
        what = cluster if cluster.name else context
        raise ConfigError(f"{what}: no server address; add one or pass --cluster (known: {known})")
    impersonate = _impersonation(user, overrides)
    has_tls = bool(tls.insecure or tls.ca_file or tls.ca_data or user.text("client-certificate-data"))
    server = server_url(said, has_tls, str(cluster))
    # As kubectl: over plain HTTP nobody gets our credentials.
    secure = server.startswith("https://")
    auth = user_auth(user, cluster, overrides.token) if secure else UserAuth(name=user.name or None)
    return ClusterConfig(
        server=server,
        context=context.name or None,
        cluster=cluster.name or None,
        namespace=overrides.namespace or context.text("namespace") or None,
        tls=tls,
        proxy_url=cluster.text("proxy-url") or None,
        auth=auth,
        impersonate=impersonate,
        request_timeout=parse_timeout(overrides.request_timeout),
        disable_compression=cluster.flag("disable-compression"),
        files=merged.files,
    )


def in_cluster(overrides: Overrides, env: Mapping[str, str], directory: Path) -> ClusterConfig | None:
    """The service account of the pod we run in; None outside of a pod."""
    host, port = env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT")
    token, ca = directory / "token", directory / "ca.crt"
    if not host or not port or not token.is_file():
        return None
    namespace = overrides.namespace or env.get("POD_NAMESPACE")
    if not namespace and (directory / "namespace").is_file():
        namespace = (directory / "namespace").read_text(encoding="utf-8", errors="replace").strip()
    return ClusterConfig(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=namespace or None,
        tls=TlsConfig(ca_file=ca if ca.is_file() else None),
        auth=UserAuth(token=overrides.token) if overrides.token else UserAuth(token_file=token),
        impersonate=_impersonation(Entry("user", "", {}, directory), overrides),
        request_timeout=parse_timeout(overrides.request_timeout),
        in_cluster=True,
    )


def user_auth(user: Entry, cluster: Entry, token: str | None) -> UserAuth:
    """The ways a user entry offers, checked. `token` is the flag that goes before everything."""
    auth = UserAuth(
        name=user.name or None,
        token=token or user.text("token"),
        token_file=None if token else user.path("tokenFile"),
        username=user.text("username"),
        password=user.text("password"),
        cert_file=None if user.text("client-certificate-data") else user.path("client-certificate"),
        cert_data=user.data("client-certificate-data"),
        key_file=None if user.text("client-key-data") else user.path("client-key"),
        key_data=user.data("client-key-data"),
        exec=_exec(user, cluster),
        oidc=_provider(user),
    )
    if bool(auth.cert_file or auth.cert_data) != bool(auth.key_file or auth.key_data):
        raise ConfigError(
            f"{user}: a client certificate needs both client-certificate(-data) and client-key(-data)"
        )
    if auth.exec and auth.oidc:
        raise ConfigError(f"{user}: exec and auth-provider exclude each other; remove one")
    if auth.username and (auth.token or auth.token_file):
        raise ConfigError(f"{user}: token and username exclude each other; remove one")
    return auth


def _exec(user: Entry, cluster: Entry) -> ExecConfig | None:
    body = _typed(user, user.body, "exec", dict)
    if body is None:
        return None
    plugin = Entry(f"{user.section} {user.name!r}: exec", "", body, user.origin)
    command, version, mode = plugin.text("command"), plugin.text("apiVersion"), plugin.text("interactiveMode")
    if not command:
        raise ConfigError(f"{user}: exec needs a command")
    if version not in (EXEC_API + "v1", EXEC_API + "v1beta1"):
        raise ConfigError(
            f"{user}: exec apiVersion {version or '(none)'!r} is not supported (v1 and v1beta1 are); "
            "write the kubeconfig anew with a current version of the tool that made it"
        )
    if mode and mode not in _MODES:
        raise ConfigError(f"{user}: exec interactiveMode must be one of {', '.join(_MODES)}")
    env = []
    for item in _typed(user, body, "env", list) or ():
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise ConfigError(f"{user}: exec env must be a list of name and value")
        env.append((item["name"], _typed(user, item, "value", str) or ""))
    return ExecConfig(
        command=str(plugin.path("command")) if "/" in command else command,
        args=_texts(user, body, "args"),
        env=tuple(env),
        api_version=version,
        install_hint=plugin.text("installHint").strip(),
        provide_cluster_info=plugin.flag("provideClusterInfo"),
        interactive_mode=cast(Any, mode or "IfAvailable"),
        cluster_extension=_extension(cluster),
    )


def _extension(cluster: Entry) -> Any:
    for item in _typed(cluster, cluster.body, "extensions", list) or ():
        if isinstance(item, dict) and item.get("name") == EXEC_API + "exec":
            return item.get("extension")
    return None


def _provider(user: Entry) -> OidcConfig | None:
    body = _typed(user, user.body, "auth-provider", dict)
    if body is None:
        return None
    name = _typed(user, body, "name", str) or ""
    if name != "oidc":
        fix = _REPLACED_PROVIDERS.get(name, "use an exec plugin or a token instead")
        raise ConfigError(f"{user}: auth-provider {name!r} was removed from Kubernetes clients; {fix}")
    settings = Entry(
        f"{user.section} {user.name!r}: auth-provider", "", _typed(user, body, "config", dict) or {}, user.origin
    )
    ca_file = settings.path("idp-certificate-authority")
    if ca_file and not ca_file.exists():
        # kubectl takes this one path from the working directory; a file that works there has to work here.
        ca_file = Path(settings.text("idp-certificate-authority"))
    oidc = OidcConfig(
        issuer=settings.text("idp-issuer-url"),
        client_id=settings.text("client-id"),
        client_secret=settings.text("client-secret"),
        id_token=settings.text("id-token"),
        refresh_token=settings.text("refresh-token"),
        ca_file=ca_file,
        ca_data=settings.data("idp-certificate-authority-data"),
        user=user.name,
        origin=user.origin,
    )
    if not oidc.issuer or not oidc.client_id:
        raise ConfigError(f"{user}: auth-provider oidc needs idp-issuer-url and client-id")
    return oidc


def _impersonation(user: Entry, overrides: Overrides) -> Impersonation | None:
    name = overrides.as_ or user.text("as")
    groups = overrides.as_groups or _texts(user, user.body, "as-groups")
    uid = overrides.as_uid or user.text("as-uid")
    said = _typed(user, user.body, "as-user-extra", dict) or {}
    extra = tuple((str(key), _texts(user, said, key)) for key in said)
    if not "".join((name, uid, *groups, *(value for _, values in extra for value in values))).isprintable():
        raise ConfigError("the names to impersonate hold control characters")
    if name:
        return Impersonation(name, groups, uid, extra)
    if groups or uid or extra:
        raise ConfigError("impersonating a group, uid or extra needs a user too: pass --as USER (or set `as:`)")
    return None


def server_url(said: str, has_tls: bool, where: str) -> str:
    """Scheme (kubectl's default where none is given), host, port and base path, without a trailing slash."""
    if "://" not in said:
        said = f"{'https' if has_tls else 'http'}://{said}"
    try:
        parts = urlsplit(said)
        valid = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{where}: server is not a valid http(s) address")
    if parts.username is not None:
        raise ConfigError(f"{where}: server must not contain a user or password; put them into the user entry")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")


def parse_timeout(said: str | None) -> float | None:
    """kubectl's --request-timeout: whole seconds or a Go duration ("1m30s"); None for "0" (no limit)."""
    if not said:
        return None
    if said.isdecimal():
        return float(said) or None
    if not re.fullmatch(f"(?:{_DURATION.pattern})+", said):
        raise ConfigError(f"--request-timeout {said!r}: expected seconds or a duration such as 30s or 1m30s")
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(said)) or None


def _pick(
    entries: Mapping[str, Entry], section: str, name: str | None, files: str, asked_by: Entry | None = None
) -> Entry | None:
    if name is None:
        return None
    if name not in entries:
        where = (
            f"{asked_by} names {section} {name!r}, which does not exist"
            if asked_by and asked_by.name
            else (f"{section} {name!r} does not exist in {files}")
        )
        raise ConfigError(f"{where} (known: {_known(entries)})")
    return entries[name]


def _known(entries: Mapping[str, Entry]) -> str:
    names = sorted(entries)
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "none"


def _typed(entry: Entry, body: Mapping[str, Any], key: str, kind: type[Any]) -> Any:
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, kind):
        names = {str: "a string (put it in quotes)", bool: "true or false", list: "a list", dict: "a mapping"}
        raise ConfigError(f"{entry}: {key} must be {names[kind]}")
    return value


def _texts(entry: Entry, body: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _typed(entry, body, key, list) or ()
    if not all(isinstance(value, str) for value in values):
        raise ConfigError(f"{entry}: {key} must be a list of strings (put them in quotes)")
    return tuple(values)


def _decoded(entry: Entry, key: str, said: str) -> bytes:
    try:
        return base64.b64decode("".join(said.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(f"{entry}: {key} is not valid base64") from None
