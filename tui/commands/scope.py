"""Commands that look at less of a cluster, or at all of it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sources.text import clean
from sources.world.narrowing import fewer
from tui.commands.command import Command, CommandError

if TYPE_CHECKING:
    from tui.screen import MainScreen


def _scope(screen: MainScreen, rest: str) -> None:
    session = screen.session
    counts = session.world.namespaces
    names = tuple(dict.fromkeys(rest.replace(",", " ").split())) or fewer(
        counts, session.namespaces, screen.pods_pane.faulty, session.namespace_slots()
    )
    if not names:
        raise CommandError("which namespaces? :scope NAMESPACE...")
    _do(screen, names)
    screen.say(f"only {', '.join(map(clean, names))} looked at; :unscope looks at all again", "warn")


def _known(screen: MainScreen, _: str) -> Iterable[str]:
    return screen.session.world.namespaces


def _unscope(screen: MainScreen, _: str) -> None:
    if not screen.session.narrowed:
        raise CommandError("all namespaces are looked at already")
    _do(screen, ())
    screen.say("all namespaces are looked at again")


def _do(screen: MainScreen, names: tuple[str, ...]) -> None:
    if not screen.session.narrow(names):
        raise CommandError("no source here can look at less than it does")
    screen.header.update_lines()


SCOPE: tuple[Command, ...] = (
    Command(
        ("scope",),
        "[NAMESPACE...]",
        "look at nothing but these namespaces, or those shown, or in trouble: where memory is short",
        _scope,
        _known,
    ),
    Command(("unscope",), "", "look at all namespaces again", _unscope),
)
