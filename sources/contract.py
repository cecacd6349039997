"""The contract between a source and the rest: capabilities, changes, statuses and errors.

A source is a class found through the entry-point group `topmast.sources`. It names the type of its
configuration section in `Config`, is built as `Source(config, context)` and offers any of the capability
protocols below. Nothing asks for a class: the supervisor, the World and the panes ask for capabilities.
`sources.testing` holds the tests that any source can run against itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from msgspec import Struct

from sources.clock import Clock as Clock
from sources.clock import Nudge as Nudge
from sources.clock import SystemClock as SystemClock
from sources.errors import MOST_ASKED as MOST_ASKED
from sources.errors import Denied as Denied
from sources.errors import Misconfigured as Misconfigured
from sources.errors import NotFound as NotFound
from sources.errors import NotSupported as NotSupported
from sources.errors import QueryError as QueryError
from sources.errors import ReadOnlyError as ReadOnlyError
from sources.errors import SourceError as SourceError
from sources.errors import Unauthorized as Unauthorized
from sources.errors import Unavailable as Unavailable
from sources.model import (
    Kind,
    MetricMetadata,
    QueryResult,
    Rule,
    Series,
    Service,
    ServicePort,
    Target,
    Thing,
)

if TYPE_CHECKING:
    import httpx

# -- changes -----------------------------------------------------------------------------------------------


class Upsert(Struct, frozen=True, gc=False, tag="upsert"):
    """The object is now as given, whether or not it was known before."""

    object: Thing


class Delete(Struct, frozen=True, gc=False, tag="delete"):
    """The object is gone: the one of this uid, where one is named. A StatefulSet's pod has a namesake by then."""

    kind: Kind
    key: str
    uid: str = ""


class Snapshot(Struct, frozen=True, gc=False, tag="snapshot"):
    """All objects of one kind within a scope, after a list: what is not in here is gone.

    `scope` is a namespace, or "" for everything that this source says of the kind. A long list may come in parts,
    so that it is never held as a whole: `first` begins it, and with `last` what was in none of them is gone.
    """

    kind: Kind
    scope: str
    objects: tuple[Thing, ...]
    first: bool = True
    last: bool = True


State: TypeAlias = Literal["connecting", "loading", "live", "stale", "partial", "denied", "absent", "failed"]
"""connecting: nothing known yet. loading: rows are arriving (`done` of about `total`). live: current.
stale: the last picture, not current since `since`. partial: current, but `missing` names what is not in it.
denied: a right is missing (`missing` names it). absent: the server does not offer this (no metrics API).
failed: nothing to show; `detail` says why and `retry_at` when it is tried again."""


class Status(Struct, frozen=True, gc=False, omit_defaults=True, tag="status"):
    """How a feed is doing. Unset fields mean "not known", never zero."""

    state: State
    detail: str = ""
    since: float | None = None
    done: int | None = None
    total: int | None = None
    missing: tuple[str, ...] = ()
    retry_at: float | None = None
    clock_offset: float | None = None
    """Server clock minus ours, seconds."""
    via: str = ""
    """How the server is reached: a URL without credentials, a service path, "demo"..."""


Change: TypeAlias = Upsert | Delete | Snapshot | Status


def weight(change: Change) -> int:
    """How many objects a change brings, at least one: what waits is bounded by that."""
    return max(1, len(change.objects)) if isinstance(change, Snapshot) else 1


class Batch(Struct, frozen=True, gc=False):
    """Changes of one feed that arrived together at `at` (epoch seconds, our clock): what is pulled, recorded
    and replayed."""

    source: str
    feed: str
    at: float
    changes: tuple[Change, ...]


Feed: TypeAlias = AsyncIterator[Sequence[Change]]
"""An endless stream of changes. It ends only by an exception or by being closed; a feed that loses its server
says so with a `Status`, keeps trying with backoff, and takes up where it was."""

# -- capabilities ------------------------------------------------------------------------------------------


@runtime_checkable
class Nodes(Protocol):
    def nodes(self) -> Feed:
        """Node inventory."""


@runtime_checkable
class Pods(Protocol):
    def pods(self) -> Feed:
        """Pod inventory."""


