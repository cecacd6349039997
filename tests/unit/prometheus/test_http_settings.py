"""Connection settings: what is refused, what is shown, where secrets come from and that they stay hidden."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from sources.contract import Context, Misconfigured, Unauthorized, Unavailable
from sources.http import auth
from sources.http.settings import parse_url, shown
from sources.prometheus import PrometheusConfig, PrometheusSource


def build(**config: Any) -> PrometheusSource:
    return PrometheusSource(PrometheusConfig(**{"url": "http://prom", **config}), Context("prom"))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://host:9090", "http://host:9090"),
        ("host:9090", "http://host:9090"),
        ("https://host/prefix/", "https://host/prefix"),
        ("http://[::1]:9090/", "http://[::1]:9090"),
        ("http://host:9090/graph?g0.expr=up", "http://host:9090"),
        ("https://host/prefix/api/v1/", "https://host/prefix"),
        ("https://user:p%40ss@host", "https://host"),
    ],
)
def test_base_urls(text: str, url: str) -> None:
    assert parse_url(text).url == url


def test_credentials_in_the_url_are_used_and_never_shown() -> None:
    address = parse_url("https://user:p%40ss@host:9090/x")
    assert (address.username, address.password, address.shown) == ("user", "p@ss", "https://***@host:9090/x")
    assert "p@ss" not in repr(address)
    assert "p%40ss" not in repr(address)
    assert shown("https://a:b@c@host/x?token=1") == "https://***@host/x"
    config = PrometheusConfig(url="https://user:secret@host", headers={"X-Key": "secret"})
    assert "secret" not in repr(config)
    source = PrometheusSource(config, Context("prom"))
    assert source.describe() == "Prometheus at https://***@host"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"url": "ftp://user:secret@host"}, "url: 'ftp://\\*\\*\\*@host' is not a URL"),
        ({"url": "http://host:port"}, "url: not a URL"),
        ({"url": "http://"}, "not a URL"),
        ({"url": "http://host/?token=secret"}, "no query part"),
        ({"timeout": 0}, "timeout"),
        ({"interval": 0.5}, "interval"),
        ({"username": "u"}, "without a password"),
        ({"password_env": "X"}, "username is not"),
        ({"username": "u", "password_env": "X", "password_file": "y"}, "password_env and password_file"),
        ({"bearer_token_env": "X", "username": "u", "password_env": "Y"}, "one way to sign in"),
        ({"url": "http://u:secret@host", "bearer_token_env": "X"}, "one way to sign in"),
        ({"key_file": "k"}, "cert_file is not"),
        ({"proxy_url": "gopher://x"}, "proxy_url"),
    ],
)
def test_what_cannot_work_is_refused_at_once(config: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        build(**config)
    assert "secret" not in str(caught.value)


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="passwd"):
        msgspec.convert({"passwd": "x"}, PrometheusConfig)


async def test_unusable_files_are_named() -> None:
    for field in ("ca_file", "cert_file"):
        source = build(url="https://prom", **{field: "/nonexistent/x.pem"})
        with pytest.raises(Misconfigured, match=f"{field}: /nonexistent/x.pem"):
            await source.query("up")


# -- secrets -----------------------------------------------------------------------------------------------


class Guard:
    """A server that accepts one Authorization header."""

    def __init__(self, accepted: str) -> None:
        self.accepted = accepted
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.headers.get("authorization", ""))
        if self.seen[-1] != self.accepted:
            return httpx.Response(401, text="Unauthorized")
        return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": []}})


def guarded(guard: Guard, **config: Any) -> PrometheusSource:
    return PrometheusSource(
        PrometheusConfig(url="http://prom", **config), Context("prom"), transport=httpx.MockTransport(guard)
    )


async def test_basic_authentication_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROM_PASSWORD", "pass:wörd")
    guard = Guard("Basic amFuZTpwYXNzOnfDtnJk")
    await guarded(guard, username="jane", password_env="PROM_PASSWORD").query("up")
    assert len(guard.seen) == 1


async def test_a_secret_is_read_once_more_after_401(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    guard = Guard("Bearer old")
    source = guarded(guard, bearer_token_file=str(token))
    await source.query("up")
    guard.accepted = "Bearer new"
    token.write_text("new\n")
    await source.query("up")
    await source.query("up")
    assert guard.seen == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]


async def test_an_unchanged_secret_is_not_sent_twice(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("sesame")
    guard = Guard("Bearer other")
    with pytest.raises(Unauthorized, match="401") as caught:
        await guarded(guard, bearer_token_file=str(token)).query("up")
    assert "sesame" not in str(caught.value)
    assert guard.seen == ["Bearer sesame"]


async def test_a_command_prints_the_token() -> None:
    guard = Guard("Bearer printed")
    command = (sys.executable, "-c", "print('printed')")
    await guarded(guard, bearer_token_command=command).query("up")
    assert guard.seen == ["Bearer printed"]


async def test_a_command_has_no_terminal_to_ask_on() -> None:
    guard = Guard("Bearer alone")
    said = "import os; print('alone' if os.getsid(0) == os.getpid() else 'in our session')"
    await guarded(guard, bearer_token_command=(sys.executable, "-c", said)).query("up")
    assert guard.seen == ["Bearer alone"]


async def test_a_command_without_an_end_is_stopped_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "COMMAND_TIMEOUT", 0.2)
    command = ("sh", "-c", "sleep 1000 & wait")  # the sleeper has the pipe too
    with pytest.raises(Misconfigured, match=r"bearer_token_command: sh did not finish within 0\.2 s"):
        await guarded(Guard(""), bearer_token_command=command).query("up")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"bearer_token_env": "TOPMAST_NOT_SET"}, r"bearer_token_env: \$TOPMAST_NOT_SET is not set"),
        ({"bearer_token_file": "/nonexistent/token"}, "bearer_token_file: /nonexistent/token cannot be read"),
        ({"bearer_token_command": ("/nonexistent/program",)}, "cannot be run"),
        ({"bearer_token_command": (sys.executable, "-c", "print('hush'); raise SystemExit(3)")}, "exit code 3"),
        ({"bearer_token_command": (sys.executable, "-c", "")}, "empty secret"),
        ({"bearer_token_command": (sys.executable, "-c", "print('hush\\nhush')")}, "more than one line"),
    ],
)
async def test_a_secret_that_cannot_be_had_names_the_field_only(config: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as caught:
        await guarded(Guard(""), **config).query("up")
    assert "hush" not in str(caught.value)


async def test_extra_headers_are_sent() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["x-scope-orgid"])
        return httpx.Response(503)

    source = PrometheusSource(
        PrometheusConfig(url="http://prom", headers={"X-Scope-OrgID": "team-a"}),
        Context("prom"),
        transport=httpx.MockTransport(handler),
    )
    with pytest.raises(Unavailable):
        await source.query("up")
    assert seen == ["team-a"]
