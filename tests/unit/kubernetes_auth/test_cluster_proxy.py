"""proxy-url, HTTP(S)_PROXY and NO_PROXY mean what they mean to kubectl."""

from __future__ import annotations

import pytest

from sources.kubernetes.errors import ConfigError
from sources.kubernetes.proxy import bypassed, choose


@pytest.mark.parametrize(
    ("server", "no_proxy", "expected"),
    [
        ("https://api.example.com", "", False),
        ("https://api.example.com", "*", True),
        ("https://api.example.com", "example.com", True),
        ("https://example.com", "example.com", True),
        ("https://notexample.com", "example.com", False),
        ("https://example.com", ".example.com", False),
        ("https://api.example.com", "*.example.com", True),
        ("https://API.Example.com.", " other , EXAMPLE.com ", True),
        ("https://api.example.com", "api.example.com:6443", False),
        ("https://api.example.com:6443", "api.example.com:6443", True),
        ("https://api.example.com", "api.example.com:443", True),
        ("https://10.1.2.3:6443", "10.0.0.0/8", True),
        ("https://11.1.2.3:6443", "10.0.0.0/8", False),
        ("https://10.1.2.3", "10.1.2.3", True),
        ("https://10.1.2.3:6443", "10.1.2.3:443", False),
        ("https://10.1.2.3", "2.3", False),
        ("https://[fd00::1]:6443", "fd00::/8", True),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", True),
        ("https://[fd00::1]:6443", "FD00:0::1", True),
        ("https://ten.example.com", "10.0.0.0/8, nonsense/99", False),
        ("https://127.0.0.1:6443", "", True),
        ("https://[::1]:6443", "", True),
        ("https://localhost:6443", "", True),
    ],
)
def test_no_proxy(server, no_proxy, expected):
    assert bypassed(server, no_proxy) is expected


def test_the_kubeconfigs_proxy_wins_and_knows_no_exceptions():
    env = {"HTTPS_PROXY": "http://env:1", "NO_PROXY": "*"}
    assert choose("https://k", "http://mine:2", env) == "http://mine:2"
    assert choose("https://127.0.0.1", "http://mine:2", env) == "http://mine:2"


def test_the_variable_of_the_scheme_counts():
    env = {"HTTPS_PROXY": "sec:1", "http_proxy": "http://plain:2"}
    assert choose("https://k", None, env) == "http://sec:1"
    assert choose("http://k", None, env) == "http://plain:2"
    assert choose("https://k.internal", None, env | {"no_proxy": "internal"}) is None
    assert choose("https://k", None, {"ALL_PROXY": "http://all:3"}) is None


@pytest.mark.parametrize("bad", ["socks5://p:1080", "ftp://p", "http://", "http://p:port"])
def test_addresses_that_cannot_be_used(bad):
    with pytest.raises(ConfigError, match="proxy-url"):
        choose("https://k", bad, {})


def test_a_proxy_password_is_not_in_the_error():
    with pytest.raises(ConfigError) as caught:
        choose("https://k", "socks5://me:hunter2@p", {})
    assert "hunter2" not in str(caught.value)
