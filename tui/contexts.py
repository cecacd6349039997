"""Looking at another cluster, or at this one as the kubeconfig has it now: what there is, what it takes to go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.message import Message
from textual.worker import WorkType

from sources.contract import Contexts, Reloadable
from sources.text import clean
from tui.panes.picker import Choice, Question
from tui.session import Session
from tui.states import error_text

if TYPE_CHECKING:
    from tui.screen import MainScreen

EVERY = 15.0
"""Seconds between two looks at whether the kubeconfig was edited."""


class ContextError(ValueError):
    """There is no such context; says which there are."""


class Elsewhere(NamedTuple):
    """What the switch to `context` changes: the configurations of some sources, by the names of these."""

    context: str
    configs: Mapping[str, Any]
    note: str
    """What has to be known about what does not change; "" if there is nothing."""
    same: bool = False
    """Whether it is the same cluster, read anew."""


def _source(session: Session) -> tuple[str, Contexts]:
    for name, source in session.runtime.sources.items():
        if isinstance(source, Contexts):
            return name, source
    raise ContextError("no source here has contexts: there is only this one cluster")


async def known_contexts(session: Session) -> Sequence[str]:
    """The names of all contexts. Raises `ContextError` where there are none, or a `SourceError`."""
    _, source = _source(session)
    names = await asyncio.wrap_future(session.runtime.ask(source.contexts))
    if not names:
        raise ContextError("the kubeconfig has no contexts")
    return names


async def elsewhere(session: Session, context: str) -> Elsewhere:
    """What it takes to look at `context`. Raises as `known_contexts`."""
    names = await known_contexts(session)
    if context not in names:
        raise ContextError(f"there is no context {clean(context)!r}; known: {', '.join(map(clean, names))}")
    name, source = _source(session)
    return Elsewhere(context, {name: source.at_context(context)}, _staying(session))


async def anew(session: Session) -> Elsewhere:
    """What it takes to look at the same cluster as its files have it. Raises `ContextError`, `Misconfigured`."""
    configs = {
        name: await asyncio.wrap_future(session.runtime.ask(source.reloaded))
        for name, source in session.runtime.sources.items()
        if isinstance(source, Reloadable)
    }
    if not configs:
        raise ContextError("no source here has a configuration that could be read again")
    return Elsewhere(session.place().context, configs, "read again from its files", same=True)


def _staying(session: Session) -> str:
    """Sources with an address of their own do not move with the context: their numbers are of where they were."""
    stays = [
        f"{clean(name)} stays at {clean(str(url))}"
        for name, (_, config) in session.runtime.planned.items()
        if (url := getattr(config, "url", None))
    ]
    return "; ".join(stays)


class ContextSwitch:
    """Goes to other contexts on behalf of a screen."""

    class Leaving(Message):
        """Another cluster was chosen. Nothing of this one may stay on the screen: whoever hears it shows a new
        screen."""

        def __init__(self, screen: MainScreen, to: Elsewhere) -> None:
            super().__init__()
            self.screen = screen
            self.to = to

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.names: Sequence[str] = ()
        """The contexts as far as they are known, for completion."""

    def learn(self) -> None:
        """Finds out which contexts there are."""
        # Not the coroutine: who leaves at once would leave it behind, never awaited, and Python would say so.
        work: WorkType[None] = self._learn
        self._screen.run_worker(work, group="contexts", exclusive=True)

    async def _learn(self) -> None:
        # Where there are none, going to one says why; a third party's source may raise anything.
        with suppress(Exception):
            self.names = await known_contexts(self._screen.session)

    def go(self, name: str) -> None:
        """To the context of this name; without one, lets somebody choose."""
        work: WorkType[None] = partial(self._go, name)  # as above
        self._screen.run_worker(work, group="context", exclusive=True)

    def reload(self) -> None:
        """To the same cluster as its files have it now."""
        work: WorkType[None] = self._reload  # as above
        self._screen.run_worker(work, group="context", exclusive=True)

    async def _reload(self) -> None:
        screen = self._screen
        try:
            screen.post_message(self.Leaving(screen, await anew(screen.session)))
        except ContextError as error:
            screen.say(str(error), "bad")
        except Exception as error:  # a third party's source may raise anything
            screen.say(error_text(error), "bad")

    def look(self) -> None:
        """Finds out whether its files were edited: the header says so, and nothing else changes by itself."""
        work: WorkType[None] = self._look  # as above
        self._screen.run_worker(work, group="edited", exclusive=True)

    async def _look(self) -> None:
        session = self._screen.session
        with suppress(Exception):  # as above
            sources = session.runtime.offering(Reloadable)  # type: ignore[type-abstract]  # a protocol is asked for
            asked = [session.runtime.ask(source.edited) for source in sources]
            answers = [await asyncio.wrap_future(each) for each in asked]
            session.edited = any(answers)

    async def _go(self, name: str) -> None:
        screen = self._screen
        try:
            if name:
                screen.post_message(self.Leaving(screen, await elsewhere(screen.session, name)))
            else:
                self.names = await known_contexts(screen.session)
                choices = [Choice(each, each) for each in self.names]
                screen.pick(Question("context", choices, lambda chosen: self.go(chosen[0])))
        except ContextError as error:
            screen.say(str(error), "bad")
        except Exception as error:  # as above
            screen.say(error_text(error), "bad")