@runtime_checkable
class Events(Protocol):
    def events(self) -> Feed:
        """The event stream."""


@runtime_checkable
class Usage(Protocol):
    def usage(self) -> Feed:
        """CPU and memory use of nodes and pods (`NodeUsage`, `PodUsage`)."""


@runtime_checkable
class Alerts(Protocol):
    def alerts(self) -> Feed:
        """Alerts, and silences where the server has them."""


@runtime_checkable
class Notifier(Protocol):
    """A source whose alerts others sent to it, for it to tell people: an Alertmanager. Of what fires elsewhere and
    is not among them nobody may be told."""

    def notifies(self) -> bool:
        """Whether it does so, as it is configured."""


@runtime_checkable
class Samples(Protocol):
    def samples(self) -> Feed:
        """Collects samples into a memory of its own for as long as it runs; says nothing but its `Status`."""

    async def collect(self) -> Status:
        """Collects once, for somebody who does not wait for more, and says how that went."""

    def wanted(self) -> bool:
        """Whether somebody asked for it, rather than that it stands by."""


STREAMS: Mapping[str, type[Any]] = {
    "nodes": Nodes,
    "pods": Pods,
    "events": Events,
    "usage": Usage,
    "alerts": Alerts,
    "samples": Samples,
}
"""Feed name to capability: the supervisor runs `source.<name>()` for each one that a source offers."""


