"""Keeping the process small, where the C library is glibc."""

from __future__ import annotations

import ctypes
import ctypes.util

_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads allocate from two arenas; call it before they start.

    By default each thread gets an arena of its own, which keeps what the largest image of that
    thread once needed: after some load a fifth of the process was memory that nobody used.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return free memory to the system: loading a model leaves tens of megabytes."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
