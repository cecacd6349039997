"""The completion script for zsh: to be sourced, or put as `_topmast` into a folder of $fpath."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.oneshot.completion.grammar import Command, Flag, Value


def zsh(root: Command, names: Sequence[str]) -> str:
    """The script, for the programs `names`."""
    return "\n".join(_lines(root, names)) + "\n"


def _lines(root: Command, names: Sequence[str]) -> Iterator[str]:
    yield f"#compdef {' '.join(names)}"
    yield "_topmast() {"
    yield "    local curcontext=$curcontext state line"
    yield "    local -a commands"
    yield "    typeset -A opt_args"
    yield "    commands=("
    yield from (f"        {_quoted(_escaped(command.name) + ':' + command.text)}" for command in root.commands)
    yield "    )"
    yield "    _arguments -C \\"
    yield from (f"        {_flag(flag)} \\" for flag in root.flags)
    yield "        '1: :->command' '*:: :->rest' && return"
    yield "    if [[ $state == command ]]; then"
    yield "        _describe command commands"
    yield "    elif [[ $state == rest ]]; then"
    yield "        case $line[1] in"
    for command in root.commands:
        yield f"            {command.name})"
        yield "                _arguments \\"
        yield from (f"                    {_flag(flag)} \\" for flag in command.flags)
        yield from (f"                    {_quoted(':' + _value(place))} \\" for place in command.places)
        yield "                    && return"
        yield "                ;;"
    yield "        esac"
    yield "    fi"
    yield "}"
    yield (
        'if [[ ${funcstack[1]} == _topmast ]]; then _topmast "$@"; else compdef _topmast '
        + f"{' '.join(names)}; fi"
    )


def _flag(flag: Flag) -> str:
    text = f"[{_escaped(flag.text)}]"
    value = f":{_value(flag.value)}" if flag.value else ""
    if flag.many:
        return " ".join(_quoted(f"*{name}{text}{value}") for name in flag.names)
    if len(flag.names) == 1:
        return _quoted(f"{flag.names[0]}{text}{value}")
    return f"{_quoted('(' + ' '.join(flag.names) + ')')}{{{','.join(flag.names)}}}{_quoted(text + value)}"


def _value(value: Value) -> str:
    how = "_files" if value.file else f"({' '.join(value.words)})" if value.words else ""
    # Without a message in it, the place would be an optional one.
    return f"{_escaped(value.name) or 'word'}:{how or ' '}"


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
