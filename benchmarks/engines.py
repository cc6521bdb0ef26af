"""Patients a second: the batch engine, the SimPy engine, and the independent model as baseline."""

from __future__ import annotations

import functools
from collections.abc import Callable

from benchmarks import workload
from benchmarks.page import Table, Target, number
from benchmarks.rounds import faster, median, take_turns
from benchmarks.sizes import Sizes
from sim.experiments import blocks
from sim.scenario import Study
from sim.simulation import simpy_engine
from sim.simulation.lowering.base_rate import solved
from sim.simulation.records import Inputs
from tests.reference import run as reference

SHARED, OWN = "baseline A, all in one environment", "baseline B, an environment each"
BASELINES = {"A": SHARED, "B": OWN}
SIMPY = "SimPy engine"
BATCH, DRAWN = "batch engine", "batch engine, with the drawing of its inputs"
OUTCOMES, DRAWN_TOO = "outcomes only", "outcomes only, with the drawing of its inputs"

TARGETS = ((OUTCOMES, "A", 500), (BATCH, "A", 300), (BATCH, "B", 100), (SIMPY, "A", 3))
"""How many times as fast as a baseline each engine was meant to be, at least."""

NOTE = """\
One core. Every event is logged, and the log is in memory at the end; outcomes only means that the
batch engine's log is reduced to the sums from which all outcomes are computed, and dropped. The
baselines are the independent model of `tests/reference`, written in the ordinary style of SimPy
with a process for every timer; it draws its random numbers as it goes. The engines are timed on
inputs that were drawn before, unless the line says otherwise. `times A` is how many times as many
patients a second as baseline A."""


def compare(sizes: Sizes) -> Table:
    """Patients a second of everyone, and the ratios to both baselines."""
    things = _things(workload.study(), sizes)
    measured = take_turns({name: do for name, (do, _) in things.items()}, sizes.few_rounds)
    each = {name: [t / things[name][1] for t in times] for name, times in measured.items()}
    rows = [
        [name, f"{things[name][1]:,}", number(1 / median(times)),
         *(number(faster(each[baseline], times)) for baseline in BASELINES.values())]
        for name, times in each.items()
    ]  # fmt: skip
    targets = [
        Target(f"{name}: times baseline {letter}", "at least", least,
               faster(each[BASELINES[letter]], each[name]))
        for name, letter, least in TARGETS
    ]  # fmt: skip
    columns = ["what", "patients timed", "patients a second", *(f"times {a}" for a in BASELINES)]
    return Table("How many patients a second?", columns, rows, NOTE, targets)


def _things(study: Study, sizes: Sizes) -> dict[str, tuple[Callable[[], object], int]]:
    """What is timed, each with its number of patients."""
    few, _ = workload.followed(study, sizes.single)
    many, _ = workload.followed(study, sizes.block)
    work = workload.work_on(study)
    return {
        SHARED: (functools.partial(_baseline, study, sizes.shared, True), sizes.shared),
        OWN: (functools.partial(_baseline, study, sizes.single, False), sizes.single),
        SIMPY: (functools.partial(_one_by_one, few), sizes.single),
        BATCH: (functools.partial(workload.simulated, many), sizes.block),
        DRAWN: (functools.partial(workload.followed, study, sizes.block), sizes.block),
        OUTCOMES: (functools.partial(workload.reduced, work, many), sizes.block),
        DRAWN_TOO: (functools.partial(blocks.do, work, range(sizes.block)), sizes.block),
    }


def _baseline(study: Study, patients: int, shared: bool) -> None:
    for arm in study.scenario.arms:
        reference.simulate(solved(study.scenario), arm, patients, study.scenario.seed, shared)


def _one_by_one(inputs: list[Inputs]) -> None:
    for arm in inputs:
        simpy_engine.simulate(arm)
