"""Reads exporters itself and answers PromQL from a short memory, where there is no Prometheus. Needs numpy, loaded
only when there is something to scrape or to evaluate."""

from sources.scrape.settings import ScrapeConfig
from sources.scrape.source import ScrapeSource

__all__ = ["ScrapeConfig", "ScrapeSource"]
