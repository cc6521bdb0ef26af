"""What a sweep takes: the probabilistic analysis of the base case, from its file to its folder."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, NamedTuple

from benchmarks.page import Table, Target, number
from benchmarks.sizes import Sizes
from benchmarks.workload import ROOT
from sim.experiments.sweeps.work import KEPT

FASTER_WITH_TWO, MORE_MEMORY = 1.7, 1.2
"""What was meant to be reached: times as fast with two workers, at least; memory in times that of a
sweep of a tenth of the draws, at most."""

NOTE = """\
`scenarios/sweeps/base-case-psa.yaml` from its file to tables and figures on disk, each line a fresh
process after ten patients that are not timed. Where patients are fresh, each draw has patients of
its own (`patients_by_draw: fresh`), and no kept random number serves twice. Points are the draws,
the base case, and each parameter alone at its two ends. Simulating is the drawing of inputs and the
following of patients; the rest is reading and checking the scenario of every point, outcomes,
blocks on disk, and putting them together. The SimPy engine does a sample of the draws; its last
column is that of all by the seconds a point. Memory as above."""

COLUMNS = ["engine", "draws", "patients", "workers", "points", "seconds", "ms a point",
           "simulating, %", "MB at most", "MB on disk",
           "times the batch engine, one worker"]  # fmt: skip


class Sort(NamedTuple):
    """A sweep that is measured."""

    engine: str
    draws: int
    patients: int
    workers: int
    fresh: bool = False  # whether each draw has patients of its own


def sweeps(sizes: Sizes) -> Table:
    """Seconds, memory and share of simulation by draws, workers and engine."""
    few, many, patients, sample = sizes.sweep
    sorts = [
        Sort("batch", few, patients, 1), Sort("batch", many, patients, 1),
        Sort("batch", many, patients, 2), Sort("batch", few, patients, 1, fresh=True),
        Sort("simpy", sample, patients, 1),
    ]  # fmt: skip
    found = {sort: swept(sort) for sort in sorts}
    rows = [_row(sort, one, found[sorts[1]]) for sort, one in found.items()]
    short, one, two, *_ = found.values()
    targets = _targets(short, one, two, sorts[1])
    return Table("What does a sweep take?", COLUMNS, rows, NOTE, targets)


def swept(sort: Sort, kept: int = KEPT) -> dict[str, Any]:
    """One sweep in a process of its own, with room for so many bytes of random numbers."""
    words = [str(sort.draws), str(sort.patients), str(sort.workers), sort.engine, str(kept)]
    words += ["fresh"] * sort.fresh
    command = [sys.executable, "-m", "benchmarks.sweep_child", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def _row(sort: Sort, found: dict[str, Any], whole: dict[str, Any]) -> list[str]:
    a_point = found["seconds"] / found["points"]
    slower = a_point * whole["points"] / whole["seconds"]
    return [
        sort.engine, f"{sort.draws:,}", f"{sort.patients:,}{', fresh' if sort.fresh else ''}",
        str(sort.workers),
        f"{found['points']:,}", number(found["seconds"]), number(1000 * a_point),
        number(100 * found["share"]) if sort.workers == 1 else "",
        "not told" if found["memory"] is None else number(found["memory"] / 1e6),
        number(found["bytes"] / 1e6), number(slower),
    ]  # fmt: skip


def _targets(
    few: dict[str, Any], one: dict[str, Any], two: dict[str, Any], sort: Sort
) -> list[Target]:
    what = f"sweep of {sort.draws:,} draws"
    flat = one["memory"] / few["memory"] if one["memory"] and few["memory"] else None
    return [
        Target(f"{what}, two workers: times as fast as one", "at least", FASTER_WITH_TWO,
               one["seconds"] / two["seconds"]),
        Target(f"{what}: memory in times that of a tenth of them", "at most", MORE_MEMORY, flat),
    ]  # fmt: skip
