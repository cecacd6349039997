"""Which requests only read: one rule for every way out, asked where requests are sent and nowhere else."""

from __future__ import annotations

import re

_QUESTION = re.compile(r"/api/v1/(?:query|query_range|query_exemplars|format_query|parse_query|series|labels)")


def only_reads(method: str, path: str) -> bool:
    """Whether a request changes nothing, by its method and its path below the server's address.

    Prometheus takes its questions by POST too (they may be longer than a URL); these change nothing.
    """
    return method in ("GET", "HEAD") or (method == "POST" and _QUESTION.fullmatch(path) is not None)
