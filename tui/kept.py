"""Files that outlast a session, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


def write(path: Path, what: object) -> None:
    """Puts `what` there as JSON, for its owner alone: a full disk, an end in between or a second session leave
    what was there, or all of what is new. Raises `OSError`."""
    import tempfile  # costs a start more than it is worth before there is something to write

    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600
    fresh = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(what)))
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
