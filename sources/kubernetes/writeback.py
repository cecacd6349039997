"""Writes a rotated OIDC refresh token back into the kubeconfig it came from, and reads what kubectl wrote there.

A provider that rotates refresh tokens accepts each one once: if we used it and kept the next one to ourselves,
kubectl would be locked out. Only the values change; comments, order and every other byte stay.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sources.kubernetes.clusterconfig import OidcConfig
from sources.kubernetes.errors import ConfigError
from sources.kubernetes.kubeconfig import LOADER, read

_LOCK_WAIT = 2.0


def stored_tokens(oidc: OidcConfig) -> tuple[str, str]:
    """(id-token, refresh-token) as the kubeconfig has them now; empty where it cannot be read any more."""
    if oidc.origin is None:
        return "", ""
    try:
        user = read(str(oidc.origin), {}).users.get(oidc.user)
    except ConfigError:
        return "", ""
    provider: Any = user.body.get("auth-provider") if user else None
    settings = provider.get("config") if isinstance(provider, dict) else None
    if not isinstance(settings, dict):
        return "", ""
    return str(settings.get("id-token") or ""), str(settings.get("refresh-token") or "")


def store_tokens(oidc: OidcConfig, id_token: str, refresh_token: str) -> str | None:
    """Replaces the tokens of the user in its file, atomically. Returns what went wrong, None if nothing did."""
    if oidc.origin is None:
        return "the kubeconfig file is not known"
    path = oidc.origin.resolve()
    try:
        with _lock(oidc.origin):
            text = path.read_text(encoding="utf-8")
            changed = with_tokens(text, oidc.user, {"refresh-token": refresh_token, "id-token": id_token})
            if changed is None:
                return "its layout is not one that can be changed safely"
            _replace(path, changed)
    except (OSError, UnicodeDecodeError) as error:
        return getattr(error, "strerror", None) or "it is not UTF-8 text"
    return None


def with_tokens(text: str, user: str, values: Mapping[str, str]) -> str | None:
    """The text with the values of the user's auth-provider config replaced where they stand.

    None unless the result differs from the original in exactly these values.
    """
    try:
        root = yaml.compose(text, LOADER)
        before = yaml.load(text, LOADER)  # a SafeLoader
        settings = _child(_child(_child(_named(_child(root, "users"), user), "user"), "auth-provider"), "config")
        changed = text
        found = [(key, _child(settings, key)) for key in values]
        spots = [(node, values[key]) for key, node in found if isinstance(node, yaml.ScalarNode)]
        for node, value in sorted(spots, key=lambda spot: spot[0].start_mark.index, reverse=True):
            changed = changed[: node.start_mark.index] + json.dumps(value) + changed[node.end_mark.index :]
        for entry in before["users"]:
            if entry["name"] == user:
                config = entry["user"]["auth-provider"]["config"]
                config.update({key: value for key, value in values.items() if key in config})
        same = yaml.load(changed, LOADER) == before and "refresh-token" in (key for key, node in found if node)
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return None
    return changed if same else None


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value  # type: ignore[no-any-return]  # PyYAML's stubs leave node values untyped
    return None


def _named(node: yaml.Node | None, name: str) -> yaml.Node | None:
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        said = _child(item, "name")
        if said is not None and said.value == name:
            return item  # type: ignore[no-any-return]  # as above
    return None


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """The lock file that kubectl takes for its own writes."""
    lock = path.with_name(path.name + ".lock")
    deadline = time.monotonic() + _LOCK_WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0))
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(prefix=path.name + ".", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        stat = path.stat()
        Path(name).chmod(stat.st_mode & 0o777)
        if hasattr(os, "geteuid") and stat.st_uid != os.geteuid():
            os.chown(name, stat.st_uid, stat.st_gid)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
