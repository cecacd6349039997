"""Turn an unexpected exception into one line for the screen and a private report file, without secrets."""

import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from sources.redact import redact
from sources.text import clean

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h: an internal error, not the user's."""

_KEPT_REPORTS = 10
_LINE_LIMIT = 200
_PACKAGES = ("topmast", "textual", "rich", "aiohttp", "httpx", "kubernetes", "msgspec")
_VARIABLES = (
    "TERM",
    "TERM_PROGRAM",
    "COLORTERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TEXTUAL_FPS",
    "TEXTUAL_COLOR_SYSTEM",
)
_PRESENT = ("SSH_CONNECTION", "TMUX", "STY", "NO_COLOR")


def crash_line(error: BaseException, report: Path | None) -> str:
    """The one line that the user sees: the type, the redacted message, where the report is."""
    message = clean(redact(str(error))).strip()
    if len(message) > _LINE_LIMIT:
        message = message[: _LINE_LIMIT - 1] + "…"
    what = f"{type(error).__name__}: {message}" if message else type(error).__name__
    where = clean(str(report)) if report is not None else "could not be written"
    return f"topmast crashed: {what} ; report: {where}"


def crash_report(error: BaseException, env: Mapping[str, str], notes: Iterable[str] = ()) -> str:
    """Versions, platform, terminal and the traceback without the values of variables; redacted as a whole."""
    lines = [
        f"topmast crash report, {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}",
        "",
        *(f"{name} {_version(name)}" for name in _PACKAGES),
        f"python {platform.python_version()} ({platform.python_implementation()}), {platform.platform()}",
        f"stdout {getattr(sys.__stdout__, 'encoding', None)}, stderr {getattr(sys.__stderr__, 'encoding', None)}",
        *(f"{name}={env[name]}" for name in _VARIABLES if name in env),
        *(f"{name} is set" for name in _PRESENT if env.get(name)),
        "",
        "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()).rstrip(),
    ]
    noted = list(notes)
    if noted:
        lines += ["", "Before that:", *noted]
    return redact("\n".join(lines)) + "\n"


def write_report(text: str, env: Mapping[str, str]) -> Path | None:
    """Write the report (mode 0600) into the state directory, else the temporary one; None when neither takes it.

    The state directory is ``$XDG_STATE_HOME/topmast``, by default ``~/.local/state/topmast`` (XDG base
    directory specification).
    """
    name = f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    data = text.encode("utf-8", errors="backslashreplace")
    folder = state_directory(env)
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(folder / name, data)
            _prune(folder)
            return folder / name
    with suppress(OSError):
        descriptor, path = tempfile.mkstemp(prefix="topmast-crash-", suffix=".txt")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return Path(path)
    return None


def state_directory(env: Mapping[str, str]) -> Path | None:
    """Where topmast keeps state, or None without a home. Relative paths do not count (XDG specification)."""
    for base, rest in ((env.get("XDG_STATE_HOME", ""), ()), (env.get("HOME", ""), (".local", "state"))):
        if base.startswith("/"):
            return Path(base, *rest, "topmast")
    return None


def _write_private(path: Path, data: bytes) -> None:
    # O_EXCL also refuses a symbolic link that somebody has put there.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        with suppress(OSError):
            path.unlink()  # half a report (disk full) helps nobody
        raise


def _prune(folder: Path) -> None:
    """Keep the newest reports: a crash in a restart loop must not fill the disk."""
    with suppress(OSError):
        for old in sorted(folder.glob("crash-*.txt"))[:-_KEPT_REPORTS]:
            old.unlink(missing_ok=True)


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"
