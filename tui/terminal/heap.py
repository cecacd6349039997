"""The C library's heap kept small over hours: what is large lies apart, and free pages go back to the system.

glibc gives back only what is free at the end of its heap. And it learns: once a block of ten megabytes was freed,
the next ones come from the heap too (mallopt(3)), between things that stay, and leave holes that are never given
back. Another C library has neither call, and keeps its ways.
"""

from __future__ import annotations

from contextlib import suppress

LARGE = 512 * 1024
"""Bytes from which on a block is mapped by itself, and is the system's again when it is freed."""
_M_MMAP_THRESHOLD = -3


def keep_large_apart() -> None:
    """From now on, whatever was freed before."""
    import ctypes  # here, as no start needs it

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Whole pages that lie free between used ones go back to the system: malloc_trim(3), some milliseconds."""
    import ctypes

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
