"""Gain of random numbers that are kept between the points of a sweep, and of lowering once."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.page import Table, number
from benchmarks.sizes import Sizes
from benchmarks.sweeps import Sort, swept
from sim.experiments.sweeps.work import KEPT

NOTE = """\
The sweep above with one worker, and again without room for kept random numbers, in turns; each run
is a fresh process. CPU seconds of the process, from the first missing block to the last one
written. Memory is the most of the process, figures included."""

COLUMNS = ["patients", "draws", "rounds", "CPU ms a point, kept", "drawn anew",
           "times as fast", "MB at most, kept", "drawn anew, MB"]  # fmt: skip


def kept_numbers(sizes: Sizes) -> Table:
    """CPU seconds and memory of a sweep with and without kept random numbers."""
    rows = [_row(*size) for size in sizes.kept]
    return Table("What do kept random numbers save in a sweep?", COLUMNS, rows, NOTE)


def _row(patients: int, draws: int, rounds: int) -> list[str]:
    sort = Sort("batch", draws, patients, 1)
    pairs = [(swept(sort, KEPT), swept(sort, 0)) for _ in range(rounds)]
    ratio = statistics.median(anew["cpu"] / kept["cpu"] for kept, anew in pairs)
    runs = [*zip(*pairs, strict=True)]
    return [
        f"{patients:,}", f"{draws:,}", str(rounds), *map(_per_point, runs), number(ratio),
        *map(_megabytes, runs),
    ]  # fmt: skip


def _per_point(runs: tuple[dict[str, Any], ...]) -> str:
    return number(1000 * statistics.median(run["cpu"] / run["points"] for run in runs))


def _megabytes(runs: tuple[dict[str, Any], ...]) -> str:
    memory = [run["memory"] for run in runs if run["memory"] is not None]
    return number(statistics.median(memory) / 1e6) if memory else "not told"
