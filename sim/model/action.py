"""Actions of the therapies, and moving everything that follows them to a new day."""

from __future__ import annotations

import math
from typing import Any

from sim.biology.bone import LOWEST_BMD, linear_share, saturating_share
from sim.biology.decay import decayed
from sim.biology.markers import site_action
from sim.schema import (
    BONES,
    COMPOUND,
    MARKERS,
    SATURATING,
    THERAPIES,
    OutOfDraws,
)

# Records with the fields of schema.STATE, PATIENT, Params, Draws: rows or plain objects.
State = Any
Patient = Any
Params = Any
Draws = Any
Due = Any
Column = Any


def take(column: Column, k: int) -> float:
    """The k-th random number of a column. Raises OutOfDraws past its end, where padding is NaN."""
    if k >= len(column) or column[k] != column[k]:
        raise OutOfDraws
    return column[k]


def happens(probability: float, column: Column, k: int) -> bool:
    """Whether something of this probability happens; certainty needs no random number."""
    if probability <= 0.0:
        return False
    return probability >= 1.0 or take(column, k) < probability


def advance(day: int, state: State, patient: Patient, params: Params) -> None:
    """Bring bone, actions and effect sites forward to a day on which a treatment changes."""
    days = day - state.since
    if days == 0:
        return
    for bone in range(len(BONES)):
        state.bmd[bone] = bmd_on(day, bone, state, patient, params)
    for therapy in range(THERAPIES):
        if params.in_arm[therapy]:
            for marker in range(len(MARKERS)):
                state.site_action[marker][therapy] = site_action_on(
                    day, marker, therapy, state, params
                )
            state.action[therapy] *= decayed(params.decay[therapy], days)
    state.since = day
    multiply_actions(state, params)


def multiply_actions(state: State, params: Params) -> None:
    """Set the product of the actions of every subset of therapies."""
    for subset in range(1, params.subsets):
        lowest = subset & -subset
        therapy = 0
        while lowest >> therapy != 1:
            therapy += 1
        state.product[subset] = state.product[subset - lowest] * state.action[therapy]


def site_action_on(day: int, marker: int, therapy: int, state: State, params: Params) -> float:
    """Action of a therapy at a marker's effect site on a day up to the next change of treatment."""
    return site_action(
        state.site_action[marker][therapy],
        state.action[therapy],
        params.onset[marker],
        params.decay[therapy],
        day - state.since,
    )


def bmd_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """BMD (g/cm2) on a day up to the next change of treatment or of the course of bone."""
    days = day - state.since
    if days == 0:
        return state.bmd[bone]
    entry = patient.bmd[bone]
    effect = patient.bone_effect[bone]
    product, decay, subsets = state.product, params.subset_decay, params.subsets
    if state.since >= params.evidence_day:
        bmd = state.bmd[bone] + entry * params.beyond_rate * days
    elif state.since >= state.plateau_day:
        bmd = state.bmd[bone] + entry * params.plateau_rate * days
    elif params.reading == SATURATING:
        kept = decayed(params.relaxation, days)
        share = saturating_share(effect, product, decay, subsets, days, params.relaxation)
        bmd = (
            state.bmd[bone] * kept
            + entry * (1.0 - kept)
            + entry * params.gain * params.relaxation * share
        )
    elif params.reading == COMPOUND:
        bmd = state.bmd[bone] * math.exp(linear_share(effect, product, decay, subsets, days))
    else:
        bmd = state.bmd[bone] + entry * linear_share(effect, product, decay, subsets, days)
    return max(bmd, LOWEST_BMD)
