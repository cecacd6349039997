"""Something to be done a moment later, without fail.

A timer of Textual's that finds its moment passed before it has begun to wait never goes off: it skips the beat and
there was only one. For a moment of a millisecond another thread that takes the interpreter just then is enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def later(pump: MessagePump, seconds: float, work: Callable[[], object]) -> asyncio.TimerHandle:
    """Has a widget or a screen do something after so many seconds, in its own turn; nothing once it is gone."""
    return asyncio.get_running_loop().call_later(seconds, pump.call_next, work)
