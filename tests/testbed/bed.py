"""The test bed as one object: bring it up, reach it, disturb it, take it down."""

import contextlib
import fcntl
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.testbed import (
    build,
    certificates,
    debian,
    etcd,
    files,
    kubeconfig,
    loopback,
    monitoring_api,
    monitoring_config,
    paths,
    populate,
    ports,
    servers,
    stages,
    versions,
)
from tests.testbed.errors import TestBedError
from tests.testbed.kubeapi import Api
from tests.testbed.processes import Processes
from tests.testbed.servers import Plan, Server

GROUPS = ("control-plane", "nodes", "metrics", "monitoring")
_BUILT_FOR = {
    "control-plane": ("etcd", "kube-apiserver", "kubectl", "kube-controller-manager", "kube-scheduler"),
    "nodes": ("kwok",),
    "metrics": ("kube-state-metrics",),
    "monitoring": ("prometheus", "alertmanager", "node_exporter", "pushgateway"),
}


class Bed:
    """Real servers on loopback. All methods may be called from several processes: a lock in the state folder
    lets one at a time change the bed."""

    def __init__(self, state: Path | None = None, cache: Path | None = None) -> None:
        self.state = state or paths.state_dir()
        self.cache = cache or paths.cache_dir()
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.cache.mkdir(parents=True, exist_ok=True, mode=0o711)
        self.processes = Processes(self.state)
        self._mutex = threading.RLock()
        self._depth = 0

    # How to reach it

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self._url("kube-apiserver", "https")

    @property
    def prometheus_url(self) -> str:
        """The current Prometheus."""
        return self._url("prometheus")

    @property
    def prometheus_old_url(self) -> str:
        """Prometheus 2.42. Raises TestBedError where it could not be had."""
        if not self._old_prometheus().exists():
            raise TestBedError(f"there is no second generation of Prometheus here: {self.notes()}")
        return self._url("prometheus-old")

    @property
    def alertmanager_url(self) -> str:
        """The Alertmanager both Prometheus servers send to."""
        return self._url("alertmanager")

    @property
    def node_exporter_url(self) -> str:
        """The node exporter; its samples are at /metrics."""
        return self._url("node-exporter")

    @property
    def pushgateway_url(self) -> str:
        """The Pushgateway."""
        return self._url("pushgateway")

    @property
    def kube_state_metrics_url(self) -> str:
        """kube-state-metrics of the cluster, at the address that the API server's proxy can reach too."""
        server = self._server("kube-state-metrics")
        return server.ready.rpartition("/")[0]

    @property
    def etcd_url(self) -> str:
        """The store behind the API server."""
        return self._url("etcd")

    @property
    def kubectl(self) -> Path:
        """A kubectl of the API server's own version."""
        return build.binary_path(self.cache, "kubectl")

    @property
    def ca(self) -> Path:
        """The certificate authority of the API server."""
        return self.state / "certificates" / "ca.crt"

    def kubeconfig(self, user: str = "admin") -> Path:
        """The kubeconfig of admin, viewer, team (team-a only), nobody, or exec (viewer by a plugin)."""
        if user not in kubeconfig.USERS:
            raise TestBedError(f"no user {user!r} in the test bed; there are {', '.join(kubeconfig.USERS)}")
        return kubeconfig.path(self.state, user)

    def kubectl_run(self, *arguments: str, user: str = "admin") -> str:
        """What `kubectl ARGUMENTS` prints. Raises TestBedError with its error text when it fails."""
        command = [str(self.kubectl), f"--kubeconfig={self.kubeconfig(user)}", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if result.returncode != 0:
            raise TestBedError(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def api(self) -> Api:
        """A small API client with all rights."""
        return Api(ports.load(self.state)["kube-apiserver"], self.state / "certificates")

    # Up and down

    def up(self, only: tuple[str, ...] = GROUPS, metrics: bool = True) -> "Bed":
        """Build what is missing, start what is not running, fill the cluster, and return when it is ready.
        `only` limits it to some of GROUPS; without `metrics` the cluster has no metrics API."""
        unknown = set(only) - set(GROUPS)
        if unknown:
            raise TestBedError(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
        groups = self._closed(only)
        with self._locked():
            build.ensure(self.cache, [name for group in GROUPS if group in groups for name in _BUILT_FOR[group]])
            self._prepare(groups)
            for server in self._servers():
                if server.group in groups and server.name != "usage":
                    self._start(server)
            if "control-plane" in groups:
                self._fill(groups, metrics)
            if "monitoring" in groups:
                monitoring_api.ensure_silence(self.alertmanager_url)
        return self

    def up_bare(self, filled: Callable[[str], None], seconds: float = 90) -> "Bed":
        """Only the store and the API server, and nobody who would change what is in them. `filled` is called with
        the store's URL before the API server starts, which has so many seconds to read all of it."""
        with self._locked():
            build.ensure(self.cache, ("etcd", "kube-apiserver", "kubectl"))
            self._prepare({"control-plane"})
            self._start(self._server("etcd"))
            filled(self.etcd_url)
            self._start(self._server("kube-apiserver"), seconds)
        return self

    def down(self, keep: bool = False) -> None:
        """Stop everything and forget the data (logs stay). With `keep` the data stays for the next start."""
        with self._locked():
            for file in sorted((self.state / "run").glob("*.json")):
                if file.stem not in [server.name for server in self._order()]:
                    self.processes.stop(file.stem)
            for server in reversed(self._order()):
                self.processes.stop(server.name)
            loopback.remove(loopback.address_of(self.state))
            if not keep:
                for name in ("data", "certificates", "kubeconfig", "monitoring"):
                    shutil.rmtree(self.state / name, ignore_errors=True)

    # Disturbing it

    def stop(self, name: str) -> None:
        """Stop one server and wait until it is gone."""
        with self._locked():
            self.processes.stop(self._server(name).name)

    def start(self, name: str) -> None:
        """Start one server again and wait until it is ready."""
        with self._locked():
            self._start(self._server(name))

    def restart(self, name: str) -> None:
        """Stop and start one server."""
        with self._locked():
            self.stop(name)
            self.start(name)

    def pid(self, name: str) -> int:
        """Process id of a running server, to send it signals. Raises TestBedError when it is not running."""
        process = self.processes.find(self._server(name).name)
        if process is None:
            raise TestBedError(f"{name} is not running; see {self.processes.log_file(name)}")
        return process.pid

    def compact_etcd(self) -> int:
        """Forget all old versions of all objects; gives the revision compacted at. A list at an older
        resourceVersion then answers 410 Gone. The API server's watch cache still bridges watches that are only a
        little behind: restart it as well to have those end with 410."""
        return etcd.compact(self.etcd_url)

    def status(self) -> dict[str, str]:
        """Server -> ready, running (not ready) or stopped."""
        found = {}
        for server in self._order():
            if not self.processes.find(server.name):
                found[server.name] = "stopped"
            elif server.ready and not servers.answers(server.ready, self.state / "certificates"):
                found[server.name] = "running"
            else:
                found[server.name] = "ready"
        return found

    def notes(self) -> list[str]:
        """What this machine could not give, and why."""
        file = self.state / "notes.json"
        found: list[str] = json.loads(file.read_text()) if file.exists() else []
        return found

    # Inside

    def _url(self, name: str, scheme: str = "http") -> str:
        known = ports.load(self.state)
        if name not in known:
            raise TestBedError("the test bed is not up: python -m tests.testbed up")
        return f"{scheme}://127.0.0.1:{known[name]}"

    @staticmethod
    def _closed(only: tuple[str, ...]) -> set[str]:
        """The parts asked for and those they stand on."""
        groups = set(only)
        if "metrics" in groups:
            groups.add("nodes")
        if "nodes" in groups:
            groups.add("control-plane")
        return groups

    def _old_prometheus(self) -> Path:
        return self.cache / "debian" / "prometheus" / "usr" / "bin" / "prometheus"

    def _proxied(self) -> str | None:
        address = loopback.address_of(self.state)
        return address if loopback.has(address) else None

    def _plan(self) -> Plan:
        old = self._old_prometheus()
        return Plan(
            state=self.state,
            ports=ports.load(self.state),
            program=lambda name: build.binary_path(self.cache, name),
            old_prometheus=old if old.exists() else None,
            proxied=self._proxied(),
        )

    def _servers(self) -> list[Server]:
        return servers.plan_servers(self._plan())

    def _order(self) -> list[Server]:
        return self._servers() if ports.load(self.state) else []

    def _server(self, name: str) -> Server:
        for server in self._order():
            if server.name == name:
                return server
        known = ", ".join(server.name for server in self._order()) or "none yet"
        raise TestBedError(f"no server {name!r}; there are {known}")

    def _prepare(self, groups: set[str]) -> None:
        """Everything that has to be there before the first server starts."""
        running = any(self.processes.find(file.stem) for file in (self.state / "run").glob("*.json"))
        numbers = ports.claim(self.state, running)
        notes: list[str] = []
        folder = self.state / "certificates"
        if not running and certificates.expiring(folder):
            shutil.rmtree(folder, ignore_errors=True)
        certificates.ensure(folder)
        kubeconfig.write_tokens(self.state)
        kubeconfig.write_all(self.state, folder, self.server)
        stages.write(self.state)
        if "monitoring" in groups:
            changed = monitoring_config.write(numbers, self.state)
            try:
                debian.ensure(self.cache, "prometheus", "usr/bin/prometheus")
            except TestBedError as error:
                notes.append(f"no Prometheus 2: {error}")
            if changed:
                self._reload()
        if groups & {"metrics", "monitoring"}:
            try:
                loopback.add(loopback.address_of(self.state))
            except TestBedError as error:
                notes.append(f"nothing behind the API server's service proxy: {error}")
        files.write(self.state / "notes.json", json.dumps(notes))

    def _reload(self) -> None:
        """Have the running monitoring servers read their changed configuration."""
        for name in ("alertmanager", "prometheus", "prometheus-old"):
            if self.processes.find(name):
                monitoring_api.reload(self._url(name))

    def _start(self, server: Server, seconds: float = 90) -> None:
        self.processes.start(server.name, server.command, server.env)
        if server.ready:
            self._wait_ready(server, seconds)

    def _wait_ready(self, server: Server, seconds: float) -> None:
        def ready() -> bool:
            if not self.processes.find(server.name):
                log = self.processes.log_file(server.name)
                raise TestBedError(f"{server.name} ended; see {log}\n{self.processes.tail(server.name)}")
            return servers.answers(server.ready, self.state / "certificates")

        populate.wait_for(f"{server.name} to answer 200 at {server.ready}", ready, seconds, every=0.1)

    def _fill(self, groups: set[str], metrics: bool) -> None:
        api = self.api()
        try:
            populate.populate(api, ports.load(self.state), self._proxied())
            if "metrics" not in groups:
                return
            if not metrics:
                self.processes.stop("usage")
            populate.metrics(api, metrics)
            if metrics:
                self._start(self._server("usage"))
            populate.settle(api, metrics)
        finally:
            api.close()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._mutex:
            if self._depth:
                yield  # this object holds it already
                return
            with (self.state / "lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1


def versions_text() -> str:
    """Names and versions of what is built."""
    return ", ".join(f"{binary.name} {binary.version}" for binary in versions.BINARIES)
