"""Reviews of the fracture hazards, and fractures with their consequences."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.model.action import advance, happens, take
from sim.simulation.model.hazards import set_hazards, use_up_hazards
from sim.simulation.model.own_accrual import begins_own_plateau
from sim.simulation.model.rules import begin_after_fracture
from sim.simulation.model.stopping import begins_or_ends_stopping
from sim.simulation.records import Draws, Due, Params, Patient, State

DAYS_AT_RISK_OF_DEATH = 365
"""A fatal fracture causes death on one of these days after it, all equally likely."""


def on_review(day: int, state: State, due: Due, patient: Patient, params: Params) -> float:
    """Compute the fracture hazards again.

    The course of bone changes on the day of the plateau, on the last day with evidence, and where
    a time after a therapy begins or ends.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    Returns
    -------
    float
        0; engines do not log reviews.

    References
    ----------
    docs/model.md, section "Fractures"; docs/decisions.md, section "Fractures and death".
    """
    use_up_hazards(day, state, patient, params)
    is_turn = day == params.evidence_day or day == state.plateau_day
    is_turn = is_turn or begins_own_plateau(day, state, params)
    if is_turn or begins_or_ends_stopping(day, state, params):
        advance(day, state, patient, params)
    set_hazards(day, state, due, patient, params)
    return 0.0


def on_fracture(
    site: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Record a fracture: the hazard is higher for a while, some die, and a therapy may begin.

    Parameters
    ----------
    site, day : int
        Index into `vocabulary.SITES`, and day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        Number of fractures at this site since enrolment.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, sections "Fractures" and "Death". Higher hazard after a vertebral fracture:
    Lindsay 2001, JAMA 285:320-323 (sim/evidence/lindsay2001.yaml).
    """
    use_up_hazards(day, state, patient, params)
    k = state.fractures[site]
    state.fractures[site] = k + 1
    begin_after_fracture(site, day, state, due, params, draws)
    state.hazard_left[site] += take(draws, params, records.BREAKS, site, k + 1)
    if params.log_imminent[site] != 0.0:
        state.imminent_until[site] = day + params.imminent_days[site]
    if happens(params.case_fatality[site], draws, params, records.FATAL, site, k):
        delay = take(draws, params, records.FATAL_DELAY, site, k)
        dies = day + 1 + int(delay * DAYS_AT_RISK_OF_DEATH)
        if dies < state.fatal_day:
            state.fatal_day = dies
            state.fatal_cause = 1 + site
        if dies < due[records.DEATH]:
            due[records.DEATH] = dies
            state.death_cause = 1 + site
    set_hazards(day, state, due, patient, params)
    return float(k + 1)
