"""The demo as a source: the same feeds and answers as a live cluster with Prometheus and Alertmanager."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import floor
from typing import Any, ClassVar

from msgspec import Struct

from sources.contract import Check, Context, Feed, Misconfigured, NotFound, ObjectPage, Place
from sources.demo import objects
from sources.demo.alerts import AlertBook
from sources.demo.answers import Answers
from sources.demo.autoscalers import AUTOSCALERS
from sources.demo.claims import claim_object, claims
from sources.demo.cluster import build
from sources.demo.families import metadata, target_up, targets
from sources.demo.feeds import Feeds
from sources.demo.near import closely, is_served, service_object
from sources.demo.scenarios import BY_NAME, DEFAULT
from sources.demo.series import SCRAPE
from sources.demo.simulation import EventBook, Simulation
from sources.demo.workload_objects import autoscaler_object, workload_object
from sources.model import MetricMetadata, QueryResult, Rule, Series, Target

Lookup = Callable[[str, str, str, float], objects.Json | None]
"""Kind, namespace, name and moment to an object."""


class DemoConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """An invented cluster with an incident under way; needs nothing.

    seed: which cluster. speed: simulated seconds in a second. nodes: 4 to 2000; the pods grow with them.
    start: the moment at which it opens, epoch seconds; now if not set. scenario: the incident.
    """

    seed: int = 1
    speed: float = 1.0
    nodes: int = 12
    start: float | None = None
    scenario: str = DEFAULT


class DemoSource:
    """Nodes, Pods, Events, Usage, Alerts, MetricsQueries, Monitoring, Objects and Diagnosable, all invented.

    The state is a function of seed and simulated time, which moves in whole seconds: two runs with the same
    seed, start and clock give the same batches.
    """

    Config: ClassVar[type[Struct]] = DemoConfig

    def __init__(self, config: DemoConfig, context: Context) -> None:
        """Raises Misconfigured for a number of nodes, speed, start or scenario that cannot be simulated."""
        if not 4 <= config.nodes <= 2000:
            raise Misconfigured(f"{context.name}: nodes is {config.nodes}; it must be from 4 to 2000")
        if not 0 < config.speed <= 3600:
            raise Misconfigured(f"{context.name}: speed is {config.speed:g}; it must be above 0 and at most 3600")
        if config.start is not None and not 1e9 <= config.start <= 5e9:
            raise Misconfigured(f"{context.name}: start is {config.start:g}; it must be in epoch seconds")
        scenario = BY_NAME.get(config.scenario)
        if scenario is None:
            known = ", ".join(BY_NAME)
            raise Misconfigured(f"{context.name}: scenario is {config.scenario!r}; it must be one of: {known}")
        self._config = config
        self._clock = context.clock
        self._opened = self._clock.now()
        self._start = float(floor(self._opened if config.start is None else config.start))
        self._simulation = Simulation(build(config.seed, config.nodes, self._start, scenario))
        self._answers = Answers(self._simulation.plan, self._clock, self.now, context.name)
        self._alerts = AlertBook(self._answers.rules, self._simulation.plan)
        steady = config.speed == 1.0
        self._feeds = Feeds(self._simulation, self._alerts, self._clock, self.now, steady)

    def now(self) -> float:
        """The simulated moment, whole seconds."""
        return self._start + floor((self._clock.now() - self._opened) * self._config.speed + 1e-6)

    def describe(self) -> str:
        """What it invents."""
        scenario = "" if self._config.scenario == DEFAULT else f", {self._config.scenario}"
        return f"an invented cluster of {self._config.nodes} nodes (seed {self._config.seed}{scenario})"

    def place(self) -> Place:
        """The invented cluster."""
        return Place("demo", self.describe())

    async def close(self) -> None:
        """Lets the engine's threads go."""
        self._answers.close()

    # -- feeds -----------------------------------------------------------------------------------------

    def nodes(self) -> Feed:
        """Node inventory; one node runs out of disk, is lost and comes back."""
        return self._feeds.nodes()

    def pods(self) -> Feed:
        """Pod inventory."""
        self._answers.after_painting()
        return self._feeds.pods()

    def events(self) -> Feed:
        """The event stream: a repeated event keeps its uid and counts up."""
        return self._feeds.events()

    def usage(self) -> Feed:
        """What the metrics API says, each node and its pods at a moment of their own."""
        return self._feeds.usage()

    def alerts(self) -> Feed:
        """The alerts of both origins, and the silences."""
        return self._feeds.alerts()

    # -- queries ---------------------------------------------------------------------------------------

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """An instant query; `at` is the simulated now if not given."""
        return await (await self._answers.queries()).query(expr, self.now() if at is None else at)

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        """A range query."""
        return await (await self._answers.queries()).query_range(expr, start, end, step)

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Label names."""
        return await (await self._answers.queries()).labels(match, limit)

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """The values of one label."""
        return await (await self._answers.queries()).label_values(label, match, limit)

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        """Series without samples."""
        return await (await self._answers.queries()).series(match, limit)

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        """Types and help texts."""
        return metadata(metric, limit)

    # -- monitoring ------------------------------------------------------------------------------------

    async def rules(self) -> Sequence[Rule]:
        """The alerting rules with their state."""
        await self._alerts.advance(self.now())
        return self._alerts.rules()

    async def targets(self) -> Sequence[Target]:
        """The scrape targets; those of a lost node are down."""
        now = self.now()
        found = []
        for job, address, path, node in targets(self._simulation):
            up = target_up(self._simulation, node, now)
            url = f"http://{address}{path}"
            found.append(
                Target(
                    pool=job,
                    url=url,
                    health="up" if up else "down",
                    labels=(("instance", address), ("job", job)),
                    last_error="" if up else f'Get "{url}": context deadline exceeded',
                    last_scrape=floor(now / SCRAPE) * SCRAPE,
                )
            )
        return found

    async def build_info(self) -> Mapping[str, str]:
        """Says plainly that no server is behind it."""
        return {"version": "demo", "application": "topmast demo"}

    # -- objects ---------------------------------------------------------------------------------------

    async def get_object(self, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
        """A Pod, Node, Event or workload as the API server's JSON. Raises NotFound."""
        now = self.now()
        plan = self._simulation.plan
        lookup = self._lookup(kind)
        if kind == "Node":
            node = plan.node(name)
            found = objects.node_object(node, self._simulation.node(node, now)) if node else None
        else:
            found = lookup(kind, namespace, name, now)
        if found is None:
            where = f" in namespace {namespace}" if namespace else ""
            raise NotFound(f'{kind} "{name}"{where} is not in the demo cluster')
        return found

    def _lookup(self, kind: str) -> Lookup:
        own: dict[str, Lookup] = {
            "Pod": self._pod,
            "Event": self._event,
            "HorizontalPodAutoscaler": self._autoscaler,
            "PersistentVolumeClaim": self._claim,
        }
        return own.get(kind, self._workload)

    def _pod(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        pod = self._simulation.pod(namespace, name, now)
        if pod is None:
            return None
        life, stage = pod
        found = objects.pod_object(life, stage, not self._simulation.plan.trouble.down(life.node, now))
        return closely(found, life.workload)

    def _event(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        book = EventBook(self._config.seed)
        for note in self._simulation.notes(float("-inf"), now):
            book.add(note)
        book.expire(now)
        wanted = (told for told in book.all() if told.name == name)
        return next((objects.event_object(told) for told in wanted), None)

    def _workload(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        for workload in self._simulation.plan.workloads:
            if (workload.namespace, workload.name) != (namespace, name):
                continue
            if kind == "Service" and is_served(workload):
                return service_object(workload)
            if workload.kind == kind:
                return workload_object(self._simulation, workload, now)
        return self._controller(kind, namespace, name, now)

    def _autoscaler(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        found = (scaler for scaler in AUTOSCALERS if (scaler.namespace, scaler.name) == (namespace, name))
        return next((autoscaler_object(self._simulation, scaler, now) for scaler in found), None)

    def _claim(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        plan = self._simulation.plan
        found = (claim for claim in claims(plan) if (claim.namespace, claim.name) == (namespace, name))
        return next((claim_object(plan, claim, now) for claim in found), None)

    def _controller(self, kind: str, namespace: str, name: str, now: float) -> objects.Json | None:
        kinds = {"ReplicaSet": ("Deployment",), "Job": ("Job", "CronJob")}.get(kind, ())
        self._simulation.extend(now)
        lives = [
            life
            for life in self._simulation.lives
            if life.controller == name and life.namespace == namespace and life.workload.kind in kinds
        ]
        ready = sum(stage.ready for life in lives if (stage := life.stage(now)) is not None)
        return objects.controller_object(kind, lives, ready) if lives else None

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        """Services, workloads, what they made, and pods of a namespace."""
        now = self.now()
        names = list(dict.fromkeys(self._names(kind, namespace, now)))
        lookup = self._lookup(kind)
        found = (lookup(kind, namespace, name, now) for name in names[:limit])
        return ObjectPage(tuple(each for each in found if each is not None), len(names) > limit)

    def _names(self, kind: str, namespace: str, now: float) -> Iterator[str]:
        for workload in self._simulation.plan.workloads:
            if workload.namespace == namespace and (kind in (workload.kind, "Service")):
                yield workload.name
        for life, _ in self._simulation.pods(now):
            if life.namespace == namespace and kind in ("Pod", "ReplicaSet", "Job"):
                yield life.name if kind == "Pod" else life.controller
        if kind == "HorizontalPodAutoscaler":
            yield from (scaler.name for scaler in AUTOSCALERS if scaler.namespace == namespace)
        if kind == "PersistentVolumeClaim":
            yield from (claim.name for claim in claims(self._simulation.plan) if claim.namespace == namespace)

    # -- diagnosis -------------------------------------------------------------------------------------

    async def check(self) -> Sequence[Check]:
        """What is invented, and that nothing real is behind it."""
        plan = self._simulation.plan
        pods = len(self._simulation.pods(self.now()))
        return [
            Check("demo", True, f"{len(plan.nodes)} nodes and {pods} pods, invented from seed {plan.seed}"),
            Check("speed", None, f"{self._config.speed:g} simulated seconds a second"),
        ]