@runtime_checkable
class MetricsQueries(Protocol):
    """PromQL. Every call raises `QueryError` or another `SourceError`; cancelling the task cancels the query.

    Moments are epoch seconds, steps seconds; `match` are selectors, of which any may hold; no answer has more than
    `limit` entries.
    """

    async def query(self, expr: str, at: float | None = None) -> QueryResult:
        """The value at a moment; now, by the server's clock, if none is given."""

    async def query_range(self, expr: str, start: float, end: float, step: float) -> QueryResult:
        """The values at start, start + step, ... up to end."""

    async def labels(self, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Names of labels that there were lately."""

    async def label_values(self, label: str, match: Sequence[str] = (), limit: int = 1000) -> Sequence[str]:
        """Values of one label; those of "__name__" are the metrics."""

    async def series(self, match: Sequence[str], limit: int = 1000) -> Sequence[Series]:
        """Label sets without samples. Without a selector that is a `QueryError`: all would be too many."""

    async def metadata(self, metric: str | None = None, limit: int = 5000) -> Sequence[MetricMetadata]:
        """Type, help and unit of one metric or of all."""


@runtime_checkable
class Monitoring(Protocol):
    """What a monitoring server says of itself."""

    async def rules(self) -> Sequence[Rule]:
        """All rules, in the server's order."""

    async def targets(self) -> Sequence[Target]:
        """What it scrapes."""

    async def build_info(self) -> Mapping[str, str]:
        """ "version" and what else it says of its build; empty where it says nothing."""


class ObjectPage(Struct, frozen=True, gc=False):
    """Whole objects of one kind, as the server's JSON with `kind` in each; `more` where the list goes on."""

    items: tuple[Mapping[str, Any], ...] = ()
    more: bool = False


@runtime_checkable
class Objects(Protocol):
    """Whole objects on demand, as the server's JSON, by reading only. `kind` as in `ObjectRef` ("Pod", "Node"...);
    `namespace` is "" for cluster-scoped kinds. What a Secret holds is masked (`sources.rules.secrets`)."""

    async def get_object(self, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
        """Raises `NotFound`, `NotSupported`, `Denied` naming the missing right, `Unavailable`."""

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        """The first `limit` objects of a kind in a namespace. Raises as `get_object` does, except `NotFound`."""


@runtime_checkable
class ServiceProxy(Protocol):
    """Reaches HTTP services inside the cluster through the API server, with the cluster's own credentials."""

    async def services(self) -> Sequence[Service]:
        """The services this user may see. Raises `Denied` naming the missing right."""

    async def service_client(self, service: Service, port: ServicePort, scheme: str = "http") -> httpx.AsyncClient:
        """A client whose base URL is the service's proxy path. The caller closes it."""

    def searched(self) -> Sequence[str]:
        """The namespaces that the last `services` was limited to; empty when it saw the whole cluster."""


@runtime_checkable
class ApiServer(Protocol):
    """Lets others read what the API server has: lists of objects, and the proxies of nodes, pods and services."""

    async def api_client(self) -> httpx.AsyncClient:
        """A client whose base URL is the API server, with the cluster's own credentials; only GET passes.
        The caller closes it."""

    async def listed(self) -> None:
        """Returns once what this source lists for the tables first is there or cannot be had: work that can wait
        leaves the server and the machine to it until then. At once where no such feed of it runs."""


@runtime_checkable
class Scoped(Protocol):
    """A source that may be limited to some namespaces."""

    def include_namespace(self, namespace: str) -> None:
        """Somebody wants to see this namespace; watch it too if it is not yet. Called on the source's loop."""


@runtime_checkable
class Narrowable(Protocol):
    """A source of a cluster that may be too large for the machine it is looked at from."""

    def narrow(self, namespaces: Sequence[str]) -> None:
        """To look at nothing but these namespaces, and to let go of what is known of others; () is all again.
        Called on the source's loop."""


@runtime_checkable
class Contexts(Protocol):
    """A source that could look at another cluster instead: its configuration knows several by name."""

    async def contexts(self) -> Sequence[str]:
        """Their names, in order. Raises `Misconfigured`."""

    def at_context(self, name: str) -> Any:
        """This source's configuration, for the context of this name."""


@runtime_checkable
class Reloadable(Protocol):
    """A source whose configuration lies in files that others edit, as a kubeconfig does."""

    async def edited(self) -> bool:
        """Whether they now say something else of what this source looks at."""

    async def reloaded(self) -> Any:
        """This source's configuration, to be built from anew: for what it looks at now, and nothing else. Raises
        `Misconfigured` where that is no longer in the files."""


class Check(Struct, frozen=True, gc=False):
    """One line of `topmast doctor`. `ok` is None where it is merely worth knowing."""

    name: str
    ok: bool | None
    detail: str
    fix: str = ""


class Place(Struct, frozen=True, gc=False):
    """Which cluster a source looks at. `context` is what people call it, `server` where it is, `warning` what
    everybody must know who trusts what it says (TLS that is not verified)."""

    context: str
    server: str = ""
    warning: str = ""


@runtime_checkable
class Located(Protocol):
    def place(self) -> Place:
        """Cheap and without I/O: asked once a second, from another thread."""


@runtime_checkable
class Diagnosable(Protocol):
    async def check(self) -> Sequence[Check]:
        """Reachable, version, rights (by GET only), latency, and the exact fix of what is wrong. Never raises."""


# -- sources -----------------------------------------------------------------------------------------------

P = TypeVar("P")


class Context:
    """What a source is given besides its configuration: its name, a clock, the other sources, and a nudge to
    wait with between two tries."""

    def __init__(
        self,
        name: str,
        clock: Clock | None = None,
        peers: Callable[[], Sequence[object]] = tuple,
        nudge: Nudge | None = None,
    ) -> None:
        self.name = name
        self.clock: Clock = clock or SystemClock()
        self.nudge = nudge or Nudge()
        self._peers = peers

    def offering(self, capability: type[P]) -> Sequence[P]:
        """The other sources that offer a capability, in the order of the configuration."""
        return [peer for peer in self._peers() if isinstance(peer, capability)]


class Source(Protocol):
    """What every source is, besides its capabilities. Built and used on one event loop."""

    Config: ClassVar[type[Struct]]
    """The type of its section: a `msgspec.Struct` with `forbid_unknown_fields`, a default for each field and a
    docstring; a field called `url` or `context` shows in `topmast sources`."""

    def __init__(self, config: Any, context: Context) -> None:
        """No I/O here; raises `Misconfigured` for what cannot work."""

    def describe(self) -> str:
        """What it talks to, in a few words, without secrets."""

    async def close(self) -> None:
        """Gives back connections; feeds have been cancelled before."""


Emit: TypeAlias = Callable[[Batch], None]
"""Where the supervisor hands on what a feed told."""
