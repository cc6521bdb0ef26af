"""Fractures: hazards that follow bone density from review to review, and their consequences."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import t_score
from sim.simulation.biology.fractures import MOST_LOG_RISE, accumulated, days_until
from sim.simulation.model.action import advance, happens, take
from sim.simulation.model.bone import bmd_on
from sim.simulation.model.mortality import log_mortality_ratio_on, plan_death
from sim.simulation.model.own_accrual import begins_own_plateau, own_plateau_review
from sim.simulation.model.ratio import log_ratio_on, ratio_review
from sim.simulation.model.rules import begin_after_fracture
from sim.simulation.model.screening import bound_stretch
from sim.simulation.model.stopping import (
    begins_or_ends_stopping,
    log_ratio_after_stopping,
    stopping_review,
)
from sim.simulation.records import Draws, Due, Params, Patient, State
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

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


def use_up_hazards(day: int, state: State, patient: Patient, params: Params) -> None:
    """Subtract the hazard since the last update from the hazard left until each fracture.

    A life that is screened has no hazards, only bounds.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state
        The patient's state; changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/model.md, section "Fractures".
    """
    days = day - state.hazard_since
    if state.screened:
        bound_stretch(day, state, patient, params)
    elif days > 0:
        for site in range(len(SITES)):
            used = state.hazard_ahead[site]
            if day != state.score_day:
                used = accumulated(state.hazard[site], state.hazard_slope[site], days)
            state.hazard_left[site] -= used
        state.hazard_since = day


def set_hazards(day: int, state: State, due: Due, patient: Patient, params: Params) -> None:
    """Set each log-hazard as a line from this day to the next review.

    Fractures that are due by the next review are planned. The T-score at the end of the line is
    kept, because the next line starts there.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/model.md, section "Fractures". Gradients: Marshall 1996, BMJ 312:1254-1259
    (sim/evidence/marshall1996.yaml).
    """
    review = next_review(day, state, params)
    due[records.REVIEW] = review
    state.hazard_since = day
    if state.screened:
        return
    days = review - day
    for bone in range(len(BONES)):
        now = state.score[bone]
        if day != state.score_day:
            now = t_score_on(day, bone, state, patient, params)
        then = t_score_on(review, bone, state, patient, params)
        state.score[bone] = then
        for site in range(len(SITES)):
            if records.BONE_OF_SITE[site] == bone:
                gradient = params.log_gradient[site]
                log_hazard = log_factors(day, site, state, patient, params) - gradient * now
                slope = gradient * (now - then) / days + params.log_age[site] / DAYS_PER_YEAR
                if params.has_ratio[site]:
                    ratio = log_ratio_on(day, site, state, params)
                    log_hazard += ratio
                    slope += (log_ratio_on(review, site, state, params) - ratio) / days
                log_hazard = min(log_hazard, params.most_log_hazard)
                rise = min(params.most_log_hazard - log_hazard, MOST_LOG_RISE)
                slope = min(slope, rise / days)
                hazard = math.exp(log_hazard)
                ahead = accumulated(hazard, slope, days)
                state.hazard[site] = hazard
                state.hazard_slope[site] = slope
                state.hazard_ahead[site] = ahead
                until = days_until(state.hazard_left[site], hazard, slope, days, ahead)
                due[records.FRACTURE + site] = day + until if until <= days else records.NEVER
    state.score_day = review
    if params.has_ratio[records.MORTALITY]:
        ratio = log_mortality_ratio_on(day, state, params)
        at_review = log_mortality_ratio_on(review, state, params)
        plan_death(day, review, ratio, at_review, state, due, patient, params)


def next_review(day: int, state: State, params: Params) -> int:
    """Day of the next review.

    A life that is screened has reviews only where the course of bone changes by itself. Otherwise
    reviews fall on fixed days, on the day of the plateau, on the last day with evidence, on the
    day on which an imminent risk ends, where a fracture ratio begins or ceases to wane, and where
    a time after a therapy begins or ends.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day`.

    References
    ----------
    docs/decisions.md, section "Fractures and death".
    """
    review = next_turn(day, state, params)
    if state.screened:
        return review
    review = min(review, (day // params.review_every + 1) * params.review_every)
    for site in range(len(SITES)):
        if day < state.imminent_until[site] < review:
            review = state.imminent_until[site]
    return ratio_review(day, review, state, params)


def next_turn(day: int, state: State, params: Params) -> int:
    """Next day on which the course of bone changes by itself, without a change of treatment.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day`; `NEVER` if there is none.

    References
    ----------
    docs/decisions.md, section "Fractures and death".
    """
    turn = records.NEVER
    if day < params.evidence_day:
        turn = params.evidence_day
    if day < state.plateau_day < turn:
        turn = state.plateau_day
    turn = own_plateau_review(day, turn, state, params)
    return stopping_review(day, turn, state, params)


def log_factors(day: int, site: int, state: State, patient: Patient, params: Params) -> float:
    """Logarithm of the hazard of a site at T-score 0, with the risk factors of the day.

    Parameters
    ----------
    day, site : int
        Day since enrolment, and index into `vocabulary.SITES`.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        Log hazard, per day.

    References
    ----------
    docs/model.md, section "Fractures".
    """
    total = params.log_base[site] + patient.log_risk
    total += params.log_age[site] * (patient.age + day / DAYS_PER_YEAR)
    total += log_ratio_after_stopping(day, site, state, params)
    if day < state.imminent_until[site]:
        total += params.log_imminent[site]
    return total


def t_score_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """True T-score on a day.

    Parameters
    ----------
    day, bone : int
        Day since enrolment, up to the next change of treatment, plateau or end of evidence; index
        into `vocabulary.BONES`.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        T-score, SDs of young adults.

    References
    ----------
    docs/model.md, section "Bone".
    """
    bmd = bmd_on(day, bone, state, patient, params)
    return t_score(bmd, patient.reference_mean[bone], patient.reference_sd[bone])
