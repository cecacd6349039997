"""The simulated services' HTTP requests: rates, status codes and latencies, before and since the incident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import exp, gamma
from random import Random
from typing import NamedTuple

from sources.demo.cluster import Plan
from sources.demo.simulation import Simulation
from sources.demo.waves import DAY, Wave, wave

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SHAPE = 1.3


class Service(NamedTuple):
    """Requests a second, the share of 5xx and the typical latency (seconds), each before and since `since`."""

    namespace: str
    name: str
    rate: float
    errors: tuple[float, float]
    latency: tuple[float, float]
    since: float
    """Seconds before the demo's start."""


SERVICES = (
    Service("shop", "frontend", 210.0, (0.0006, 0.0210), (0.045, 0.085), 540.0),
    Service("shop", "catalog", 160.0, (0.0003, 0.0003), (0.018, 0.018), 0.0),
    Service("shop", "cart", 74.0, (0.0005, 0.0005), (0.012, 0.012), 0.0),
    Service("shop", "checkout", 31.0, (0.0011, 0.1400), (0.110, 0.420), 545.0),
    Service("payments", "payments-api", 38.0, (0.0008, 0.0008), (0.090, 0.160), 420.0),
    Service("payments", "ledger", 26.0, (0.0004, 0.0240), (0.060, 0.240), 420.0),
    Service("search", "query", 120.0, (0.0002, 0.0002), (0.035, 0.035), 0.0),
    Service("team-atlas", "gateway", 55.0, (0.0009, 0.0070), (0.022, 0.031), 150.0),
)
_Series = Iterator[tuple[dict[str, str], Callable[[float], float]]]


def _labels(service: Service) -> dict[str, str]:
    return {"job": service.name, "namespace": service.namespace, "service": service.name}


@lru_cache(maxsize=64)
def _flow(seed: int, service: Service, errors: bool = False) -> Wave:
    """Errors come in gusts of their own."""
    rng = Random(f"{seed}/{'errors' if errors else 'traffic'}/{service.namespace}/{service.name}")
    return wave(rng, service.rate, 1.4 if errors else 0.7)


def _integral(
    plan: Plan, service: Service, before: float, since: float, errors: bool = False
) -> Callable[[float], float]:
    """The counter of a share of the requests that changes when the incident begins."""
    flow = _flow(plan.seed, service, errors)
    origin, change = plan.start - 3 * DAY, plan.start - service.since

    def value(t: float) -> float:
        if t <= change:
            return before * flow.integral(origin, t)
        return before * flow.integral(origin, change) + since * flow.integral(change, t)

    return value


def requests(simulation: Simulation, start: float, end: float) -> _Series:
    """http_requests_total."""
    for service in SERVICES:
        before, since = service.errors
        for code, share in (("500", 0.7), ("503", 0.3)):
            counter = _integral(simulation.plan, service, share * before, share * since, errors=True)
            yield _labels(service) | {"code": code}, counter
        for code, share in (("404", 0.021), ("200", 0.979)):
            counter = _integral(simulation.plan, service, share * (1 - before), share * (1 - since))
            yield _labels(service) | {"code": code}, counter


def _below(bound: float, latency: float) -> float:
    """The share of requests that take at most so long: a Weibull distribution."""
    return 1 - exp(-((bound / latency) ** _SHAPE))


def buckets(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_bucket, cumulative as histograms are."""
    for service in SERVICES:
        before, since = service.latency
        for bound in _BOUNDS:
            counter = _integral(simulation.plan, service, _below(bound, before), _below(bound, since))
            yield _labels(service) | {"le": f"{bound:g}"}, counter
        yield _labels(service) | {"le": "+Inf"}, _integral(simulation.plan, service, 1.0, 1.0)


def counts(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_count."""
    for service in SERVICES:
        yield _labels(service), _integral(simulation.plan, service, 1.0, 1.0)


def sums(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_sum, by the distribution's mean."""
    mean = gamma(1 + 1 / _SHAPE)
    for service in SERVICES:
        before, since = service.latency
        yield _labels(service), _integral(simulation.plan, service, before * mean, since * mean)
