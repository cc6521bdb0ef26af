"""Memory of this process that is free again, given back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give free memory back to the system.

    The C library keeps what a program has freed for its next use. After a simulation that is the
    room of its blocks, 70 MB, and the tables that follow would stand beside it. Where the C library
    cannot give memory back, nothing happens.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
