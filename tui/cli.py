"""The command line: what may be typed, and which command it starts. Imports nothing heavy: `--help` is instant."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from sources.choices import THEMES
from tui.oneshot.arguments import duration, moment, positive, size, span, timeout
from tui.oneshot.failure import INTERRUPTED, PIPE_CLOSED, USAGE, CommandError, say, shortly

PLUGIN = "kubectl-topmast"
RESOURCES = {
    "nodes": ("node", "no"),
    "pods": ("pod", "po"),
    "events": ("event", "ev"),
    "alerts": ("alert", "al"),
}


SCREEN_HELP = """\
Without a command: the screen, on the current kubeconfig context. Press ? in it for the keys.

exit codes:
  0  fine                           3  cluster (or Prometheus) unreachable
  2  usage or configuration         4  denied
"""
GET_HELP = """\
Pods come from the context's namespace unless -n or -A says otherwise; tables are those of kubectl.

-o json is an array of objects with the same keys each time; what is not known is null. Units: CPU in
nanocores, memory in bytes, moments in UTC epoch seconds. With --watch it is one object a line:
{"type": "ADDED" | "MODIFIED" | "DELETED", "object": {...}}.
-o csv has a header that names the units (RFC 4180).

examples:
  topmast get pods -A --sort-by restarts
  topmast get po -n shop -l app=payments -w
  topmast get alerts -o json | jq '.[] | select(.state == "firing") | .name'
"""
QUERY_HELP = """\
-o json: {"type", "series": [{"labels", "points": [[epoch seconds, value], ...]}], "text", "warnings", "infos"};
values that JSON has no number for are the strings "NaN", "+Inf" and "-Inf".

examples:
  topmast query 'sum by (namespace) (rate(container_cpu_usage_seconds_total[5m]))'
  topmast query up --range 1h -o graph
  topmast query -- '-vector(1)'
  topmast query --scrape 'topk(3, node_memory_Active_bytes)'
  curl -s localhost:9100/metrics | topmast query --data - node_load1
"""
SCREENSHOT_HELP = """\
KEYS are separated by spaces: letters, Enter, Tab, ctrl+r, pagedown...; longer words are typed as they stand.

examples:
  topmast screenshot --demo overview.svg
  topmast screenshot --size 80x24 --keys '! z' -n shop faults.png
  topmast screenshot --text -
"""
COMPLETION_HELP = """\
examples:
  source <(topmast completion bash)             # in ~/.bashrc
  topmast completion zsh > ~/.zfunc/_topmast     # a folder of $fpath; or source it after compinit
  topmast completion fish > ~/.config/fish/completions/topmast.fish
"""


class Parser(argparse.ArgumentParser):
    """Errors in one line, with the exit code for usage."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(USAGE, f"{message}; see `{self.prog} --help`")


