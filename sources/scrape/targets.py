"""What is scraped: targets with the labels that a usual Kubernetes scrape configuration gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from sources.contract import Misconfigured
from sources.http.settings import parse_url
from sources.model import Labels
from sources.scrape.objects import Object, Pod, Port, Service
from sources.scrape.summary import PATH as SUMMARY

Pairs = tuple[tuple[str, str], ...]


class Target(NamedTuple):
    """One place that samples come from. `key` tells it from all others and is what people see."""

    key: str
    labels: Labels
    path: str
    """Below the API server, or below `url`."""
    params: Pairs = ()
    url: str = ""
    """Of an exporter that is reached directly, credentials included; else it is behind the API server."""
    honor_labels: bool = False
    right: str = ""
    """The right that reaching it takes; targets with the same one are refused together."""
    size: int = 100_000
    """Bytes that its answer is taken to have before there was one."""
    summary: bool = False
    """Whether it answers with a kubelet's summary and not with metrics."""


def labelled(**pairs: str) -> Labels:
    """Sorted, without empty values."""
    return tuple(sorted(pair for pair in pairs.items() if pair[1]))


def direct(text: str, pushgateway: bool = False) -> Target:
    """An exporter by its URL. Raises Misconfigured."""
    base, _, query = text.partition("?")
    address = parse_url(base, "urls")
    parts = urlsplit(address.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    labels = labelled(job="pushgateway" if pushgateway else "scrape", instance=f"{host}:{port}")
    path = parts.path or "/metrics"
    key = f"{address.shown.removesuffix(parts.path)}{path}"
    return Target(key, labels, path, tuple(parse_qsl(query)), base, honor_labels=pushgateway)


# -- nodes -------------------------------------------------------------------------------------------------

KUBELET = (
    ("/metrics/resource", 20_000),
    ("/metrics", 150_000),
    ("/metrics/cadvisor", 500_000),
    (SUMMARY, 150_000),
)
"""Paths and the usual size of their answers, those worth most first."""


def kubelet(node: str, path: str, size: int) -> Target:
    """A path of a kubelet, through the node's proxy."""
    labels = labelled(job="kubelet", instance=node, node=node, metrics_path=path)
    proxied = f"/api/v1/nodes/{quote(node, safe='')}/proxy{path}"
    return Target(
        f"node {node}{path}",
        labels,
        proxied,
        honor_labels=True,
        right="get nodes/proxy",
        size=size,
        summary=path == SUMMARY,
    )


# -- services and pods -------------------------------------------------------------------------------------


class Known(NamedTuple):
    """An exporter that is recognised without annotations."""

    name: re.Pattern[str]
    ports: tuple[str, ...]
    honor_labels: bool = False


_KNOWN = (
    Known(re.compile(r"(^|-)kube-state-metrics$"), ("http-metrics", "http", "8080"), honor_labels=True),
    Known(re.compile(r"(^|-)node-exporter$"), ("metrics", "http-metrics", "9100")),
    Known(re.compile(r"(^|-)pushgateway$"), ("http", "9091"), honor_labels=True),
    Known(re.compile(r"^kube-proxy$"), ("metrics", "http-metrics", "10249")),
)
_PORT = re.compile("[0-9]{1,5}")
_METRICS_PORTS = ("metrics", "http-metrics", "https-metrics", "prometheus", "http-prometheus", "prom")
_ANNOTATION = "prometheus.io/"


class Wish(NamedTuple):
    """How an object wants to be scraped."""

    ports: tuple[str, ...] = ()
    """Names or numbers, the first that fits is meant; empty: the one that looks like metrics, else the first."""
    path: str = "/metrics"
    params: Pairs = ()
    scheme: str = "http"
    honor_labels: bool = False


def wish(thing: Object) -> Wish | None:
    """What the annotations say, or what is usual for a known exporter; None where it is not to be scraped."""
    annotations = thing.metadata.annotations or {}
    asked = annotations.get(f"{_ANNOTATION}scrape", "").strip().lower()
    known = _known(thing.metadata.name, thing.metadata.labels or {})
    if asked == "false" or (asked != "true" and known is None):
        return None
    path, params = _path(annotations.get(f"{_ANNOTATION}path", "") or "/metrics")
    port = annotations.get(f"{_ANNOTATION}port", "").strip()
    ports = (port,) if port else known.ports if known else ()
    scheme = "https" if annotations.get(f"{_ANNOTATION}scheme", "").strip().lower() == "https" else "http"
    return Wish(ports, path, params, scheme, known.honor_labels if known else False)


def _known(name: str, labels: Mapping[str, str]) -> Known | None:
    words = (labels.get("app.kubernetes.io/name", ""), labels.get("k8s-app", ""), labels.get("app", ""), name)
    return next((each for each in _KNOWN for word in words if each.name.search(word)), None)


def _path(text: str) -> tuple[str, Pairs]:
    """A path of somebody's annotation. Raises Misconfigured for one that leads out of the proxy."""
    path, _, query = text.strip().partition("?")
    path = path if path.startswith("/") else f"/{path}"
    if "%" in path or "\\" in path or any(part in (".", "..") for part in path.split("/")):
        raise Misconfigured(f"{_ANNOTATION}path: {path[:40]!r} is not a plain path")
    return path, tuple(parse_qsl(query))


def chosen_port(ports: tuple[Port, ...], wanted: Wish) -> str:
    """The number of the port to scrape; "" where there is none."""
    for each in wanted.ports:
        for port in ports:
            if each in (port.name, str(port.number)):
                return str(port.number)
    if wanted.ports:
        # A port need not be declared to be open.
        number = next((each for each in wanted.ports if _PORT.fullmatch(each)), "")
        return number if number and 0 < int(number) < 65536 else ""
    likely = [port for name in _METRICS_PORTS for port in ports if port.name == name]
    return str((likely or ports)[0].number) if likely or ports else ""


def of_pod(pod: Pod, wanted: Wish, service: str = "") -> Target | None:
    """A pod through its proxy; None where it does not run or has no port."""
    meta = pod.metadata
    ports = tuple(port for container in pod.spec.containers or () for port in container.ports or ())
    number = chosen_port(ports, wanted)
    if not number or pod.status.phase != "Running":
        return None
    labels = labelled(
        job=service or _job(meta.labels or {}) or meta.name,
        instance=f"{pod.status.ip or meta.name}:{number}",
        namespace=meta.namespace,
        pod=meta.name,
        node=pod.spec.node,
        service=service,
    )
    place = f"pod {meta.namespace}/{meta.name}:{number}{wanted.path}"
    return _proxied("pods", meta.namespace, meta.name, number, wanted, labels, place)


def of_service(service: Service, wanted: Wish) -> Target | None:
    """A service through its proxy, for one whose pods are not known."""
    meta = service.metadata
    number = chosen_port(tuple(service.spec.ports or ()), wanted)
    if not number:
        return None
    labels = labelled(
        job=meta.name,
        instance=f"{meta.name}.{meta.namespace}:{number}",
        namespace=meta.namespace,
        service=meta.name,
    )
    place = f"service {meta.namespace}/{meta.name}:{number}{wanted.path}"
    return _proxied("services", meta.namespace, meta.name, number, wanted, labels, place)


def _proxied(
    plural: str, namespace: str, name: str, port: str, wanted: Wish, labels: Labels, place: str
) -> Target:
    scheme = "https:" if wanted.scheme == "https" else ""
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}/{plural}/{scheme}{quote(name, safe='')}:{port}/proxy"
    return Target(
        place,
        labels,
        path + wanted.path,
        wanted.params,
        honor_labels=wanted.honor_labels,
        right=f"get {plural}/proxy in {namespace}",
    )


def _job(labels: Mapping[str, str]) -> str:
    return next((labels[name] for name in ("app.kubernetes.io/name", "k8s-app", "app") if labels.get(name)), "")
