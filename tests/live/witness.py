"""An independent watcher of what a cluster says: reads etcd itself, past the API server and all before it."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from urllib.parse import urlsplit

from tests.testbed.monitoring_api import call

EVENTS = "/registry/events/"


class Witness:
    """Follows keys below `prefix` while its context lasts. Its watch depends on nothing that happens to the API
    server, and compaction drops nothing that it was told before; names are "namespace/name"."""

    def __init__(self, etcd: str, prefix: str = EVENTS) -> None:
        self._there: set[str] = set()
        self._made: set[str] = set()
        self._prefix = prefix
        self._etcd = etcd
        self._lock = threading.Lock()
        self._connection = http.client.HTTPConnection(urlsplit(etcd).netloc)
        self._failed: BaseException | None = None
        self._leaving = False
        # Daemonic: what it reads ends with etcd, not with us.
        self._thread = threading.Thread(target=self._follow, name="witness", daemon=True)

    def __enter__(self) -> Witness:
        ends = {"key": _text(self._prefix), "range_end": _text(self._prefix[:-1] + "0")}  # "0" follows "/"
        found = call(f"{self._etcd}/v3/kv/range", {**ends, "keys_only": True})
        self._there = {self._name(each) for each in found.get("kvs", ())}
        self._made = set(self._there)
        begin = {**ends, "start_revision": str(int(found["header"]["revision"]) + 1)}
        self._connection.request("POST", "/v3/watch", json.dumps({"create_request": begin}))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving = True
        if self._connection.sock is not None:
            self._connection.sock.close()

    @property
    def there(self) -> set[str]:
        """What is stored, as far as it was told by now."""
        return self._so_far(self._there)

    @property
    def made(self) -> set[str]:
        """What was stored at any time, also before it began to watch."""
        return self._so_far(self._made)

    def _so_far(self, names: set[str]) -> set[str]:
        assert self._failed is None, f"the witness sees no more: {self._failed!r}"
        with self._lock:
            return set(names)

    def _follow(self) -> None:
        try:
            answer = self._connection.getresponse()
            while line := answer.readline():
                result = json.loads(line)["result"]
                if result.get("canceled"):
                    raise RuntimeError(result.get("cancel_reason", "the watch was cancelled"))
                with self._lock:
                    for event in result.get("events", ()):
                        self._take(self._name(event["kv"]), gone=event.get("type") == "DELETE")
            raise RuntimeError("the watch ended")
        except BaseException as error:
            self._failed = None if self._leaving else error

    def _take(self, name: str, gone: bool) -> None:
        if gone:
            self._there.discard(name)
        else:
            self._there.add(name)
            self._made.add(name)

    def _name(self, entry: dict[str, str]) -> str:
        return base64.b64decode(entry["key"]).decode().removeprefix(self._prefix)


def _text(plain: str) -> str:
    return base64.b64encode(plain.encode()).decode()
