"""Set up the process environment before Textual is imported, and say what the terminal can do.

Imports nothing but the standard library's cheapest modules: `topmast --help` passes through here.
"""

import sys
from collections.abc import MutableMapping
from typing import Literal, NamedTuple, TextIO

Colors = Literal["mono", "16", "256", "truecolor"]

_SYSTEMS: dict[Colors, str] = {"mono": "standard", "16": "standard", "256": "256", "truecolor": "truecolor"}
"""What Textual calls them."""

_FPS = 30
_FPS_SSH = 20


class Terminal(NamedTuple):
    """What is known about the terminal before the screen starts."""

    problem: str | None
    """Why no screen can be drawn, ready to print; None when it can."""
    ascii: bool
    """True when only ASCII should be drawn: asked for, or the output is not UTF-8."""
    colors: Colors
    ssh: bool
    multiplexer: Literal["tmux", "screen"] | None


def prepare_environment(
    env: MutableMapping[str, str],
    args: object = None,
    *,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> Terminal:
    """Set Textual's variables in `env` (what the user has set stays) and describe the terminal.

    Must run before Textual is imported: it reads its variables once. `args` may carry the attributes `fps`
    (int), `ascii` (bool) and `color` (one of `Colors`); each wins over what is found here. The streams
    default to the process' own.
    """
    ssh = any(env.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    multiplexer: Literal["tmux", "screen"] | None = (
        "tmux" if env.get("TMUX") else "screen" if env.get("STY") else None
    )

    # An animation is many frames for one change; smooth scrolling also switches on pixel mouse reports.
    env.setdefault("TEXTUAL_ANIMATIONS", "none")
    env.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    fps = getattr(args, "fps", None)
    if fps:
        env["TEXTUAL_FPS"] = str(fps)
    env.setdefault("TEXTUAL_FPS", str(_FPS_SSH if ssh else _FPS))

    colors = _colors(env, getattr(args, "color", None), multiplexer)
    if colors != "mono":
        env.setdefault("TEXTUAL_COLOR_SYSTEM", _SYSTEMS[colors])

    output = _output(stdout or sys.__stdout__, stderr or sys.__stderr__)
    ascii_only = bool(getattr(args, "ascii", False)) or not is_utf8(output)
    return Terminal(_problem(env, stdin or sys.__stdin__, output), ascii_only, colors, ssh, multiplexer)


def is_utf8(stream: TextIO | None) -> bool:
    """Whether text written to the stream leaves as UTF-8."""
    encoding = getattr(stream, "encoding", None) or ""
    return encoding.lower().replace("_", "-") in {"utf-8", "utf8"}


def _output(stdout: TextIO | None, stderr: TextIO | None) -> TextIO | None:
    """The stream that the screen is drawn on: stderr, as Textual does, unless it is redirected."""
    return stderr if _is_tty(stderr) else stdout


def _is_tty(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _problem(env: MutableMapping[str, str], stdin: TextIO | None, output: TextIO | None) -> str | None:
    for name, stream in (("standard input", stdin), ("standard output", output)):
        if not _is_tty(stream):
            return f"topmast needs a terminal ({name} is not one); use `topmast get ...` in scripts and pipes"
    if env.get("TERM") == "dumb":
        return (
            "topmast needs a terminal that can place text (TERM is dumb); "
            "set TERM, for example to xterm-256color, or use `topmast get ...`"
        )
    return None


def _colors(env: MutableMapping[str, str], asked: object, multiplexer: str | None) -> Colors:
    """How many colours to use: what is asked for, else what COLORTERM and TERM say, less what garbles."""
    if asked is not None:
        for colors in _SYSTEMS:
            if asked == colors:
                env["TEXTUAL_COLOR_SYSTEM"] = _SYSTEMS[colors]
                if colors == "mono":
                    env["NO_COLOR"] = "1"
                return colors
    if "NO_COLOR" in env:
        return "mono"
    for colors in ("16", "256", "truecolor"):
        if env.get("TEXTUAL_COLOR_SYSTEM") == _SYSTEMS[colors]:
            return colors
    if multiplexer == "screen":
        return "256"  # GNU screen reads 24-bit colours as dim, underline and reverse
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    term = env.get("TERM", "").strip().lower()
    return "256" if term.endswith(("-256color", "-kitty", "-direct")) else "16"