class Version(argparse.Action):
    """Prints the version; reads it only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"topmast {version('topmast')}")
        except PackageNotFoundError:
            print("topmast (not installed)")
        raise SystemExit(0)


def _shared(parser: argparse.ArgumentParser, *, outer: bool) -> None:
    """The flags that may stand before or after the command; the second place must not undo the first."""
    unset: Any = None if outer else argparse.SUPPRESS
    off: Any = False if outer else argparse.SUPPRESS
    cluster = parser.add_argument_group("which cluster, as whom (kubectl's words)")
    add = cluster.add_argument
    add("--kubeconfig", metavar="FILE", default=unset, help="instead of $KUBECONFIG or ~/.kube/config")
    add("--context", metavar="NAME", default=unset)
    add("--cluster", metavar="NAME", default=unset)
    add("--user", metavar="NAME", default=unset)
    add("-n", "--namespace", metavar="NAME", default=unset)
    add("-A", "--all-namespaces", action="store_true", default=off)
    add("--as", dest="as_", metavar="USER", default=unset, help="act as this user")
    # A list that is given on both sides of the command is joined later.
    add(
        "--as-group",
        dest="as_group" if outer else "as_group_after",
        metavar="GROUP",
        action="append",
        default=unset,
    )
    add("--as-uid", metavar="UID", default=unset)
    add("--request-timeout", metavar="TIME", type=timeout, default=unset, help="30s, 1m; 0 is no limit")
    sources = parser.add_argument_group("monitoring and configuration")
    add = sources.add_argument
    add("--prometheus", metavar="URL", default=unset, help="instead of looking for it in the cluster")
    add("--alertmanager", metavar="URL", default=unset)
    add("--scrape", action="store_true", default=off, help="read exporters directly; PromQL without a Prometheus")
    add(
        "--exporter", metavar="URL", action="append", default=unset, help="read this one too (--scrape is implied)"
    )
    add("--config", metavar="FILE", default=unset, help="instead of ~/.config/topmast/config.toml")
    look = parser.add_argument_group("looks")
    add = look.add_argument
    add("--theme", choices=THEMES, default=unset)
    add("--ascii", action="store_true", default=off, help="draw with ASCII only")
    add("--mouse", action="store_true", default=off, help="let the screen have the mouse")
    add("--low-bandwidth", action="store_true", default=off, help="send little, for a slow link")
    add("--no-color", action="store_true", default=off, help="as NO_COLOR=1")


def _invented(parser: argparse.ArgumentParser) -> None:
    """Which invented cluster it is that is looked at."""
    add = parser.add_argument
    add("--seed", type=int, metavar="N", help="which invented cluster (1)")
    add("--speed", type=positive, metavar="X", help="simulated seconds in a second (1)")
    add("--scenario", metavar="NAME", help="another incident than the default; `topmast demo --scenario list`")


def build_parser(prog: str) -> argparse.ArgumentParser:
    """All commands and flags."""
    parser = Parser(
        prog=prog,
        description="Nodes, pods, events, PromQL and alerts of a Kubernetes cluster, live on one screen.",
        epilog=SCREEN_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    _shared(parser, outer=True)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=Parser, title="commands (each has its own --help)"
    )

    def command(name: str, says: str, epilog: str = "") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name,
            help=says,
            description=says[:1].upper() + says[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        return made

    demo = command("demo", "the screen on an invented cluster with an incident under way; needs nothing")
    _invented(demo)
    demo.add_argument("--tour", action="store_true", help="a short tour of the keys that matter")

    doctor = command("doctor", "say what each source can reach and may do, and the fix of what is wrong")
    doctor.add_argument("-o", "--output", choices=("table", "json"), default="table")

    get = command("get", "print nodes, pods, events or alerts", GET_HELP)
    words = [word for name, others in RESOURCES.items() for word in (name, *others)]
    get.add_argument("resource", choices=words, metavar="nodes|pods|events|alerts", help="also no, po, ev, al")
    get.add_argument("-o", "--output", choices=("table", "wide", "json", "csv"), default="table")
    get.add_argument("-w", "--watch", action="store_true", help="then print what changes, until stopped")
    get.add_argument("-l", "--selector", metavar="LABELS", help="only these: app=web,tier!=db,canary,!legacy")
    get.add_argument("--sort-by", metavar="COLUMN", help="a column; of pods and nodes also cpu and memory")
    get.add_argument("--no-headers", action="store_true")

    query = command("query", "ask Prometheus", QUERY_HELP)
    query.add_argument("expr", metavar="EXPR", help="PromQL")
    query.add_argument(
        "--data", metavar="FILE", action="append", default=[], help="ask what stands in an exposition; - is stdin"
    )
    query.add_argument("-r", "--range", type=span, metavar="TIME", help="the last 1h, 7d... instead of one moment")
    query.add_argument("--step", type=span, metavar="TIME", help="between two points of a range")
    query.add_argument(
        "--time", type=moment, metavar="T", help="the moment, or the end of the range; now if not given"
    )
    query.add_argument("-o", "--output", choices=("table", "json", "csv", "graph"), default="table")

    sources = command("sources", "list the installed kinds of sources and the configured ones")
    config = command("config", "say where the configuration is, what it says, whether it is right; print a sample")
    config.add_argument("action", choices=("path", "show", "check", "sample"))

    screenshot = command("screenshot", "write a picture of the screen into a file", SCREENSHOT_HELP)
    screenshot.add_argument("file", metavar="FILE", help=".svg, .png or .txt; - with --text for standard output")
    screenshot.add_argument(
        "--size", type=size, default=(160, 48), metavar="COLSxROWS", help="160x48 if not given"
    )
    screenshot.add_argument("--keys", default="", metavar="KEYS", help="pressed before: 'tab z / crash Enter'")
    screenshot.add_argument("--query", metavar="EXPR", help="PromQL for the console")
    screenshot.add_argument(
        "--text", action="store_true", help="write the text of the screen instead of a picture"
    )
    screenshot.add_argument("--wait", type=span, metavar="TIME", help="for the sources, at most (15s)")

    _invented(screenshot)

    completion = command(
        "completion", "print a script for your shell that completes what you type", COMPLETION_HELP
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))

    for each in (doctor, get, query, sources, config, screenshot):
        each.add_argument("--demo", action="store_true", help="on the invented cluster of `topmast demo`")
    for each in (demo, doctor, get, query, sources, config, screenshot):
        _shared(each, outer=False)
    return parser


def parse(argv: Sequence[str], prog: str = "topmast") -> argparse.Namespace:
    """The arguments, tidied: `resource` by its full name, both lists of groups as one."""
    args = build_parser(prog).parse_args(list(argv))
    args.as_group = [*(args.as_group or ()), *getattr(args, "as_group_after", ())]
    args.scrape = args.scrape or bool(args.exporter)
    args.demo = args.command == "demo" or getattr(args, "demo", False)
    if args.command == "get":
        args.resource = next(name for name, others in RESOURCES.items() if args.resource in (name, *others))
    if args.namespace == "":
        raise CommandError(USAGE, "--namespace is empty; name one, or pass -A for all")
    if args.command == "screenshot" and not args.demo:
        for flag in ("seed", "speed", "scenario"):
            if getattr(args, flag) is not None:
                raise CommandError(USAGE, f"--{flag} needs --demo")
    if args.command == "query" and args.step is not None and args.range is None:
        raise CommandError(USAGE, "--step needs --range")
    if args.command == "query" and args.output == "graph" and args.range is None:
        args.range = duration("1h")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit code. Nothing but an exit request leaves this function."""
    # Nearly all that is made until there is something to see stays: no look through it for garbage before that.
    gc.set_threshold(200_000)
    called = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119  # pathlib costs start-up time
    prog = "kubectl topmast" if called.startswith(PLUGIN) else "topmast"
    try:
        args = parse(sys.argv[1:] if argv is None else argv, prog)
        if args.no_color:
            os.environ["NO_COLOR"] = "1"
        code = _command(args)
        sys.stdout.flush()
    except CommandError as failure:
        say(*failure.lines)
        return failure.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return PIPE_CLOSED
    except Exception as error:
        return _explained(error)
    return code


