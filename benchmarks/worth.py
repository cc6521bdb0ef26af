"""What costs and quality of life add to the time of a run."""

from __future__ import annotations

import json
import time

import numpy as np

from benchmarks import workload
from benchmarks.page import Table, Target, number
from benchmarks.rounds import seconds
from benchmarks.sizes import Sizes
from sim.economics.groups import Groups
from sim.economics.quantities import keys_of, quantities
from sim.outcomes import ArmRecords, arm_records
from sim.scenario import Study
from sim.simulation.records import Inputs, Log
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from tests.economics import PRICED

NOTE = """\
The batch engine in blocks as in a run, CPU time of one core, the scenario with prices and
utilities. Of each block are timed: the drawing of its inputs and the loop, both again where a
patient needs more random numbers; its reduction to the sums of all outcomes; its reduction to
quantities, undiscounted and discounted, as sums over groups of patients."""

ALLOWED = 0.7
"""Times the reduction to outcomes that costs and quality of life may take. Before the loop became
five times as fast they took 0.55 times, which was a fortieth of a run."""


def added(sizes: Sizes) -> Table:
    """Seconds of a run and of its quantities, over all blocks of one run."""
    patients = sizes.worth
    study = workload.study(f"economics={json.dumps(PRICED)}", f"cohort.patients={patients}")
    empty = Groups.none([*study.scenario.arms], keys_of(study.scenario))
    _run(study, range(sizes.block), empty)  # fills caches
    steps, total = [0.0, 0.0, 0.0], empty
    for first in range(0, patients, sizes.block):
        block = range(first, min(first + sizes.block, patients))
        times, total = _run(study, block, total)
        steps = [before + more for before, more in zip(steps, times, strict=True)]
    run = steps[0] + steps[1]
    names = ("simulation", "reduction to outcomes", "reduction to quantities")
    rows = [
        [name, number(time), number(1e6 * time / total.count), number(100 * time / run)]
        for name, time in zip(names, steps, strict=True)
    ]
    columns = ["step", "seconds", "µs a patient", "% of a run without it"]
    what = "costs and quality of life: times the reduction to outcomes"
    target = Target(what, "at most", ALLOWED, steps[2] / steps[1])
    return Table("What do costs and quality of life add?", columns, rows, NOTE, [target])


def _run(study: Study, block: range, before: Groups) -> tuple[list[float], Groups]:
    """Seconds of the three steps of a block, and the sums over groups with it."""
    work, protocol, names = workload.work_on(study), protocol_of(study), names_of(study)
    arms: dict[str, tuple[Inputs, Log]] = {}
    records: dict[str, ArmRecords] = {}
    after: list[Groups] = []

    def simulate() -> None:
        arms.update(simulate_arms(protocol, block, "batch"))

    def reduce() -> None:
        records.update({arm: arm_records(*of, names) for arm, of in arms.items()})
        workload.summed(work, {(0, arm): of for arm, of in records.items()})

    def value() -> None:
        each = [quantities(own, study.scenario) for own in records.values()]
        after.append(before.plus(np.stack(each, axis=1)))

    steps = (simulate, reduce, value)
    return [seconds(step, time.process_time) for step in steps], after[0]
