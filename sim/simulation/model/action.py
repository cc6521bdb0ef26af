"""Actions of the therapies, and the values of bone and markers that follow from them."""

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
from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.biology.markers import site_action
from sim.simulation.model.stopping import rate_after_stopping
from sim.simulation.records import Draws, OutOfDraws, Params, Patient, State
from sim.vocabulary import BONES, MARKERS


def take(draws: Draws, params: Params, stream: int, slot: int, k: int) -> float:
    """Random number k of a stream and slot, for one patient.

    Parameters
    ----------
    draws, params
        The patient's random numbers and the parameters of the arm.
    stream, slot, k : int
        Stream (`records.GIVEN`, ...), slot (therapy, reaction, site or quantity), and number of
        the use, from 0.

    Returns
    -------
    float
        The random number; its distribution is listed beside the streams in `records`.

    Raises
    ------
    OutOfDraws
        If `k` is past the last prepared number.

    References
    ----------
    docs/architecture.md, section "Random numbers".
    """
    if k >= params.draws[stream][slot]:
        raise OutOfDraws
    return draws[params.first_draw[stream][slot] + k]


def happens(
    probability: float, draws: Draws, params: Params, stream: int, slot: int, k: int
) -> bool:
    """Whether an event of a given probability happens.

    Probabilities 0 and 1 use no random number.

    Parameters
    ----------
    probability : float
        Probability, from 0 to 1.
    draws, params
        The patient's random numbers and the parameters of the arm.
    stream, slot, k : int
        Stream of uniform random numbers, its slot, and the number of the use.

    Returns
    -------
    bool
        True if the event happens.

    Raises
    ------
    OutOfDraws
        If `k` is past the last prepared number.

    References
    ----------
    docs/architecture.md, section "Random numbers".
    """
    if probability <= 0.0:
        return False
    return probability >= 1.0 or take(draws, params, stream, slot, k) < probability


def advance(day: int, state: State, patient: Patient, params: Params) -> None:
    """Bring bone and actions forward to a day on which a treatment changes.

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
    docs/model.md, sections "Action" and "Bone".
    """
    days = day - state.since
    if days == 0:
        return
    for bone in range(len(BONES)):
        state.bmd[bone] = bmd_on(day, bone, state, patient, params)
    for therapy in range(records.THERAPIES):
        if params.in_arm[therapy]:
            state.action[therapy] *= decayed(params.decay[therapy], days)
    state.since = day
    multiply_actions(state, params)


def set_action(therapy: int, action: float, day: int, state: State, params: Params) -> None:
    """Set the action of a therapy from this day on; the effect sites continue from here.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    action : float
        New action; 1 is the mean action in the published study.
    day : int
        Day since enrolment.
    state
        The patient's state; changed in place.
    params
        The parameters of the arm.

    References
    ----------
    docs/model.md, sections "Action" and "Markers".
    """
    for marker in range(len(MARKERS)):
        state.site_action[marker][therapy] = site_action_on(day, marker, therapy, state, params)
    state.site_since[therapy] = day
    state.site_input[therapy] = action
    state.action[therapy] = action
    multiply_actions(state, params)


def multiply_actions(state: State, params: Params) -> None:
    """Set the product of the actions of every subset of therapies.

    Parameters
    ----------
    state
        The patient's state; changed in place.
    params
        The parameters of the arm.

    References
    ----------
    docs/model.md, section "Action" (effects are multilinear in the actions).
    """
    state.reached_day = -1
    for subset in range(1, params.subsets):
        lowest = subset & -subset
        therapy = 0
        while lowest >> therapy != 1:
            therapy += 1
        state.product[subset] = state.product[subset - lowest] * state.action[therapy]


def site_action_on(day: int, marker: int, therapy: int, state: State, params: Params) -> float:
    """Action of a therapy at the effect site of a marker.

    Parameters
    ----------
    day : int
        Day since enrolment. Valid up to the next change of the action.
    marker : int
        Index into `vocabulary.MARKERS`.
    therapy : int
        Slot of the therapy.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Action at the effect site; 1 is the mean action in the published study.

    References
    ----------
    docs/model.md, section "Markers".
    """
    return site_action(
        state.site_action[marker][therapy],
        state.site_input[therapy],
        params.onset[marker],
        params.decay[therapy],
        day - state.site_since[therapy],
    )


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
    days = day - state.since
    if days == 0:
        return state.bmd[bone]
    entry = patient.bmd[bone]
    after_stopping = rate_after_stopping(bone, state, params)
    if state.since >= params.evidence_day:
        bmd = state.bmd[bone] + entry * (params.beyond_rate + after_stopping) * days
    elif state.since >= state.plateau_day:
        bmd = state.bmd[bone] + entry * (params.plateau_rate + after_stopping) * days
    else:
        bmd = treated_bmd(day, bone, state, patient, params)
    return min(max(bmd, LOWEST_BMD), HIGHEST_BMD)


def treated_bmd(day: int, bone: int, state: State, patient: Patient, params: Params) -> float:
    """True BMD on a day while the actions of the therapies determine its course.

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
        BMD, g/cm2, without lower limit.

    References
    ----------
    docs/model.md, section "Bone" (readings linear, compound and saturating).
    """
    reach(day, state, params)
    entry = patient.bmd[bone]
    share = share_gained(patient.bone_effect[bone], state.reached, params.subsets)
    after_stopping, days = rate_after_stopping(bone, state, params), day - state.since
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
            decay = params.subset_decay[subset]
            if params.reading == records.SATURATING:
                come_to = state.product[subset] * relaxed_under(params.relaxation, decay, days)
            else:
                come_to = state.product[subset] * time_under(decay, days)
        state.reached[subset] = come_to
