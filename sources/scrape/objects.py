"""The little of Kubernetes' JSON that finding targets needs."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class Metadata(Struct):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    version: str = field(default="", name="resourceVersion")


class Object(Struct):
    """Anything, by its metadata alone."""

    metadata: Metadata = field(default_factory=Metadata)


class Port(Struct):
    """A port of a service or of a container."""

    name: str = ""
    port: int = 0
    container_port: int = field(default=0, name="containerPort")

    @property
    def number(self) -> int:
        return self.port or self.container_port


class ServiceSpec(Struct):
    ports: list[Port] | None = None
    selector: dict[str, str] | None = None


class Service(Object):
    spec: ServiceSpec = field(default_factory=ServiceSpec)


class Container(Struct):
    ports: list[Port] | None = None


class PodSpec(Struct):
    node: str = field(default="", name="nodeName")
    containers: list[Container] | None = None


class PodStatus(Struct):
    phase: str = ""
    ip: str = field(default="", name="podIP")


class Pod(Object):
    spec: PodSpec = field(default_factory=PodSpec)
    status: PodStatus = field(default_factory=PodStatus)


class ListMeta(Struct):
    continue_: str = field(default="", name="continue")
    remaining: int | None = field(default=None, name="remainingItemCount")
    """Items behind this page; servers need not say it."""


class Listing(Struct, Generic[T]):
    """A page of a list."""

    items: list[T] | None = None
    metadata: ListMeta = field(default_factory=ListMeta)


class RuleObject(Object):
    """The operator's PrometheusRule."""

    spec: object = None


class ApiVersion(Struct):
    version: str = ""


class ApiGroup(Struct):
    """Which versions of a group of the API there are."""

    versions: list[ApiVersion] | None = None
