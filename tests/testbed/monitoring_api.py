"""Requests to the Alertmanager and Prometheus of the bed: the silence it starts with, and what it waits for."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

SILENCED = "TestBedDiskFilling"
AUTHOR = "on-call@example.test"


def call(url: str, body: Any = None) -> Any:
    """GET (or POST of JSON) and decode."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"} if data else {})
    # The bed is on this machine: no proxy of the environment is to be asked.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as response:
        return json.loads(response.read())


def reload(url: str) -> None:
    """Have a Prometheus or an Alertmanager read its configuration again."""
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{url}/-/reload", data=b"", timeout=10
    ).close()


def ensure_silence(alertmanager: str) -> None:
    """One active silence over TestBedDiskFilling, for a day."""
    for silence in call(f"{alertmanager}/api/v2/silences"):
        if silence["status"]["state"] == "active" and silence["createdBy"] == AUTHOR:
            return
    now = datetime.now(UTC)
    call(
        f"{alertmanager}/api/v2/silences",
        {
            "matchers": [{"name": "alertname", "value": SILENCED, "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(days=1)).isoformat(),
            "createdBy": AUTHOR,
            "comment": "Disk is being enlarged, ticket 4711",
        },
    )


def alert_states(alertmanager: str) -> dict[str, str]:
    """Alert name -> active, suppressed (silenced or inhibited) or unprocessed."""
    alerts = call(f"{alertmanager}/api/v2/alerts")
    return {alert["labels"]["alertname"]: alert["status"]["state"] for alert in alerts}
