"""How many patients a block has, and how many workers share the blocks.

No result depends on either.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.outcomes import CELL, MARK
from sim.simulation.draws import CHUNK
from sim.vocabulary import Engine
from sim.workers.pieces import available

BLOCK: dict[Engine, int] = {"simpy": CELL, "batch": CHUNK // 2}
"""Patients that each engine simulates at a time. With the batch engine a thread takes about 60 MB
for so many. In smaller blocks threads spend more of their time in Python, where one waits for the
other; larger ones are no faster, because their numbers leave the cache of a core."""

BLOCK_WITH_TABLES = 1024
"""The most of them if their tables are kept, which take far more memory than their outcomes."""

PATIENTS_PER_PROCESS: dict[Engine, int] = {"simpy": 4 * CELL, "batch": 4 * CHUNK}
"""With fewer, starting another process takes longer than it saves."""


def block_of(engine: Engine, small: bool = False) -> int:
    """Patients of a block; fewer if tables are kept, or if outcomes decide when to stop."""
    return min(BLOCK[engine], BLOCK_WITH_TABLES) if small else BLOCK[engine]


def whole(size: int, together: int) -> int:
    """Patients of a block that holds whole clinics, of about a given size.

    >>> whole(128, 50), whole(128, 200), whole(128, 1)
    (100, 200, 128)
    """
    return max(1, size // together) * together


def split(patients: range, size: int) -> Iterator[range]:
    """Divide patients into blocks of one size; the last block may be smaller.

    A block is made when it is taken: a list of all would fill the memory.
    """
    for first in range(patients.start, patients.stop, size):
        yield range(first, min(first + size, patients.stop))


def split_from(at: int, patients: range, size: int) -> Iterator[range]:
    """Divide the patients from number `at` on into blocks; after the first, all begin at a mark.

    >>> [*split_from(640, range(0, 3000), 1024)]
    [range(640, 1024), range(1024, 2048), range(2048, 3000)]
    """
    begun = at - patients.start
    mark = min(at + -begun % MARK, patients.stop)
    yield from split(range(at, mark), size)
    yield from split(range(mark, patients.stop), size)


def workers_for(patients: int, engine: Engine, in_threads: bool = True) -> int:
    """Number of workers that save time for a cohort, at most one per core.

    Those of the batch engine are threads, unless told otherwise, and each has a block at once.
    """
    if engine == "batch" and in_threads:
        most = -(-patients // BLOCK[engine])
    else:
        most = patients // PATIENTS_PER_PROCESS[engine]
    return max(1, min(available(), most))
