"""How each server is started and how it says that it is ready."""

import http.client
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.paths import ROOT


@dataclass(frozen=True)
class Server:
    """One program of the bed. `ready` is the URL that answers 200 when it can be used, empty if it has none.
    `group` is what `--only` selects."""

    name: str
    group: str
    command: list[str]
    ready: str = ""
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Everything the command lines need to know."""

    state: Path
    ports: dict[str, int]
    program: Callable[[str], Path]  # name of a built binary -> its path
    old_prometheus: Path | None
    proxied: str | None  # non-loopback address that stays on this machine

    @property
    def certificates(self) -> Path:
        return self.state / "certificates"

    def url(self, name: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.ports[name]}"

    def data(self, name: str) -> str:
        folder = self.state / "data" / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return str(folder)


def answers(url: str, certificates: Path, timeout: float = 2.0) -> bool:
    """Whether a GET of a loopback URL gives 200. Server certificates that components make for themselves are
    not known to anybody, so only the API server's is checked, by those who really use it."""
    scheme, rest = url.split("://")
    address, _, path = rest.partition("/")
    connection: http.client.HTTPConnection
    if scheme == "https":
        context = ssl._create_unverified_context()
        context.load_cert_chain(certificates / "admin.crt", certificates / "admin.key")
        connection = http.client.HTTPSConnection(address, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def plan_servers(plan: Plan) -> list[Server]:
    """All servers, in the order they are started."""
    return [*_control_plane(plan), *_nodes(plan), *_monitoring(plan)]


def _control_plane(plan: Plan) -> list[Server]:
    certificates, ports = plan.certificates, plan.ports
    etcd, peer = plan.url("etcd"), plan.url("etcd-peer")
    kubeconfig = plan.state / "kubeconfig"
    signing_key = str(certificates / "service-account.key")
    return [
        Server(
            "etcd",
            "control-plane",
            [
                str(plan.program("etcd")),
                "--name=testbed",
                f"--data-dir={plan.data('etcd')}",
                f"--listen-client-urls={etcd}",
                f"--advertise-client-urls={etcd}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=testbed={peer}",
                "--quota-backend-bytes=8000000000",
                "--unsafe-no-fsync",  # test data; a power cut may eat it
                "--log-level=warn",
            ],
            f"{etcd}/health",
        ),
        Server(
            "kube-apiserver",
            "control-plane",
            [
                str(plan.program("kube-apiserver")),
                f"--etcd-servers={etcd}",
                "--bind-address=127.0.0.1",
                f"--secure-port={ports['kube-apiserver']}",
                f"--tls-cert-file={certificates / 'kube-apiserver.crt'}",
                f"--tls-private-key-file={certificates / 'kube-apiserver.key'}",
                f"--client-ca-file={certificates / 'ca.crt'}",
                f"--token-auth-file={plan.state / 'tokens.csv'}",
                "--authorization-mode=RBAC",
                f"--service-account-key-file={certificates / 'service-account.pub'}",
                f"--service-account-signing-key-file={signing_key}",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-cluster-ip-range=10.0.0.0/16",
                # An address for documentation, and no endpoint kept for it: with a loopback address the server
                # logs an error every ten seconds.
                "--advertise-address=192.0.2.1",
                "--endpoint-reconciler-type=none",
                # Simulated kubelets answer on loopback; their Node objects show other addresses for the eye.
                "--kubelet-preferred-address-types=InternalDNS,InternalIP",
            ],
            plan.url("kube-apiserver", "https") + "/readyz",
        ),
        Server(
            "kube-controller-manager",
            "control-plane",
            [
                str(plan.program("kube-controller-manager")),
                f"--kubeconfig={kubeconfig / 'kube-controller-manager.yaml'}",
                "--bind-address=127.0.0.1",
                f"--secure-port={ports['kube-controller-manager']}",
                f"--service-account-private-key-file={signing_key}",
                f"--root-ca-file={certificates / 'ca.crt'}",
                f"--cert-dir={plan.data('kube-controller-manager')}",
                "--use-service-account-credentials",
                "--leader-elect=false",
            ],
            plan.url("kube-controller-manager", "https") + "/healthz",
        ),
        Server(
            "kube-scheduler",
            "control-plane",
            [
                str(plan.program("kube-scheduler")),
                f"--kubeconfig={kubeconfig / 'kube-scheduler.yaml'}",
                "--bind-address=127.0.0.1",
                f"--secure-port={ports['kube-scheduler']}",
                f"--cert-dir={plan.data('kube-scheduler')}",
                "--leader-elect=false",
            ],
            plan.url("kube-scheduler", "https") + "/healthz",
        ),
    ]


def _own(plan: Plan, name: str, group: str, module: str) -> Server:
    """A helper process written in Python, part of the bed itself."""
    port = str(plan.ports["kube-apiserver"])
    command = [sys.executable, "-m", module, "--state", str(plan.state), "--port", port]
    return Server(name, group, command, env={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"})


def _nodes(plan: Plan) -> list[Server]:
    port = plan.ports["kwok"]
    kwok = [
        str(plan.program("kwok")),
        f"--kubeconfig={plan.state / 'kubeconfig' / 'admin.yaml'}",
        f"--config={plan.state / 'kwok.yaml'}",
        "--manage-nodes-with-label-selector=type=kwok",
        "--node-lease-duration-seconds=40",
        "--node-ip=127.0.0.1",
        f"--node-port={port}",
        f"--server-address=127.0.0.1:{port}",
    ]
    return [
        Server("kwok", "nodes", kwok, f"http://127.0.0.1:{port}/healthz"),
        _own(plan, "keeper", "nodes", "tests.testbed.keeper"),
        _own(plan, "usage", "metrics", "tests.testbed.usage"),
        _state_metrics(plan),
    ]


def _state_metrics(plan: Plan) -> Server:
    host = plan.proxied or "127.0.0.1"  # it listens at one address
    port, telemetry = plan.ports["kube-state-metrics"], plan.ports["kube-state-metrics-telemetry"]
    command = [
        str(plan.program("kube-state-metrics")),
        f"--kubeconfig={plan.state / 'kubeconfig' / 'admin.yaml'}",
        f"--host={host}",
        f"--port={port}",
        "--telemetry-host=127.0.0.1",
        f"--telemetry-port={telemetry}",
    ]
    return Server("kube-state-metrics", "metrics", command, f"http://{host}:{port}/healthz")


def _monitoring(plan: Plan) -> list[Server]:
    config = plan.state / "monitoring"
    proxied = plan.proxied

    def listen(name: str) -> list[str]:
        addresses = ["127.0.0.1", *([proxied] if proxied else [])]
        return [f"--web.listen-address={address}:{plan.ports[name]}" for address in addresses]

    servers = [
        Server(
            "node-exporter",
            "monitoring",
            [
                str(plan.program("node_exporter")),
                f"--web.listen-address=127.0.0.1:{plan.ports['node-exporter']}",
                "--log.level=warn",
            ],
            plan.url("node-exporter") + "/",
        ),
        Server(
            "pushgateway",
            "monitoring",
            [str(plan.program("pushgateway")), *listen("pushgateway"), "--log.level=warn"],
            plan.url("pushgateway") + "/-/ready",
        ),
        Server(
            "alertmanager",
            "monitoring",
            [
                str(plan.program("alertmanager")),
                f"--config.file={config / 'alertmanager.yml'}",
                f"--storage.path={plan.data('alertmanager')}",
                *listen("alertmanager"),
                "--cluster.listen-address=",  # alone, no gossip
            ],
            plan.url("alertmanager") + "/-/ready",
        ),
        Server(
            "prometheus",
            "monitoring",
            [
                str(plan.program("prometheus")),
                f"--config.file={config / 'prometheus.yml'}",
                f"--storage.tsdb.path={plan.data('prometheus')}",
                *listen("prometheus"),
                "--web.enable-lifecycle",
                "--web.enable-admin-api",
                "--enable-feature=exemplar-storage",
            ],
            plan.url("prometheus") + "/-/ready",
        ),
    ]
    if plan.old_prometheus:
        old = [
            str(plan.old_prometheus),
            f"--config.file={config / 'prometheus-old.yml'}",
            f"--storage.tsdb.path={plan.data('prometheus-old')}",
            f"--web.listen-address=127.0.0.1:{plan.ports['prometheus-old']}",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
            "--enable-feature=exemplar-storage",
        ]
        servers.append(Server("prometheus-old", "monitoring", old, plan.url("prometheus-old") + "/-/ready"))
    return servers
