"""Credentials are renewed when they run out or are refused, once for everybody, and never silently dropped."""

from __future__ import annotations

import asyncio
import base64
import shutil
from datetime import UTC, datetime

import pytest

from sources.kubernetes.clusterconfig import Impersonation
from sources.kubernetes.credentials import CredentialSource, impersonation_headers
from sources.kubernetes.errors import ConfigError, CredentialFailure


@pytest.fixture
def counting(plugin, tmp_path):
    """A plugin that counts its runs and gives what lies in `answer`."""
    (tmp_path / "runs").write_text("")

    def make():
        return plugin(f"echo x >> {tmp_path}/runs; cat {tmp_path}/answer || exit 9")

    make.runs = lambda: (tmp_path / "runs").read_text().count("x")
    make.answer = tmp_path / "answer"
    return make


def stamp(epoch):
    return datetime.fromtimestamp(epoch, UTC).isoformat().replace("+00:00", "Z")


async def test_static_credentials(kubeconfig):
    token = await CredentialSource(kubeconfig("https://k", {"token": "abc"})).get()
    assert token.authorization == "Bearer abc"
    assert "abc" not in repr(token)
    basic = await CredentialSource(kubeconfig("https://k", {"username": "u", "password": "pä"})).get()
    assert basic.authorization == "Basic " + base64.b64encode("u:pä".encode()).decode()
    assert (await CredentialSource(kubeconfig("https://k")).get()).authorization is None
    with pytest.raises(ConfigError, match="characters that no token has"):
        CredentialSource(kubeconfig("https://k", {"token": "a\nb"}))


async def test_a_token_file_is_trimmed_and_read_again_every_minute(kubeconfig, clock, tmp_path):
    (tmp_path / "token").write_text("one\n")
    source = CredentialSource(kubeconfig("https://k", {"tokenFile": "token"}), clock)
    first = await source.get()
    assert first.authorization == "Bearer one"
    (tmp_path / "token").write_text("two\n")
    clock.pass_(59)
    assert (await source.get()) is first
    clock.pass_(1)
    assert (await source.get()).authorization == "Bearer two"
    (tmp_path / "token").unlink()
    clock.pass_(60)
    assert (await source.get()).authorization == "Bearer two"


@pytest.mark.fault(6)
async def test_a_token_file_is_read_again_after_a_401(kubeconfig, clock, tmp_path):
    (tmp_path / "token").write_text("one")
    source = CredentialSource(kubeconfig("https://k", {"tokenFile": "token"}), clock)
    first = await source.get()
    (tmp_path / "token").write_text("two")
    assert (await source.renew(first)).authorization == "Bearer two"


async def test_a_missing_or_empty_token_file_is_an_error(kubeconfig, tmp_path):
    source = CredentialSource(kubeconfig("https://k", {"tokenFile": "token"}))
    with pytest.raises(CredentialFailure, match="No such file"):
        await source.get()
    (tmp_path / "token").write_text(" \n")
    source = CredentialSource(kubeconfig("https://k", {"tokenFile": "token"}))
    with pytest.raises(CredentialFailure, match="it is empty"):
        await source.get()


async def test_a_token_beside_an_unreadable_file_is_checked_like_any_other(kubeconfig):
    config = kubeconfig("https://k", {"tokenFile": "missing", "token": "given"})
    assert (await CredentialSource(config).get()).authorization == "Bearer given"
    config = kubeconfig("https://k", {"tokenFile": "missing", "token": "a\nX-Header: b"})
    with pytest.raises(CredentialFailure, match="characters that no token has"):
        await CredentialSource(config).get()


