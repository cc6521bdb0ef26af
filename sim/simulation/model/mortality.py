"""Death from other causes than fracture, from a life table and what regimens do to it."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.decay import decayed
from sim.simulation.biology.mortality import death_day, death_under_ratio
from sim.simulation.model.action import take
from sim.simulation.records import Draws, Due, Params, Patient, State

MOST_LOG_MORTALITY = 20.0
"""Limit of the logarithm of a direct ratio of mortality, far beyond any drug."""


def begin_life(state: State, due: Due, patient: Patient, params: Params, draws: Draws) -> None:
    """Draw the hazard at which a patient dies of other causes, and plan that day.

    If regimens act on mortality, the day is planned from review to review instead.

    Parameters
    ----------
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, section "Death".
    """
    state.fatal_day = records.NEVER
    state.death_left = take(draws, params, records.DIES, 0, 0)
    if not params.has_ratio[records.MORTALITY]:
        hazards = params.death_hazard[patient.sex]
        due[records.DEATH] = death_day(
            state.death_left, patient.age, hazards, params.mortality_ratio, params.horizon
        )


def plan_death(
    day: int,
    review: int,
    log_ratio: float,
    at_review: float,
    state: State,
    due: Due,
    patient: Patient,
    params: Params,
) -> None:
    """Plan the death of a patient whose regimens act on mortality, up to the next review.

    The hazard since the last plan is used up, and the logarithm of the ratio is a line from this
    day to the review.

    Parameters
    ----------
    day, review : int
        Day since enrolment, and day of the next review.
    log_ratio, at_review : float
        Logarithm of the direct ratio that regimens give on the two days.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/model.md, section "Death"; docs/decisions.md, section "A direct effect on mortality".
    """
    hazards, most = params.death_hazard[patient.sex], MOST_LOG_MORTALITY
    ratio = params.mortality_ratio * math.exp(state.death_line[0])
    _, state.death_left = death_under_ratio(
        state.death_left, patient.age, state.death_since, day, hazards, ratio, state.death_line[1]
    )
    now, then = min(max(log_ratio, -most), most), min(max(at_review, -most), most)
    state.death_since = day
    state.death_line[0] = now
    state.death_line[1] = (then - now) / (review - day)
    ratio = params.mortality_ratio * math.exp(now)
    exact, _ = death_under_ratio(
        state.death_left, patient.age, day, review, hazards, ratio, state.death_line[1]
    )
    due[records.DEATH] = state.fatal_day
    state.death_cause = state.fatal_cause
    if exact <= min(review, state.fatal_day):
        due[records.DEATH] = math.ceil(exact)
        state.death_cause = 0


def log_mortality_ratio_on(day: int, state: State, params: Params) -> float:
    """Logarithm of the direct ratio on mortality that the actions of the therapies give on a day.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Log ratio of death from other causes, 0 without a direct effect.

    References
    ----------
    docs/model.md, sections "Action" and "Death".
    """
    total = 0.0
    for subset in range(params.subsets):
        log_ratio = params.log_ratio[records.MORTALITY][subset]
        if log_ratio != 0.0 and state.product[subset] != 0.0:
            left = decayed(params.subset_decay[subset], day - state.since)
            total += log_ratio * state.product[subset] * left
    return total
