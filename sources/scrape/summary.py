"""A kubelet's /stats/summary (stats/v1alpha1) as an exposition, so that it goes the way of all other samples.

The series are called kube_summary_..., as the exporter of that name began it: a prefix of their own, because a sum
over container_cpu_usage_seconds_total must not count a container again that cAdvisor has told of. Bytes, seconds
and cores; each sample has the moment at which the kubelet measured it. What the kubelet leaves out has no series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, field

from sources.contract import Unavailable
from sources.rules.duration import parse_time

PATH = "/stats/summary"
Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float | None, str]
"""A name without its prefix, labels, the value and when it was measured."""


class _Measured(Struct, rename="camel"):
    time: str = ""


class _Cpu(_Measured, rename="camel"):
    usage_nano_cores: int | None = None
    usage_core_nano_seconds: int | None = None


class _Memory(_Measured, rename="camel"):
    available_bytes: int | None = None
    usage_bytes: int | None = None
    working_set_bytes: int | None = None
    rss_bytes: int | None = None
    major_page_faults: int | None = None


class _Swap(_Measured, rename="camel"):
    swap_usage_bytes: int | None = None
    swap_available_bytes: int | None = None


class _Network(_Measured, rename="camel"):
    """Of the default interface."""

    name: str = ""
    rx_bytes: int | None = None
    rx_errors: int | None = None
    tx_bytes: int | None = None
    tx_errors: int | None = None


class _Files(_Measured, rename="camel"):
    available_bytes: int | None = None
    capacity_bytes: int | None = None
    used_bytes: int | None = None
    inodes_free: int | None = None
    inodes: int | None = None
    inodes_used: int | None = None


class _Claim(Struct):
    name: str = ""
    namespace: str = ""


class _Volume(_Files, rename="camel"):
    name: str = ""
    pvc_ref: _Claim | None = None


class _Limits(_Measured, rename="camel"):
    maxpid: int | None = None
    curproc: int | None = None


class _Usage(Struct, rename="camel"):
    cpu: _Cpu | None = None
    memory: _Memory | None = None
    swap: _Swap | None = None


class _Container(_Usage, rename="camel"):
    name: str = ""
    rootfs: _Files | None = None
    logs: _Files | None = None


class _Reference(Struct):
    name: str = ""
    namespace: str = ""


class _Pod(_Usage, rename="camel"):
    pod_ref: _Reference = field(default_factory=_Reference)
    containers: list[_Container] | None = None
    network: _Network | None = None
    volume: list[_Volume] | None = None
    ephemeral: _Files | None = field(default=None, name="ephemeral-storage")


class _Runtime(Struct, rename="camel"):
    image_fs: _Files | None = None
    container_fs: _Files | None = None


class _Node(_Usage, rename="camel"):
    system_containers: list[_Container] | None = None
    network: _Network | None = None
    fs: _Files | None = None
    runtime: _Runtime | None = None
    rlimit: _Limits | None = None


class _Summary(Struct):
    node: _Node
    pods: list[_Pod] | None = None


def exposition(body: bytes) -> bytes:
    """The text format. Raises Unavailable for what is no summary."""
    try:
        summary = msgspec.json.decode(body, type=_Summary)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"{PATH}: not a kubelet's summary: {error}") from None
    # A metric's samples stand together in an exposition.
    families: dict[str, list[str]] = {}
    for name, labels, value, time in _samples(summary):
        if value is not None:
            families.setdefault(name, []).append(_line(name, labels, value, time))
    lines: list[str] = []
    for name, samples in families.items():
        lines.append(f"# TYPE kube_summary_{name} {'counter' if name.endswith('_total') else 'gauge'}\n")
        lines += samples
    return "".join(lines).encode()


def _line(name: str, labels: Labels, value: float, time: str) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels if text)
    at = parse_time(time)
    stamp = "" if at is None else f" {round(at * 1000)}"
    return f"kube_summary_{name}{{{shown}}} {value}{stamp}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _samples(summary: _Summary) -> Iterator[Sample]:
    node = summary.node
    yield from _usage("node", (), node)
    yield from _network("node", (), node.network)
    yield from _files("node_fs", (), node.fs)
    if node.runtime is not None:
        yield from _files("node_runtime_imagefs", (), node.runtime.image_fs)
        yield from _files("node_runtime_containerfs", (), node.runtime.container_fs)
    if node.rlimit is not None:
        yield "node_processes", (), node.rlimit.curproc, node.rlimit.time
        yield "node_processes_limit", (), node.rlimit.maxpid, node.rlimit.time
    for system in node.system_containers or ():
        yield from _usage("node_system", (("container", system.name),), system)
    for pod in summary.pods or ():
        yield from _of_pod(pod)


def _of_pod(pod: _Pod) -> Iterator[Sample]:
    own: Labels = (("namespace", pod.pod_ref.namespace), ("pod", pod.pod_ref.name))
    yield from _usage("pod", own, pod)
    yield from _network("pod", own, pod.network)
    yield from _used("pod_ephemeral_storage", own, pod.ephemeral)
    for volume in pod.volume or ():
        claim = volume.pvc_ref.name if volume.pvc_ref is not None else ""
        labels = (*own, ("volume", volume.name), ("persistentvolumeclaim", claim))
        # Only a claim has a size of its own; that of the others is the node's.
        yield from (_files if claim else _used)("pod_volume", labels, volume)
    for container in pod.containers or ():
        labels = (*own, ("container", container.name))
        yield from _usage("container", labels, container)
        yield from _used("container_rootfs", labels, container.rootfs)
        yield from _used("container_logs", labels, container.logs)


def _usage(what: str, labels: Labels, of: _Usage) -> Iterator[Sample]:
    if (cpu := of.cpu) is not None:
        yield f"{what}_cpu_usage_seconds_total", labels, _billionth(cpu.usage_core_nano_seconds), cpu.time
        yield f"{what}_cpu_usage_cores", labels, _billionth(cpu.usage_nano_cores), cpu.time
    if (memory := of.memory) is not None:
        yield f"{what}_memory_working_set_bytes", labels, memory.working_set_bytes, memory.time
        yield f"{what}_memory_rss_bytes", labels, memory.rss_bytes, memory.time
        if what == "node":
            yield "node_memory_usage_bytes", labels, memory.usage_bytes, memory.time
            yield "node_memory_available_bytes", labels, memory.available_bytes, memory.time
            yield "node_memory_major_page_faults_total", labels, memory.major_page_faults, memory.time
    if (swap := of.swap) is not None and (what == "node" or swap.swap_usage_bytes):
        yield f"{what}_swap_usage_bytes", labels, swap.swap_usage_bytes, swap.time
        if what == "node":
            yield "node_swap_available_bytes", labels, swap.swap_available_bytes, swap.time


def _billionth(value: int | None) -> float | None:
    return None if value is None else value / 1e9


def _network(what: str, labels: Labels, of: _Network | None) -> Iterator[Sample]:
    if of is not None:
        own = (*labels, ("interface", of.name))
        yield f"{what}_network_receive_bytes_total", own, of.rx_bytes, of.time
        yield f"{what}_network_transmit_bytes_total", own, of.tx_bytes, of.time
        yield f"{what}_network_receive_errors_total", own, of.rx_errors, of.time
        yield f"{what}_network_transmit_errors_total", own, of.tx_errors, of.time


def _used(what: str, labels: Labels, of: _Files | None) -> Iterable[Sample]:
    if of is not None:
        yield f"{what}_used_bytes", labels, of.used_bytes, of.time
        yield f"{what}_inodes_used", labels, of.inodes_used, of.time


def _files(what: str, labels: Labels, of: _Files | None) -> Iterable[Sample]:
    if of is not None:
        yield from _used(what, labels, of)
        yield f"{what}_available_bytes", labels, of.available_bytes, of.time
        yield f"{what}_capacity_bytes", labels, of.capacity_bytes, of.time
        yield f"{what}_inodes_free", labels, of.inodes_free, of.time
        yield f"{what}_inodes", labels, of.inodes, of.time
