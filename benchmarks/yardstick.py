"""The loop of the batch engine beside the same loop in C: what of its time is the model's."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import c_loop, floor, workload
from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import Times, faster, median, ratios, take_turns
from benchmarks.sizes import Sizes
from sim.simulation.records import Inputs

ALLOWED = 2.0
"""Times the loop in C with screening, which follows lives by the same algorithm, that the batch
loop may take. Tests count what the model computes, but do not see machine code that got worse: a
function that is no longer inlined, a record that is copied. They cost a factor of 1.3 to 3. The
compiler of Python itself costs 1.2 to 1.5, so that 2 leaves room for another processor."""

QUESTION = "How far is the batch loop from C?"

NOTE = """\
The loop alone, on inputs drawn before, in CPU time of one core. The loop in C (`benchmarks/c/`) is
written for speed, computes in the same order, and its log was compared with that of the batch
engine and was equal to the last bit. With screening, a life is first followed without fracture
hazards and reviews; it is followed again with them where the hazard at a bound of bone density,
over all days lived, could have used up the first threshold of a site. Events as below. *Again* is
the share of lives that are followed twice."""

BASES: dict[str, tuple[Path, list[str]]] = {
    "0.2.0": (workload.FROZEN, []),
    "0.2.0, 30 years": (workload.FROZEN, ["horizon=30 years"]),
    "today": (workload.SCENARIO, []),
}
BATCH, FULL, SCREENED = "batch engine", "C, in full", "C, with screening"
COLUMNS = ["base case", "loop", "events a patient", "µs a patient", "ns an event",
           "times C with screening", "again, %"]  # fmt: skip


def against_c(sizes: Sizes) -> Table:
    """CPU time of the loop in Python and in C, for the frozen base case and that of today."""
    what = "batch loop: times the loop in C with screening"
    if not c_loop.is_possible():
        missing = [[c_loop.NO_COMPILER, *[""] * (len(COLUMNS) - 1)]]
        return Table(QUESTION, COLUMNS, missing, NOTE, [Target(what, "at most", ALLOWED, None)])
    loop, rows, slower = c_loop.CLoop(), list[list[str]](), list[float]()
    for base, (scenario, settings) in BASES.items():
        inputs, logs = workload.followed(workload.study(*settings, scenario=scenario), sizes.block)
        found = [*_in_c(loop, inputs, False), *_in_c(loop, inputs, True)]
        if not all(c_loop.equal(one.log, log) for one, log in zip(found, logs * 2, strict=True)):
            raise AssertionError("The log of the loop in C is not that of the batch engine.")
        things: dict[str, Callable[[], object]] = {
            BATCH: functools.partial(workload.simulated, inputs),
            FULL: functools.partial(_in_c, loop, inputs, False),
            SCREENED: functools.partial(_in_c, loop, inputs, True),
        }
        times = take_turns(things, sizes.rounds, time.process_time)
        events = sum(map(floor.events, inputs, logs)) / sizes.block
        again = sum(one.again for one in found) / sizes.block / len(inputs)
        rows += _rows(base, times, events, again, sizes.block)
        slower.append(faster(times[BATCH], times[SCREENED]))
    target = Target(what, "at most", ALLOWED, slower[0], must=True)
    return Table(QUESTION, COLUMNS, rows, NOTE, [target])


def _in_c(loop: c_loop.CLoop, inputs: list[Inputs], screens: bool) -> list[c_loop.Found]:
    return [loop.simulate(arm, screens) for arm in inputs]


def _rows(base: str, times: Times, events: float, again: float, count: int) -> list[list[str]]:
    return [
        [base, name, number(events), number(1e6 * median(own) / count),
         number(1e9 * median(own) / count / events), with_range(ratios(own, times[SCREENED])),
         number(100 * again) if name == SCREENED else ""]
        for name, own in times.items()
    ]  # fmt: skip
