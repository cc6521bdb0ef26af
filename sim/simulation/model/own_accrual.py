"""Bone gained under rows of `effects` that have an accrual of their own."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.bone import LOWEST_BMD, MOST_LOG_GAIN
from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.records import Params, Patient, State


def own_bmd_on(
    day: int, bone: int, row: int, state: State, patient: Patient, params: Params
) -> float:
    """BMD gained by a day under a row with an accrual of its own.

    Parameters
    ----------
    day, bone : int
        Day since enrolment, up to the next change of treatment, plateau or end of evidence; index
        into `vocabulary.BONES`.
    row : int
        Slot of the row.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        g/cm2, in addition to the BMD under the accrual of the scenario.

    References
    ----------
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    days, gained = day - state.since, state.own_bmd[bone][row]
    if days == 0 or state.since >= params.evidence_day:
        return gained
    entry, rate = patient.bmd[bone], patient.own_rate[bone][row]
    reading, relaxation = params.own_reading[row], params.own_relaxation[row]
    if reading == records.SATURATING:
        under = time_under_row(days, row, relaxation, state, params)
        driven = entry * params.own_gain[row] * relaxation * rate * under
        return gained * decayed(relaxation, days) + driven
    under = time_under_row(days, row, 0.0, state, params)
    if reading == records.COMPOUND:
        value = max(entry + gained, LOWEST_BMD)
        return value * math.exp(min(rate * under, MOST_LOG_GAIN)) - entry
    if reading == records.PLATEAU and state.since >= state.own_plateau_day[row]:
        rate = params.own_plateau_rate[row]
    return gained + entry * rate * under


def time_under_row(days: int, row: int, relaxation: float, state: State, params: Params) -> float:
    """Integral of the weight of a row since the last change of treatment.

    Parameters
    ----------
    days, row : int
        Days since the last change of treatment, and slot of the row.
    relaxation : float
        Rate at which bone relaxes under the saturating reading, per day; 0 under the others.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Days at full weight; under the saturating reading, the relaxed response to the weight.

    References
    ----------
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    total = 0.0
    for subset in range(params.subsets):
        part = params.own_corner[row][subset] * state.product[subset]
        if part != 0.0:
            decay = params.subset_decay[subset]
            if relaxation > 0.0:
                total += part * relaxed_under(relaxation, decay, days)
            else:
                total += part * time_under(decay, days)
    return total


def time_under_own_rows(days: int, state: State, params: Params) -> float:
    """Integral of the weights of all rows with an accrual of their own.

    Parameters
    ----------
    days : int
        Days since the last change of treatment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Days at full weight.

    References
    ----------
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    total = 0.0
    for row in range(params.own_rows):
        total += time_under_row(days, row, 0.0, state, params)
    return total


def begin_own_plateau_clocks(day: int, state: State, params: Params) -> None:
    """Set the days of the plateaus of rows whose therapies all act for the first time.

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
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    for row in range(params.own_rows):
        acts = state.product[params.own_subset[row]] != 0.0
        has_plateau = params.own_reading[row] == records.PLATEAU
        if acts and has_plateau and state.own_plateau_day[row] == records.NEVER:
            state.own_plateau_day[row] = day + params.own_plateau_after[row]


def own_plateau_review(day: int, review: int, state: State, params: Params) -> int:
    """Day of the next review, where the plateau of a row may begin before it.

    Parameters
    ----------
    day, review : int
        Day since enrolment, and the next review without regard to these plateaus.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day` and not later than `review`.

    References
    ----------
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    for row in range(params.own_rows):
        if day < state.own_plateau_day[row] < review:
            review = state.own_plateau_day[row]
    return review


def begins_own_plateau(day: int, state: State, params: Params) -> bool:
    """Whether the plateau of a row begins on a day.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    bool
        True on the first day of such a plateau.

    References
    ----------
    docs/model.md, section "Bone" (rows with an accrual of their own).
    """
    begins = 0
    for row in range(params.own_rows):
        begins += day == state.own_plateau_day[row]
    return begins > 0
