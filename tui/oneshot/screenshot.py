"""`topmast screenshot`: a picture of the real screen, or its text, without a terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from tui.oneshot.failure import OK, UNREACHABLE, USAGE, CommandError, say, shortly
from tui.terminal.environment import is_utf8, prepare_environment

WAIT = 15.0
"""Seconds for the sources when --wait does not say otherwise."""
ENDINGS = (".svg", ".png", ".txt")


def screenshot(args: argparse.Namespace) -> int:
    """Writes the file; returns the exit code, which tells of sources that were not heard in time."""
    ending = ".txt" if args.text else Path(args.file).suffix.lower()
    if ending not in ENDINGS:
        raise CommandError(
            USAGE, f"{args.file}: what kind of picture? End it in {', '.join(ENDINGS)}, or pass --text"
        )
    if args.file == "-" and ending != ".txt":
        raise CommandError(USAGE, "only --text goes to standard output")
    # Before Textual is imported. A picture has all colours, whatever the terminal has.
    if "NO_COLOR" not in os.environ:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    prepare_environment(os.environ, args)
    from sources.runtime import Runtime
    from tui.app import TopmastApp
    from tui.oneshot.gather import refuse_wrong_flags
    from tui.oneshot.picture import draw, keys_from, to_png
    from tui.oneshot.screen_check import screen_problems
    from tui.oneshot.settings import settings_from

    settings = settings_from(args)
    if wrong := screen_problems(settings, starting=True):
        raise CommandError(USAGE, *shortly(wrong))
    try:
        keys = keys_from(args.keys)
    except ValueError as error:
        raise CommandError(USAGE, f"--keys: {error}") from None
    plain = settings.ui.ascii or (args.file == "-" and not is_utf8(sys.stdout))
    namespaces = () if args.namespace is None or args.all_namespaces else (args.namespace,)
    runtime = Runtime(settings.sources)
    runtime.start()
    try:
        refuse_wrong_flags(settings, runtime)
        app = TopmastApp(runtime, settings, namespaces=namespaces, ascii_only=plain)
        drawn = asyncio.run(draw(app, args.size, keys, args.query, args.wait or WAIT))
    finally:
        runtime.stop()
    if ending == ".txt":
        _write(args.file, f"{drawn.text}\n".encode())
    else:
        _write(args.file, to_png(drawn.svg) if ending == ".png" else drawn.svg.encode())
    say(
        *(
            f"{source} has not answered all within {args.wait or WAIT:g} s ({feed})"
            for source, feed in drawn.waiting
        )
    )
    return UNREACHABLE if drawn.waiting else OK


def _write(name: str, data: bytes) -> None:
    if name == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise CommandError(USAGE, f"{name}: cannot be written: {error.strerror}") from error
