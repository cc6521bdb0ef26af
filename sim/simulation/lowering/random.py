"""The random numbers of a block of patients: which streams a scenario needs, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation.draws import Law, fill
from sim.simulation.lowering.dosing import reactions_of
from sim.simulation.records import (
    BREAKS,
    COURSE_ENDS,
    DIES,
    FATAL,
    FATAL_DELAY,
    GIVEN,
    LATE,
    LATENESS,
    NEVER,
    NOISE,
    REACTION_ENDS,
    REACTS,
    TOLERANCE,
    Floats,
)
from sim.vocabulary import BONES, MARKERS, SITES


class Need(NamedTuple):
    """Numbers that a scenario needs: for which stream and slot, under which name, of which law."""

    stream: int
    slot: int
    name: str
    law: Law
    uses: list[int]


def prepare(
    scenario: Scenario, params: npt.NDArray[np.void], first: int, count: int, fractures: int
) -> Floats:
    """Random numbers of `count` patients from `first` on, patients x columns.

    `params` is told where each stream begins. Certain and impossible things need no numbers. A
    stream is named after what it decides, a measurement's use is its day, so that neither the order
    of therapies nor the number of visits moves a number.
    """
    needs = [
        *_of_infusions(scenario, params),
        *_of_reactions(scenario, params),
        *_of_courses(scenario),
        *_of_fractures(fractures),
        Need(DIES, 0, "death", "exponential", [0]),
        *_of_measurements(params),
    ]
    width = 0
    for need in needs:
        params["first_draw"][need.stream, need.slot] = width
        params["draws"][need.stream, need.slot] = len(need.uses)
        width += len(need.uses)
    columns = [(need.name, use, need.law) for need in needs for use in need.uses]
    return fill(scenario.seed, columns, first, count)


def _of_infusions(scenario: Scenario, params: npt.NDArray[np.void]) -> Iterator[Need]:
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            uses = _planned(params, slot)
            if therapy.given < 1:
                yield Need(GIVEN, slot, f"given {name}", "uniform", uses)
            if therapy.delay and therapy.delay.probability > 0:
                yield Need(LATE, slot, f"late {name}", "uniform", uses)
                yield Need(LATENESS, slot, f"lateness {name}", "exponential", uses)
            if therapy.ends_course > 0:
                yield Need(COURSE_ENDS, slot, f"ends course {name}", "uniform", uses)


def _of_reactions(scenario: Scenario, params: npt.NDArray[np.void]) -> Iterator[Need]:
    for at, (slot, therapy, name, reaction) in enumerate(reactions_of(scenario)):
        uses = _planned(params, slot)
        if any(0 < chance < 1 for chance in (reaction.first, reaction.later)):
            yield Need(REACTS, at, f"reaction {therapy} {name}", "uniform", uses)
        if 0 < reaction.ends_course < 1:
            yield Need(REACTION_ENDS, at, f"reaction ends {therapy} {name}", "uniform", uses)


def _of_courses(scenario: Scenario) -> Iterator[Need]:
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Course) and therapy.intolerance:
            rungs = [*range(len(therapy.on_intolerance))]
            yield Need(TOLERANCE, slot, f"tolerance {name}", "exponential", rungs)


def _of_fractures(fractures: int) -> Iterator[Need]:
    for slot, site in enumerate(SITES):
        uses = [*range(fractures)]
        yield Need(BREAKS, slot, f"fracture {site}", "exponential", [*uses, fractures])
        yield Need(FATAL, slot, f"fatal fracture {site}", "uniform", uses)
        yield Need(FATAL_DELAY, slot, f"days to fatal end {site}", "uniform", uses)


def _of_measurements(params: npt.NDArray[np.void]) -> Iterator[Need]:
    for slot, name in enumerate((*BONES, *MARKERS)):
        days = [int(day) for day in params["visit_days"][slot] if day != NEVER]
        yield Need(NOISE, slot, f"measurement {name}", "normal", days)


def _planned(params: npt.NDArray[np.void], slot: int) -> list[int]:
    return [*range(int((params["plan_days"][slot] != NEVER).sum()))]
