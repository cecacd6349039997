"""Which key performs which action: the defaults of the tables, with what `[ui.keys]` says over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from textual.events import Key
from textual.keys import key_to_character

from tui.actions import ACTIONS, BY_NAME

_MODIFIERS = re.compile(r"((?:ctrl|shift|alt)[-+])+(?=.)", re.IGNORECASE)
_SYNONYMS = {
    "esc": "escape",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "return": "enter",
    "ins": "insert",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "underscore": "_",
}
_NAMED = (
    *("escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right", *(f"f{number}" for number in range(1, 25))),
)
_SHOWN = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


@runtime_checkable
class TakesKeys(Protocol):
    """A widget that is typed into: it sees each key before the actions do, in the order they were typed."""

    def take_key(self, event: Key) -> bool:
        """Does what a key does here; False for a key that means nothing."""


def canonical(key: str) -> str:
    """One spelling for each key: the character where it types one, else Textual's name. Takes what people write
    ("Ctrl-r", "PgUp", "Shift-G") and what Textual says ("question_mark")."""
    key = key.strip()
    if len(key) == 1:
        return key
    found = _MODIFIERS.match(key)
    modifiers = found[0].lower().replace("-", "+") if found is not None else ""
    base = key[len(modifiers) :]
    named = base.lower() if len(base) > 1 else base
    named = _SYNONYMS.get(named, named)
    character = key_to_character(named)
    if character is not None and character.isprintable() and character != " ":
        named = character
    if modifiers == "shift+" and len(named) == 1:
        return named.upper()
    return modifiers + named


def is_key(key: str) -> bool:
    """Whether a canonical spelling is that of a key."""
    found = _MODIFIERS.match(key)
    base = key[found.end() :] if found is not None else key
    return len(base) == 1 or base in _NAMED


def shown_key(key: str) -> str:
    """A canonical key as people write it: Ctrl-r, Esc, ?"""
    *modifiers, base = key.split("+") if len(key) > 1 and not key.endswith("+") else [key]
    named = _SHOWN.get(base, base.capitalize() if len(base) > 1 else base)
    return "-".join([*(part.capitalize() for part in modifiers), named])


class Keymap:
    """Keys by action and action by key. `problems` says what cannot be as `[ui.keys]` wants it."""

    def __init__(self, remapped: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self.taken: list[str] = []
        """Keys that an action has by default, but somebody gave to another one: worth knowing, not wrong."""
        self._remapped = remapped
        self._keys: dict[str, list[str]] = {}
        self._action: dict[str, str] = {}
        for name in remapped:
            if name not in BY_NAME:
                self.problems.append(f"ui.keys.{name}: there is no action of this name; ? lists them")
        # Who was given a key goes before those that have it by default: a new version may bring new defaults.
        chosen = [action.name for action in ACTIONS if action.name in remapped]
        for name in chosen:
            self._give(name, _listed(remapped[name]))
        for action in ACTIONS:
            if action.name not in remapped:
                self._give(action.name, action.keys.split(","))
        self._changed = {name for name in self._keys if self._keys[name] != _default(name)}

    def _give(self, name: str, keys: Sequence[str]) -> None:
        own = self._keys[name] = []
        for key in map(canonical, keys):
            if not is_key(key):
                self.problems.append(
                    f"ui.keys.{name}: {key!r} is no key; write a letter, f5, ctrl+t or a name such as pageup"
                )
                continue
            holder = self._action.setdefault(key, name)
            if holder == name:
                own.append(key)
                continue
            said = f"ui.keys: {shown_key(key)} is claimed by {holder} and by {name}; {holder} has it"
            (self.problems if name in self._remapped else self.taken).append(said)

    def action_of(self, key: str) -> str | None:
        """The action that a key (in any spelling) performs."""
        return self._action.get(canonical(key))

    def keys(self, name: str) -> Sequence[str]:
        """The keys of an action, canonical."""
        return self._keys[name]

    def shown(self, name: str) -> str:
        """The keys of an action as people write them; "" when it has none."""
        if name not in self._changed:
            return BY_NAME[name].shown
        return ", ".join(map(shown_key, self._keys[name]))

    def first(self, name: str) -> str:
        """The key of an action that is taught; "" when it has none."""
        return self.shown(name).split(", ")[0]


def _listed(keys: str) -> list[str]:
    """Keys as `[ui.keys]` has them: separated by commas, a comma alone being the key; nothing takes them away."""
    return [keys] if keys == "," else keys.split(",") if keys.strip() else []


def _default(name: str) -> list[str]:
    return [canonical(key) for key in BY_NAME[name].keys.split(",")]


def key_conflicts(keys: Mapping[str, str]) -> list[str]:
    """What is to be said of remapped keys: unknown actions, what is no key, and keys that two actions claim."""
    keymap = Keymap(keys)
    return [*keymap.problems, *keymap.taken]
