"""The command line: `python -m tests.testbed up|down|status|play|build|stop|start|restart|compact|env`."""

import argparse
import sys
import time

from tests.testbed import build, kubeconfig, ports, scenarios, versions
from tests.testbed.bed import GROUPS, Bed
from tests.testbed.errors import TestBedError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.testbed", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="build what is missing, start everything, fill the cluster")
    up.add_argument("--only", default=",".join(GROUPS), help=f"comma separated parts of: {', '.join(GROUPS)}")
    up.add_argument("--no-metrics", action="store_true", help="a cluster without the metrics API")
    down = commands.add_parser("down", help="stop everything")
    down.add_argument("--keep", action="store_true", help="keep the cluster's data for the next start")
    commands.add_parser("status", help="what runs, and how to reach it")
    commands.add_parser("env", help="shell lines that set KUBECONFIG and the URLs")
    built = commands.add_parser("build", help="build only")
    built.add_argument("names", nargs="*", help="some of: " + ", ".join(versions.BY_NAME))
    for name in ("stop", "start", "restart"):
        commands.add_parser(name, help=f"{name} one server").add_argument("name")
    played = commands.add_parser("play", help="play a classic incident on the running control plane")
    played.add_argument("name", nargs="?", help="one of: " + ", ".join(scenarios.SCENARIOS))
    played.add_argument("--stop", action="store_true", help="remove what the scenarios made")
    commands.add_parser("compact", help="compact etcd, so that old resource versions are gone")
    return parser


def main(arguments: list[str]) -> int:
    """Run one command. 0 fine, 1 the test bed said no."""
    options = _parser().parse_args(arguments)
    if not sys.platform.startswith("linux"):
        print("testbed: runs on Linux only", file=sys.stderr)
        return 1
    bed = Bed()
    try:
        return _run(bed, options)
    except BrokenPipeError:
        return 0  # whoever read the output has enough; the work was done before it
    except TestBedError as error:
        print(f"testbed: {error}", file=sys.stderr)
        return 1


def _run(bed: Bed, options: argparse.Namespace) -> int:
    if options.command == "up":
        started = time.monotonic()
        bed.up(tuple(part for part in options.only.split(",") if part), metrics=not options.no_metrics)
        print(f"testbed: up in {time.monotonic() - started:.0f} s")
        _show(bed)
    elif options.command == "down":
        bed.down(keep=options.keep)
        print("testbed: down")
    elif options.command == "status":
        return _show(bed)
    elif options.command == "env":
        _environment(bed)
    elif options.command == "build":
        build.ensure(bed.cache, options.names or list(versions.BY_NAME))
    elif options.command == "play":
        _play(bed, options.name, options.stop)
    elif options.command == "compact":
        print(f"testbed: compacted at revision {bed.compact_etcd()}")
    else:
        getattr(bed, options.command)(options.name)
        print(f"testbed: {options.command} {options.name}: done")
    return 0


def _play(bed: Bed, name: str | None, stop: bool) -> None:
    if stop:
        gone = scenarios.stop(bed.api())
        print(f"testbed: stopped {', '.join(gone) or 'nothing: no scenario was played'}")
    elif name is None:
        print("\n".join(scenarios.SCENARIOS))
    else:
        player = scenarios.play(bed.api(), name, ports.load(bed.state)["kwok"])
        print(f"testbed: {name} is played in namespace {player.namespace}; play --stop removes it")


def _show(bed: Bed) -> int:
    if not ports.load(bed.state):
        print("testbed: never started; python -m tests.testbed up")
        return 1
    states = bed.status()
    numbers = ports.load(bed.state)
    for name, state in states.items():
        port = f"127.0.0.1:{numbers[name]}" if name in numbers else ""
        print(f"  {name:24} {state:8} {port}")
    print(f"state    {bed.state}\nlogs     {bed.processes.log}\nkubectl  {bed.kubectl}")
    for user in kubeconfig.USERS:
        print(f"  KUBECONFIG={bed.kubeconfig(user)}")
    for note in bed.notes():
        print(f"note: {note}")
    return 0 if all(state == "ready" for state in states.values()) else 1


def _environment(bed: Bed) -> None:
    print(f"export KUBECONFIG={bed.kubeconfig('admin')}")
    print(f"export TESTBED_KUBECTL={bed.kubectl}")
    for name in ("prometheus", "prometheus_old", "alertmanager", "node_exporter"):
        try:
            print(f"export TESTBED_{name.upper()}={getattr(bed, f'{name}_url')}")
        except TestBedError:
            continue
