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

COLUMNS = ["patients", "draws", "rounds", "CPU ms per point, kept", "drawn anew",
           "times as fast", "MB at most, kept", "MB at most, drawn anew"]  # fmt: skip

BEFORE_NOTE = """\
A record of 2026-11-28, which `make bench` does not measure again: the sweep above before (commit
792a8ea) and after a protocol was lowered once per study, points were done block by block, and
random numbers were kept. One worker, fresh processes in turns, medians of the rounds; CPU seconds
of the process from the file of the sweep to its folder with tables and figures. At least 1.4 times
as fast was wanted at 200 patients, 1.15 times at 1,000."""

BEFORE_COLUMNS = ["patients", "draws", "rounds", "CPU seconds before", "after", "times as fast",
                  "MB at most before", "MB at most after"]  # fmt: skip

BEFORE = (
    ("200", "1,000", "3", "38.9", "26.7", "1.46", "480", "492"),
    ("1,000", "400", "2", "38.9", "33.2", "1.17", "445", "469"),
    ("20,000", "20", "1", "60.5", "54.5", "1.11", "465", "448"),
)


LOOP_NOTE = """\
A record of 2026-11-29, which `make bench` does not measure again: the sweep above before the loop
over patients was made faster (commit cc94d25) and now, with the same patients at each draw. One
worker, fresh processes in turns, CPU time; each line is one round. Three times as fast was wanted.
Putting the blocks together, tables and figures are the rest of the whole command. Of the time of a
point now, more than two fifths are the solution for the rate of fractures at entry, a seventh is a
block on the disk, and a tenth is the following of patients."""

LOOP_COLUMNS = ["patients", "draws", "CPU ms a point, before", "now", "times as fast",
                "CPU seconds of all, before", "now, all", "times as fast, all"]  # fmt: skip

LOOP = (
    ("200", "1,000", "96.4", "22.3", "4.32", "104.6", "28.3", "3.70"),
    ("200", "1,000", "107.2", "23.5", "4.56", "115.4", "29.5", "3.91"),
)


def kept_numbers(sizes: Sizes) -> Table:
    """CPU seconds and memory of a sweep with and without kept random numbers."""
    rows = [_row(*size) for size in sizes.kept]
    return Table("What do kept random numbers save in a sweep?", COLUMNS, rows, NOTE)


def lowered_once(_: Sizes) -> Table:
    """CPU seconds and memory of a sweep before and after lowering once, as recorded then."""
    return Table("What did lowering once save in a sweep?", BEFORE_COLUMNS, BEFORE, BEFORE_NOTE)


def faster_loop(_: Sizes) -> Table:
    """CPU time of a sweep before and after the loop was made faster, as recorded then."""
    question = "What did a faster loop once save in a sweep?"
    return Table(question, LOOP_COLUMNS, LOOP, LOOP_NOTE)


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
