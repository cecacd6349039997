"""No credential survives in a report."""

import pytest

from sources.redact import redact

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\nsecret2\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRETSECRET",
        "{'Authorization': 'Basic SECRETSECRET=='}",
        'headers {"authorization": "Token SECRETSECRET"}',
        "got bearer SECRETSECRET.x from plugin",
        "https://user:SECRETSECRET@host/path",
        "https://SECRETSECRET@host",
        "postgres://u:p%40SECRETSECRET@db:5432/x",
        "GET /api?token=SECRETSECRET&x=1",
        "GET /api?access_token=SECRETSECRET",
        "X-Amz-Signature=SECRETSECRET",
        "password: SECRETSECRET",
        "client_secret='SECRET SECRETSECRET'",
        '"id-token":"SECRETSECRET"',
        "topmast --token SECRETSECRET",
        "topmast --password=SECRETSECRET",
        "X-Api-Key: SECRETSECRET",
        "Set-Cookie: SECRETSECRET=1",
        KEY.replace("secret", "SECRETSECRET"),
        repr(KEY.replace("secret", "SECRETSECRET")),
        "-----BEGIN PRIVATE KEY-----\nSECRETSECRET cut off",
        "client-key-data: LS0tLS1CRUdJTiSECRETSECRET==",
        "eyJhbGciOiJIUzI1NiJ9.SECRETSECRET.sig-SECRETSECRET",
        "key ghp_SECRETSECRETSECRET",
        "k8s-aws-v1.SECRETSECRET",
    ],
)
def test_secrets_go(text: str) -> None:
    redacted = redact(text)
    assert "SECRETSECRET" not in redacted, redacted
    assert "[hidden]" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'node-1'",
        "https://host:6443/api/v1/pods?limit=500",
        'pods "coredns" is forbidden: User "dev" cannot list',
        '  File "/usr/lib/python3/x.py", line 12, in run',
        "mailto:oncall@example.com",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text
