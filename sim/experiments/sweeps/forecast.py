"""What the rest of a sweep would take, from its first pieces, and whether that is too much."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path
from typing import NamedTuple

from sim.errors import RequestError
from sim.experiments.forecast import SHARE_OF_MEMORY, in_bytes, in_words, memory_of_machine
from sim.experiments.sweeps.work import Done

SHARE_OF_DISK = 0.9


class Forecast(NamedTuple):
    """What the rest of a sweep would take: seconds, and bytes of memory and of disk."""

    seconds: float
    memory: float
    disk: float

    def __str__(self) -> str:
        parts = in_words(self.seconds), in_bytes(self.memory), in_bytes(self.disk)
        return "about {} with {} of memory and {} of disk".format(*parts)


class TooLarge(RequestError):
    """A sweep that would take more than is allowed."""


def forecast(
    pilot: list[Done], courses: int, hands: int, blocks: Path, is_here: bool = True
) -> Forecast:
    """What so many patient courses more would take, from pieces that were timed.

    `hands` are at work at a time; memory is that of this machine, where they may not be.
    """
    a_course = statistics.median(done.seconds / done.courses for done in pilot)
    processes = hands + (hands > 1) if is_here else 1
    memory = max(done.peak_bytes for done in pilot) * processes
    written = [(blocks / name).stat().st_size for done in pilot for name in done.names]
    disk = courses * sum(written) / sum(done.courses for done in pilot)
    return Forecast(a_course * courses / hands, memory, disk)


def refuse_too_large(expected: Forecast, blocks: Path, most_hours: float) -> None:
    """Raise TooLarge for more time, memory or disk than there is, and say what to do."""
    memory, free = memory_of_machine(), shutil.disk_usage(blocks).free
    reasons = []
    if not expected.seconds <= 3600 * most_hours:
        reasons.append(f"allowed are {most_hours:g} hours (--limit): ask for fewer draws or "
                       "patients, share it between machines (--shard, --cluster), or raise the "
                       "limit")  # fmt: skip
    if memory is not None and expected.memory > SHARE_OF_MEMORY * memory:
        reasons.append(f"this machine has {in_bytes(memory)} of memory, of which half is allowed: "
                       "ask for fewer --workers")  # fmt: skip
    if expected.disk > SHARE_OF_DISK * free:
        reasons.append(f"{in_bytes(free)} of disk are free: choose another folder with --out")
    if reasons:
        raise TooLarge(
            f"the remaining points would take {expected}, which is too much: {'; '.join(reasons)}. "
            "Finished blocks are kept"
        )
