"""The model's textbook rules under the clock of another simulator, where that is installed."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from benchmarks import measured, textbook, workload
from benchmarks.page import Table, number, with_range
from benchmarks.rounds import median, ratios, take_turns
from benchmarks.sizes import Sizes
from benchmarks.textbook import under_miscore
from sim.simulation.lowering.base_rate import solved

QUESTION = "How fast is another compiled simulator with the same rules?"
COLUMNS = ["what", "patients timed", "patients a second", "times the textbook program"]
NOTE = """\
MISCore of Erasmus MC (`pip install miscore-sim`, version 1.0.1 when measured) simulates cancer
screening: its queue is compiled, its rules are Python. The rules of the textbook program under its
clock are the nearest form of this model in it. MISCore is no part of the environment of mastosim.
Where it is not installed, `make bench` leaves this section as it was measured last. CPU time of one
core."""


def miscore(sizes: Sizes) -> Table:
    """Patients a second of the textbook rules under the clocks of SimPy and of MISCore."""
    if not under_miscore.is_installed():
        unknown = Table(QUESTION, COLUMNS, [["MISCore is not installed", "", "", ""]], NOTE)
        return measured.read().get("miscore", unknown)
    scenario = solved(workload.study().scenario)
    count = sizes.textbook

    def all_arms(follow: Callable[..., object]) -> None:
        for arm in scenario.arms:
            follow(scenario, arm, count, scenario.seed)

    times = take_turns(
        {
            "textbook program": functools.partial(all_arms, textbook.simulate),
            "the same rules in MISCore": functools.partial(all_arms, under_miscore.follow),
        },
        sizes.few_rounds,
        time.process_time,
    )
    simpy, _ = times.values()
    rows = [
        [name, f"{count:,}", number(count / median(own)), with_range(ratios(simpy, own))]
        for name, own in times.items()
    ]
    return Table(QUESTION, COLUMNS, rows, NOTE)
