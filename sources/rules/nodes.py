"""What kubectl prints of a node (STATUS, ROLES, VERSION, the wide columns) and when a node is a problem.

The columns follow `printNode` and `findNodeRoles` in Kubernetes' pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from sources import model
from sources.rules import quantity, wire

ROLE_PREFIX = "node-role.kubernetes.io/"
ROLE_LABEL = "kubernetes.io/role"
PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
"""Conditions of core/v1 NodeStatus that mean trouble when they are True."""


def node_status(node: wire.Node) -> str:
    """STATUS: Ready, NotReady (also if Unknown) or Unknown (no such condition), then ",SchedulingDisabled"."""
    # kubectl collects conditions in a map, so of several with one type the last one counts.
    ready = None
    for condition in wire.present(node.status.conditions if node.status else None):
        if condition.type == "Ready":
            ready = condition.status
    text = "Unknown" if ready is None else "Ready" if ready == "True" else "NotReady"
    return f"{text},SchedulingDisabled" if node.spec and node.spec.unschedulable else text


def node_roles(labels: wire.StringMap | None) -> str:
    """ROLES, sorted: names after `node-role.kubernetes.io/`, value of `kubernetes.io/role`; else "<none>"."""
    roles = set()
    for name, value in (labels or {}).items():
        if name.startswith(ROLE_PREFIX):
            roles.add(name.removeprefix(ROLE_PREFIX))
        elif name == ROLE_LABEL and value:
            roles.add(value)
    roles.discard("")
    return ",".join(sorted(roles)) or "<none>"


def node_address(node: wire.Node, kind: str) -> str:
    """The first address of a kind ("InternalIP", "ExternalIP"); "" if there is none (kubectl prints "<none>")."""
    addresses = wire.present(node.status.addresses if node.status else None)
    return next((address.address or "" for address in addresses if address.type == kind), "")


def node_version(node: wire.Node) -> str:
    """VERSION: the kubelet's version; "" before the kubelet has reported."""
    info = node.status.node_info if node.status else None
    return (info.kubelet_version if info else None) or ""


def node_kernel(node: wire.Node) -> str:
    """KERNEL-VERSION of the wide listing, "6.12.43 (amd64)"; "" before the kubelet has reported.

    The architecture is what servers of 2026 (seen with 1.37) print; older ones print the version alone.
    """
    info = (node.status.node_info if node.status else None) or wire.NodeInfo()
    if not info.kernel_version or not info.architecture:
        return info.kernel_version or ""
    return f"{info.kernel_version} ({info.architecture})"


def node_pressures(node: wire.Node) -> tuple[str, ...]:
    """The pressure conditions that are True, in the order of PRESSURES."""
    conditions = wire.present(node.status.conditions if node.status else None)
    true = {condition.type for condition in conditions if condition.status == "True"}
    return tuple(name for name in PRESSURES if name in true)


def node_taints(node: wire.Node) -> tuple[str, ...]:
    """Taints as `kubectl describe node` writes them: "key=value:Effect", "key:Effect" without a value."""
    texts = []
    for taint in wire.present(node.spec.taints if node.spec else None):
        pair = f"{taint.key or ''}={taint.value}" if taint.value else taint.key or ""
        texts.append(f"{pair}:{taint.effect}" if taint.effect else pair)
    return tuple(texts)


def cpu_of(resources: wire.ResourceList | None) -> int | None:
    """CPU of an allocatable or capacity list in nanocores; None if absent or not a quantity."""
    return quantity.parse_or_none(resources.get("cpu")) if resources else None


def whole_of(resources: wire.ResourceList | None, name: str) -> int | None:
    """A resource counted in whole units ("memory" in bytes, "pods"); None if absent or not a quantity."""
    nano = quantity.parse_or_none(resources.get(name)) if resources else None
    return None if nano is None else quantity.value(nano)


def node_problem(node: model.Node) -> str:
    """Why the faults-only filter shows a node, in a few words; "" when nothing is wrong with it.

    A node is a problem when it is not Ready, when it has any pressure, or when it is cordoned: a forgotten cordon
    is a cause of pods that do not schedule, and STATUS is all that says so.
    """
    words = [] if node.status == "Ready" else [part for part in node.status.split(",") if part != "Ready"]
    return ", ".join([*words, *node.pressures])


def wrong_conditions(node: model.Node) -> list[model.Condition]:
    """The conditions that make a node a problem: Ready that is not True, and pressures that are."""
    return [
        each
        for each in node.conditions
        if (each.status != "True" if each.type == "Ready" else each.status == "True" and each.type in PRESSURES)
    ]
