"""Loopback ports of one bed: fixed numbers where they are free, else any free one, remembered in the state."""

import json
import socket
from pathlib import Path

from tests.testbed import files

# Below the range Linux hands out for outgoing connections (32768 and up), so they are normally free.
PREFERRED = {
    "etcd": 23379,
    "etcd-peer": 23380,
    "kube-apiserver": 23443,
    "kube-controller-manager": 23257,
    "kube-scheduler": 23259,
    "kwok": 23247,
    "prometheus": 23090,
    "prometheus-old": 23091,
    "alertmanager": 23093,
    "node-exporter": 23100,
    "kube-state-metrics": 23080,
    "kube-state-metrics-telemetry": 23081,
    "pushgateway": 23092,
}


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def load(state: Path) -> dict[str, int]:
    """The ports this bed was given, empty before its first start."""
    file = state / "ports.json"
    if not file.exists():
        return {}
    ports: dict[str, int] = json.loads(file.read_text())
    return ports


def claim(state: Path, running: bool) -> dict[str, int]:
    """Ports for every server. A running bed keeps its numbers; a stopped one takes the preferred ones again,
    except where another program has them now."""
    known = load(state)
    if running:
        ports = {name: known.get(name) or _pick(number) for name, number in PREFERRED.items()}
    else:
        ports = {name: _pick(number) for name, number in PREFERRED.items()}
    files.write(state / "ports.json", json.dumps(ports, indent=1))
    return ports


def _pick(preferred: int) -> int:
    return preferred if _free(preferred) else _any_free()
