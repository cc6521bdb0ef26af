"""What only a fresh process shows: whole runs with their memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import faster, median, ratios
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT
from sim.experiments.sizes import BLOCK

CHILD = ("-m", "benchmarks.child")

GIB = 2**30
FASTER_WITH_TWO, MORE_MEMORY, MEMORY = 1.7, 1.2, 1.0
"""What was meant to be reached: times as fast with two workers, at least; memory of the largest
cohort in times that of one a tenth as large, and in GiB, at most."""

NOTE = f"""\
The batch engine in blocks of {BLOCK["batch"]:,}, outcomes only: from a scenario that was read
before to the table of its outcomes, the drawing of the inputs included. Each line is a fresh
process, which first follows one patient, not timed, to load what it needs. Workers are threads of
the process; two workers and one take turns in a process of their own. Memory is the most that the
process had (`VmHWM` of Linux). One patient stands for what every run takes."""

Sort = tuple[int, int]
"""Patients and workers."""


class Run(NamedTuple):
    """Whole runs of one sort in one process: the seconds of each, and the most memory in bytes.

    `alone` are the seconds of one worker in the same rounds, for several workers.
    """

    times: list[float]
    memory: int | None
    alone: list[float]


def whole_runs(sizes: Sizes) -> Table:
    """Seconds and memory of runs of outcomes only, by patients and workers."""
    runs = {(n, workers): _runs(n, workers, rounds) for n, workers, rounds in sizes.whole}
    columns = [
        "patients", "workers", "rounds", "seconds", "µs a patient", "times one worker", "MB at most"
    ]  # fmt: skip
    rows = [_row(*sort, run) for sort, run in runs.items()]
    return Table("What does a larger cohort take?", columns, rows, NOTE, targets(runs))


def _runs(patients: int, workers: int, rounds: int) -> Run:
    """Runs in a process of their own, after one that is not timed; several workers after one."""
    turns = [1] if workers == 1 else [1, workers]
    numbers = ",".join(map(str, turns))
    told = _python(*CHILD, numbers, "1", *[str(patients)] * rounds)
    timed = [json.loads(line) for line in told.splitlines()][len(turns) :]
    *alone, times = [
        [seconds for seconds, _ in timed[at :: len(turns)]] for at in range(len(turns))
    ]
    return Run(times, timed[-1][1], *(alone or [[]]))


def _row(patients: int, workers: int, run: Run) -> list[str]:
    whole = median(run.times)
    return [
        f"{patients:,}",
        str(workers),
        str(len(run.times)),
        number(whole),
        number(1e6 * whole / patients),
        with_range(ratios(run.alone, run.times)) if run.alone else "",
        "not told" if run.memory is None else number(run.memory / 1e6),
    ]


def targets(runs: dict[Sort, Run]) -> list[Target]:
    """Gain of a second worker in the least cohort of two; memory of one in the largest cohort."""
    shared = min(patients for patients, workers in runs if workers == 2)
    *_, fewer, most = sorted(patients for patients, workers in runs if workers == 1)
    less, peak = runs[fewer, 1].memory, runs[most, 1].memory
    many, two = f"{most:,} patients", runs[shared, 2]
    return [
        Target(f"{shared:,} patients, two workers: times as fast as one", "at least",
               FASTER_WITH_TWO, faster(two.alone, two.times)),
        Target(f"{many}: memory in times that of {fewer:,}", "at most", MORE_MEMORY,
               peak / less if peak and less else None),
        Target(f"{many}: memory in GiB", "at most", MEMORY, peak / GIB if peak else None),
    ]  # fmt: skip


def _python(*words: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
