"""Finds Prometheus and Alertmanager among the cluster's services: by usual names and labels, proved by a GET."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sources.contract import (
    Denied,
    Misconfigured,
    NotSupported,
    ServiceProxy,
    SourceError,
    Unauthorized,
    Unavailable,
)
from sources.http.endpoint import Link, send
from sources.http.reply import refusal
from sources.model import Service, ServicePort

System = Literal["prometheus", "alertmanager"]

PROBED = 8
"""Candidates that are asked at most; a cluster with more monitoring than that names its own."""
AT_ONCE = 3
PROBE_TIMEOUT = 5.0


class Candidate(NamedTuple):
    """A service that may be the one looked for; a higher score is more likely."""

    score: int
    service: Service
    port: ServicePort
    scheme: str

    @property
    def where(self) -> str:
        return f"service {self.service.namespace}/{self.service.name}:{self.port.port}"


class _Profile(NamedTuple):
    title: str
    flag: str
    names: tuple[tuple[re.Pattern[str], int], ...]
    labels: tuple[tuple[str, re.Pattern[str], int], ...]
    excluded: re.Pattern[str]
    ports: frozenset[int]
    probe: tuple[str, ...]
    proof: bytes


def _profile(
    title: str,
    names: Sequence[tuple[str, int]],
    labels: Sequence[tuple[str, str, int]],
    excluded: str,
    ports: Sequence[int],
    probe: Sequence[str],
    proof: bytes,
) -> _Profile:
    return _Profile(
        title,
        f"--{title.lower()}",
        tuple((re.compile(pattern), score) for pattern, score in names),
        tuple((label, re.compile(pattern), score) for label, pattern, score in labels),
        re.compile(excluded),
        frozenset(ports),
        tuple(probe),
        proof,
    )


_OTHERS = (
    r"node-exporter|-exporter$|operator$|operator-|kube-state-metrics|pushgateway|adapter|grafana|webhook"
    r"|sidecar|-coredns$|-kubelet$|-kube-(proxy|etcd|scheduler|controller-manager|dns)$|thanos-discovery"
    r"|(store|storegateway|compact|compactor|receive|ruler)$|blackbox"
)

_PROFILES: dict[System, _Profile] = {
    "prometheus": _profile(
        "Prometheus",
        # The querier sees all replicas where there is one (OpenShift); a chart's server beats a bare guess.
        names=[
            (r"^thanos-querier$", 90),
            (r"kube-prom[a-z-]*-prometheus$", 75),
            (r"^prometheus-k8s$", 70),
            (r"^(.+-)?prometheus-server$", 70),
            (r"^prometheus$", 65),
            (r"^prometheus-operated$", 60),
            (r"^(.+-)?prometheus$", 50),
            (r"^(.+-)?thanos-query(-frontend)?$", 45),
            (r"^vmsingle-|^(.+-)?victoria-metrics-single(-server)?$", 40),
            (r"^prometheus-", 20),
        ],
        labels=[
            ("app.kubernetes.io/name", r"^prometheus$", 40),
            ("app.kubernetes.io/name", r"^thanos-quer(y|ier)$", 25),
            ("app", r"^(kube-prometheus-stack-)?prometheus$", 40),
            ("operated-prometheus", r"^true$", 30),
            ("component", r"^server$", 5),
        ],
        excluded=_OTHERS + "|alertmanager",
        ports=[9090, 80, 10902, 9091, 8428, 8429],
        probe=["/api/v1/status/buildinfo", "/api/v1/query?query=1"],
        proof=b'"success"',
    ),
    "alertmanager": _profile(
        "Alertmanager",
        names=[
            (r"kube-prom[a-z-]*-alertmanager$", 75),
            (r"^alertmanager-main$", 70),
            (r"^alertmanager$", 65),
            (r"^alertmanager-operated$", 60),
            (r"^(.+-)?alertmanager$", 50),
            (r"^(.+-)?alertmanager-headless$", 30),
            (r"^alertmanager-", 25),
        ],
        labels=[
            ("app.kubernetes.io/name", r"^alertmanager$", 40),
            ("app", r"^(kube-prometheus-stack-|prometheus-)?alertmanager$", 40),
            ("operated-alertmanager", r"^true$", 30),
        ],
        excluded=_OTHERS,
        ports=[9093, 80, 9094, 9095],
        probe=["/api/v2/status"],
        proof=b'"versionInfo"',
    ),
}

_PORT_NAMES = ("http-web", "web", "http", "https", "https-web", "http-query", "service")
_WRONG_PORTS = re.compile(r"grpc|mesh|cluster|reloader|tenancy|metrics|tcp-|udp-")
_USUAL_NAMESPACES = frozenset({"monitoring", "prometheus", "observability", "openshift-monitoring"})
_TLS_PORTS = frozenset({443, 8443, 9443})


def candidates(services: Sequence[Service], system: System) -> list[Candidate]:
    """The services that may be `system`, most likely first; exporters, operators and adapters are left out."""
    profile = _PROFILES[system]
    found = [candidate for service in services if (candidate := _candidate(service, profile))]
    found.sort(key=lambda each: (-each.score, each.service.namespace, each.service.name))
    return found


def _candidate(service: Service, profile: _Profile) -> Candidate | None:
    labels = dict(service.labels)
    identity = (service.name, labels.get("app.kubernetes.io/name", ""), labels.get("app", ""))
    if any(profile.excluded.search(name) for name in identity):
        return None
    score = max((score for pattern, score in profile.names if pattern.search(service.name)), default=0)
    score += max(
        (score for label, pattern, score in profile.labels if pattern.search(labels.get(label, ""))), default=0
    )
    if not score:
        return None
    rated = [(rating, port) for port in service.ports if (rating := _rate(port, profile)) > 0]
    if not rated:
        return None
    rating, port = max(rated, key=lambda each: each[0])
    score += rating + (3 if service.namespace in _USUAL_NAMESPACES else 0)
    return Candidate(score, service, port, _scheme(service, port))


def _rate(port: ServicePort, profile: _Profile) -> int:
    if _WRONG_PORTS.search(port.name):
        return 0
    rating = 10 if port.port in profile.ports else 0
    if port.name in _PORT_NAMES:
        rating += 6
    return rating


def _scheme(service: Service, port: ServicePort) -> str:
    # OpenShift puts a TLS proxy on the port that elsewhere is plain HTTP, under the same port name.
    openshift = service.namespace.startswith("openshift-")
    return "https" if port.name.startswith("https") or port.port in _TLS_PORTS or openshift else "http"


async def find(peers: Sequence[ServiceProxy], system: System) -> Link:
    """A way to the best service that proves to be `system`.

    Raises `Denied` with the missing right, `NotSupported` when there is none, `Misconfigured` when there is
    no cluster to look in, `Unavailable` when the cluster cannot be asked.
    """
    profile = _PROFILES[system]
    if not peers:
        raise Misconfigured(f"no {profile.title} URL and no cluster to look in; give {profile.flag} URL")
    problems: list[SourceError] = []
    seen = 0
    searched: list[str] = []
    for peer in peers:
        try:
            services = await peer.services()
        except Denied as error:
            problems.append(
                Denied(
                    f"cannot look for {profile.title} in the cluster: not allowed to list services; "
                    f"give {profile.flag} URL",
                    error.missing or "list services",
                )
            )
            continue
        except SourceError as error:
            problems.append(error)
            continue
        seen += len(services)
        searched += peer.searched()
        ranked = candidates(services, system)[:PROBED]
        for first in range(0, len(ranked), AT_ONCE):
            batch = ranked[first : first + AT_ONCE]
            answers = await asyncio.gather(*(_probe(peer, each, profile) for each in batch))
            links = [answer for answer in answers if isinstance(answer, Link)]
            for spare in links[1:]:
                await spare.client.aclose()
            if links:
                return links[0]
            problems += [answer for answer in answers if not isinstance(answer, Link)]
    raise _nothing(problems, seen, searched, profile)


def _nothing(
    problems: Sequence[SourceError], seen: int, searched: Sequence[str], profile: _Profile
) -> SourceError:
    """The one error that helps most: a right that is missing, a server that is down, or that there is none."""
    for kind in (Denied, Misconfigured, Unauthorized, Unavailable):
        for problem in problems:
            if isinstance(problem, kind):
                return problem
    tried = f"; {len(problems)} looked like one but did not answer as one" if problems else ""
    noun = "service" if seen == 1 else "services"
    where = ""
    if searched:
        shown = ", ".join(searched[:3]) + (f" and {len(searched) - 3} more" if len(searched) > 3 else "")
        where = f" of {'namespace' if len(searched) == 1 else 'namespaces'} {shown} (all you may list)"
    return NotSupported(f"no {profile.title} found among {seen} {noun}{where}{tried}; give {profile.flag} URL")


async def _probe(peer: ServiceProxy, candidate: Candidate, profile: _Profile) -> Link | SourceError:
    try:
        client = await peer.service_client(candidate.service, candidate.port, candidate.scheme)
    except SourceError as error:
        return error
    link = Link(client, candidate.where, proxied=True)
    problem: SourceError | None = Unavailable("interrupted")
    try:
        problem = await _ask(link, profile)
    finally:
        if problem is not None:
            await client.aclose()
    if isinstance(problem, Denied):
        if problem.missing.startswith("access"):
            return NotSupported(str(problem))
        return Denied(f"{problem}; or give {profile.flag} URL", problem.missing)
    return problem or link


async def _ask(link: Link, profile: _Profile) -> SourceError | None:
    error: SourceError = NotSupported(f"{link.via} is not {profile.title}")
    for path in profile.probe:
        try:
            reply = await send(link, "GET", path, within=PROBE_TIMEOUT)
        except SourceError as problem:
            return problem
        if reply.status == 200 and reply.is_json and profile.proof in reply.body:
            return None
        error = refusal(reply, f"the {profile.title} API")
        if reply.status not in (404, 405):
            return error
    return error
