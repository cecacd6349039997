"""An independent watcher of what a cluster says: reads etcd itself, past the API server and all before it."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from tests.testbed.monitoring_api import call

EVENTS = "/registry/events/"


class Witness:
    """Follows keys below `prefix` while its context lasts. Its watch depends on nothing that happens to the API
    server, and compaction drops nothing that it was told before; names are "namespace/name"."""

    def __init__(self, etcd: str, prefix: str = EVENTS) -> None:
        self._there: dict[str, float] = {}
        self._gone: dict[str, float] = {}
        """Both with the moment (monotonic) at which it was told."""
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
        now = time.monotonic()
        self._there = {self._name(each): now for each in found.get("kvs", ())}
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
        return self.there_for(0.0)

    @property
    def made(self) -> set[str]:
        """What was stored at any time, also before it began to watch."""
        return self.there | self.gone_for(0.0)

    def there_for(self, seconds: float) -> set[str]:
        """What has been stored for so long."""
        return self._for(seconds, self._there)

    def gone_for(self, seconds: float) -> set[str]:
        """What is stored no more for so long."""
        return self._for(seconds, self._gone)

    def _for(self, seconds: float, moments: dict[str, float]) -> set[str]:
        assert self._failed is None, f"the witness sees no more: {self._failed!r}"
        before = time.monotonic() - seconds
        with self._lock:
            return {name for name, moment in moments.items() if moment <= before}

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
            self._there.pop(name, None)
            self._gone[name] = time.monotonic()
        else:
            self._there.setdefault(name, time.monotonic())
            self._gone.pop(name, None)

    def _name(self, entry: dict[str, str]) -> str:
        return base64.b64decode(entry["key"]).decode().removeprefix(self._prefix)


def _text(plain: str) -> str:
    return base64.b64encode(plain.encode()).decode()
