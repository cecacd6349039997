"""The loader gives what kubectl would use: files, merging, paths, flags, in-cluster, and errors worth reading."""

from __future__ import annotations

import base64
import os

import pytest
import yaml

from sources.kubernetes.clusterconfig import Overrides
from sources.kubernetes.errors import ConfigError
from sources.kubernetes.kubeconfig import load, read
from sources.kubernetes.resolve import parse_timeout


def write(path, *, current=None, contexts=(), clusters=(), users=()):
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "contexts": [{"name": name, "context": body} for name, body in contexts],
        "clusters": [{"name": name, "cluster": body} for name, body in clusters],
        "users": [{"name": name, "user": body} for name, body in users],
    }
    if current:
        document["current-context"] = current
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture
def two(tmp_path):
    a = write(
        tmp_path / "a" / "config",
        current="ctx-a",
        contexts=[("ctx-a", {"cluster": "shared", "user": "red"})],
        clusters=[("shared", {"server": "https://a.example"})],
        users=[("red", {"username": "red-from-a"})],
    )
    b = write(
        tmp_path / "b" / "config",
        current="ctx-b",
        contexts=[
            ("ctx-a", {"cluster": "shared", "user": "red", "namespace": "never"}),
            ("ctx-b", {"cluster": "only-b", "user": "blue", "namespace": "team"}),
        ],
        clusters=[
            ("shared", {"server": "https://b.example", "tls-server-name": "never"}),
            ("only-b", {"server": "https://only-b.example", "certificate-authority": "pki/ca.crt"}),
        ],
        users=[
            ("red", {"token": "from-b"}),
            ("blue", {"client-certificate": "c.crt", "client-key": "/abs/c.key"}),
        ],
    )
    return a, b


def both(two):
    return {"KUBECONFIG": os.pathsep.join(str(path) for path in two)}


def test_first_file_wins_for_the_context_and_for_whole_entries(two):
    config = load(env=both(two))
    assert (config.context, config.server, config.namespace) == ("ctx-a", "https://a.example", None)
    assert config.tls.server_name is None
    assert config.auth.username == "red-from-a"
    assert config.auth.token == ""


def test_later_files_add_what_the_first_does_not_have(two):
    config = load(Overrides(context="ctx-b"), env=both(two))
    assert (config.server, config.namespace) == ("https://only-b.example", "team")


def test_relative_paths_are_relative_to_the_file_that_says_them(two):
    config = load(Overrides(context="ctx-b"), env=both(two))
    b = two[1].parent
    assert config.tls.ca_file == b / "pki" / "ca.crt"
    assert config.auth.cert_file == b / "c.crt"
    assert str(config.auth.key_file) == "/abs/c.key"


def test_the_flag_goes_before_the_variable_and_is_one_file(two):
    config = load(Overrides(kubeconfig=str(two[1])), env={"KUBECONFIG": str(two[0])})
    assert config.context == "ctx-b"
    with pytest.raises(ConfigError, match="no such file"):
        load(Overrides(kubeconfig=os.pathsep.join(map(str, two))), env={})


def test_missing_files_in_the_list_are_ignored(two, tmp_path):
    config = load(env={"KUBECONFIG": os.pathsep.join([str(tmp_path / "gone"), "", str(two[1])])})
    assert config.context == "ctx-b"


def test_an_empty_variable_means_the_default_file(tmp_path, two):
    write(
        tmp_path / ".kube" / "config",
        current="home",
        contexts=[("home", {"cluster": "h"})],
        clusters=[("h", {"server": "https://home.example"})],
    )
    assert load(env={"KUBECONFIG": "", "HOME": str(tmp_path)}).context == "home"
    assert load(env={"HOME": str(tmp_path)}).context == "home"


def test_a_context_without_user_is_fine(tmp_path):
    path = write(
        tmp_path / "c", current="c", contexts=[("c", {"cluster": "k"})], clusters=[("k", {"server": "https://k"})]
    )
    config = load(Overrides(kubeconfig=str(path)), env={})
    assert config.auth.name is None
    assert config.auth.describe() == "none"


def test_flags_over_the_file(two):
    config = load(
        Overrides(
            cluster="only-b",
            user="blue",
            namespace="x",
            as_="bob",
            as_groups=("g", "h"),
            as_uid="7",
            request_timeout="1m30s",
            server="https://other.example:6443/base/",
        ),
        env=both(two),
    )
    assert config.server == "https://other.example:6443/base"
    assert config.cluster == "only-b"
    assert config.auth.name == "blue"
    assert config.namespace == "x"
    assert config.impersonate is not None
    assert (config.impersonate.user, config.impersonate.groups, config.impersonate.uid) == ("bob", ("g", "h"), "7")
    assert config.request_timeout == 90.0
    assert load(Overrides(token="t", user="blue", cluster="only-b"), env=both(two)).auth.token == "t"


