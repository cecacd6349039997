"""The loader against kubectl itself: the same files and flags give the same cluster, user and namespace."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess

import pytest
import yaml

from sources.kubernetes.clusterconfig import Overrides
from sources.kubernetes.errors import ConfigError
from sources.kubernetes.kubeconfig import load

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl as the oracle"),
]


def document(name, current):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        **({"current-context": current} if current else {}),
        "contexts": [
            {"name": name, "context": {"cluster": f"k-{name}", "user": f"u-{name}", "namespace": f"ns-{name}"}},
            {"name": "shared", "context": {"cluster": "k-shared", "user": "u-shared"}},
            {"name": "userless", "context": {"cluster": f"k-{name}", "user": ""}},
        ],
        "clusters": [
            {
                "name": f"k-{name}",
                "cluster": {"server": f"https://{name}:6443", "certificate-authority": "pki/ca"},
            },
            {"name": "k-shared", "cluster": {"server": f"https://shared-{name}", "tls-server-name": f"n-{name}"}},
        ],
        "users": [
            {"name": f"u-{name}", "user": {"client-certificate": f"{name}.crt", "client-key": "key", "as": "x"}},
            {"name": "u-shared", "user": {"token": f"t-{name}"}},
        ],
    }


@pytest.fixture
def files(tmp_path):
    made = []
    for name, current in (("a", None), ("b", "b"), ("c", "c")):
        path = tmp_path / name / "config"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump(document(name, current)))
        for referred in ("pki/ca", f"{name}.crt", "key"):
            (path.parent / referred).parent.mkdir(exist_ok=True)
            (path.parent / referred).write_text(f"{referred} beside {name}")
        made.append(str(path))
    return made


CASES = [
    (("a", "b", "c"), {}),
    (("b", "c"), {}),
    (("c", "gone", "b"), {}),
    (("c", "b"), {"context": "shared"}),
    (("b", "c"), {"context": "shared"}),
    (("a", "b"), {"context": "a"}),
    (("a", "b"), {"context": "userless"}),
]


def content(path):
    return base64.b64encode(path.read_bytes()).decode() if path else ""


@pytest.mark.parametrize(("names", "flags"), CASES)
def test_same_as_kubectl(files, tmp_path, names, flags):
    by_name = dict(zip("abc", files, strict=True)) | {"gone": str(tmp_path / "gone")}
    env = {"KUBECONFIG": os.pathsep.join(by_name[name] for name in names), "HOME": str(tmp_path)}
    words = [f"--{name}={value}" for name, value in flags.items()]
    command = ["kubectl", "config", "view", "--minify", "-o", "json", "--raw", "--flatten", *words]
    said = json.loads(subprocess.run(command, env=os.environ | env, check=True, capture_output=True).stdout)
    cluster = said["clusters"][0]["cluster"]
    user = said["users"][0]["user"] if said.get("users") else {}
    ours = load(Overrides(**flags), env=env)
    assert ours.context == said["current-context"]
    assert ours.server == cluster["server"]
    # Flattened, kubectl gives what stands in the files: so the paths were resolved as it resolves them.
    assert content(ours.tls.ca_file) == cluster.get("certificate-authority-data", "")
    assert content(ours.auth.cert_file) == user.get("client-certificate-data", "")
    assert content(ours.auth.key_file) == user.get("client-key-data", "")
    assert (ours.tls.server_name or "") == cluster.get("tls-server-name", "")
    assert (ours.namespace or "") == said["contexts"][0]["context"].get("namespace", "")
    assert ours.auth.token == user.get("token", "")
    assert (ours.impersonate.user if ours.impersonate else "") == user.get("as", "")


@pytest.mark.parametrize("text", ["users: [", "users: 5", "users: [{name: u, user: {token: 5}}]", "kind: Pod"])
def test_what_kubectl_refuses_we_refuse(tmp_path, text):
    path = tmp_path / "config"
    path.write_text(text + "\n")
    env = {"KUBECONFIG": str(path), "HOME": str(tmp_path)}
    done = subprocess.run(["kubectl", "config", "view"], env=os.environ | env, check=False, capture_output=True)
    assert done.returncode != 0
    with pytest.raises(ConfigError, match=str(path)):
        load(Overrides(cluster="k", user="u"), env=env)
