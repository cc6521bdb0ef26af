"""Screening: lives that cannot break are followed without fracture hazards.

Most patients never use up the hazard of their first fracture at any site. Before a first fracture,
hazards change nothing else in a life. So a life is first followed without hazards and without their
reviews. Meanwhile a bound of BMD from below gives a bound of each hazard from above. Where the
bound could have used up the hazard until a first fracture, the same life is followed again in full.
The SimPy engine screens nobody, and shows a wrong bound by a different log.
"""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import HIGHEST_BMD, LOWEST_BMD, log_rate, t_score
from sim.simulation.model.stopping import log_ratio_after_stopping, rate_after_stopping
from sim.simulation.records import Params, Patient, State
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

BOUND_EVERY = 365
"""Days after which the bounds of the hazards are used up. Bone that is gained later lowers the
bounds of the later years. Half a year and two years take as long, over five years and over forty;
one bound for the whole of forty years takes a fifth longer."""

ROUNDING = 1.0 + 1e-9
"""Factor on the bounds, far above the rounding errors of the hazards that they stand for."""


def bound_stretch(day: int, state: State, patient: Patient, params: Params) -> None:
    """Bound bone from below, and now and then the hazards from above, by the end of a stretch.

    A stretch lies between two changes of treatment or of the course of bone.

    Parameters
    ----------
    day : int
        Day since enrolment, on which the stretch ends.
    state
        The patient's state, not yet brought forward to this day; changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/screening.md.
    """
    if day == state.hazard_since:
        return
    for bone in range(len(BONES)):
        least = least_bmd(day + params.review_every, bone, state, patient, params)
        state.least_bmd[bone] = min(state.least_bmd[bone], least)
    if params.has_stopping or day - state.bounded_since >= BOUND_EVERY:
        use_up_bounds(day, state, patient, params)
    state.hazard_since = day


def stands(day: int, state: State, patient: Patient, params: Params) -> bool:
    """Whether a life that was followed without hazards is that of a patient without a fracture.

    Parameters
    ----------
    day : int
        Last day of the life or of its follow-up.
    state
        The patient's state; changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    Returns
    -------
    bool
        False if the patient may have broken a bone by this day.

    References
    ----------
    docs/screening.md.
    """
    bound_stretch(day, state, patient, params)
    use_up_bounds(day, state, patient, params)
    return state.may_break == 0


def use_up_bounds(day: int, state: State, patient: Patient, params: Params) -> None:
    """Subtract the bound of each hazard from the hazard left until a first fracture.

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
    docs/screening.md.
    """
    since, days = state.bounded_since, day - state.bounded_since
    for site in range(len(SITES)):
        bone = records.BONE_OF_SITE[site]
        mean, sd = patient.reference_mean[bone], patient.reference_sd[bone]
        log_hazard = params.log_base[site] + patient.log_risk + params.log_ratio[site][0]
        log_hazard -= params.log_gradient[site] * t_score(state.least_bmd[bone], mean, sd)
        oldest = since if params.log_age[site] < 0.0 else day + params.review_every
        log_hazard += params.log_age[site] * (patient.age + oldest / DAYS_PER_YEAR)
        if params.has_stopping:
            log_hazard += log_ratio_after_stopping(state.hazard_since, site, state, params)
        if since < state.imminent_until[site]:
            log_hazard += max(params.log_imminent[site], 0.0)
        hazard = math.exp(min(log_hazard, params.most_log_hazard))
        state.hazard_left[site] -= hazard * days * ROUNDING
        if not state.hazard_left[site] > 0.0:
            state.may_break = 1
    for bone in range(len(BONES)):
        state.least_bmd[bone] = HIGHEST_BMD
    state.bounded_since = day


def least_bmd(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """Bound true BMD from below, from the last change of treatment to a day.

    Whatever lowers bone counts in full, and whatever raises bone does not count.

    Parameters
    ----------
    day, bone : int
        Day since enrolment, and index into `vocabulary.BONES`.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        BMD, g/cm2.

    References
    ----------
    docs/screening.md.
    """
    days, bmd, entry = day - state.since, state.bmd[bone], patient.bmd[bone]
    after_stopping = 0.0
    if params.has_stopping:
        after_stopping = rate_after_stopping(bone, state, params)
    if state.since >= params.evidence_day:
        bmd += entry * min(params.beyond_rate + after_stopping, 0.0) * days
    elif state.since >= state.plateau_day:
        bmd += entry * min(params.plateau_rate + after_stopping, 0.0) * days
    elif params.reading == records.SATURATING:
        relaxing = min(float(days), 1.0 / params.relaxation)
        lost = params.gain * params.relaxation * share_lost(days, bone, state, patient, params)
        bmd = min(bmd, entry) + entry * (lost + min(after_stopping, 0.0) * relaxing)
    elif params.reading == records.COMPOUND:
        lost = share_lost(days, bone, state, patient, params)
        bmd += bmd * (lost + min(log_rate(after_stopping), 0.0) * days)
    else:
        lost = share_lost(days, bone, state, patient, params)
        bmd += entry * (lost + min(after_stopping, 0.0) * days)
    return max(bmd, LOWEST_BMD)


def share_lost(days: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """Bound the loss under those effects that lower bone, as `biology.bone.share_gained` counts it.

    An action that decays, or bone that relaxes, gains the days at most, and the inverse of the
    faster rate at most.

    Parameters
    ----------
    days, bone : int
        Days since the last change of treatment, and index into `vocabulary.BONES`.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        Share of the entry value, at most 0.

    References
    ----------
    docs/screening.md.
    """
    total = 0.0
    for subset in range(params.subsets):
        effect = patient.bone_effect[bone][subset] * state.product[subset]
        if effect < 0.0:
            rate = params.subset_decay[subset]
            if params.reading == records.SATURATING:
                rate = max(rate, params.relaxation)
            acts = float(days)
            if rate * acts > 1.0:
                acts = 1.0 / rate
            total += effect * acts
    return total
