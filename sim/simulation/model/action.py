"""Actions of the therapies, and moving everything that follows them to a new day."""

from __future__ import annotations

import math
from typing import Any

from sim.simulation.biology.bone import LOWEST_BMD, share_gained
from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.biology.markers import site_action
from sim.simulation.records import COMPOUND, SATURATING, THERAPIES, OutOfDraws
from sim.vocabulary import BONES, MARKERS

# Records with the fields of schema.STATE, PATIENT, PARAMS: rows of arrays or plain objects. Draws
# are a patient's random numbers in one row, which PARAMS says how to find.
State = Any
Patient = Any
Params = Any
Draws = Any
Due = Any


def take(draws: Draws, params: Params, stream: int, slot: int, k: int) -> float:
    """The k-th random number of a stream and slot. Raises OutOfDraws past the last."""
    if k >= params.draws[stream][slot]:
        raise OutOfDraws
    return draws[params.first_draw[stream][slot] + k]


def happens(
    probability: float, draws: Draws, params: Params, stream: int, slot: int, k: int
) -> bool:
    """Whether something of this probability happens; certainty needs no random number."""
    if probability <= 0.0:
        return False
    return probability >= 1.0 or take(draws, params, stream, slot, k) < probability


def advance(day: int, state: State, patient: Patient, params: Params) -> None:
    """Bring bone and actions forward to a day on which a treatment changes."""
    days = day - state.since
    if days == 0:
        return
    for bone in range(len(BONES)):
        state.bmd[bone] = bmd_on(day, bone, state, patient, params)
    for therapy in range(THERAPIES):
        if params.in_arm[therapy]:
            state.action[therapy] *= decayed(params.decay[therapy], days)
    state.since = day
    multiply_actions(state, params)


def set_action(therapy: int, action: float, day: int, state: State, params: Params) -> None:
    """A therapy acts at another level from this day on; its effect sites follow from here."""
    for marker in range(len(MARKERS)):
        state.site_action[marker][therapy] = site_action_on(day, marker, therapy, state, params)
    state.site_since[therapy] = day
    state.site_input[therapy] = action
    state.action[therapy] = action
    multiply_actions(state, params)


def multiply_actions(state: State, params: Params) -> None:
    """Set the product of the actions of every subset of therapies."""
    state.reached_day = -1
    for subset in range(1, params.subsets):
        lowest = subset & -subset
        therapy = 0
        while lowest >> therapy != 1:
            therapy += 1
        state.product[subset] = state.product[subset - lowest] * state.action[therapy]


def site_action_on(day: int, marker: int, therapy: int, state: State, params: Params) -> float:
    """Action of a therapy at a marker's effect site, up to the next change of its action."""
    return site_action(
        state.site_action[marker][therapy],
        state.site_input[therapy],
        params.onset[marker],
        params.decay[therapy],
        day - state.site_since[therapy],
    )


def bmd_on(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """BMD (g/cm2) on a day up to the next change of treatment or of the course of bone."""
    days = day - state.since
    if days == 0:
        return state.bmd[bone]
    entry = patient.bmd[bone]
    if state.since >= params.evidence_day:
        bmd = state.bmd[bone] + entry * params.beyond_rate * days
    elif state.since >= state.plateau_day:
        bmd = state.bmd[bone] + entry * params.plateau_rate * days
    else:
        bmd = treated_bmd(day, bone, state, patient, params)
    return max(bmd, LOWEST_BMD)


def treated_bmd(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """BMD (g/cm2) on a day up to which the actions of the therapies carry it."""
    reach(day, state, params)
    entry = patient.bmd[bone]
    share = share_gained(patient.bone_effect[bone], state.reached, params.subsets)
    if params.reading == SATURATING:
        kept = decayed(params.relaxation, day - state.since)
        driven = entry * params.gain * params.relaxation * share
        return state.bmd[bone] * kept + entry * (1.0 - kept) + driven
    if params.reading == COMPOUND:
        return state.bmd[bone] * math.exp(share)
    return state.bmd[bone] + entry * share


def reach(day: int, state: State, params: Params) -> None:
    """Set what the product of each subset of therapies comes to by a day, the same for all bones.

    Kept until the next change of treatment, as spine and hip and a visit may ask for one day.
    """
    if state.reached_day == day:
        return
    state.reached_day = day
    days = day - state.since
    for subset in range(params.subsets):
        come_to = 0.0
        if state.product[subset] != 0.0:
            decay = params.subset_decay[subset]
            if params.reading == SATURATING:
                come_to = state.product[subset] * relaxed_under(params.relaxation, decay, days)
            else:
                come_to = state.product[subset] * time_under(decay, days)
        state.reached[subset] = come_to
