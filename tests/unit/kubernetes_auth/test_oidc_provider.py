"""The auth-provider `oidc` against a local TLS provider, and the refresh token's way back into the file."""

from __future__ import annotations

import base64
import json
import stat

import pytest
import yaml
from aiohttp import web

from sources.kubernetes.credentials import CredentialSource
from sources.kubernetes.errors import CredentialFailure
from sources.kubernetes.oidc import expiry
from sources.kubernetes.writeback import with_tokens


def jwt(exp, subject="me"):
    claims = base64.urlsafe_b64encode(json.dumps({"exp": exp, "sub": subject}).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{claims}.c2ln"


class Provider:
    """Rotates refresh tokens: each one is good once."""

    def __init__(self, server):
        self.server = server
        self.good = "refresh-1"
        self.rotate = True
        self.id_token = ""
        self.methods = ["client_secret_basic"]
        self.forms = []
        self.authorizations = []
        server.handler = self.answer

    async def answer(self, request):
        if request.path == "/idp/.well-known/openid-configuration":
            return web.json_response(
                {
                    "token_endpoint": f"{self.server.url}/idp/token",
                    "token_endpoint_auth_methods_supported": self.methods,
                }
            )
        form = dict(await request.post())
        self.forms.append(form)
        self.authorizations.append(request.headers.get("Authorization"))
        if form.get("refresh_token") != self.good:
            return web.json_response(
                {"error": "invalid_grant", "error_description": f"unknown {form.get('refresh_token')}"}, status=400
            )
        answer = {"id_token": self.id_token}
        if self.rotate:
            self.good = answer["refresh_token"] = f"refresh-{int(self.good[8:]) + 1}"
        return web.json_response(answer)


@pytest.fixture
def provider(server, clock):
    made = Provider(server)
    made.id_token = jwt(clock.wall + 3600, "fresh")
    return made


@pytest.fixture
def user(provider, clock):
    def make(**more):
        config = {
            "idp-issuer-url": f"{provider.server.url}/idp",
            "client-id": "topmast",
            "client-secret": "s3cret/+",
            "refresh-token": "refresh-1",
            "id-token": jwt(clock.wall - 60),
            "idp-certificate-authority": "ca.crt",
            **more,
        }
        return {"auth-provider": {"name": "oidc", "config": {k: v for k, v in config.items() if v is not None}}}

    return make


async def test_an_id_token_that_is_good_is_used_as_it_is(kubeconfig, user, provider, clock):
    good = jwt(clock.wall + 600)
    source = CredentialSource(kubeconfig("https://k", user(**{"id-token": good})), clock)
    assert (await source.get()).authorization == f"Bearer {good}"
    assert provider.server.requests == []
    clock.pass_(599)
    assert (await source.get()).authorization == f"Bearer {provider.id_token}"


async def test_an_expired_one_is_refreshed_over_verified_tls(kubeconfig, user, provider, clock):
    source = CredentialSource(kubeconfig("https://k", user()), clock)
    access = await source.get()
    assert access.authorization == f"Bearer {provider.id_token}"
    assert access.expires_at == clock.wall + 3600
    basic = base64.b64encode(b"topmast:s3cret%2F%2B").decode()
    assert provider.authorizations == [f"Basic {basic}"]
    assert provider.forms == [{"grant_type": "refresh_token", "refresh_token": "refresh-1"}]


async def test_client_authentication_in_the_form(kubeconfig, user, provider, clock):
    provider.methods = ["client_secret_post"]
    await CredentialSource(kubeconfig("https://k", user()), clock).get()
    assert provider.authorizations == [None]
    assert provider.forms[0]["client_secret"] == "s3cret/+"


async def test_a_public_client(kubeconfig, user, provider, clock):
    await CredentialSource(kubeconfig("https://k", user(**{"client-secret": None})), clock).get()
    assert provider.forms[0]["client_id"] == "topmast"
    assert "client_secret" not in provider.forms[0]


async def test_another_authority_is_not_believed(kubeconfig, user, provider, clock, other_ca):
    wrong = base64.b64encode(other_ca.cert_pem.bytes()).decode()
    for ca in ({"idp-certificate-authority-data": wrong}, {"idp-certificate-authority": None}):
        source = CredentialSource(kubeconfig("https://k", user(**ca)), clock)
        with pytest.raises(CredentialFailure, match="certificate verify failed"):
            await source.get()
    assert provider.server.requests == []


@pytest.mark.parametrize("odd", [5, "client_secret_post", {}, []])
async def test_methods_that_are_no_list_are_none(kubeconfig, user, provider, clock, odd):
    provider.methods = odd
    await CredentialSource(kubeconfig("https://k", user()), clock).get()
    assert provider.authorizations[0].startswith("Basic ")


async def test_an_issuer_that_is_no_address_is_named(kubeconfig, user, clock):
    source = CredentialSource(kubeconfig("https://k", user(**{"idp-issuer-url": "https://[idp"})), clock)
    with pytest.raises(CredentialFailure, match=r"https://\[idp"):
        await source.get()


async def test_plain_http_is_refused(kubeconfig, user, clock):
    source = CredentialSource(kubeconfig("https://k", user(**{"idp-issuer-url": "http://127.0.0.1/idp"})), clock)
    with pytest.raises(CredentialFailure, match="not an https address"):
        await source.get()


async def test_a_refused_refresh_says_why_without_the_token(kubeconfig, user, provider, clock):
    source = CredentialSource(kubeconfig("https://k", user(**{"refresh-token": "spent-token"})), clock)
    with pytest.raises(CredentialFailure, match="invalid_grant") as caught:
        await source.get()
    assert "spent-token" not in str(caught.value)


async def test_no_refresh_token_says_log_in(kubeconfig, user, clock):
    source = CredentialSource(kubeconfig("https://k", user(**{"refresh-token": None})), clock)
    with pytest.raises(CredentialFailure, match="log in again"):
        await source.get()


async def test_a_rotated_refresh_token_is_written_back_and_the_rest_stays(
    kubeconfig, user, provider, clock, tmp_path
):
    config = kubeconfig("https://k", user())
    path = tmp_path / "config"
    path.write_text("# mine\n" + path.read_text())
    path.chmod(0o640)
    before = yaml.safe_load(path.read_text())
    source = CredentialSource(config, clock)
    await source.get()
    assert source.warnings == []
    after = yaml.safe_load(path.read_text())
    said = after["users"][0]["user"]["auth-provider"]["config"]
    assert (said.pop("refresh-token"), said.pop("id-token")) == ("refresh-2", provider.id_token)
    for key in ("refresh-token", "id-token"):
        del before["users"][0]["user"]["auth-provider"]["config"][key]
    assert after == before
    assert path.read_text().startswith("# mine\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not list(tmp_path.glob("config.*"))
    clock.pass_(3600)
    provider.id_token = jwt(clock.wall + 3600, "next")
    assert (await source.get()).authorization == f"Bearer {provider.id_token}"
    assert provider.forms[-1]["refresh_token"] == "refresh-2"


async def test_without_rotation_the_file_is_left_alone(kubeconfig, user, provider, clock, tmp_path):
    provider.rotate = False
    config = kubeconfig("https://k", user())
    before = (tmp_path / "config").read_bytes()
    await CredentialSource(config, clock).get()
    assert (tmp_path / "config").read_bytes() == before


async def test_a_file_that_cannot_be_written_is_a_warning_and_the_token_is_kept(
    kubeconfig, user, provider, clock, tmp_path, monkeypatch
):
    monkeypatch.setattr("sources.kubernetes.writeback._LOCK_WAIT", 0)
    source = CredentialSource(kubeconfig("https://k", user()), clock)
    (tmp_path / "config.lock").touch()  # kubectl is writing, or died while it was
    await source.get()
    assert "could not be saved" in source.warnings[0]
    clock.pass_(3600)
    provider.id_token = jwt(clock.wall + 3600, "next")
    (tmp_path / "config.lock").unlink()
    assert (await source.get()).authorization == f"Bearer {provider.id_token}"
    assert provider.forms[-1]["refresh_token"] == "refresh-2"
    assert source.warnings == []
    assert "refresh-3" in (tmp_path / "config").read_text()


async def test_what_kubectl_refreshed_meanwhile_is_used(kubeconfig, user, provider, clock, tmp_path):
    old = jwt(clock.wall + 100)
    source = CredentialSource(kubeconfig("https://k", user(**{"id-token": old})), clock)
    await source.get()
    clock.pass_(95)
    theirs = jwt(clock.wall + 1800, "kubectl")
    path = tmp_path / "config"
    changed = with_tokens(path.read_text(), "u", {"id-token": theirs, "refresh-token": "refresh-9"})
    assert changed is not None
    path.write_text(changed)
    assert (await source.get()).authorization == f"Bearer {theirs}"
    assert provider.forms == []


FLOW = "users: [{name: u, user: {auth-provider: {name: oidc, config: {refresh-token: a}}}}]"
JSON = '{"users":[{"name":"u","user":{"auth-provider":{"config":{"refresh-token":"a"}}}}]}'
FOLDED = """users:
- name: ü
- name: u
  user:
    auth-provider:
      config:
        refresh-token: >-
          a
"""
SHARED = """users:
- name: u
  user: &same
    auth-provider: {config: {refresh-token: a}}
- {name: v, user: *same}
"""
ABSENT = "users: [{name: u, user: {auth-provider: {config: {id-token: a}}}}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(FLOW, '"new"'), (JSON, '"new"'), (FOLDED, '"new"'), (SHARED, '"new"'), (ABSENT, None), ("users: [", None)],
)
def test_only_what_can_be_changed_safely_is_changed(text, expected):
    changed = with_tokens(text, "u", {"refresh-token": "new", "id-token": "i"})
    if expected is None:
        assert changed is None
    else:
        assert changed is not None
        assert expected in changed
        user = next(user for user in yaml.safe_load(changed)["users"] if user["name"] == "u")
        assert user["user"]["auth-provider"]["config"]["refresh-token"] == "new"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.!!!.c", "a." + base64.urlsafe_b64encode(b"[]").decode()])
def test_what_is_no_jwt_has_no_expiry(token):
    assert expiry(token) is None