def test_impersonation_in_the_file(kubeconfig):
    user = {"as": "bob", "as-groups": ["dev"], "as-uid": "1", "as-user-extra": {"Scopes": ["a", "b"]}}
    who = kubeconfig("https://k", user).impersonate
    assert who is not None
    assert (who.user, who.groups, who.uid, who.extra) == ("bob", ("dev",), "1", (("Scopes", ("a", "b")),))
    with pytest.raises(ConfigError, match="needs a user"):
        kubeconfig("https://k", {"as-groups": ["dev"]})


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (Overrides(context="nope"), r"context 'nope' does not exist in .*config.*\(known: ctx-a, ctx-b\)"),
        (Overrides(cluster="nope"), r"names cluster 'nope', which does not exist \(known: only-b, shared\)"),
        (Overrides(user="nope"), r"names user 'nope', which does not exist \(known: blue, red\)"),
    ],
)
def test_unknown_names_say_the_known_ones(two, overrides, said):
    with pytest.raises(ConfigError, match=said):
        load(overrides, env=both(two))


def test_no_current_context_says_how_to_choose(tmp_path):
    path = write(tmp_path / "c", contexts=[("one", {"cluster": "k"})], clusters=[("k", {"server": "https://k"})])
    with pytest.raises(ConfigError, match=r"--context \(known: one\)"):
        load(Overrides(kubeconfig=str(path)), env={})
    assert load(Overrides(kubeconfig=str(path), cluster="k"), env={}).server == "https://k"


def test_nothing_at_all_says_where_was_looked(tmp_path):
    with pytest.raises(ConfigError, match=r"looked at .*\.kube/config"):
        load(env={"HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="neither KUBECONFIG nor HOME"):
        load(env={})


def test_malformed_yaml_names_file_and_line_but_not_the_line_itself(tmp_path):
    path = tmp_path / "bad"
    path.write_text("clusters: []\nusers:\n- name: u\n  user: {token: s3cret-token\ncontexts: []\n")
    with pytest.raises(ConfigError, match=r"bad: malformed YAML at line 5, column \d+") as caught:
        load(Overrides(kubeconfig=str(path)), env={})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "expected a mapping"),
        ("kind: Pod\n", "its kind is 'Pod'"),
        ("clusters: 3\n", "clusters must be a list"),
        ("clusters: [3]\n", "entry 1 of clusters must be a mapping"),
        ("users: [{name: 5, user: {}}]\n", "name must be a string"),
        ("users: [{name: u, user: 5}]\n", "user 'u' must be a mapping"),
        ("users: [{name: u}, {name: u}]\n", "duplicate name 'u' in users"),
        ("\xff\xfe", "not a kubeconfig"),
    ],
)
def test_files_that_are_no_kubeconfig(tmp_path, text, said):
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read(str(path))


def test_binary_files_and_directories_are_errors_not_tracebacks(tmp_path):
    (tmp_path / "bin").write_bytes(b"\xff\xfe\x00")
    for path, said in ((tmp_path / "bin", "not UTF-8"), (tmp_path, "directory")):
        with pytest.raises(ConfigError, match=said):
            read(None, {"KUBECONFIG": str(path)})


