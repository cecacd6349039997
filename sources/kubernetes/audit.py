"""What was sent to the API server: a bounded list of requests without secrets, for `:audit`."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_MAX_PATH = 300


@dataclass(slots=True)
class Request:
    """One request. It is listed as soon as it is sent; `bytes` grows while its answer arrives.

    `at` is epoch seconds, `seconds` how long it took until its answer ended (None: still open), `status` None
    until an answer came, `error` what went wrong without one, `flow_schema` the server's priority-and-fairness
    schema (uid) if it said so.
    """

    at: float
    method: str
    path: str
    status: int | None = None
    bytes: int = 0
    seconds: float | None = None
    error: str = ""
    flow_schema: str = ""


class Audit:
    """The last requests, oldest first. May be read from any thread."""

    def __init__(self, size: int = 1000) -> None:
        self._ring: deque[Request] = deque(maxlen=size)
        self.total = 0

    def sent(self, at: float, method: str, path: str) -> Request:
        request = Request(at, method, path[:_MAX_PATH])
        self._ring.append(request)
        self.total += 1
        return request

    def requests(self) -> Sequence[Request]:
        return tuple(self._ring.copy())
