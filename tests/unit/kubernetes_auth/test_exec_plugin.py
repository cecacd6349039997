"""Credential plugins: what they are told, what they may answer, and that they can neither hang nor leak."""

from __future__ import annotations

import asyncio
import json
import os
import select

import pytest

from sources.kubernetes import execplugin
from sources.kubernetes.errors import CredentialFailure


def dies(pid: int) -> bool:
    """Waits for the end of a process, which a killed one meets in its own time."""
    try:
        end = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([end], [], [], 10)[0])
    finally:
        os.close(end)


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_a_token_with_its_expiry(kubeconfig, plugin, credential, version):
    answer = credential(version, token="tok", expirationTimestamp="2030-01-01T00:00:00Z")
    config = kubeconfig("https://k", {"exec": plugin(f"echo '{answer}'", version)})
    made = await execplugin.run(config, None)
    assert (made.token, made.expires_at) == ("tok", 1893456000.0)
    assert "tok" not in repr(made)


async def test_args_env_and_cluster_info_reach_the_plugin(kubeconfig, plugin, tmp_path):
    script = f"""echo "$1 $EXTRA" > {tmp_path}/said; echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; exit 3"""
    entry = plugin(script, args=["a b"], env=[{"name": "EXTRA", "value": "e"}], provideClusterInfo=True)
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}}
    config = kubeconfig(
        "https://k", {"exec": entry}, cluster={"extensions": [extension], "tls-server-name": "api.example"}
    )
    with pytest.raises(CredentialFailure, match="exit code 3"):
        await execplugin.run(config, b"PEM")
    assert (tmp_path / "said").read_text() == "a b e\n"
    assert json.loads((tmp_path / "info").read_text()) == {
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "spec": {
            "interactive": False,
            "cluster": {
                "server": "https://k",
                "tls-server-name": "api.example",
                "certificate-authority-data": "UEVN",
                "config": {"audience": "x"},
            },
        },
    }


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'SSO session expired, run: aws sso login' >&2; exit 255", "exit code 255: SSO session expired"),
        ("echo not json", "valid ExecCredential"),
        ("echo '[]'", "valid ExecCredential"),
        ('echo \'{"status": {"token": 5}}\'', "valid ExecCredential"),
        ("kill -9 $$", "exit code -9"),
        ("head -c 3000000 /dev/zero", "more than 1 MiB"),
    ],
)
@pytest.mark.fault(7, 8)
async def test_failures_show_what_the_plugin_said_and_the_hint(kubeconfig, plugin, script, said):
    config = kubeconfig("https://k", {"exec": plugin(script, installHint="get it from example.org")})
    with pytest.raises(CredentialFailure, match=said) as caught:
        await execplugin.run(config, None)
    assert "get it from example.org" in str(caught.value)


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        ("v1beta1", {"token": "t"}, "v1beta1' where .*v1' was asked for"),
        ("v1", {}, "neither a token nor a client certificate"),
        ("v1", {"clientCertificateData": "x"}, "without its key"),
    ],
)
@pytest.mark.fault(7)
async def test_answers_that_are_no_credential(kubeconfig, plugin, credential, version, status, said):
    config = kubeconfig("https://k", {"exec": plugin(f"echo '{credential(version, **status)}'")})
    with pytest.raises(CredentialFailure, match=said):
        await execplugin.run(config, None)


@pytest.mark.fault(7)
async def test_a_missing_plugin_says_how_to_get_it(kubeconfig):
    entry = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "no-such-plugin-here",
        "installHint": "apt it",
    }
    with pytest.raises(CredentialFailure, match=r"not found on the PATH; apt it"):
        await execplugin.run(kubeconfig("https://k", {"exec": entry}), None)


