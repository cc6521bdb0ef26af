"""What only a fresh process shows: whole runs with their memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

from benchmarks.page import Table, Target, number
from benchmarks.rounds import median
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT
from sim.experiments.sizes import BLOCK

CHILD = ("-m", "benchmarks.child")

GIB = 2**30
FASTER_WITH_TWO, MORE_MEMORY, MEMORY = 1.7, 1.2, 1.0
"""What was meant to be reached by the largest cohort: times as fast with two workers, at least;
memory in times that of a cohort a tenth as large, and in GiB, at most."""

NOTE = f"""\
The batch engine in blocks of {BLOCK["batch"]:,}, outcomes only: from a scenario that was read
before to the table of its outcomes, the drawing of the inputs included. Each line is a fresh
process, which first follows one patient, not timed, to load what it needs. Workers are threads of
the process. Memory is the most that the process had (`VmHWM` of Linux). One patient stands for what
every run takes."""

Sort = tuple[int, int]
"""Patients and workers."""


class Run(NamedTuple):
    """Whole runs of one sort in one process: the seconds of each, and the most memory in bytes."""

    times: list[float]
    memory: int | None


def whole_runs(sizes: Sizes) -> Table:
    """Seconds and memory of runs of outcomes only, by patients and workers."""
    runs = {(n, workers): _runs(n, workers, rounds) for n, workers, rounds in sizes.whole}
    columns = [
        "patients", "workers", "rounds", "seconds", "µs a patient", "times one worker", "MB at most"
    ]  # fmt: skip
    rows = [_row(sort, run, runs) for sort, run in runs.items()]
    return Table("What does a larger cohort take?", columns, rows, NOTE, targets(runs))


def _runs(patients: int, workers: int, rounds: int) -> Run:
    """Runs in a process of their own, after one that is not timed."""
    told = _python(*CHILD, str(workers), "1", *[str(patients)] * rounds)
    _, *timed = [json.loads(line) for line in told.splitlines()]
    return Run([seconds for seconds, _ in timed], timed[-1][1])


def _row(sort: Sort, run: Run, runs: dict[Sort, Run]) -> list[str]:
    patients, workers = sort
    whole = median(run.times)
    return [
        f"{patients:,}",
        str(workers),
        str(len(run.times)),
        number(whole),
        number(1e6 * whole / patients),
        "" if workers == 1 else number(_gain(sort, runs)),
        "not told" if run.memory is None else number(run.memory / 1e6),
    ]


def _gain(sort: Sort, runs: dict[Sort, Run]) -> float:
    """How many times as fast as one worker."""
    return median(runs[sort[0], 1].times) / median(runs[sort].times)


def targets(runs: dict[Sort, Run]) -> list[Target]:
    """Gain of a second worker, and memory of one, in the largest cohort."""
    *_, fewer, most = sorted(patients for patients, workers in runs if workers == 1)
    less, peak = runs[fewer, 1].memory, runs[most, 1].memory
    many = f"{most:,} patients"
    return [
        Target(f"{many}, two workers: times as fast as one", "at least", FASTER_WITH_TWO,
               _gain((most, 2), runs)),
        Target(f"{many}: memory in times that of {fewer:,}", "at most", MORE_MEMORY,
               peak / less if peak and less else None),
        Target(f"{many}: memory in GiB", "at most", MEMORY, peak / GIB if peak else None),
    ]  # fmt: skip


def _python(*words: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
