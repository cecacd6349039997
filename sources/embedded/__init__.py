"""PromQL without a server: the embedded engine over samples of our own, in the words of the contract."""

from sources.embedded.queries import EmbeddedQueries

__all__ = ["EmbeddedQueries"]
