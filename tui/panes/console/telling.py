"""What the console says of itself: the state in its title, why there are no rows, moments as text."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from sources.rules.duration import human_duration
from sources.text import clean
from tui.panes.console.answers import Answer
from tui.session import Session
from tui.states import GLYPHS, PaneState

PATIENCE = 3.0
"""Seconds until the title says that an answer is awaited."""


def answer_state(session: Session, answer: Answer, asked_at: float | None) -> PaneState:
    """How the newest answer is doing; `asked_at` is when the question on its way was asked, by our clock."""
    at = answer.instant.at if answer.instant is not None else None
    age = human_duration(max(0.0, session.now - at)) if at else ""
    asking = session.clock.now() - asked_at if asked_at is not None else 0.0
    if answer.error is not None and answer.instant is not None:
        (fancy, plain, style), text = GLYPHS["stale"], f"stale {age}"
    elif asking > PATIENCE:
        fancy, plain, style = GLYPHS["loading"]
        text = f"asking {human_duration(asking)}" + (f", {age} ago" if age else "")
    elif answer.error is not None:
        (fancy, plain, style), text = GLYPHS["failed"], "query failed"
    elif answer.instant is None and answer.span is None:
        (fancy, plain, style), text = GLYPHS["connecting"], "asking"
    else:
        partial = any(result is not None and result.warnings for result in (answer.instant, answer.span))
        fancy, plain, style = GLYPHS["partial" if partial else "live"]
        text = f"{age} ago" if age else "answered"
        text = f"partial, {text}" if partial else text
    return PaneState("live", plain if session.ascii_only else fancy, style, text, ("", ""))


def emptiness(answer: Answer, query: str, every: int) -> tuple[str, str]:
    """Why there are no rows, and what to do about it."""
    if answer.error is not None:
        return "no answer", f"asked again every {every} s; r asks now, e edits the query"
    if not answer.expr:
        return "asking", clean(query)
    return "empty result", f"no series match at this moment: {clean(answer.expr)}"


def time_zone(clock: str) -> tzinfo:
    """The zone that moments are shown in: "utc", or "local" for this machine's."""
    return (datetime.now(UTC).astimezone().tzinfo or UTC) if clock == "local" else UTC


def clock_text(moment: float, now: float, zone: tzinfo = UTC) -> str:
    """A moment, with its day when that is not today's."""
    try:
        at, today = datetime.fromtimestamp(moment, zone), datetime.fromtimestamp(now, zone)
    except (OverflowError, ValueError, OSError):
        return f"{moment:g}"
    shape = "%H:%M" if at.second == 0 else "%H:%M:%S"
    return at.strftime(shape if at.date() == today.date() else f"%m-%d {shape}")
