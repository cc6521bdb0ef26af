"""True bone density on a day, from the actions of the therapies since their last change."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import (
    HIGHEST_BMD,
    LOWEST_BMD,
    MOST_LOG_GAIN,
    log_rate,
    share_gained,
)
from sim.simulation.biology.decay import decayed, time_under
from sim.simulation.model.by_days import time_in_action
from sim.simulation.model.own_accrual import own_bmd_on, time_under_own_rows
from sim.simulation.model.stopping import rate_after_stopping
from sim.simulation.records import Params, Patient, State


def bmd_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """True BMD on a day.

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
        BMD, g/cm2, from `LOWEST_BMD` to `HIGHEST_BMD`.

    References
    ----------
    docs/model.md, section "Bone".
    """
    bmd = scenario_bmd_on(day, bone, state, patient, params)
    if params.own_rows == 0:
        return bmd
    for row in range(params.own_rows):
        bmd += own_bmd_on(day, bone, row, state, patient, params)
    return min(max(bmd, LOWEST_BMD), HIGHEST_BMD)


def scenario_bmd_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """True BMD on a day, without the gains of rows with an accrual of their own.

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
        BMD, g/cm2, from `LOWEST_BMD` to `HIGHEST_BMD`.

    References
    ----------
    docs/model.md, section "Bone".
    """
    days = day - state.since
    if days == 0:
        return state.bmd[bone]
    entry = patient.bmd[bone]
    after_stopping = 0.0
    if params.has_stopping:
        after_stopping = rate_after_stopping(bone, state, params)
    if state.since >= params.evidence_day:
        bmd = state.bmd[bone] + entry * (params.beyond_rate + after_stopping) * days
    elif state.since >= state.plateau_day:
        bmd = state.bmd[bone] + entry * (params.plateau_rate + after_stopping) * days
        if params.own_rows > 0:
            bmd -= entry * params.plateau_rate * time_under_own_rows(days, state, params)
    else:
        bmd = treated_bmd(day, bone, after_stopping, state, patient, params)
    return min(max(bmd, LOWEST_BMD), HIGHEST_BMD)


def treated_bmd(
    day: int, bone: int, after_stopping: float, state: State, patient: Patient, params: Params
) -> float:
    """True BMD on a day while the actions of the therapies determine its course.

    Parameters
    ----------
    day, bone : int
        Day since enrolment, up to the next change of treatment, plateau or end of evidence; index
        into `vocabulary.BONES`.
    after_stopping : float
        Change after therapies that have ended, share of the entry value per day.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        BMD, g/cm2, without lower limit.

    References
    ----------
    docs/model.md, section "Bone" (readings linear, compound and saturating).
    """
    reach(day, state, params)
    entry = patient.bmd[bone]
    share = share_gained(patient.bone_effect[bone], state.reached, params.subsets)
    days = day - state.since
    if params.reading == records.SATURATING:
        kept = decayed(params.relaxation, days)
        driven = entry * params.gain * params.relaxation * share
        driven += entry * after_stopping * time_under(params.relaxation, days)
        return state.bmd[bone] * kept + entry * (1.0 - kept) + driven
    if params.reading == records.COMPOUND:
        share += log_rate(after_stopping) * days
        return state.bmd[bone] * math.exp(min(share, MOST_LOG_GAIN))
    return state.bmd[bone] + entry * (share + after_stopping * days)


def reach(day: int, state: State, params: Params) -> None:
    """Integrate the action of each subset of therapies up to a day.

    The integrals are the same for all bones. They are kept until the next change of treatment,
    because spine, hip and a visit may ask for the same day.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state
        The patient's state; changed in place.
    params
        The parameters of the arm.

    References
    ----------
    docs/model.md, section "Bone".
    """
    if state.reached_day == day:
        return
    state.reached_day = day
    days = day - state.since
    for subset in range(params.subsets):
        come_to = 0.0
        if state.product[subset] != 0.0:
            come_to = state.product[subset] * time_in_action(subset, days, params)
        state.reached[subset] = come_to
