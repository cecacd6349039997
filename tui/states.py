"""How a pane is doing, in words: from the states of its feeds to a badge, a line, and what an empty pane says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sources.contract import SourceError, State, Status
from sources.redact import redact
from sources.rules.duration import human_duration
from sources.text import clean
from sources.world import FeedState

WORST_LAST: tuple[State, ...] = (
    "live",
    "absent",
    "partial",
    "loading",
    "connecting",
    "stale",
    "denied",
    "failed",
)
GLYPHS: dict[State, tuple[str, str, str]] = {
    "live": ("●", "*", "ok"),
    "absent": ("○", "o", "dim"),
    "partial": ("◐", "%", "warn"),
    "loading": ("◑", "~", "wait"),
    "connecting": ("◑", "~", "wait"),
    "stale": ("!", "!", "bad"),
    "denied": ("×", "x", "bad"),
    "failed": ("×", "x", "bad"),
}
"""For each state a glyph, its ASCII stand-in, and a style: never colour alone."""


class PaneState(NamedTuple):
    """`badge` and `style` go before the text; `text` is for the title line; `empty` is what stands in a pane
    without rows: a title and a sentence."""

    state: State
    badge: str
    style: str
    text: str
    empty: tuple[str, str]


def error_text(error: BaseException) -> str:
    """What an error says, for the screen. A source's own errors hold no secrets; of others nobody knows."""
    if isinstance(error, SourceError):
        return clean(str(error))
    return clean(redact(f"{type(error).__name__}: {error}"))


def pane_state(
    feeds: Sequence[FeedState], what: str, now: float, ascii_only: bool = False, problems: Sequence[str] = ()
) -> PaneState:
    """The state of a pane that shows `what` ("pods") from some feeds."""
    if not feeds:
        text = "; ".join(clean(problem) for problem in problems) or f"no source offers {what}"
        return _state("absent", "no source", (f"{what} unknown", text), ascii_only)
    worst = _worst(feeds)
    state = worst.status.state
    rest = [feed for feed in feeds if feed.status.state in ("live", "partial", "stale")]
    if state in ("denied", "failed", "absent") and rest:
        # One of several sources is missing: what the others say still stands, if only as it was.
        left = _worst(rest)
        text = f"{clean(worst.source)} {brief(worst, now)}"
        if left.status.state == "stale":
            text = f"{clean(left.source)} {brief(left, now)}; {text}"
            return _state("stale", text, (f"{what}: stale", text), ascii_only)
        return _state("partial", f"partial: {text}", (f"no {what} seen", f"partial: {text}"), ascii_only)
    text = brief(worst, now)
    if len(feeds) > 1 and state != "live":
        text = f"{clean(worst.source)} {text}"
    return _state(state, text, empty_text(worst, what, now), ascii_only)


def _worst(feeds: Iterable[FeedState]) -> FeedState:
    return max(feeds, key=lambda feed: WORST_LAST.index(feed.status.state))


def _state(state: State, text: str, empty: tuple[str, str], ascii_only: bool) -> PaneState:
    fancy, plain, style = GLYPHS[state]
    return PaneState(state, plain if ascii_only else fancy, style, text, empty)


def brief(feed: FeedState, now: float) -> str:
    """A state in a few words: "loading 120 of about 300", "stale 2m: connection refused; retry in 5s"."""
    status = feed.status
    if status.state == "live":
        return f"{human_duration(max(0.0, now - feed.heard))} ago"
    if status.state == "loading":
        return f"loading {progress(status)}"
    if status.state == "connecting":
        return "connecting" + (f": {clean(status.detail)}" if status.detail else "")
    if status.state in ("partial", "denied"):
        what = "; ".join(clean(part) for part in status.missing) or clean(status.detail)
        return f"partial: {what}" if status.state == "partial" else f"forbidden: {what}"
    if status.state == "absent":
        return clean(status.detail) or "not offered"
    age = human_duration(max(0.0, now - (status.since or feed.heard)))
    text = f"{'stale' if status.state == 'stale' else 'failed'} {age}: {clean(status.detail) or 'lost'}"
    if status.retry_at is not None:
        text += f"; retry in {human_duration(max(0.0, status.retry_at - now))}"
    return text


def progress(status: Status) -> str:
    """ "120 of about 300" as far as it is known."""
    if status.done is None:
        return "..."
    return f"{status.done}" if status.total is None else f"{status.done} of about {status.total}"


def empty_text(feed: FeedState, what: str, now: float) -> tuple[str, str]:
    """Why there are no rows; "no alerts" is said only where everything was seen: an empty cluster is told apart
    from one that is not known, or not wholly."""
    status = feed.status
    via = f" ({clean(status.via)})" if status.via else ""
    if status.state in ("live", "partial"):
        missing = "; ".join(clean(part) for part in status.missing)
        if missing:
            return f"no {what} seen", f"not seen: {missing}"
        return f"no {what}", f"{clean(feed.source)} reports none{via}"
    if status.state == "loading":
        return f"loading {what}", f"{progress(status)} so far{via}"
    if status.state == "connecting":
        return f"connecting for {what}", clean(status.detail) + via
    if status.state == "denied":
        missing = "; ".join(clean(part) for part in status.missing)
        right = f"the missing right: {missing}" if missing else ""
        return f"{what}: forbidden", "\n".join(part for part in (right, clean(status.detail)) if part)
    if status.state == "absent":
        return f"{what} unknown", clean(status.detail)
    return f"{what}: {status.state}", brief(feed, now)


def health(feeds: Iterable[FeedState], now: float, ascii_only: bool = False) -> list[tuple[str, str, str]]:
    """One dot per source for the header: (glyph, style, text), by the worst of its feeds."""
    by_source: dict[str, list[FeedState]] = {}
    for feed in feeds:
        by_source.setdefault(feed.source, []).append(feed)
    dots = []
    for source, own in by_source.items():
        worst = _worst(own)
        state = worst.status.state
        fancy, plain, style = GLYPHS[state]
        newest = max(feed.heard for feed in own)
        if state in ("stale", "failed"):
            newest = worst.status.since or worst.heard
        # Named by its feed where others of the source do better: without a metrics API a cluster is not absent.
        alone = any(feed.status.state != state for feed in own)
        word = "" if state == "live" else f"{worst.feed} {state} " if alone else f"{state} "
        text = f"{clean(source)} {word}{human_duration(max(0.0, now - newest))}"
        dots.append((plain if ascii_only else fancy, style, text))
    return dots