def _command(args: argparse.Namespace) -> int:
    if args.command in (None, "demo"):
        from tui.oneshot.screen import screen

        return screen(args)
    if args.command == "get":
        from tui.oneshot.get import get

        return get(args)
    if args.command == "query":
        from tui.oneshot.query import query

        return query(args)
    if args.command == "doctor":
        from tui.oneshot.doctor import doctor

        return doctor(args)
    if args.command == "sources":
        from tui.oneshot.show import show_sources

        return show_sources(args)
    if args.command == "completion":
        from tui.oneshot.completion import completion

        return completion(build_parser("topmast"), args.shell)
    if args.command == "screenshot":
        from tui.oneshot.screenshot import screenshot

        return screenshot(args)
    from tui.oneshot.config import config

    return config(args)


def _explained(error: Exception) -> int:
    """One line and an exit code for what a command did not handle."""
    from sources.config import ConfigError
    from sources.contract import SourceError
    from tui.oneshot.errors import exit_code
    from tui.terminal import crash

    if isinstance(error, SourceError):
        say(*shortly(error.problems) if isinstance(error, ConfigError) else [str(error)])
        return exit_code(error)
    report = crash.write_report(crash.crash_report(error, os.environ), os.environ)
    with suppress(OSError, ValueError):
        print(crash.crash_line(error, report), file=sys.stderr)
    return crash.EXIT_CODE


def _drop_stdout() -> None:
    """Nobody reads any more: what is left in the buffer must not raise again while Python ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
