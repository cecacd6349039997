"""What `topmast doctor` says about a Prometheus: reachable, version, rules, targets, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sources.contract import (
    Check,
    SourceError,
)
from sources.http import Endpoint, HttpConfig
from sources.http.advice import advice
from sources.model import QueryResult, Rule, Target

_SICK_SHOWN = 3


class Server(Protocol):
    """What is asked of the source."""

    async def query(self, expr: str, at: float | None = None) -> QueryResult: ...
    async def build_info(self) -> Mapping[str, str]: ...
    async def rules(self) -> Sequence[Rule]: ...
    async def targets(self) -> Sequence[Target]: ...


async def checks(server: Server, endpoint: Endpoint, config: HttpConfig) -> list[Check]:
    """One line each; stops after the first when nothing answers. Never raises a `SourceError`."""
    try:
        result = await server.query("1")
    except SourceError as error:
        return [Check("query", False, str(error), advice(error, config, "prometheus"))]
    found = [Check("query", True, f"{endpoint.via} answers PromQL in {result.elapsed * 1000:.0f} ms")]
    found.append(await _version(server))
    found.append(await _rules(server))
    found.append(await _targets(server))
    return found


async def _version(server: Server) -> Check:
    try:
        info = await server.build_info()
    except SourceError as error:
        return Check("version", None, str(error))
    version = info.get("version", "")
    detail = f"version {version}" if version else "does not tell its version (Thanos, Mimir and others do not)"
    return Check("version", True if version else None, detail)


async def _rules(server: Server) -> Check:
    try:
        rules = await server.rules()
    except SourceError as error:
        return Check("rules", None, str(error), "alerts then come without their expression")
    sick = [rule.name for rule in rules if rule.health == "err"]
    if sick:
        names = ", ".join(sick[:_SICK_SHOWN]) + (", ..." if len(sick) > _SICK_SHOWN else "")
        return Check("rules", False, f"{len(sick)} of {len(rules)} rules fail: {names}", "see the rules' errors")
    return Check("rules", True, f"{len(rules)} rules")


async def _targets(server: Server) -> Check:
    try:
        targets = await server.targets()
    except SourceError as error:
        return Check("targets", None, str(error))
    down = sum(target.health == "down" for target in targets)
    if down:
        return Check("targets", None, f"{down} of {len(targets)} scrape targets are down")
    return Check("targets", True, f"{len(targets)} scrape targets")
