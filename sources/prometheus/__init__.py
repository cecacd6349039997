"""The Prometheus source: PromQL, alerts with their rules, targets, and what the server says of itself."""

from sources.prometheus.source import PrometheusConfig, PrometheusSource
from sources.prometheus.steps import MAX_STEPS, align, step_for

__all__ = ["MAX_STEPS", "PrometheusConfig", "PrometheusSource", "align", "step_for"]
