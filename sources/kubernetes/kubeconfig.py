"""Reads kubeconfig files the way kubectl does and merges them; `load` gives the one cluster to talk to.

Rules (Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files"): --kubeconfig, else the
files in KUBECONFIG, else ~/.kube/config; the first file that sets a value or an entry wins; paths are relative
to the file they stand in. Where all of that is empty, the service account of the pod we run in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sources.kubernetes.clusterconfig import ClusterConfig, Overrides
from sources.kubernetes.errors import ConfigError
from sources.kubernetes.resolve import Entry, in_cluster, resolve

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BaseLoader):  # type: ignore[misc]  # which base exists depends on how PyYAML was built
    """Safe YAML without dates, which JSON and so kubectl does not know: a name like 2024-01-01 is text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _BaseLoader.yaml_implicit_resolvers.items()
    }


LOADER: Any = _Loader


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """Merged files. `contexts`, `clusters` and `users` map names to entries that know their file."""

    looked_at: tuple[Path, ...]
    files: tuple[tuple[Path, int, int], ...] = ()
    current_context: str | None = None
    contexts: Mapping[str, Entry] = field(default_factory=dict)
    clusters: Mapping[str, Entry] = field(default_factory=dict)
    users: Mapping[str, Entry] = field(default_factory=dict)


def load(
    overrides: Overrides | None = None,
    env: Mapping[str, str] = os.environ,
    service_account: Path = SERVICE_ACCOUNT,
) -> ClusterConfig:
    """The cluster that kubectl would talk to with these flags. Raises `ConfigError`."""
    overrides = overrides or Overrides()
    merged = read(overrides.kubeconfig, env)
    says_something = merged.current_context or overrides.context or overrides.cluster or overrides.server
    if not says_something:
        inside = in_cluster(overrides, env, service_account)
        if inside is not None:
            return inside
        raise ConfigError(_nothing_found(merged))
    return resolve(merged, overrides)


def read(explicit: str | None = None, env: Mapping[str, str] = os.environ) -> Kubeconfig:
    """All files that count, merged. Missing files are ignored, except one named explicitly."""
    paths = _paths(explicit, env)
    current: str | None = None
    maps: dict[str, dict[str, Entry]] = {"contexts": {}, "clusters": {}, "users": {}}
    files = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
            stat = path.stat()
        except FileNotFoundError:
            if explicit:
                raise ConfigError(f"--kubeconfig {path}: no such file") from None
            continue
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise ConfigError(f"cannot read kubeconfig {path}: {why}") from None
        document = _parse(text, path)
        files.append((path, stat.st_mtime_ns, stat.st_size))
        current = current or _string(document, "current-context", path)
        for section, singular in (("contexts", "context"), ("clusters", "cluster"), ("users", "user")):
            for name, entry in _entries(document, section, singular, path).items():
                maps[section].setdefault(name, entry)
    return Kubeconfig(tuple(paths), tuple(files), current, **maps)


def _paths(explicit: str | None, env: Mapping[str, str]) -> list[Path]:
    if explicit:
        return [Path(explicit)]
    if env.get("KUBECONFIG"):
        return [Path(part) for part in dict.fromkeys(env["KUBECONFIG"].split(os.pathsep)) if part]
    return [Path(env["HOME"]) / ".kube" / "config"] if env.get("HOME") else []


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        # JSON may be indented with tabs, which YAML parsers refuse.
        document = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except ValueError:
        document = _checked_yaml(text, path)
    except yaml.YAMLError as error:
        raise _malformed(error, path) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(f"{path} is not a kubeconfig: expected a mapping with clusters, users and contexts")
    kind = document.get("kind")
    if kind not in (None, "", "Config"):
        raise ConfigError(f"{path} is not a kubeconfig: its kind is {str(kind)[:40]!r}, not 'Config'")
    return document


def _yaml(text: str) -> Any:
    return yaml.load(text, LOADER)  # a SafeLoader


def _checked_yaml(text: str, path: Path) -> Any:
    try:
        return _yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise _malformed(error, path) from None


def _malformed(error: Exception, path: Path) -> ConfigError:
    # Only the place and the parser's own words: the offending line may hold a token.
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
    return ConfigError(f"{path}: malformed YAML at {where}: {getattr(error, 'problem', None) or 'cannot be read'}")


def _entries(document: Mapping[str, Any], section: str, singular: str, path: Path) -> dict[str, Entry]:
    items = document.get(section)
    if items is None:
        return {}
    if not isinstance(items, list):
        raise ConfigError(f"{path}: {section} must be a list")
    found: dict[str, Entry] = {}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise ConfigError(f"{path}: entry {number} of {section} must be a mapping with name and {singular}")
        name = _string(item, "name", path, f"entry {number} of {section}") or ""
        body = item.get(singular)
        if body is None:
            body = {}
        if not isinstance(body, dict):
            raise ConfigError(f"{path}: {singular} {name!r} must be a mapping")
        if name in found:
            raise ConfigError(f"{path}: duplicate name {name!r} in {section}")
        found[name] = Entry(singular, name, body, path)
    return found


def _string(body: Mapping[str, Any], key: str, path: Path, where: str = "") -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{path}: {where + ': ' if where else ''}{key} must be a string (put it in quotes)")
    return value or None


def _nothing_found(merged: Kubeconfig) -> str:
    if merged.contexts:
        known = ", ".join(sorted(merged.contexts))
        return (
            f"no current-context is set in {_names(merged)}; choose one with --context "
            f"(known: {known}) or run: kubectl config use-context NAME"
        )
    if merged.files:
        return f"the kubeconfig {_names(merged)} has no contexts; pass --kubeconfig FILE or set KUBECONFIG"
    looked = ", ".join(str(path) for path in merged.looked_at) or "nowhere (neither KUBECONFIG nor HOME is set)"
    return f"no kubeconfig found (looked at {looked}); pass --kubeconfig FILE or set KUBECONFIG"


def _names(merged: Kubeconfig) -> str:
    return ", ".join(str(path) for path, _, _ in merged.files)
