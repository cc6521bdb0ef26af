"""Fracture hazards, whose logarithms are lines from review to review."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import t_score
from sim.simulation.biology.fractures import MOST_LOG_RISE, accumulated, days_until
from sim.simulation.model.bone import bmd_on
from sim.simulation.model.mortality import log_mortality_ratio_on, plan_death
from sim.simulation.model.ratio import log_ratio_on
from sim.simulation.model.reviews import next_review
from sim.simulation.model.screening import bound_stretch
from sim.simulation.model.stopping import log_ratio_after_stopping
from sim.simulation.records import Due, Params, Patient, State
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES


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

    Fractures that are due by the next review are planned.

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
    set_scores(day, review, state, patient, params)
    days, most = review - day, params.most_log_hazard
    for site in range(len(SITES)):
        bone, gradient = records.BONE_OF_SITE[site], params.log_gradient[site]
        now, then = state.score[bone], state.score_ahead[bone]
        log_hazard = log_factors(day, site, state, patient, params) - gradient * now
        slope = gradient * (now - then) / days + params.log_age[site] / DAYS_PER_YEAR
        if params.has_ratio[site]:
            ratio = log_ratio_on(day, site, state, params)
            log_hazard += ratio
            slope += (log_ratio_on(review, site, state, params) - ratio) / days
        log_hazard = min(log_hazard, most)
        slope = min(slope, min(most - log_hazard, MOST_LOG_RISE) / days)
        hazard = math.exp(log_hazard)
        ahead = accumulated(hazard, slope, days)
        state.hazard[site] = hazard
        state.hazard_slope[site] = slope
        state.hazard_ahead[site] = ahead
        until = days_until(state.hazard_left[site], hazard, slope, days, ahead)
        due[records.FRACTURE + site] = day + until if until <= days else records.NEVER
    if params.has_ratio[records.MORTALITY]:
        ratio = log_mortality_ratio_on(day, state, params)
        at_review = log_mortality_ratio_on(review, state, params)
        plan_death(day, review, ratio, at_review, state, due, patient, params)


def set_scores(day: int, review: int, state: State, patient: Patient, params: Params) -> None:
    """Set the T-scores on a day and at the next review, between which log-hazards are lines.

    The next line starts where this one ends, unless a treatment changes before.

    Parameters
    ----------
    day, review : int
        Day since enrolment, and day of the next review.
    state
        The patient's state; changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/model.md, section "Fractures".
    """
    for bone in range(len(BONES)):
        state.score[bone] = state.score_ahead[bone]
        if day != state.score_day:
            state.score[bone] = t_score_on(day, bone, state, patient, params)
        state.score_ahead[bone] = t_score_on(review, bone, state, patient, params)
    state.score_day = review


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
    if params.has_stopping:
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
