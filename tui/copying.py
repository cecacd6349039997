"""Taking rows along: their names, their text, the whole objects, or the command that describes them."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

from textual.worker import WorkType

from sources.contract import Objects
from sources.rules.alerts import DisplayAlert
from sources.rules.secrets import masked
from sources.text import clean
from tui.panes.console import ConsolePane
from tui.panes.detail import DetailPane
from tui.panes.pane import Pane
from tui.panes.table_pane import TablePane
from tui.session import Session
from tui.states import error_text
from tui.subject import Subject
from tui.terminal.clipboard import copy
from tui.widgets.text import width
from tui.words import counted

if TYPE_CHECKING:
    from tui.screen import MainScreen

Form = Literal["name", "row", "json", "kubectl"]
FORMS: tuple[Form, ...] = get_args(Form)
MOST = 20
"""So many objects are asked of the server at once; more would be a list that nobody reads."""


class NothingToCopy(ValueError):
    """What was asked for cannot be copied; says why."""


def take(screen: MainScreen, form: Form) -> None:
    """Copies the marked rows of what is on top, or the one under the cursor, and says what became of it."""
    pane = screen.overlays[-1] if screen.overlays else screen.active
    # Not the coroutine: who leaves at once would leave it behind, never awaited, and Python would say so.
    work: WorkType[None] = partial(_take, screen, pane, form)
    screen.run_worker(work, group="copy", exclusive=True)


async def _take(screen: MainScreen, pane: Pane, form: Form) -> None:
    try:
        text = await text_of(pane, form)
    except NothingToCopy as refusal:
        screen.say(str(refusal))
    except Exception as error:  # a third party's source may raise anything; the screen stays up
        screen.say(error_text(error), "bad")
    else:
        copied = await copy(screen.app, text)
        if copied.how == "none":  # then it is shown, to be taken by hand
            screen.say(f"{copied.detail}: {' | '.join(text.splitlines())}", "warn")
        else:
            screen.say(f"{outline(text, 'name' if isinstance(pane, DetailPane) else form)}: {copied.detail}")


async def text_of(pane: Pane, form: Form) -> str:
    """The marked rows of a pane, or the one under the cursor, as text. Raises `NothingToCopy`, or a `SourceError`
    where an object cannot be read."""
    if isinstance(pane, ConsolePane):
        key = pane.table.cursor_key
        if key is None or form not in ("name", "row"):
            raise NothingToCopy("there is nothing to copy")
        return clean(str(key))
    if isinstance(pane, DetailPane):
        return _opened(pane, form)
    if not isinstance(pane, TablePane):
        raise NothingToCopy("there is nothing to copy here")
    keys = pane.chosen_keys()
    if not keys:
        raise NothingToCopy("there is nothing to copy")
    rows = [pane.row(key) for key in keys]
    if form == "row":
        return as_table(pane, rows)
    if form == "name":
        return "\n".join(pane.sheet.texts(row, pane.session.look)["name"] for row in rows)
    subjects = [subject for row in rows if (subject := pane.subject_of(row)) is not None]
    if form == "kubectl":
        return "\n".join(kubectl(subject) for subject in subjects)
    return await _json(pane.session, subjects, rows)


def _opened(pane: DetailPane, form: Form) -> str:
    """What lies over the panes: as it is shown, its name, or the object behind it."""
    if form == "name":
        return clean(pane.name_of_it)
    if form == "row":
        return pane.copied
    if form == "kubectl" and pane.opened.ref is not None:
        return kubectl(pane.opened)
    if pane.fetched.raw is None:
        raise NothingToCopy("there is no object to copy here, or not yet")
    return _written(_shown(pane.fetched.raw))


def as_table(pane: TablePane[Any], rows: Sequence[Any]) -> str:
    """Rows under their titles, in columns as kubectl prints them; graphs are left out."""
    look = pane.session.look
    shown = [pane.sheet.field(key) for key in pane.table.fitted_columns]
    fields = [field for field in shown if not field.drawn]
    lines = [[field.column.title for field in fields]]
    lines += [[clean(field.text(row, look)) or "-" for field in fields] for row in rows]
    widths = [max(width(line[index]) for line in lines) for index in range(len(fields))]
    return "\n".join(
        "   ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def kubectl(subject: Subject) -> str:
    """The command that describes an object. Raises `NothingToCopy` for what is no object."""
    ref = subject.ref
    if ref is None:
        raise NothingToCopy("kubectl knows no alerts; :copy json copies them")
    namespace = ["-n", ref.namespace] if ref.namespace else []
    return shlex.join(["kubectl", *namespace, "describe", clean(ref.kind.lower()), clean(ref.name)])


async def _json(session: Session, subjects: Sequence[Subject], rows: Sequence[Any]) -> str:
    if all(subject.ref for subject in subjects):
        found = await _objects(session, subjects)
    else:
        found = [_alert(row) for row in rows if isinstance(row, DisplayAlert)]
    return _written(found[0] if len(found) == 1 else found)


def _written(found: Any) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def _shown(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object as `kubectl get -o json` shows it, without its bookkeeping, and no secret whatever the source."""
    safe = masked(raw)
    metadata = safe.get("metadata")
    if not isinstance(metadata, Mapping):
        return safe
    return {**safe, "metadata": {key: value for key, value in metadata.items() if key != "managedFields"}}


def _alert(row: DisplayAlert) -> Mapping[str, Any]:
    reported = row.prometheus or row.alertmanager
    annotations = dict(reported.annotations) if reported is not None else {}
    return {"state": row.state, "labels": dict(row.labels), "annotations": annotations}


async def _objects(session: Session, subjects: Sequence[Subject]) -> Sequence[Mapping[str, Any]]:
    sources = session.runtime.offering(Objects)  # type: ignore[type-abstract]  # a protocol is asked for
    if not sources:
        raise NothingToCopy("no source here reads whole objects")
    if len(subjects) > MOST:
        raise NothingToCopy(f"{len(subjects)} objects are too many at once (at most {MOST})")
    refs = [subject.ref for subject in subjects if subject.ref is not None]
    asked = [
        asyncio.wrap_future(
            session.runtime.ask(lambda ref=ref: sources[0].get_object(ref.kind, ref.namespace, ref.name))  # type: ignore[misc]
        )
        for ref in refs
    ]
    return [_shown(raw) for raw in await asyncio.gather(*asked)]


def outline(text: str, form: Form) -> str:
    """What was copied, in a few words."""
    lines = text.splitlines()
    if form == "row":
        return counted(len(lines) - 1, "row")
    if form == "json":
        return f"{counted(len(text), 'character')} of JSON"
    return lines[0] if len(lines) == 1 else f"{len(lines)} lines: {lines[0]}, ..."
