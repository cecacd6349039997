"""Certificates and keys of the control plane, made with the `openssl` command."""

import subprocess
from pathlib import Path

from tests.testbed.errors import TestBedError

DAYS = "30"
# Common name and organisation become user and group of a client certificate.
CLIENTS = {
    "admin": "/O=system:masters/CN=testbed-admin",
    "kube-controller-manager": "/CN=system:kube-controller-manager",
    "kube-scheduler": "/CN=system:kube-scheduler",
}
SERVER_NAMES = "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1"


def _openssl(*arguments: str) -> None:
    try:
        result = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise TestBedError("the test bed needs the openssl command to make certificates") from error
    if result.returncode != 0:
        raise TestBedError(f"openssl {arguments[0]} failed: {result.stderr.strip()[-400:]}")


def _key(folder: Path, name: str) -> Path:
    key = folder / f"{name}.key"
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key))
    key.chmod(0o600)
    return key


def _signed(folder: Path, name: str, subject: str, usage: str, names: str = "") -> None:
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    _openssl("req", "-new", "-key", str(_key(folder, name)), "-subj", subject, "-out", str(request))
    lines = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature", f"extendedKeyUsage={usage}"]
    if names:
        lines.append(f"subjectAltName={names}")
    extensions.write_text("\n".join(lines) + "\n")
    _openssl(
        "x509", "-req", "-in", str(request), "-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key"),
        "-CAcreateserial", "-days", DAYS, "-extfile", str(extensions), "-out", str(folder / f"{name}.crt"),
    )  # fmt: skip
    request.unlink()
    extensions.unlink()


def expiring(folder: Path) -> bool:
    """Whether the certificates end within a week (or are not there)."""
    command = ["openssl", "x509", "-noout", "-checkend", str(7 * 86400), "-in", str(folder / "ca.crt")]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def ensure(folder: Path) -> None:
    """Fill `folder` with ca, server and client pairs (`NAME.crt`, `NAME.key`) and the key pair that signs
    service account tokens (`service-account.key`, `.pub`). Does nothing when they are there."""
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _openssl(
        "req", "-x509", "-new", "-key", str(_key(folder, "ca")), "-subj", "/CN=testbed-ca", "-days", DAYS,
        "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature", "-out", str(folder / "ca.crt"),
    )  # fmt: skip
    _signed(folder, "kube-apiserver", "/CN=kube-apiserver", "serverAuth", SERVER_NAMES)
    for name, subject in CLIENTS.items():
        _signed(folder, name, subject, "clientAuth")
    key = _key(folder, "service-account")
    _openssl("pkey", "-in", str(key), "-pubout", "-out", str(folder / "service-account.pub"))
    (folder / "complete").touch()
