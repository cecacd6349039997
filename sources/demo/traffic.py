"""The simulated services' HTTP requests: rates, status codes and latencies, and what an incident makes of them."""

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
    """Requests a second, the usual share of 5xx and the usual latency (seconds)."""

    namespace: str
    name: str
    rate: float
    errors: float
    latency: float


SERVICES = (
    Service("shop", "frontend", 210.0, 0.0006, 0.045),
    Service("shop", "catalog", 160.0, 0.0003, 0.018),
    Service("shop", "cart", 74.0, 0.0005, 0.012),
    Service("shop", "checkout", 31.0, 0.0011, 0.110),
    Service("payments", "payments-api", 38.0, 0.0008, 0.090),
    Service("payments", "ledger", 26.0, 0.0004, 0.060),
    Service("payments", "fraud-scorer", 34.0, 0.0003, 0.140),
    Service("search", "query", 120.0, 0.0002, 0.035),
    Service("team-atlas", "gateway", 55.0, 0.0009, 0.022),
)
_Series = Iterator[tuple[dict[str, str], Callable[[float], float]]]


def _labels(service: Service) -> dict[str, str]:
    return {"job": service.name, "namespace": service.namespace, "service": service.name}


@lru_cache(maxsize=64)
def _flow(seed: int, service: Service, errors: bool = False) -> Wave:
    """Errors come in gusts of their own."""
    rng = Random(f"{seed}/{'errors' if errors else 'traffic'}/{service.namespace}/{service.name}")
    return wave(rng, service.rate, 1.4 if errors else 0.7)


def _counter(
    plan: Plan, service: Service, share: Callable[[float, float], float], errors: bool = False
) -> Callable[[float], float]:
    """The counter of a share of the requests; the share follows from the errors and the latency of a moment."""
    flow = _flow(plan.seed, service, errors)
    origin = plan.start - 3 * DAY
    usual = share(service.errors, service.latency)
    changes = [
        (plan.start + each.begins, plan.start + each.ends, each.load * share(each.errors, each.latency) - usual)
        for each in plan.scenario.disturbances
        if each.service == f"{service.namespace}/{service.name}"
    ]

    def value(t: float) -> float:
        total = usual * flow.integral(origin, t)
        for begins, ends, change in changes:
            if t > begins:
                total += change * flow.integral(begins, min(t, ends))
        return total

    return value


def requests(simulation: Simulation, start: float, end: float) -> _Series:
    """http_requests_total."""
    for service in SERVICES:
        for code, part in (("500", 0.7), ("503", 0.3)):
            yield _labels(service) | {"code": code}, _counter(simulation.plan, service, _failed(part), errors=True)
        for code, part in (("404", 0.021), ("200", 0.979)):
            yield _labels(service) | {"code": code}, _counter(simulation.plan, service, _served(part))


def _failed(part: float) -> Callable[[float, float], float]:
    return lambda errors, latency: part * errors


def _served(part: float) -> Callable[[float, float], float]:
    return lambda errors, latency: part * (1 - errors)


def _faster(bound: float) -> Callable[[float, float], float]:
    return lambda errors, latency: _below(bound, latency)


def _all(errors: float, latency: float) -> float:
    return 1.0


def _below(bound: float, latency: float) -> float:
    """The share of requests that take at most so long: a Weibull distribution."""
    return 1 - exp(-((bound / latency) ** _SHAPE))


def buckets(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_bucket, cumulative as histograms are."""
    for service in SERVICES:
        for bound in _BOUNDS:
            yield _labels(service) | {"le": f"{bound:g}"}, _counter(simulation.plan, service, _faster(bound))
        yield _labels(service) | {"le": "+Inf"}, _counter(simulation.plan, service, _all)


def counts(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_count."""
    for service in SERVICES:
        yield _labels(service), _counter(simulation.plan, service, _all)


def sums(simulation: Simulation, start: float, end: float) -> _Series:
    """http_request_duration_seconds_sum, by the distribution's mean."""
    mean = gamma(1 + 1 / _SHAPE)
    for service in SERVICES:
        yield _labels(service), _counter(simulation.plan, service, lambda errors, latency: latency * mean)