def test_json_with_tabs_and_names_that_look_like_dates(tmp_path):
    path = tmp_path / "config"
    path.write_text('{\n\t"current-context": "2024-01-01",\n\t"contexts": [], "clusters": null\n}')
    assert read(str(path)).current_context == "2024-01-01"
    path.write_text("current-context: 2024-01-01\n")
    assert read(str(path)).current_context == "2024-01-01"


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": 123}, "token must be a string"),
        ({"client-key": "k"}, "needs both"),
        ({"token": "t", "username": "u"}, "exclude each other"),
        (
            {"client-certificate-data": "!!!", "client-key-data": "AA=="},
            "client-certificate-data is not valid base64",
        ),
        ({"auth-provider": {"name": "gcp"}}, "gke-gcloud-auth-plugin"),
        ({"auth-provider": {"name": "azure"}}, "kubelogin convert-kubeconfig"),
        ({"auth-provider": {"name": "oidc"}}, "needs idp-issuer-url"),
        ({"exec": {"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "x"}}, "v1alpha1"),
        ({"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}, "needs a command"),
        (
            {
                "exec": {
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "x",
                    "interactiveMode": "Maybe",
                }
            },
            "interactiveMode must be one of",
        ),
        ({"as": "a\nb"}, "control characters"),
    ],
)
def test_user_entries_that_cannot_work(kubeconfig, user, said):
    with pytest.raises(ConfigError, match=said):
        kubeconfig("https://k", user)


def test_data_goes_before_files(kubeconfig):
    data = base64.b64encode(b"PEM").decode()
    config = kubeconfig("https://k", cluster={"certificate-authority-data": data})
    assert config.tls.ca_data == b"PEM"
    assert config.tls.ca_file is None


def test_insecure_and_a_ca_exclude_each_other(kubeconfig):
    with pytest.raises(ConfigError, match="exclude each other"):
        kubeconfig("https://k", cluster={"insecure-skip-tls-verify": True})
    config = kubeconfig("https://k", cluster={"insecure-skip-tls-verify": True, "certificate-authority": None})
    assert config.insecure


def test_plain_http_gets_no_credentials(kubeconfig):
    config = kubeconfig("http://127.0.0.1:8001", {"token": "t", "as": "bob"})
    assert config.auth.token == ""
    assert config.impersonate is not None
    assert config.insecure


def test_server_addresses(kubeconfig):
    assert kubeconfig("k.example:6443").server == "https://k.example:6443"
    assert kubeconfig("localhost:8080", cluster={"certificate-authority": None}).server == "http://localhost:8080"
    assert kubeconfig("https://rancher/k8s/clusters/c-1/").server == "https://rancher/k8s/clusters/c-1"
    for bad in ("https://", "ftp://k", "https://k:port", "https://u:p@k"):
        with pytest.raises(ConfigError, match="server"):
            kubeconfig(bad)


def test_exec_command_with_a_slash_is_relative_to_the_file(kubeconfig, tmp_path):
    api = "client.authentication.k8s.io/v1beta1"
    config = kubeconfig("https://k", {"exec": {"apiVersion": api, "command": "bin/get", "args": ["-x"]}})
    assert config.auth.exec is not None
    assert config.auth.exec.command == str(tmp_path / "bin" / "get")
    assert config.auth.exec.interactive_mode == "IfAvailable"
    config = kubeconfig("https://k", {"exec": {"apiVersion": api, "command": "aws"}})
    assert config.auth.exec is not None
    assert config.auth.exec.command == "aws"


def test_no_secret_in_any_repr(kubeconfig):
    api = "client.authentication.k8s.io/v1"
    env = [{"name": "X", "value": "hunter2"}]
    config = kubeconfig(
        "https://k",
        {"token": "hunter2", "exec": {"apiVersion": api, "command": "x", "args": ["hunter2"], "env": env}},
        cluster={"proxy-url": "http://me:hunter2@proxy"},
    )
    assert "hunter2" not in repr(config)
    assert "hunter2" not in repr(Overrides(token="hunter2"))


@pytest.mark.fault(10)
def test_edited_files_are_noticed(kubeconfig, tmp_path):
    config = kubeconfig("https://k")
    assert config.changed_files() == []
    (tmp_path / "config").write_text("changed")
    assert config.changed_files() == [tmp_path / "config"]


@pytest.fixture
def account(tmp_path):
    directory = tmp_path / "serviceaccount"
    directory.mkdir()
    (directory / "token").write_text("sa-token\n")
    (directory / "ca.crt").write_text("PEM")
    (directory / "namespace").write_text("prod\n")
    return directory


def test_in_cluster_is_the_last_resort(account, two):
    env = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    config = load(env=env, service_account=account)
    assert (config.server, config.namespace, config.in_cluster) == ("https://10.0.0.1:443", "prod", True)
    assert config.auth.token_file == account / "token"
    assert config.tls.ca_file == account / "ca.crt"
    assert load(env=env | {"KUBERNETES_SERVICE_HOST": "fd00::1"}, service_account=account).server == (
        "https://[fd00::1]:443"
    )
    assert load(env=env | both(two), service_account=account).context == "ctx-a"
    with pytest.raises(ConfigError, match="'x' does not exist"):
        load(Overrides(context="x"), env=env, service_account=account)


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", None), ("30", 30), ("1.5h", 5400), ("250ms", 0.25), (None, None)]
)
def test_request_timeout(said, seconds):
    assert parse_timeout(said) == seconds


def test_request_timeout_that_is_none():
    with pytest.raises(ConfigError, match="1m30s"):
        parse_timeout("soon")
