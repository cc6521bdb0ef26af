"""Fractures: hazards that follow bone density from review to review, and what follows one."""

from __future__ import annotations

import math

from sim.simulation.biology.bone import t_score
from sim.simulation.biology.decay import decayed
from sim.simulation.biology.fractures import accumulated, days_until
from sim.simulation.model.action import (
    Draws,
    Due,
    Params,
    Patient,
    State,
    advance,
    bmd_on,
    happens,
    take,
)
from sim.simulation.records import (
    BONE_OF_SITE,
    BREAKS,
    DEATH,
    FATAL,
    FATAL_DELAY,
    FRACTURE,
    NEVER,
    REVIEW,
)
from sim.vocabulary import BONES, SITES

DAYS_AT_RISK_OF_DEATH = 365


def on_review(day: int, state: State, due: Due, patient: Patient, params: Params) -> float:
    """The fracture rates are looked at again; where the course of bone turns, it turns here."""
    use_up_hazards(day, state)
    if day == params.evidence_day or day == state.plateau_day:
        advance(day, state, patient, params)
    set_hazards(day, state, due, patient, params)
    return 0.0


def on_fracture(
    site: int,
    day: int,
    state: State,
    due: Due,
    patient: Patient,
    params: Params,
    draws: Draws,
) -> float:
    """A bone breaks: the risk of another is higher for a while, and some patients die."""
    use_up_hazards(day, state)
    k = state.fractures[site]
    state.fractures[site] = k + 1
    state.hazard_left[site] += take(draws, params, BREAKS, site, k + 1)
    if params.log_imminent[site] != 0.0:
        state.imminent_until[site] = day + params.imminent_days[site]
    if happens(params.case_fatality[site], draws, params, FATAL, site, k):
        delay = take(draws, params, FATAL_DELAY, site, k)
        dies = day + 1 + int(delay * DAYS_AT_RISK_OF_DEATH)
        if dies < due[DEATH]:
            due[DEATH] = dies
            state.death_cause = 1 + site
    set_hazards(day, state, due, patient, params)
    return float(k + 1)


def use_up_hazards(day: int, state: State) -> None:
    """Take the hazard accumulated since the last look off what is left until the next fractures."""
    days = day - state.hazard_since
    if days > 0:
        for site in range(len(SITES)):
            used = state.hazard_ahead[site]
            if day != state.score_day:
                used = accumulated(state.hazard[site], state.hazard_slope[site], days)
            state.hazard_left[site] -= used
        state.hazard_since = day


def set_hazards(day: int, state: State, due: Due, patient: Patient, params: Params) -> None:
    """Draw log-hazards as lines from this day to the next review; plan fractures due by then.

    The T-score at the end of a line is kept: bone is continuous, so it is that of the next start.
    """
    review = next_review(day, state, params)
    due[REVIEW] = review
    state.hazard_since = day
    days = review - day
    for bone in range(len(BONES)):
        now = state.score[bone]
        if day != state.score_day:
            now = t_score_on(day, bone, state, patient, params)
        then = t_score_on(review, bone, state, patient, params)
        state.score[bone] = then
        for site in range(len(SITES)):
            if BONE_OF_SITE[site] == bone:
                gradient = params.log_gradient[site]
                log_hazard = log_factors(day, site, state, patient, params) - gradient * now
                slope = gradient * (now - then) / days
                if params.has_ratio[site]:
                    ratio = log_ratio_on(day, site, state, params)
                    log_hazard += ratio
                    slope += (log_ratio_on(review, site, state, params) - ratio) / days
                hazard = math.exp(log_hazard)
                ahead = accumulated(hazard, slope, days)
                state.hazard[site] = hazard
                state.hazard_slope[site] = slope
                state.hazard_ahead[site] = ahead
                until = days_until(state.hazard_left[site], hazard, slope, days, ahead)
                due[FRACTURE + site] = day + until if until <= days else NEVER
    state.score_day = review


def next_review(day: int, state: State, params: Params) -> int:
    """The next fixed review day, or a day before it on which bone or an imminent risk turns."""
    review = (day // params.review_every + 1) * params.review_every
    if day < params.evidence_day < review:
        review = params.evidence_day
    if day < state.plateau_day < review:
        review = state.plateau_day
    for site in range(len(SITES)):
        if day < state.imminent_until[site] < review:
            review = state.imminent_until[site]
    return review


def log_factors(day: int, site: int, state: State, patient: Patient, params: Params) -> float:
    """Log hazard per day of one site at T-score 0, with the risk factors of the day."""
    total = params.log_base[site] + patient.log_prior
    if day < state.imminent_until[site]:
        total += params.log_imminent[site]
    return total


def t_score_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """True T-score on a day up to the next change of treatment or of the course of bone."""
    bmd = bmd_on(day, bone, state, patient, params)
    return t_score(bmd, patient.reference_mean[bone], patient.reference_sd[bone])


def log_ratio_on(day: int, site: int, state: State, params: Params) -> float:
    """Logarithm of the direct fracture ratio of the therapies' actions on a day."""
    total = 0.0
    for subset in range(params.subsets):
        if params.log_ratio[site][subset] != 0.0 and state.product[subset] != 0.0:
            left = decayed(params.subset_decay[subset], day - state.since)
            total += params.log_ratio[site][subset] * state.product[subset] * left
    return total
