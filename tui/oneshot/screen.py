"""`topmast` and `topmast demo`: prepares the process, starts the sources, and hands over to the screen."""

from __future__ import annotations

import argparse
import os

from tui.oneshot.failure import USAGE, CommandError, shortly
from tui.terminal.background import suited_theme
from tui.terminal.environment import prepare_environment


def screen(args: argparse.Namespace) -> int:
    """Returns the screen's exit code. Raises `CommandError` where no screen can be drawn, and for a scenario that
    there is not."""
    scenario = getattr(args, "scenario", None)
    if scenario is not None:
        from sources.demo.scenarios import BY_NAME, listing

        if scenario == "list":
            print("\n".join(listing()))
            return 0
        if scenario not in BY_NAME:
            raise CommandError(USAGE, f"there is no scenario {scenario!r}; choose one of:", *listing())
    # Before Textual is imported: it reads its variables once.
    terminal = prepare_environment(os.environ, args)
    if terminal.problem is not None:
        raise CommandError(USAGE, terminal.problem.replace("topmast needs", "the screen needs", 1))
    from tui.oneshot.settings import settings_from

    settings = settings_from(args)
    terminal = terminal._replace(ascii=terminal.ascii or settings.ui.ascii)

    from sources import courtesy
    from sources.runtime import Runtime

    # Before the screen is loaded, which takes longer than a cluster needs for its first rows.
    runtime = Runtime(settings.sources)
    courtesy.screen_opens()
    runtime.start()
    try:
        from tui.oneshot.screen_check import screen_problems

        if wrong := screen_problems(settings, starting=True):
            raise CommandError(USAGE, *shortly(wrong))

        from tui.app import TopmastApp
        from tui.terminal.app import run

        app = TopmastApp(
            runtime,
            settings,
            namespaces=() if args.namespace is None or args.all_namespaces else (args.namespace,),
            ascii_only=terminal.ascii,
            tour=getattr(args, "tour", False),
            auto_theme=suited_theme(terminal.colors, os.environ),
        )
        return run(app, terminal=terminal, mouse=settings.ui.mouse)
    finally:
        runtime.stop()
