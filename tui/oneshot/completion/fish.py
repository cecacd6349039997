"""The completion script for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.oneshot.completion.grammar import Command, Flag, Value


def fish(root: Command, names: Sequence[str]) -> str:
    """The script, for the programs `names`."""
    return "".join(f"{line}\n" for name in names for line in _lines(root, name))


def _lines(root: Command, program: str) -> Iterator[str]:
    yield f"complete -c {program} -f"
    known = " ".join(command.name for command in root.commands)
    first = f"not __fish_seen_subcommand_from {known}"
    for command in root.commands:
        yield f"complete -c {program} -n {_quoted(first)} -a {command.name} -d {_quoted(command.text)}"
    for command in (root, *root.commands):
        when = f"__fish_seen_subcommand_from {command.name}" if command.name else first
        for flag in command.flags:
            yield f"complete -c {program} -n {_quoted(when)} {_flag(flag)}"
        for place in command.places:
            if how := _value(place):
                yield f"complete -c {program} -n {_quoted(when)} {how}"


def _flag(flag: Flag) -> str:
    parts = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names]
    if flag.value:
        parts += ["-r", _value(flag.value) or "-f"]
    return " ".join([*parts, *(["-d " + _quoted(flag.text)] if flag.text else [])])


def _value(value: Value) -> str:
    if value.file:
        return "-F"
    return f"-f -a {_quoted(' '.join(value.words))}" if value.words else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
