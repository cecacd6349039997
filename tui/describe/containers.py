"""The containers of a pod: state and last state in the kubelet's words, image, ports, resources, probes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sources.rules import wire
from sources.rules.duration import age, parse_time
from sources.rules.pods import exit_text, state_text
from sources.rules.shapes import mapping, maps, number, strings, text
from sources.text import clean
from tui.describe.parts import heading, joined
from tui.describe.seen import Raw
from tui.sheets.sheet import Look
from tui.widgets.document import Text
from tui.words import counted


def containers(raw: Raw | None, look: Look) -> list[Text]:
    """Init containers first; what the spec has and no status speaks of has not started."""
    if raw is None:
        return []
    # Only this part is decoded again: a pod may carry megabytes of annotations.
    status = wire.decode(wire.Pod, msgspec.json.encode({"status": raw.get("status")})).status or wire.PodStatus()
    spec = mapping(raw, "spec")
    lines = heading("Containers")
    for title, name, group in (
        ("init ", "initContainers", status.init_container_statuses),
        ("", "containers", status.container_statuses),
    ):
        specs = {text(each, "name"): each for each in maps(spec, name)}
        known = {each.name or "": each for each in wire.present(group)}
        for key in dict.fromkeys((*known, *specs)):
            lines += _container(f"{title}{key}", known.get(key), specs.get(key, {}), look, init=bool(title))
    if not wire.present(status.container_statuses) and not wire.present(status.init_container_statuses):
        lines.append(Text("", "none has started yet", "dim"))
    return lines


def _container(title: str, status: wire.ContainerStatus | None, spec: Raw, look: Look, init: bool) -> list[Text]:
    lines: list[Text] = []
    if status is None:
        lines.append(Text(clean(title), "not started", "dim"))
    else:
        ready = "ready" if status.ready else "not ready"
        said = f"{state_text(status.state, look.now)}, {ready}, {counted(status.restart_count or 0, 'restart')}"
        fine = bool(status.ready) or init
        mark = " " if fine else look.glyph("▲", "!")
        lines.append(Text(clean(title), clean(f"{mark} {said}"), "" if fine else "warn"))
        ended = status.last_state.terminated if status.last_state is not None else None
        if ended is not None:
            moment = parse_time(ended.finished_at)
            ago = f", {age(moment, look.now)} ago" if moment is not None else ""
            message = f": {ended.message}" if ended.message else ""
            lines.append(Text("", clean(f"  before: {exit_text(ended)}{ago}{message}"), "" if fine else "warn"))
    if text(spec, "image"):
        lines.append(Text("", clean(f"  image {text(spec, 'image')}"), "dim"))
    for part in (_resources(spec), _ports(spec), *_probes(spec)):
        if part:
            lines.append(Text("", clean(f"  {part}"), "dim"))
    return lines


def _resources(spec: Raw) -> str:
    resources = mapping(spec, "resources")
    parts = []
    for title in ("requests", "limits"):
        amounts = {name: text(resources, title, name) for name in mapping(resources, title)}
        if amounts:
            parts.append(f"{title} {', '.join(f'{name} {amount}' for name, amount in amounts.items())}")
    return joined(parts, "; ")


def _ports(spec: Raw) -> str:
    found = [
        f"{text(port, 'containerPort')}/{text(port, 'protocol') or 'TCP'} {text(port, 'name')}".rstrip()
        for port in maps(spec, "ports")
    ]
    return f"ports {', '.join(found)}" if found else ""


def _probes(spec: Raw) -> Iterable[str]:
    for title, name in (
        ("liveness", "livenessProbe"),
        ("readiness", "readinessProbe"),
        ("startup", "startupProbe"),
    ):
        probe = mapping(spec, name)
        if probe:
            yield f"{title} {probe_text(probe)}"


def probe_text(probe: Mapping[str, Any]) -> str:
    """As `kubectl describe` writes it, the defaults of the API filled in."""
    http, tcp, grpc = mapping(probe, "httpGet"), mapping(probe, "tcpSocket"), mapping(probe, "grpc")
    if http:
        where = f"{text(http, 'host')}:{text(http, 'port')}{text(http, 'path')}"
        what = f"http-get {text(http, 'scheme').lower() or 'http'}://{where}"
    elif tcp:
        what = f"tcp-socket {text(tcp, 'host')}:{text(tcp, 'port')}"
    elif grpc:
        what = f"grpc :{text(grpc, 'port')} {text(grpc, 'service')}".rstrip()
    else:
        command = mapping(probe, "exec").get("command")
        words = [str(word) for word in command] if isinstance(command, list) else []
        what = f"exec [{' '.join(words)}]"
    values = {name: number(probe, name) for name in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds")}
    fails = number(probe, "failureThreshold")
    return (
        f"{what} delay={values['initialDelaySeconds'] or 0}s timeout={values['timeoutSeconds'] or 1}s "
        f"period={values['periodSeconds'] or 10}s failures={3 if fails is None else fails}"
    )


def volumes(raw: Raw | None) -> list[Text]:
    """Each volume by what it comes from."""
    lines = []
    for volume in maps(raw, "spec", "volumes"):
        kind = next((name for name in volume if name != "name"), "")
        source = mapping(volume, kind)
        name = next(
            (
                text(source, key)
                for key in ("claimName", "name", "secretName", "path", "driver")
                if text(source, key)
            ),
            "",
        )
        if kind == "projected":
            name = joined(list(dict.fromkeys(next(iter(each), "") for each in maps(source, "sources"))))
        lines.append(Text(clean(text(volume, "name")), clean(f"{kind} {name}".rstrip())))
    return [*heading("Volumes"), *lines] if lines else []


def scheduling(raw: Raw | None) -> list[Text]:
    """What decides where a pod may run: tolerations, node selector, priority, and its service class."""
    lines = []
    selector = strings(raw, "spec", "nodeSelector")
    if selector:
        lines.append(Text("Node selector", clean(joined([f"{name}={value}" for name, value in selector.items()]))))
    found = [_toleration(each) for each in maps(raw, "spec", "tolerations")]
    if found:
        lines.append(Text("Tolerations", clean(joined(found))))
    for label, path in (("Priority", "priorityClassName"), ("Account", "serviceAccountName")):
        if text(raw, "spec", path):
            lines.append(Text(label, clean(text(raw, "spec", path))))
    if text(raw, "status", "qosClass"):
        lines.append(Text("QoS class", clean(text(raw, "status", "qosClass"))))
    return [*heading("Scheduling"), *lines] if lines else []


def _toleration(raw: Raw) -> str:
    key, value, effect = text(raw, "key"), text(raw, "value"), text(raw, "effect")
    said = f"{key}={value}" if value else key or "everything"
    seconds = number(raw, "tolerationSeconds")
    return f"{said}{f':{effect}' if effect else ''}{f' for {seconds}s' if seconds is not None else ''}"
