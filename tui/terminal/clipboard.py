"""Copy text out of the screen: through tmux when inside it, else by asking the terminal (OSC 52)."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from textual.app import App

_TMUX_TIMEOUT = 2.0
_OSC52_LIMIT = 74_994
"""Bytes that the strictest common terminal (xterm's default buffer) takes; base64 adds a third."""


class Copied(NamedTuple):
    """What was done with the text."""

    how: Literal["tmux", "osc52", "none"]
    detail: str
    """For the user; says also when nobody can know whether it arrived."""


async def copy(app: App[Any], text: str, env: Mapping[str, str] | None = None) -> Copied:
    """Put the text into the clipboard as far as the surroundings allow; a refusal is told, not raised.

    tmux swallows OSC 52 with its default settings but hands on what is loaded into its buffer (``load-buffer
    -w``, tmux 3.2).
    """
    env = os.environ if env is None else env
    # An escape from outside would be typed into the next shell; line breaks and tabs are wanted.
    text = "".join(
        c for c in text if c in "\n\t" or not (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000)
    )
    if not text:
        return Copied("none", "nothing to copy")
    failure = None
    if env.get("TMUX"):
        failure = await _load_buffer(text, env)
        if failure is None:
            return Copied("tmux", "copied to the tmux buffer and, where the terminal allows, its clipboard")
    app.copy_to_clipboard(text)
    if app.is_headless:
        return Copied("none", "there is no terminal to copy to")
    size = len(text.encode()) * 4 // 3
    if size > _OSC52_LIMIT:
        return Copied("osc52", f"sent to the terminal, but {size // 1024} KB is more than many terminals take")
    if failure is not None:
        return Copied("osc52", f"tmux refused ({failure}); sent to the terminal, which may ignore it")
    if env.get("STY"):
        return Copied("osc52", "sent to the terminal, but GNU screen usually keeps it back")
    return Copied("osc52", "sent to the terminal's clipboard (if it allows OSC 52)")


async def _load_buffer(text: str, env: Mapping[str, str]) -> str | None:
    """None when tmux took the text, else why not, in a word or two."""
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            "load-buffer",
            "-w",
            "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(env),
        )
    except OSError as error:
        return error.strerror or type(error).__name__
    try:
        await asyncio.wait_for(process.communicate(text.encode()), _TMUX_TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "no answer"
    return None if process.returncode == 0 else f"exit code {process.returncode}"
