"""Actions of the therapies, at present and at the effect sites of the markers."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.biology.markers import site_action_after
from sim.simulation.model.bone import scenario_bmd_on
from sim.simulation.model.by_days import action_left, site_left, site_response
from sim.simulation.model.own_accrual import begin_own_plateau_clocks, own_bmd_on
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
        state.bmd[bone] = scenario_bmd_on(day, bone, state, patient, params)
        for row in range(params.own_rows):
            state.own_bmd[bone][row] = own_bmd_on(day, bone, row, state, patient, params)
    for therapy in range(records.THERAPIES):
        if params.in_arm[therapy]:
            state.action[therapy] *= action_left(therapy, days, params)
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
    begin_own_plateau_clocks(day, state, params)


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
        first = records.FIRST_OF[subset]
        others = subset - (1 << first)
        state.product[subset] = state.product[others] * state.action[first]


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
    days = day - state.site_since[therapy]
    return site_action_after(
        state.site_action[marker][therapy],
        state.site_input[therapy],
        params.onset[marker],
        site_left(marker, days, params),
        site_response(marker, therapy, days, params),
    )
