"""Random numbers: the streams that a scenario needs, and the numbers of a range of patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation import records
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.draws import Law
from sim.simulation.lowering.clinic_dates import days_of
from sim.simulation.lowering.infusions import reactions_of
from sim.simulation.records import Floats
from sim.vocabulary import BONES, MARKERS, SITES

FRACTURES_PREPARED = 32
"""Fractures per site that random numbers are prepared for at first. With a frailty, three patients
in a thousand of the base case have more than eight at one site, and fewer than one in ten thousand
have more than this: almost no block is followed twice."""


class Need(NamedTuple):
    """Random numbers of one stream and slot.

    Attributes
    ----------
    stream : int
        Kind of decision, such as `GIVEN`.
    slot : int
        Therapy, reaction, site or quantity.
    name : str
        Name of the stream in addresses.
    law : Law
        Standard distribution of the numbers.
    uses : list of int
        Uses, one column each.
    """

    stream: int
    slot: int
    name: str
    law: Law
    uses: list[int]


def needs_of(scenario: Scenario, params: npt.NDArray[np.void], fractures: int) -> tuple[Need, ...]:
    """List the random numbers that a patient of a scenario needs.

    Events that are certain or impossible need no number. A stream has the name of its decision, and
    the use of a measurement is its day. Neither the order of therapies nor the number of visits
    changes a number.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    params : record of PARAMS
        Planned doses and days of visits.
    fractures : int
        Fractures per site that numbers are prepared for.

    Returns
    -------
    tuple of Need
        In the order of their columns.
    """
    return tuple(_needs(scenario, params, fractures))


def numbers(
    needs: Sequence[Need], seed: int, patients: range, columns: Columns = DRAWN_ANEW
) -> Floats:
    """Draw the random numbers of some patients.

    Parameters
    ----------
    needs : sequence of Need
        Random numbers per patient, as in a `Protocol`.
    seed : int
        Seed of the study.
    patients : range
        Numbers of the patients.
    columns : Columns
        Source of random numbers, which may keep columns for the next use.

    Returns
    -------
    array, shape (patients, columns)
        Columns in the order of the needs and their uses.

    References
    ----------
    docs/architecture.md, section "Random numbers".
    """
    names = [(need.name, use, need.law) for need in needs for use in need.uses]
    return columns.table(seed, names, patients)


def _needs(scenario: Scenario, params: npt.NDArray[np.void], fractures: int) -> Iterator[Need]:
    """Needs of infusions, reactions, courses, fractures, death, measurements, loss, attention."""
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Infusions):
            yield from _of_infusions(slot, name, therapy, _planned(params, slot))
    for at, (slot, therapy_name, name, reaction) in enumerate(reactions_of(scenario)):
        of, uses = f"{therapy_name} {name}", _planned(params, slot)
        if any(0 < chance < 1 for chance in (reaction.first, reaction.later)):
            yield Need(records.REACTS, at, f"reaction {of}", "uniform", uses)
        if 0 < reaction.ends_course < 1:
            yield Need(records.REACTION_ENDS, at, f"reaction ends {of}", "uniform", uses)
    for slot, (name, therapy) in enumerate(scenario.therapies.items()):
        if isinstance(therapy, Course) and therapy.intolerance:
            rungs = [*range(len(therapy.on_intolerance))]
            yield Need(records.TOLERANCE, slot, f"tolerance {name}", "exponential", rungs)
    for slot, site in enumerate(SITES):
        uses = [*range(fractures)]
        yield Need(records.BREAKS, slot, f"fracture {site}", "exponential", [*uses, fractures])
        yield Need(records.FATAL, slot, f"fatal fracture {site}", "uniform", uses)
        yield Need(records.FATAL_DELAY, slot, f"days to fatal end {site}", "uniform", uses)
    yield Need(records.DIES, 0, "death", "exponential", [0])
    for slot, name in enumerate((*BONES, *MARKERS)):
        days = params["visit_days"][slot]
        uses = [*map(int, days[days != records.NEVER])]
        yield Need(records.NOISE, slot, f"measurement {name}", "normal", uses)
    if scenario.loss is not None:
        yield Need(records.LOST, 0, "loss to follow-up", "exponential", [0])
    if scenario.fractures.has_clinical:
        uses = [*range(fractures)]
        yield Need(records.CLINICAL, 0, "clinical fracture vertebral", "uniform", uses)
    if scenario.clinic is not None:
        yield from _of_clinic(scenario.clinic, [*scenario.therapies], params)
        yield from _of_days(scenario.clinic, scenario)


def _of_clinic(
    clinic: Clinic, therapies: Sequence[str], params: npt.NDArray[np.void]
) -> Iterator[Need]:
    """Random numbers of the visits of a clinic, by planned dose."""
    yield Need(records.ENROLS, 0, "day of enrolment", "uniform", [0])
    for slot, name in enumerate(therapies):
        if not params["served"][slot]:
            continue
        uses = _planned(params, slot)
        if 0 < clinic.not_coming < 1:
            yield Need(records.COMES, slot, f"comes for {name}", "uniform", uses)
        chairs = clinic.chairs
        if chairs is not None and chairs.visits[name].sd > 0:
            yield Need(records.LASTS, slot, f"minutes of {name}", "normal", uses)
        if chairs is not None and chairs.arrival is not None and chairs.arrival.sd > 0:
            yield Need(records.ARRIVES, slot, f"arrival for {name}", "normal", uses)


def _of_days(clinic: Clinic, scenario: Scenario) -> Iterator[Need]:
    """Random numbers of the days of a clinic, as many days for each of its patients."""
    uses = [*range(-(-days_of(clinic, scenario) // scenario.together))]
    if clinic.other_patients is not None and clinic.other_patients.per_open_day:
        yield Need(records.OTHERS, 0, "other patients of the clinic", "uniform", uses)
    if clinic.breakdowns is not None:
        yield Need(records.FAILS, 0, "breakdowns of the clinic", "uniform", uses)
    if clinic.urgent is not None:
        yield Need(records.URGENT, 0, "urgent patients of the clinic", "uniform", uses)


def _of_infusions(slot: int, name: str, therapy: Infusions, uses: list[int]) -> Iterator[Need]:
    if therapy.given < 1:
        yield Need(records.GIVEN, slot, f"given {name}", "uniform", uses)
    if therapy.delay and therapy.delay.probability > 0:
        yield Need(records.LATE, slot, f"late {name}", "uniform", uses)
        yield Need(records.LATENESS, slot, f"lateness {name}", "exponential", uses)
    if therapy.ends_course > 0:
        yield Need(records.COURSE_ENDS, slot, f"ends course {name}", "uniform", uses)


def _planned(params: npt.NDArray[np.void], slot: int) -> list[int]:
    return [*range(int((params["plan_days"][slot] != records.NEVER).sum()))]