async def test_a_plugin_token_is_renewed_before_it_runs_out(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one", expirationTimestamp=stamp(clock.wall + 600)))
    assert (await source.get()).authorization == "Bearer one"
    clock.pass_(560)
    assert (await source.get()).authorization == "Bearer one"
    assert counting.runs() == 1
    counting.answer.write_text(credential(token="two"))
    clock.pass_(15)
    assert (await source.get()).authorization == "Bearer two"
    clock.pass_(1_000_000)
    await source.get()
    assert counting.runs() == 2


@pytest.mark.fault(40)
async def test_a_token_that_arrives_expired_is_left_to_the_server(kubeconfig, counting, credential, clock):
    # Our clock is ahead: running the plugin for each request would not help.
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one", expirationTimestamp=stamp(clock.wall - 3600)))
    for _ in range(3):
        await source.get()
    assert counting.runs() == 1


async def test_many_at_once_run_the_plugin_once(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one"))
    given = await asyncio.gather(*(source.get() for _ in range(20)))
    assert {access.authorization for access in given} == {"Bearer one"}
    counting.answer.write_text(credential(token="two"))
    given = await asyncio.gather(*(source.renew(given[0]) for _ in range(20)))
    assert {access.authorization for access in given} == {"Bearer two"}
    assert counting.runs() == 2


async def test_a_waiter_that_gives_up_does_not_stop_the_renewal(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one"))
    impatient, patient = asyncio.create_task(source.get()), asyncio.create_task(source.get())
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).authorization == "Bearer one"
    assert counting.runs() == 1


@pytest.mark.fault(7)
async def test_failures_are_held_and_never_become_anonymous(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    for _ in range(3):
        with pytest.raises(CredentialFailure, match="exit code 9"):
            await source.get()
    assert counting.runs() == 1
    clock.pass_(11)
    counting.answer.write_text(credential(token="one"))
    assert (await source.get()).authorization == "Bearer one"


async def test_logging_in_by_hand_ends_the_wait(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    with pytest.raises(CredentialFailure):
        await source.get()
    counting.answer.write_text(credential(token="one"))
    source.forget_failure()
    assert (await source.get()).authorization == "Bearer one"


async def test_a_token_that_is_still_good_outlives_a_failed_renewal(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one", expirationTimestamp=stamp(clock.wall + 600)))
    await source.get()
    counting.answer.unlink()
    clock.pass_(575)
    for _ in range(3):
        assert (await source.get()).authorization == "Bearer one"
    assert counting.runs() == 2
    clock.pass_(30)
    with pytest.raises(CredentialFailure):
        await source.get()


async def test_a_refused_fresh_token_is_not_renewed_all_the_time(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one"))
    first = await source.get()
    counting.answer.write_text(credential(token="two"))
    second = await source.renew(first)
    assert (await source.renew(second)) is second
    assert counting.runs() == 2
    clock.pass_(31)
    counting.answer.write_text(credential(token="three"))
    assert (await source.renew(second)).authorization == "Bearer three"


async def test_a_failed_renewal_after_a_401_keeps_saying_why(kubeconfig, counting, credential, clock):
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}), clock)
    counting.answer.write_text(credential(token="one"))
    first = await source.get()
    counting.answer.unlink()
    for _ in range(3):
        with pytest.raises(CredentialFailure, match="exit code 9"):
            await source.renew(first)
        clock.pass_(9)
    assert counting.runs() == 2


@pytest.mark.fault(9)
async def test_certificate_files_are_read_again_every_five_minutes(kubeconfig, pem, ca, clock, tmp_path):
    cert, key = pem(ca.issue_cert("old@example"))
    user = {"client-certificate": str(cert), "client-key": str(key)}
    source = CredentialSource(kubeconfig("https://k", user), clock)
    first = await source.get()
    new_cert, new_key = pem(ca.issue_cert("new@example"), "new")
    shutil.copy(new_cert, cert)
    clock.pass_(300)
    assert (await source.get()) is first or (await source.get()).tls == first.tls  # caught in mid-rotation
    shutil.copy(new_key, key)
    clock.pass_(300)
    second = await source.get()
    assert second.tls.cert == new_cert.read_bytes()
    assert second.generation == first.generation + 1


async def test_missing_certificate_files_are_named(kubeconfig):
    source = CredentialSource(
        kubeconfig("https://k", {"client-certificate": "gone.crt", "client-key": "gone.key"})
    )
    with pytest.raises(ConfigError, match=r"gone\.crt: No such file"):
        await source.get()


@pytest.mark.fault(9)
async def test_a_plugin_may_give_a_certificate(kubeconfig, counting, credential, ca):
    issued = ca.issue_cert("me@example")
    cert, key = issued.cert_chain_pems[0].bytes().decode(), issued.private_key_pem.bytes().decode()
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}))
    counting.answer.write_text(credential(clientCertificateData=cert, clientKeyData=key))
    access = await source.get()
    assert access.authorization is None
    assert access.tls.cert == cert.encode()
    source = CredentialSource(kubeconfig("https://k", {"exec": counting()}))
    counting.answer.write_text(credential(clientCertificateData="x", clientKeyData="y"))
    with pytest.raises(CredentialFailure, match="cannot be used"):
        await source.get()


def test_impersonation_headers():
    who = Impersonation("bob", ("a", "b"), "7", (("example.org/Scope%", ("x", "y")),))
    assert impersonation_headers(who) == [
        ("Impersonate-User", "bob"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Extra-example.org%2FScope%25", "x"),
        ("Impersonate-Extra-example.org%2FScope%25", "y"),
    ]
    assert impersonation_headers(None) == ()
