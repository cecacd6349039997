"""The configuration of the scraper, checked as far as that needs no I/O."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sources.contract import Misconfigured
from sources.http.settings import parse_url

When = Literal["auto", "always", "never"]


class ScrapeConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Reads exporters directly and answers PromQL from a short memory of its own, where there is no Prometheus."""

    when: When = "auto"
    """"auto": only where no Prometheus is found. "always": as --scrape."""
    urls: tuple[str, ...] = ()
    """Exporters to read besides those of the cluster; /metrics is meant where a URL has no path."""
    pushgateways: tuple[str, ...] = ()
    """URLs whose samples keep the job and instance they were pushed with."""
    kubelets: bool = True
    """/metrics/resource, /metrics, /metrics/cadvisor and /stats/summary (as the series kube_summary_...) of the
    nodes, through the API server."""
    annotated: bool = True
    """Services and pods annotated prometheus.io/scrape, and the usual exporters."""
    usage: bool = True
    """The metrics API as the series topmast_node_cpu_cores, topmast_pod_memory_bytes...; those of pods only where
    they take no more than a quarter of max_series."""
    interval: float = 15.0
    """Seconds between two scrapes of a target; more where the bytes of a minute would not suffice."""
    timeout: float = 10.0
    """Seconds that a scrape may take."""
    retention: float = 3600.0
    """Seconds that samples are kept."""
    max_targets: int = 200
    max_series: int = 200_000
    max_body_megabytes: float = 16.0
    """Of one answer; a longer one is not read."""
    max_megabytes_per_minute: float = 60.0
    """Of all answers together."""
    memory_megabytes: int = 600
    """Beyond that the oldest samples go."""
    rules: tuple[str, ...] = ()
    """Files with alerting rules as Prometheus has them, evaluated here."""
    rule_objects: bool = True
    """The alerting rules of the cluster's PrometheusRule objects, evaluated here."""


def checked(config: ScrapeConfig) -> None:
    """Raises `Misconfigured` naming the field."""
    for name, least in (("interval", 1.0), ("timeout", 0.1), ("retention", 60.0)):
        if not getattr(config, name) >= least:
            raise Misconfigured(f"{name}: {getattr(config, name):g} is less than {least:g} seconds")
    for name in ("max_targets", "max_series", "max_body_megabytes", "max_megabytes_per_minute"):
        if not getattr(config, name) > 0:
            raise Misconfigured(f"{name}: {getattr(config, name)} is not a positive number")
    if config.memory_megabytes < 16:
        raise Misconfigured(f"memory_megabytes: {config.memory_megabytes} is less than 16")
    for name, urls in (("urls", config.urls), ("pushgateways", config.pushgateways)):
        for url in urls:
            parse_url(url.partition("?")[0], name)
