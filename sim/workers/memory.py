"""Memory that blocks free: kept for the next block, and given back to the system at the end."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TRIM, MAP = -1, -3
"""Numbers of two settings of the C library of Linux: from how much free memory at its end on it
gives some back, and from which size on an array is memory of its own, which goes when it is freed.
"""

FREE, ARRAY = 64 * 2**20, 32 * 2**20
"""Both settings in bytes: those to which the library comes by itself after an array of 32 MiB."""


@contextmanager
def kept_for_blocks() -> Iterator[None]:
    """Keep the memory of one block for the next within a `with` block, and give it back after that.

    By its first settings the C library gives the arrays of a block back to the system, which clears
    other memory for those of the next block: a thirtieth of the time of two threads. At the end it
    would keep the room of a block, 70 MB, and the tables that follow would stand beside that. Where
    the C library has no such settings, nothing happens.
    """
    library: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
    if hasattr(library, "mallopt"):
        library.mallopt(TRIM, FREE)
        library.mallopt(MAP, ARRAY)
    try:
        yield
    finally:
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(0)
