"""Other programs of this kind, in front of the same cluster: how each is started, and what it shows when."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Peer(NamedTuple):
    """`options` show all pods of all namespaces; in them and in `env` {kubeconfig} is a path. `full` is what
    stands on the screen once all {pods} are there."""

    options: Sequence[str]
    full: str
    env: Mapping[str, str] = {}


PEERS: Mapping[str, Peer] = {
    "k9s": Peer(
        ("--kubeconfig", "{kubeconfig}", "--all-namespaces", "--command", "pods", "--readonly"),
        r"(?i)pods\(all\)\[{pods}\]",
    ),
    "kubetui": Peer(("--kubeconfig", "{kubeconfig}", "--all-namespaces"), r"Pod \[\d+/{pods}\]"),
    "kdash": Peer((), r"Pods \(ns: all\) \[{pods}\]", {"KUBECONFIG": "{kubeconfig}"}),
}


REPLIES: Mapping[bytes, bytes] = {b"\x1b[6n": b"\x1b[1;1R"}
"""A terminal says where its cursor is to whoever asks, and kdash does not begin before."""


class Chosen(NamedTuple):
    """One of them and where it is."""

    name: str
    binary: Path

    def options(self, kubeconfig: Path) -> list[str]:
        return [each.format(kubeconfig=kubeconfig) for each in PEERS[self.name].options]

    def full(self, pods: int) -> str:
        """A pattern; some part thousands."""
        return PEERS[self.name].full.replace("{pods}", f"{pods:,}".replace(",", ",?"))

    def env(self, kubeconfig: Path) -> Iterator[tuple[str, str]]:
        """With a home of its own, that nobody's settings are in."""
        home = tempfile.mkdtemp(prefix="peer-", dir=kubeconfig.parent)
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            yield name, home
        for name, value in PEERS[self.name].env.items():
            yield name, value.format(kubeconfig=kubeconfig)


def chosen(text: str) -> Chosen:
    """From NAME=PATH. Raises `argparse.ArgumentTypeError`."""
    name, _, path = text.partition("=")
    if name not in PEERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PATH with a name of: {', '.join(PEERS)}")
    if not Path(path).is_file() or not os.access(path, os.X_OK):
        raise argparse.ArgumentTypeError(f"{name}: there is no program at {path!r}")
    return Chosen(name, Path(path))
