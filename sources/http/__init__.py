"""What the sources that speak plain HTTP share: typed connection settings, one client, answers told apart."""

from sources.http.endpoint import Endpoint, Link
from sources.http.reply import Reply, refusal
from sources.http.settings import HttpConfig

__all__ = ["Endpoint", "HttpConfig", "Link", "Reply", "refusal"]
