"""What may be typed, read from an `argparse` parser: commands, flags, the words that each of them takes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Value(NamedTuple):
    """What a flag or a place takes: one of `words` if there are any, a file, or a text nobody can guess."""

    name: str
    words: tuple[str, ...] = ()
    file: bool = False


class Flag(NamedTuple):
    """`value` is None for a switch; `many` flags may be given several times."""

    names: tuple[str, ...]
    text: str
    value: Value | None = None
    many: bool = False


class Command(NamedTuple):
    """The outermost one has no name. `places` are the arguments without a flag, in their order."""

    name: str
    text: str
    flags: tuple[Flag, ...]
    places: tuple[Value, ...] = ()
    commands: tuple[Command, ...] = ()


def grammar(parser: argparse.ArgumentParser, name: str = "", text: str = "") -> Command:
    """The parser and the commands in it."""
    within: list[Command] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {choice.dest: choice.help or "" for choice in action._choices_actions}
            within += [grammar(inner, key, said.get(key, "")) for key, inner in action.choices.items()]
    flags, places = tuple(_flags(parser._actions)), tuple(_places(parser._actions))
    return Command(name, text, flags, places, tuple(within))


def words(flags: Iterable[Flag]) -> Sequence[str]:
    """All spellings of the flags."""
    return [name for flag in flags for name in flag.names]


def _flags(actions: Iterable[argparse.Action]) -> Iterator[Flag]:
    for action in actions:
        if action.option_strings and action.help != argparse.SUPPRESS:
            text = (action.help or "").replace("%%", "%")
            value = None if action.nargs == 0 else _value(action)
            yield Flag(tuple(action.option_strings), text, value, isinstance(action, argparse._AppendAction))


def _places(actions: Iterable[argparse.Action]) -> Iterator[Value]:
    for action in actions:
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            yield _value(action)


def _value(action: argparse.Action) -> Value:
    name = action.metavar if isinstance(action.metavar, str) else action.dest
    choices = [str(choice) for choice in action.choices or ()]
    # "nodes|pods" names the words that matter; the other choices are their short forms.
    main = [word for word in name.split("|") if word in choices]
    return Value("" if main else name, tuple(main or choices), name.startswith("FILE"))
