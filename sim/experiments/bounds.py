"""The bounds of a command: a forecast beyond them is refused, unless the user insists."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from sim.errors import RequestError
from sim.experiments.forecast import Forecast, in_bytes

MOST_HOURS = 24.0
"""Longest forecast that is allowed."""

SHARE_OF_MEMORY, SHARE_OF_DISK = 0.5, 0.9
"""Shares of the memory of the machine, and of the free disk, that a command may use. Writing the
tables takes a copy of one of them."""

BYTES_WHERE_UNKNOWN = 4e9
"""Memory that a command may use if the memory of the machine is unknown."""


class TooLarge(RequestError):
    """A request that would take more time, memory or disk than is allowed."""


def allow(
    expected: Forecast,
    folder: Path | None = None,
    yes: bool = False,
    tell: Callable[[Forecast], None] | None = None,
) -> None:
    """Tell a forecast, and refuse work that is beyond the bounds.

    Parameters
    ----------
    expected : Forecast
        Time, memory and disk of the work.
    folder : path, optional
        Folder that receives the result; it need not exist. None for a result in memory.
    yes : bool
        Whether to allow the work in any case.
    tell : callable, optional
        Called with the forecast of work that is allowed.

    Raises
    ------
    TooLarge
        If the forecast exceeds `MOST_HOURS`, or what this machine has.
    """
    reasons = [] if yes else excesses(expected, folder)
    if reasons:
        raise TooLarge(
            f"this would take {expected}, which is too much: {'; '.join(reasons)}. Ask for fewer "
            "patients or trials (with 10,000 patients the Monte Carlo error of a mean is 1 % of "
            "the standard deviation between patients), keep outcomes only (--keep outcomes), or "
            "allow it with --yes (in Python: yes=True)"
        )
    if tell is not None:
        tell(expected)


def excesses(expected: Forecast, folder: Path | None) -> list[str]:
    """Say which bounds a forecast exceeds, a sentence each."""
    memory = memory_of_machine()
    most = BYTES_WHERE_UNKNOWN if memory is None else SHARE_OF_MEMORY * memory
    reasons = []
    if not expected.seconds <= 3600 * MOST_HOURS:
        reasons.append(f"at most {MOST_HOURS:g} hours are allowed")
    if not expected.memory <= most:
        machine = "" if memory is None else f" (this machine has {in_bytes(memory)})"
        reasons.append(f"at most {in_bytes(most)} of memory are allowed{machine}")
    if folder is not None and not expected.disk <= SHARE_OF_DISK * (free := free_disk(folder)):
        reasons.append(f"{in_bytes(free)} of disk are free in '{folder}'")
    return reasons


def free_disk(folder: Path) -> float:
    """Free bytes on the disk of a folder, or of the nearest one above it that exists."""
    folder = folder.absolute()
    return float(shutil.disk_usage(next(f for f in (folder, *folder.parents) if f.exists())).free)


def memory_of_machine() -> float | None:
    """Memory of this machine.

    Returns
    -------
    float or None
        Memory, bytes; None if the operating system does not report it.
    """
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) or None
    except (AttributeError, OSError, ValueError):
        return None
