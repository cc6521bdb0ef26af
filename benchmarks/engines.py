"""Patients a second: the batch engine, the SimPy engine, and the independent model as baseline."""

from __future__ import annotations

import functools
from collections.abc import Callable

from benchmarks import blocks
from benchmarks.page import Table, number
from benchmarks.rounds import Times, faster, median, take_turns
from benchmarks.sizes import Sizes
from sim import engine_simpy
from sim.scenario import Scenario
from sim.schema import Inputs
from tests.reference import run as reference

SHARED, OWN = "baseline A, all in one environment", "baseline B, an environment each"
SIMPY = "SimPy engine"
BATCH, DRAWN = "batch engine", "batch engine, with the drawing of its inputs"

TARGETS = {(SIMPY, SHARED): 3, (BATCH, SHARED): 300, (BATCH, OWN): 100}
"""How many times as fast as a baseline each engine was meant to be, at least."""

NOTE = """\
Every event is logged, and the log is in memory at the end. The baselines are the independent model
of `tests/reference`, written in the ordinary style of SimPy with a process for every timer; it
draws its random numbers as it goes. The engines are timed on inputs that were drawn before, but
for the last line. `times A` is how many times as many patients a second as baseline A."""


def compare(sizes: Sizes) -> Table:
    """Patients a second of everyone, and the ratios to both baselines."""
    counts = {
        SHARED: sizes.shared, OWN: sizes.single, SIMPY: sizes.single,
        BATCH: sizes.block, DRAWN: sizes.block,
    }  # fmt: skip
    measured = take_turns(_things(blocks.scenario(), sizes), sizes.few_rounds)
    each = {name: [t / counts[name] for t in times] for name, times in measured.items()}
    columns = ["what", "patients timed", "patients a second", *_ratio_columns()]
    rows = [
        [name, f"{counts[name]:,}", number(1 / median(times)), *_ratios(name, each)]
        for name, times in each.items()
    ]
    return Table("How many patients a second?", columns, rows, NOTE)


def _things(study: Scenario, sizes: Sizes) -> dict[str, Callable[[], object]]:
    few = blocks.lowered(study, 0, sizes.single)
    many, _ = blocks.sufficient(study, 0, sizes.block)
    return {
        SHARED: functools.partial(_baseline, study, sizes.shared, True),
        OWN: functools.partial(_baseline, study, sizes.single, False),
        SIMPY: functools.partial(_one_by_one, few),
        BATCH: functools.partial(blocks.simulated, many),
        DRAWN: functools.partial(blocks.sufficient, study, 0, sizes.block),
    }


def _baseline(study: Scenario, patients: int, shared: bool) -> None:
    for arm in study.arms:
        reference.simulate(study, arm, patients, study.seed, shared)


def _one_by_one(inputs: list[Inputs]) -> None:
    for arm in inputs:
        engine_simpy.simulate(arm)


def _ratio_columns() -> list[str]:
    return [f"times {which}, {what}" for which in "AB" for what in ("target", "measured")]


def _ratios(name: str, each: Times) -> list[str]:
    cells = []
    for baseline in (SHARED, OWN):
        target = TARGETS.get((name, baseline))
        cells += [
            f"at least {target}" if target else "",
            number(faster(each[baseline], each[name])),
        ]
    return cells