async def test_secrets_in_stderr_are_hidden_but_login_instructions_stay(kubeconfig, plugin):
    script = """cat >&2 <<'X'
    open https://microsoft.com/devicelogin and enter the code ABCD1234
    refresh_token=abcdefgh Authorization: Bearer abc.def.ghi eyJhbGciOi.eyJzdWIi.c2ln
    client-secret: "hunter2" and hunter3
X
    exit 1"""
    entry = plugin(script, env=[{"name": "AZURE_CLIENT_SECRET", "value": "hunter3"}])
    with pytest.raises(CredentialFailure) as caught:
        await execplugin.run(kubeconfig("https://k", {"exec": entry}), None)
    said = str(caught.value)
    assert "https://microsoft.com/devicelogin and enter the code ABCD1234" in said
    for secret in ("abcdefgh", "abc.def", "eyJ", "hunter2", "hunter3"):
        assert secret not in said


@pytest.mark.fault(8)
async def test_megabytes_of_stderr_do_not_block(kubeconfig, plugin, credential):
    script = f"head -c 3000000 /dev/zero | tr '\\0' x >&2; echo '{credential(token='t')}'"
    assert (await execplugin.run(kubeconfig("https://k", {"exec": plugin(script)}), None)).token == "t"


@pytest.mark.fault(8)
async def test_a_prompting_plugin_gets_end_of_file_and_no_terminal(kubeconfig, plugin):
    script = 'read answer && exit 1; (: < /dev/tty) 2>/dev/null && exit 2; echo "no input" >&2; exit 7'
    with pytest.raises(CredentialFailure, match="exit code 7: no input"):
        await execplugin.run(kubeconfig("https://k", {"exec": plugin(script)}), None)


@pytest.mark.fault(8)
async def test_interactive_always_is_refused_before_anything_runs(kubeconfig, plugin, tmp_path):
    entry = plugin(f"touch {tmp_path}/ran") | {"interactiveMode": "Always"}
    with pytest.raises(CredentialFailure, match="by hand in another terminal"):
        await execplugin.run(kubeconfig("https://k", {"exec": entry}), None)
    assert not (tmp_path / "ran").exists()


@pytest.mark.fault(8)
async def test_a_hanging_plugin_is_killed_with_its_children(kubeconfig, plugin, tmp_path):
    # The child keeps the pipes open too; only killing the whole group ends it.
    script = f"sleep 1000 & echo $! > {tmp_path}/child; wait"
    config = kubeconfig("https://k", {"exec": plugin(script)})
    with pytest.raises(CredentialFailure, match="no answer within 2 s"):
        await execplugin.run(config, None, time_limit=2)
    assert dies(int((tmp_path / "child").read_text()))


async def test_a_run_that_is_cancelled_while_it_cannot_be_started_is_cancelled(kubeconfig, plugin, monkeypatch):
    async def fails(*_, **__):
        await asyncio.sleep(0)
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", fails)
    running = asyncio.create_task(execplugin.run(kubeconfig("https://k", {"exec": plugin("")}), None))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("moment", ["starting", "running"])
async def test_a_cancelled_run_leaves_nothing_behind(kubeconfig, plugin, tmp_path, moment):
    os.mkfifo(tmp_path / "started")
    script = f"sleep 1000 & echo $$ $! > {tmp_path}/started; wait"
    running = asyncio.create_task(execplugin.run(kubeconfig("https://k", {"exec": plugin(script)}), None))
    if moment == "starting":
        await asyncio.sleep(0)
        # Blocks the loop on purpose: the plugin is up before asyncio has connected its pipes.
        await asyncio.sleep(0)
        pids = (tmp_path / "started").read_text().split()
    else:
        pids = (await asyncio.to_thread((tmp_path / "started").read_text)).split()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all(dies(int(pid)) for pid in pids)


async def test_a_helper_left_behind_does_not_hold_the_answer_up(
    kubeconfig, plugin, credential, monkeypatch, tmp_path
):
    monkeypatch.setattr(execplugin, "_DRAIN_GRACE", 0.05)
    script = f"echo '{credential(token='t')}'; sleep 1000 & echo $! > {tmp_path}/helper"
    made = await execplugin.run(kubeconfig("https://k", {"exec": plugin(script)}), None)
    assert made.token == "t"
    os.kill(int((tmp_path / "helper").read_text()), 9)
