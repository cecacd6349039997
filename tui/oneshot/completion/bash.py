"""The completion script for bash; needs nothing but bash itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.oneshot.completion.grammar import Command, Value, words


def bash(root: Command, names: Sequence[str]) -> str:
    """The script, for the programs `names`."""
    return "\n".join(_lines(root, names)) + "\n"


def _lines(root: Command, names: Sequence[str]) -> Iterator[str]:
    everything = (root, *root.commands)
    taking = sorted(
        {name for command in everything for flag in command.flags if flag.value for name in flag.names}
    )
    yield "# bash completion for topmast; to be sourced: source <(topmast completion bash)"
    yield "_topmast() {"
    yield "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' place=0 i"
    yield "    COMPREPLY=()"
    yield "    # bash takes --flag=value apart at the equals sign"
    yield "    if [[ $cur == = ]]; then cur=''"
    yield "    elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi"
    yield "    for ((i = 1; i < COMP_CWORD; i++)); do"
    yield "        case ${COMP_WORDS[i]} in"
    yield f"            {'|'.join(taking)}) [[ ${{COMP_WORDS[i+1]}} == = ]] && ((i++)); ((i++)) ;;"
    yield "            -*|=) ;;"
    yield "            *) if [[ -z $command ]]; then command=${COMP_WORDS[i]}; else ((place++)); fi ;;"
    yield "        esac"
    yield "    done"
    yield "    case $command:$before in"
    for command in everything:
        for flag in command.flags:
            if flag.value:
                spelled = "|".join(f"{command.name}:{name}" for name in flag.names)
                yield f"        {spelled}) {_reply(flag.value)}; return ;;"
    yield "    esac"
    yield "    if [[ $cur == -* ]]; then"
    yield "        case $command in"
    for command in everything:
        yield f"            {_pattern(command)}) {_words(words(command.flags))} ;;"
    yield "        esac"
    yield "        return"
    yield "    fi"
    yield "    case $command:$place in"
    yield f"        :*) {_words([command.name for command in root.commands])} ;;"
    for command in root.commands:
        for number, place in enumerate(command.places):
            yield f"        {command.name}:{number}) {_reply(place)} ;;"
    yield "    esac"
    yield "}"
    yield f"complete -F _topmast {' '.join(names)}"


def _pattern(command: Command) -> str:
    return command.name or "''"


def _reply(value: Value) -> str:
    if value.file:
        return "local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))"
    return _words(value.words) if value.words else ":"


def _words(choices: Sequence[str]) -> str:
    return f"""COMPREPLY=($(compgen -W '{" ".join(choices)}' -- "$cur"))"""
