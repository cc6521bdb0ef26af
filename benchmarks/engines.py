"""Patients a second: both engines beside an ordinary SimPy program and the independent model."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from benchmarks import textbook, workload
from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import faster, median, ratios, take_turns
from benchmarks.sizes import Sizes
from sim.experiments import blocks
from sim.scenario import Study
from sim.simulation import simpy_engine
from sim.simulation.lowering.base_rate import solved
from sim.simulation.records import Inputs
from tests.reference import run as reference

TEXTBOOK, INDEPENDENT = "textbook program", "independent model"
SIMPY = "SimPy engine"
BATCH, DRAWN = "batch engine", "batch engine, with the drawing of its inputs"
OUTCOMES, DRAWN_TOO = "outcomes only", "outcomes only, with the drawing of its inputs"
TODAY = "outcomes only, with the drawing of its inputs, base case of today"

TARGETS = ((BATCH, 100), (DRAWN_TOO, 60), (SIMPY, 0.5))
"""How many times as fast as the textbook program each is meant to be, at least."""

NOTE = """\
CPU time of one core. Every event is logged, and the log is in memory at the end; outcomes only
means that the batch engine's log is reduced to the sums from which all outcomes are computed, and
dropped. The textbook program (`benchmarks/textbook/`) is what a user would have written for this
model in ordinary SimPy: one process for each patient, one timeout for each event, closed formulas
between events. It knows the base case alone, and a test compares its outcomes with those of the
model. The independent model (`tests/reference/`) validates the program; it has a process for every
timer and is written to be read. Both draw their random numbers as they go. The engines are timed on
inputs that were drawn before, unless the line says otherwise."""


def compare(sizes: Sizes) -> Table:
    """Patients a second of everyone, and the ratios to the textbook program."""
    things = _things(workload.study(), sizes)
    measured = take_turns(
        {name: do for name, (do, _) in things.items()}, sizes.few_rounds, time.process_time
    )
    each = {name: [t / things[name][1] for t in times] for name, times in measured.items()}
    ordinary = each[TEXTBOOK]
    rows = [
        [name, f"{things[name][1]:,}", number(1 / median(times)),
         with_range(ratios(ordinary, times))]
        for name, times in each.items()
    ]  # fmt: skip
    targets = [
        Target(f"{name}: times the textbook program", "at least", least,
               faster(ordinary, each[name]))
        for name, least in TARGETS
    ]  # fmt: skip
    columns = ["what", "patients timed", "patients a second", "times the textbook program"]
    return Table("How many patients a second?", columns, rows, NOTE, targets)


def _things(study: Study, sizes: Sizes) -> dict[str, tuple[Callable[[], object], int]]:
    """What is timed, each with its number of patients."""
    few, _ = workload.followed(study, sizes.single)
    many, _ = workload.followed(study, sizes.block)
    work, of_today = map(workload.work_on, (study, workload.study(scenario=workload.SCENARIO)))
    return {
        TEXTBOOK: (functools.partial(_textbook, study, sizes.textbook), sizes.textbook),
        INDEPENDENT: (functools.partial(_independent, study, sizes.single), sizes.single),
        SIMPY: (functools.partial(_one_by_one, few), sizes.single),
        BATCH: (functools.partial(workload.simulated, many), sizes.block),
        DRAWN: (functools.partial(workload.followed, study, sizes.block), sizes.block),
        OUTCOMES: (functools.partial(workload.reduced, work, many), sizes.block),
        DRAWN_TOO: (functools.partial(blocks.do, work, range(sizes.block)), sizes.block),
        TODAY: (functools.partial(blocks.do, of_today, range(sizes.block)), sizes.block),
    }


def _textbook(study: Study, patients: int) -> None:
    for arm in study.scenario.arms:
        textbook.simulate(solved(study.scenario), arm, patients, study.scenario.seed)


def _independent(study: Study, patients: int) -> None:
    for arm in study.scenario.arms:
        reference.simulate(solved(study.scenario), arm, patients, study.scenario.seed)


def _one_by_one(inputs: list[Inputs]) -> None:
    for arm in inputs:
        simpy_engine.simulate(arm)
