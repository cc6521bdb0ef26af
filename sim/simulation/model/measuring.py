"""Visits: what densitometer and laboratory read. Measuring changes nothing but the next visit."""

from __future__ import annotations

import math

from sim.simulation.biology.markers import MOST_LOG_RATIO, marker_noise, saturated
from sim.simulation.model.action import (
    Draws,
    Due,
    Params,
    Patient,
    State,
    bmd_on,
    site_action_on,
    take,
)
from sim.simulation.records import MEASURE, NEVER, NOISE, THERAPIES
from sim.vocabulary import BONES


def on_measurement(
    quantity: int,
    day: int,
    state: State,
    due: Due,
    patient: Patient,
    params: Params,
    draws: Draws,
) -> float:
    """One quantity is measured with its error. Returns the measured value in its unit."""
    visit = state.visit[quantity]
    state.visit[quantity] = visit + 1
    due[MEASURE + quantity] = NEVER
    if visit + 1 < len(params.visit_days[quantity]):
        due[MEASURE + quantity] = params.visit_days[quantity][visit + 1]
    z = take(draws, params, NOISE, quantity, visit)
    if quantity < len(BONES):
        true = bmd_on(day, quantity, state, patient, params)
        return true * (1.0 + params.bone_cv[quantity] * z)
    marker = quantity - len(BONES)
    true = marker_on(day, marker, state, patient, params)
    return true * marker_noise(z, params.marker_log_sd[marker])


def marker_on(day: int, marker: int, state: State, patient: Patient, params: Params) -> float:
    """True value of a marker on a day up to the next change of treatment, in its unit."""
    total = 0.0
    for subset in range(1, params.subsets):
        product = patient.marker_effect[marker][subset]
        for therapy in range(THERAPIES):
            if subset >> therapy & 1 and product != 0.0:
                product *= effect_site(day, marker, therapy, state, params)
        total += product
    return patient.marker[marker] * math.exp(min(total, MOST_LOG_RATIO))


def effect_site(day: int, marker: int, therapy: int, state: State, params: Params) -> float:
    """How far a therapy acts on a marker: 1 where the published change was measured."""
    if not params.in_arm[therapy]:
        return 0.0
    at_site = site_action_on(day, marker, therapy, state, params)
    if params.is_infusion[therapy]:
        effect = saturated(at_site, params.half_effect[marker])
        return effect / params.full_effect[marker][therapy]
    return at_site
