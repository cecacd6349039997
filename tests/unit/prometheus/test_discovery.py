"""Which services are taken for Prometheus or Alertmanager, the likeliest first."""

from __future__ import annotations

import pytest

from sources.discovery import System, candidates
from sources.model import Service
from tests.unit.prometheus.charts import COMMUNITY, OPENSHIFT, PLAIN, STACK, service


@pytest.mark.parametrize(
    ("services", "system", "expected"),
    [
        (STACK, "prometheus", ["kps-kube-prometheus-stack-prometheus:9090", "prometheus-operated:9090"]),
        (STACK, "alertmanager", ["kps-kube-prometheus-stack-alertmanager:9093", "alertmanager-operated:9093"]),
        (COMMUNITY, "prometheus", ["prometheus-server:80"]),
        (COMMUNITY, "alertmanager", ["prometheus-alertmanager:9093", "prometheus-alertmanager-headless:9093"]),
        (OPENSHIFT, "prometheus", ["thanos-querier:9091", "prometheus-k8s:9091"]),
        (OPENSHIFT, "alertmanager", ["alertmanager-main:9094"]),
        (PLAIN, "prometheus", ["prometheus:9090"]),
        (PLAIN, "alertmanager", ["alertmanager:9093"]),
        ([service("a", "mine", "web:9090")], "prometheus", []),
        ([service("a", "prometheus", "grpc:10901")], "prometheus", []),
    ],
)
def test_candidates_in_order(services: list[Service], system: System, expected: list[str]) -> None:
    found = candidates(services, system)
    assert [f"{each.service.name}:{each.port.port}" for each in found] == expected


def test_openshift_speaks_tls() -> None:
    assert {each.scheme for each in candidates(OPENSHIFT, "prometheus")} == {"https"}
    assert {each.scheme for each in candidates(STACK, "prometheus")} == {"http"}
