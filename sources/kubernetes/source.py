"""The Kubernetes source: one cluster of a kubeconfig, offered as the capabilities of the contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from sources.contract import Change, Check, Context, Denied, Feed, Misconfigured, ObjectPage, Place
from sources.kubernetes import doctor, kubeconfig, objects
from sources.kubernetes.access import MOST_PROBED, Access, ScopedFeed
from sources.kubernetes.api import EVENTS as EVENTS_RESOURCE
from sources.kubernetes.api import NODES, PODS, HttpApi
from sources.kubernetes.cluster import Cluster
from sources.kubernetes.clusterconfig import Overrides
from sources.kubernetes.edited import differs, pinned
from sources.kubernetes.events import EventReflector
from sources.kubernetes.firstlists import FirstLists
from sources.kubernetes.liveness import Liveness
from sources.kubernetes.outbox import Outbox, feed
from sources.kubernetes.pages import get_all
from sources.kubernetes.reflector import Reflector
from sources.kubernetes.transport import ApiClient
from sources.kubernetes.usage import UsagePoller
from sources.model import Service, ServicePort
from sources.rules.decode import decode_service

if TYPE_CHECKING:
    import httpx


class KubernetesConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Which cluster, as whom, and how it is watched. Everything unset is as kubectl would have it."""

    kubeconfig: str | None = None
    """A file; else $KUBECONFIG, ~/.kube/config, or the service account of the pod we run in."""
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    """Only this namespace, and where to begin when the whole cluster is forbidden."""
    namespaces: tuple[str, ...] = ()
    """Only these namespaces; empty is all that may be seen."""
    own_namespace: bool = False
    """Only the context's namespace ("default" if it has none), as kubectl without -A; the two above go before."""
    as_: str | None = field(default=None, name="as")
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    request_timeout: str | None = None
    """For one request that is not a stream: seconds, or a duration such as "1m30s"; "0" is no limit."""
    watch_list: bool | None = None
    """Whether the first list comes as a watch (WatchList); unset tries it and remembers."""
    gzip: bool = False
    """Asks for compressed lists and watches: a tenth of the bytes for twice the computing. For slow links."""
    metrics_interval: float = 15.0
    """Seconds between two looks at the metrics API."""


class _Connection:
    """What exists once the kubeconfig is read."""

    def __init__(self, client: ApiClient, config: KubernetesConfig, access: Access, context: Context) -> None:
        self.client = client
        self.api = HttpApi(client, config.gzip)
        self.access = access
        self.access.use(self.api)
        self.liveness = Liveness(self.api, context.clock, context.nudge)
        self.cluster = Cluster(
            self.api,
            context.clock,
            self.liveness,
            context.nudge,
            watch_list=config.watch_list,
            asked=client.credentials.forget_failure,
        )


