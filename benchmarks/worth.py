"""What costs and quality of life add to the time of a run."""

from __future__ import annotations

import json

from benchmarks import workload
from benchmarks.page import Table, Target, number
from benchmarks.rounds import seconds
from benchmarks.sizes import Sizes
from sim.outcomes import ArmRecords, arm_records
from sim.scenario import Study
from sim.simulation.records import Inputs, Log
from sim.simulation.simulate import names_of, protocol_of, simulate_arms
from sim.worth.groups import GroupTotal, Nodes, of_block, size_for
from tests.economics import PRICED

NOTE = """\
The batch engine in blocks as in a run, on one core, the scenario with prices and utilities. Of each
block are timed: the drawing of its inputs and the loop, both again where a patient needs more
random numbers; its reduction to the sums of all outcomes; its reduction to quantities, undiscounted
and discounted, as sums over groups of patients."""

ALLOWED = 0.1
"""Share of the time of a run that costs and quality of life may add."""


def added(sizes: Sizes) -> Table:
    """Seconds of a run and of its quantities, over all blocks of one run."""
    patients = sizes.worth
    study = workload.study(f"economics={json.dumps(PRICED)}", f"cohort.patients={patients}")
    _run(study, range(sizes.block), 1)  # fills caches
    steps, total = [0.0, 0.0, 0.0], GroupTotal()
    for first in range(0, patients, sizes.block):
        block = range(first, min(first + sizes.block, patients))
        times, nodes = _run(study, block, size_for(patients))
        steps = [before + more for before, more in zip(steps, times, strict=True)]
        total.add(nodes)
    run, share = steps[0] + steps[1], steps[2] / (steps[0] + steps[1])
    names = ("simulation", "reduction to outcomes", "reduction to quantities")
    rows = [
        [name, number(time), number(1e6 * time / total.patients), number(100 * time / run)]
        for name, time in zip(names, steps, strict=True)
    ]
    columns = ["step", "seconds", "µs a patient", "% of a run without it"]
    what = "costs and quality of life: share of a run without them"
    target = Target(what, "at most", ALLOWED, share)
    return Table("What do costs and quality of life add?", columns, rows, NOTE, [target])


def _run(study: Study, block: range, size: int) -> tuple[list[float], list[Nodes]]:
    """Seconds of the three steps of a block, and its sums over groups."""
    work, protocol, names = workload.work_on(study), protocol_of(study), names_of(study)
    arms: dict[str, tuple[Inputs, Log]] = {}
    records: dict[str, ArmRecords] = {}
    nodes: list[Nodes] = []

    def simulate() -> None:
        arms.update(simulate_arms(protocol, block, "batch"))

    def reduce() -> None:
        records.update({arm: arm_records(*of, names) for arm, of in arms.items()})
        workload.summed(work, {(0, arm): of for arm, of in records.items()})

    def value() -> None:
        nodes.extend(of_block(records, study.scenario, size))

    return [seconds(simulate), seconds(reduce), seconds(value)], nodes
