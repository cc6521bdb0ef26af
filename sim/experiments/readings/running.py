"""Every arm under every reading, block by block, on the same virtual patients."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim import outcomes
from sim.experiments import runs
from sim.experiments.readings.four import Four
from sim.experiments.readings.moments import Moments, added, of_block
from sim.experiments.readings.table import summarise
from sim.outcomes.definitions.named import Outcome, mean, outcomes_of
from sim.simulation import lowering
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import BONES, Engine, Progress
from sim.workers.pieces import in_order

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = (
    "spine T-score",
    "hip T-score",
    "spine above T -2.5",
    "hip above T -2.5",
    "spine change",
    "hip change",
    "vertebral fractures",
    "all fractures",
    "any fracture",
)
"""What is said of every arm, in this order, as far as it is measured."""


class SideBySide(NamedTuple):
    """A scenario under the four readings on the same patients, and its outcomes in one table.

    See `sim.experiments.readings.table` for the columns of `summary`.
    """

    four: Four
    summary: pd.DataFrame
    engine: Engine


def simulate(
    four: Four,
    progress: Progress | None = None,
    engine: Engine = "batch",
    workers: int = 1,
) -> SideBySide:
    """Run every arm under every reading; memory does not grow with the number of patients.

    `progress` is told the number of patient courses done and to do.
    """
    cohort = range(four.study.scenario.cohort.patients)
    courses = len(four.studies) * len(four.study.scenario.arms)
    pieces = runs.split(cohort, runs.BLOCK[engine])
    found: dict[str, Moments] = {}
    blocks_done = in_order(functools.partial(moments_of, four, engine), pieces, workers)
    for piece, block in zip(pieces, blocks_done, strict=True):
        found = {one.name: added(found.get(one.name), one) for one in block}
        if progress is not None:
            progress(courses * piece.stop, courses * len(cohort))
    return SideBySide(four, summarise(four, [*found.values()]), engine)


def moments_of(four: Four, engine: Engine, patients: range) -> list[Moments]:
    """Every outcome of some patients, under every reading and in every arm."""
    lines = []
    for study in four.studies.values():
        names, end = names_of(study), round(study.scenario.horizon)
        protocol = lowering.protocol(study.scenario)
        for inputs, log in simulate_arms(protocol, patients, engine).values():
            people = outcomes.persons(inputs, log, names)
            lines.append({outcome.name: outcome for outcome in _at_the_end(people, end)})
    return [of_block([line[name] for line in lines]) for name in OUTCOMES if name in lines[0]]


def _at_the_end(people: outcomes.Persons, end: int) -> Iterator[Outcome]:
    """The named outcomes, of which the last visit comes last, and both T-scores at that visit."""
    yield from outcomes_of(people, end)
    for bone in BONES:
        score = f"{bone}_t"
        day = max(people.visits.get(score, [0]))
        if day > 0:
            last = people.measured[score][:, people.visits[score].index(day)]
            yield mean(f"{bone} T-score", "T-score", day, last)