class KubernetesSource:
    """Nodes, pods, events and usage of one cluster; whole objects; HTTP services through the API server.

    Only GET leaves this source. Built without I/O: the kubeconfig is read at the first use, and its errors are
    raised there as Misconfigured.
    """

    Config: ClassVar[type[Struct]] = KubernetesConfig

    def __init__(self, config: KubernetesConfig, context: Context) -> None:
        if config.metrics_interval < 1:
            raise Misconfigured("kubernetes: metrics_interval is in seconds and at least 1")
        if "" in config.namespaces:
            raise Misconfigured("kubernetes: namespaces holds an empty name; leave the list empty for all")
        self.config = config
        self._context = context
        wanted = (config.namespace, *config.namespaces) if config.namespace else config.namespaces
        self._access = Access(wanted)
        self._connecting: asyncio.Lock = asyncio.Lock()
        self._connection: _Connection | None = None
        self._searched: tuple[str, ...] = ()
        self._first = FirstLists()

    def describe(self) -> str:
        """The server once it is known, else the context asked for."""
        if self._connection is not None:
            config = self._connection.client.config
            return f"{config.context or 'Kubernetes'} at {config.server}"
        return f"context {self.config.context}" if self.config.context else "the current kubeconfig context"

    def place(self) -> Place:
        """The context and the server; the server only once the kubeconfig has been read."""
        if self._connection is None:
            return Place(self.config.context or "current context")
        config = self._connection.client.config
        name = config.context or ("in-cluster" if config.in_cluster else "no context")
        return Place(name, config.server, "TLS not verified" if config.insecure else "")

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.liveness.close()
            await self._connection.client.close()
            self._connection = None

    # -- feeds ---------------------------------------------------------------------------------------------

    def nodes(self) -> Feed:
        """Nodes; `Status("denied")` where they may not be listed."""
        return self._first.follow(
            "nodes",
            self._feed(
                lambda c, out: ScopedFeed(
                    c.cluster,
                    c.access,
                    NODES,
                    lambda ns, box, watches: Reflector(c.cluster, NODES, ns, box, watches),
                ).run(out)
            ),
        )

    def pods(self) -> Feed:
        """Pods of the cluster, or of the namespaces that may be seen."""
        return self._first.follow(
            "pods",
            self._feed(
                lambda c, out: ScopedFeed(
                    c.cluster,
                    c.access,
                    PODS,
                    lambda ns, box, watches: Reflector(c.cluster, PODS, ns, box, watches),
                ).run(out)
            ),
        )

    def events(self) -> Feed:
        """Events as they happen, and as much of the past as the budget of `events` allows.

        `Delete` means that an event expired (an hour by default), which is no news.
        """
        return self._feed(
            lambda c, out: ScopedFeed(
                c.cluster,
                c.access,
                EVENTS_RESOURCE,
                lambda ns, box, watches: EventReflector(c.cluster, ns, box, watches),
            ).run(out)
        )

    def usage(self) -> Feed:
        """Samples of the metrics API; `Status("absent")` where there is none."""
        interval = self.config.metrics_interval
        return self._feed(lambda c, out: UsagePoller(c.cluster, c.access, out, interval, self._first.shown).run())

    def include_namespace(self, namespace: str) -> None:
        """Looks at this namespace too, where the whole cluster may not be seen."""
        self._access.include(namespace)

    def narrow(self, namespaces: Sequence[str]) -> None:
        """Looks at nothing but these namespaces; () is all again."""
        self._access.narrow(namespaces)

    async def contexts(self) -> Sequence[str]:
        """The contexts of the kubeconfig as it is now. Raises Misconfigured where it cannot be read."""
        merged = await asyncio.to_thread(kubeconfig.read, self.config.kubeconfig)
        return sorted(merged.contexts)

    def at_context(self, name: str) -> KubernetesConfig:
        """Without the cluster, the user and the namespace that were named for the context before."""
        return replace(self.config, context=name, cluster=None, user=None, namespace=None)

    async def edited(self) -> bool:
        """Whether the kubeconfig now says something else of the cluster that was chosen."""
        if self._connection is None:
            return False
        return await asyncio.to_thread(differs, self._connection.client.config, self._overrides())

    async def reloaded(self) -> KubernetesConfig:
        """At the context that was chosen, though the current one may be another by now."""
        if self._connection is None:
            return self.config
        wanted = pinned(self._connection.client.config, self._overrides())
        await asyncio.to_thread(kubeconfig.load, wanted)
        return replace(self.config, context=wanted.context)

    # -- on demand -----------------------------------------------------------------------------------------

    async def get_object(self, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
        """The object as the server's JSON; what a Secret holds is masked."""
        return await objects.get_object((await self._connect()).api, kind, namespace, name)

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        """The first objects of a kind in a namespace."""
        return await objects.list_objects((await self._connect()).api, kind, namespace, limit)

    async def services(self) -> Sequence[Service]:
        """The cluster's services, else those of the namespaces that may be seen; Denied where there are none.

        The namespaces that the configuration names limit what is watched, not where monitoring may be found.
        """
        connection = await self._connect()
        try:
            found = list(await get_all(connection.api, "/api/v1/services", decode_service))
            self._searched = ()
            return found
        except Denied as error:
            refused = error
        found, searched = list[Service](), list[str]()
        for namespace in (await self._access.candidates())[:MOST_PROBED]:
            path = f"/api/v1/namespaces/{namespace}/services"
            try:
                found += await get_all(connection.api, path, decode_service)
                searched.append(namespace)
            except Denied as error:
                refused = error
        if not searched:
            raise refused
        self._searched = tuple(searched)
        return found

    def searched(self) -> Sequence[str]:
        """The namespaces whose services could be listed last; empty when it was the whole cluster."""
        return self._searched

    async def service_client(self, service: Service, port: ServicePort, scheme: str = "http") -> httpx.AsyncClient:
        """A client below the service's proxy path; credentials and read-only rule are the API client's."""
        from sources.kubernetes.gateway import service_client

        connection = await self._connect()
        return service_client(connection.client, service.namespace, service.name, str(port.port), scheme)

    async def api_client(self) -> httpx.AsyncClient:
        """A client for any path of the API server; credentials and read-only rule are the API client's."""
        from sources.kubernetes.gateway import proxy_client

        return proxy_client((await self._connect()).client, "/")

    async def listed(self) -> None:
        """Returns once the first lists of nodes and pods are complete and shown, denied or failed."""
        await self._first.shown()

    async def check(self) -> Sequence[Check]:
        """What `topmast doctor` says of the cluster, found out by GET only."""
        try:
            connection = await self._connect()
        except Misconfigured as error:
            fix = "check the file with `kubectl config view`, or name another one with --kubeconfig and --context"
            return (Check("kubeconfig", False, str(error), fix),)
        return await doctor.check(connection.api, connection.client.config, self._access, self._context.clock)

    # -- ground --------------------------------------------------------------------------------------------

    async def _connect(self) -> _Connection:
        async with self._connecting:
            if self._connection is None:
                config = await asyncio.to_thread(kubeconfig.load, self._overrides())
                self._access.own = config.namespace or "default"
                if self.config.own_namespace and not self._access.configured:
                    self._access.configured = (self._access.own,)
                client = ApiClient(config, clock=self._context.clock)
                self._connection = _Connection(client, self.config, self._access, self._context)
            return self._connection

    def _overrides(self) -> Overrides:
        config = self.config
        return Overrides(
            kubeconfig=config.kubeconfig,
            context=config.context,
            cluster=config.cluster,
            user=config.user,
            namespace=config.namespace,
            as_=config.as_,
            as_groups=config.as_groups,
            as_uid=config.as_uid,
            request_timeout=config.request_timeout,
        )

    async def _feed(
        self, run: Callable[[_Connection, Outbox], Awaitable[Any]]
    ) -> AsyncGenerator[Sequence[Change]]:
        connection = await self._connect()
        async with aclosing(feed(self._context.clock, lambda outbox: run(connection, outbox))) as batches:
            async for changes in batches:
                yield changes
                del changes  # not to keep them until the next come
