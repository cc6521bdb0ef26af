"""Days of one clinic with chairs, visit by visit: who sits where, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heapreplace
from typing import TYPE_CHECKING

from sim.scenario import Study
from sim.simulation import lowering
from sim.simulation.clinic import Visit, enrolled, outside_of, rules_of, simulate
from sim.simulation.records import OutOfDraws
from sim.simulation.simulate import inputs_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["which", "day", "chair", "patient", "therapy", "appointment", "arrives", "begins",
           "nurse_until", "ends"]  # fmt: skip
BUSIEST, MEDIAN = WHICH = ("busiest day", "median day")
"""Days that are shown, by the number of visits of days with any while the clinic is full."""

PREPARED = 64
"""Fractures per patient and site for which random numbers are prepared at first."""


def days_of_clinic(study: Study, arm: str) -> pd.DataFrame:
    """Simulate the first clinic of an arm, and return the visits of two of its days.

    Parameters
    ----------
    study
        The study.
    arm
        Name of an arm with a therapy that the clinic serves.

    Returns
    -------
    pandas.DataFrame
        One row per visit: which (the busiest day, or the median one by its visits); day since the
        limits of the clinic began; chair, from 1; patient; therapy; appointment, arrives, begins,
        nurse_until and ends, in minutes since midnight. No rows without chairs, or without a day on
        which the clinic is full.
    """
    import pandas as pd

    scenario, rows = study.scenario, list[tuple[object, ...]]()
    if scenario.clinic is not None and scenario.clinic.chairs is not None:
        rules, names = rules_of(scenario), [*scenario.therapies]
        nurses = scenario.clinic.chairs.nurses
        busy = 0 if nurses is None else round(nurses.busy)
        by_day: dict[int, list[Visit]] = {}
        for visit in _visits(study, arm):
            day = visit.served
            if day is not None and day in rules.full and visit.begins is not None and visit.comes:
                by_day.setdefault(day, []).append(visit)
        for which, day in _chosen(by_day):
            for chair, visit in _in_chairs(by_day[day], scenario.clinic.chairs.number):
                begins = visit.begins or 0
                rows.append((which, day - rules.calendar.begins, chair, visit.patient,
                             names[visit.therapy], visit.appointment, visit.arrives, begins,
                             begins + busy, begins + visit.minutes))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _visits(study: Study, arm: str) -> list[Visit]:
    """The visits of the first clinic of an arm."""
    scenario, fractures = study.scenario, PREPARED
    while True:
        protocol = lowering.protocol(scenario, fractures)
        inputs = inputs_of(protocol, range(scenario.together))[arm]
        try:
            days, outside = enrolled(scenario, inputs), outside_of(scenario, inputs)
            return simulate(inputs, rules_of(scenario), days, outside)[1]
        except OutOfDraws:
            fractures *= 4


def _chosen(by_day: dict[int, list[Visit]]) -> Iterator[tuple[str, int]]:
    """The busiest day, and the median one by its visits; of equal ones the first."""
    order = sorted(by_day, key=lambda day: (-len(by_day[day]), day))
    if order:
        yield BUSIEST, order[0]
        yield MEDIAN, order[len(order) // 2]


def _in_chairs(visits: Sequence[Visit], chairs: int) -> Iterator[tuple[int, Visit]]:
    """The chair of each visit, from 1: the one that was free first, and of those the lowest."""
    free = [(0, chair) for chair in range(1, chairs + 1)]
    heapify(free)
    for visit in sorted(visits, key=lambda visit: (visit.begins or 0, visit.arrives or 0)):
        chair = free[0][1]
        heapreplace(free, ((visit.begins or 0) + visit.minutes, chair))
        yield chair, visit
