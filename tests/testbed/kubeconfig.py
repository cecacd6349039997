"""The users of the test bed and a kubeconfig file for each."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.testbed import files

# user -> (token, group). Known values are harmless: the API server listens on loopback and holds nothing.
TOKENS = {
    "viewer": ("testbed-viewer-token", "testbed:viewers"),
    "team": ("testbed-team-token", "testbed:team-a"),
    "nobody": ("testbed-nobody-token", "testbed:nobodies"),
}
USERS = ("admin", "viewer", "team", "nobody", "exec")

EXEC_PLUGIN = '''#!{python}
"""Credential plugin of the test bed: prints the viewer token, good for ten minutes."""
import datetime, json, pathlib
calls = pathlib.Path(__file__).with_suffix(".calls")
with calls.open("a") as log:
    log.write(datetime.datetime.now(datetime.timezone.utc).isoformat() + "\\n")
expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
print(json.dumps({{
    "apiVersion": "client.authentication.k8s.io/v1",
    "kind": "ExecCredential",
    "status": {{"token": {token!r}, "expirationTimestamp": expiry.strftime("%Y-%m-%dT%H:%M:%SZ")}},
}}))
'''


def path(state: Path, user: str) -> Path:
    """The kubeconfig file of a user: admin, viewer, team, nobody, exec, or a control plane component."""
    return state / "kubeconfig" / f"{user}.yaml"


def write_tokens(state: Path) -> Path:
    """The API server's static token file: token,user,uid,"group"."""
    file = state / "tokens.csv"
    lines = [f'{token},{user},uid-{user},"{group}"\n' for user, (token, group) in TOKENS.items()]
    files.write(file, "".join(lines))
    return file


def write_all(state: Path, certificates: Path, server: str) -> None:
    """Write every kubeconfig and the exec plugin."""
    folder = state / "kubeconfig"
    for user in ("admin", "kube-controller-manager", "kube-scheduler"):
        pair = {
            "client-certificate": str(certificates / f"{user}.crt"),
            "client-key": str(certificates / f"{user}.key"),
        }
        _write(state, certificates, server, user, pair)
    for user, (token, _) in TOKENS.items():
        _write(state, certificates, server, user, {"token": token})
    plugin = folder / "exec-plugin"
    files.write(plugin, EXEC_PLUGIN.format(python=sys.executable, token=TOKENS["viewer"][0]), 0o700)
    command = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "interactiveMode": "Never",
    }
    _write(state, certificates, server, "exec", {"exec": command})


def exec_calls(state: Path) -> list[datetime]:
    """When the exec plugin was run, oldest first."""
    file = state / "kubeconfig" / "exec-plugin.calls"
    return [datetime.fromisoformat(line) for line in file.read_text().splitlines()] if file.exists() else []


def _write(state: Path, certificates: Path, server: str, user: str, credential: dict[str, Any]) -> None:
    context: dict[str, Any] = {"cluster": "testbed", "user": user}
    if user == "team":
        context["namespace"] = "team-a"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "testbed",
                "cluster": {"server": server, "certificate-authority": str(certificates / "ca.crt")},
            }
        ],
        "users": [{"name": user, "user": credential}],
        "contexts": [{"name": f"testbed-{user}", "context": context}],
        "current-context": f"testbed-{user}",
    }
    files.write(path(state, user), json.dumps(config, indent=1) + "\n")  # JSON is YAML
