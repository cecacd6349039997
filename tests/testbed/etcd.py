"""What the tests do to etcd, over its JSON gateway."""

from typing import Any

from tests.testbed.monitoring_api import call


def revision(url: str) -> int:
    """The store's current revision, which is the newest resourceVersion of the API server."""
    answer: dict[str, Any] = call(f"{url}/v3/kv/range", {"key": "AA==", "limit": "1", "count_only": True})
    return int(answer["header"]["revision"])


def compact(url: str) -> int:
    """Compact up to now, and wait until it is done. Gives the revision."""
    now = revision(url)
    call(f"{url}/v3/kv/compaction", {"revision": str(now), "physical": True})
    return now
