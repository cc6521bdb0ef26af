"""Visits: bone density and markers as measured, with measurement error.

A measurement changes only the day of the next visit, and ends a therapy whose rule says so.
"""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.biology.markers import MOST_LOG_RATIO, marker_noise, saturated
from sim.simulation.model.action import site_action_on, take
from sim.simulation.model.bone import bmd_on
from sim.simulation.model.rules import stop_at_visit
from sim.simulation.records import Draws, Due, Params, Patient, State
from sim.vocabulary import BONES


def on_measurement(
    quantity: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Measure one quantity with its error. A measured T-score may end a therapy on this day.

    Parameters
    ----------
    quantity : int
        Index into `vocabulary.QUANTITIES`.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        Measured value, in the unit in the name of the quantity.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, section "Measurement". DXA error: Wilson and Smith
    (sim/evidence/wilson_dxa_precision.yaml).
    """
    visit = state.visit[quantity]
    state.visit[quantity] = visit + 1
    due[records.MEASURE + quantity] = records.NEVER
    if visit + 1 < len(params.visit_days[quantity]):
        due[records.MEASURE + quantity] = params.visit_days[quantity][visit + 1]
    z = take(draws, params, records.NOISE, quantity, visit)
    if quantity < len(BONES):
        true = bmd_on(day, quantity, state, patient, params)
        measured = true * (1.0 + params.bone_cv[quantity] * z)
        stop_at_visit(quantity, measured, day, state, due, patient, params)
        return measured
    marker = quantity - len(BONES)
    true = marker_on(day, marker, state, patient, params)
    return true * marker_noise(z, params.marker_log_sd[marker])


def marker_on(day: int, marker: int, state: State, patient: Patient, params: Params) -> float:
    """True value of a marker on a day.

    Parameters
    ----------
    day : int
        Day since enrolment. Valid up to the next change of treatment.
    marker : int
        Index into `vocabulary.MARKERS`.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    float
        Value in the unit of the marker, at most exp(`MOST_LOG_RATIO`) times the entry value.

    References
    ----------
    docs/model.md, section "Markers".
    """
    total = 0.0
    for subset in range(1, params.subsets):
        product = patient.marker_effect[marker][subset]
        for therapy in range(records.THERAPIES):
            if subset >> therapy & 1 and product != 0.0:
                product *= effect_site(day, marker, therapy, state, params)
        total += product
    return patient.marker[marker] * math.exp(min(total, MOST_LOG_RATIO))


def effect_site(day: int, marker: int, therapy: int, state: State, params: Params) -> float:
    """Effect of a therapy on a marker on a day, relative to the effect when the paper measured.

    Parameters
    ----------
    day : int
        Day since enrolment.
    marker : int
        Index into `vocabulary.MARKERS`.
    therapy : int
        Slot of the therapy.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Relative effect: 1 gives the published change; 0 for a therapy that is not in the arm.

    References
    ----------
    docs/model.md, section "Markers".
    """
    if not params.in_arm[therapy]:
        return 0.0
    at_site = site_action_on(day, marker, therapy, state, params)
    if params.is_infusion[therapy]:
        effect = saturated(at_site, params.half_effect[marker])
        return effect / params.full_effect[marker][therapy]
    return at_site
