"""The percentages and sums of `kubectl top`, from kubectl's pkg/metricsutil/metrics_printer.go."""

from __future__ import annotations

from collections.abc import Iterable

from sources import model
from sources.rules import quantity, wire
from sources.rules.duration import parse_go_duration, parse_time
from sources.rules.resources import percent

STALE_WINDOWS = 2
"""A sample older than this many of its windows is shown as old: metrics-server has missed scrapes."""


def cpu_top_percent(used: int, available: int | None) -> int | None:
    """CPU% of `kubectl top node`, both in nanocores, each rounded up to milli first; None if not known.

    `available` is allocatable (capacity with --show-capacity); of 0 it is 0 %.
    """
    return None if available is None else percent(quantity.milli_value(used), quantity.milli_value(available))


def memory_top_percent(used: int, available: int | None) -> int | None:
    """MEMORY% of `kubectl top node`, both in bytes; None if `available` is not known."""
    # kubectl divides milli-values here too; in double precision that is not always the ratio of the bytes.
    return None if available is None else percent(used * 1000, available * 1000)


def usage_of(usages: Iterable[wire.Used | None]) -> tuple[int, int]:
    """CPU in nanocores and memory in bytes, summed exactly over containers, then memory rounded up once.

    A container that names no CPU or memory adds nothing, as in kubectl. Raises QuantityError for a value that is
    not a quantity: half a sum would look like a measurement.
    """
    cpu = memory = 0
    for used in usages:
        if used is not None:
            if used.cpu is not None:
                cpu += quantity.parse_measured(used.cpu)
            if used.memory is not None:
                memory += quantity.parse_measured(used.memory)
    return cpu, quantity.value(memory)


def window_of(timestamp: str | None, window: str | None) -> tuple[float | None, float | None]:
    """The end of a metrics sample (epoch seconds) and its length (seconds), as metrics.k8s.io states them."""
    return parse_time(timestamp), parse_go_duration(window)


def is_stale(usage: model.NodeUsage | model.PodUsage, now: float) -> bool:
    """Whether a sample ended more than STALE_WINDOWS of its own windows ago; False if either is not known."""
    if usage.at is None or not usage.window:
        return False
    return now - usage.at > STALE_WINDOWS * usage.window
