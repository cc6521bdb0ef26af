"""What the value of information takes: regressions on draws, without any simulation."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import median, ratios, take_turns
from benchmarks.sizes import Sizes
from sim.economics.information.partial import contrasts, evppi
from sim.economics.information.regression import regress
from sim.simulation.records import Floats

SINGLES, TOGETHER, SECONDS = 20, 12, 2.0
"""Parameters one by one, parameters with all their pairs, and the seconds that were meant."""

NOTE = """\
Two arms, and net benefit with the noise of patients. Curves are regressions of net benefit on one
parameter after another. EVPPI adds the standard errors, from 500 replicates of each curve. All
pairs is one regression on 12 parameters and their 66 pairs."""


def value_of_information(sizes: Sizes) -> Table:
    """Seconds for 20 parameters one by one, and for 12 together."""
    benefit, parameters = _draws(sizes.information)
    outputs, names = contrasts(benefit), [f"parameter {i}" for i in range(SINGLES)]
    tasks: dict[str, Callable[[], object]] = {
        f"curves of {SINGLES} parameters": functools.partial(_curves, outputs, parameters),
        f"EVPPI of {SINGLES} parameters": functools.partial(evppi, benefit, parameters, names),
        f"all pairs of {TOGETHER} parameters": functools.partial(
            regress, outputs, parameters[:, :TOGETHER]
        ),
    }
    times = take_turns(tasks, sizes.few_rounds)
    curves, singles, _ = times.values()
    rows = [
        [name, f"{sizes.information:,}", number(median(own)), with_range(ratios(own, curves))]
        for name, own in times.items()
    ]
    what = f"EVPPI of {SINGLES} parameters, {sizes.information:,} draws, with errors: seconds"
    return Table(
        "What does the value of information take?",
        ["what", "draws", "seconds", "times the curves"], rows, NOTE,
        [Target(what, "at most", SECONDS, median(singles))],
    )  # fmt: skip


def _curves(outputs: Floats, parameters: Floats) -> None:
    for i in range(SINGLES):
        regress(outputs, parameters[:, [i]])


def _draws(count: int) -> tuple[Floats, Floats]:
    """Net benefit of two arms, and the parameters, half of which matter."""
    draw = np.random.default_rng(1)
    parameters = draw.normal(0, 1, (count, SINGLES))
    weights = np.r_[np.geomspace(1, 0.1, SINGLES // 2), np.zeros(SINGLES // 2)]
    gain = 500 * np.tanh(parameters @ weights) + draw.normal(0, 1000, count)
    return np.column_stack([np.zeros(count), gain]), parameters
