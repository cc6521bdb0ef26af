"""Rules: a therapy begins after a fracture, and a therapy ends at a visit."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.biology.bone import t_score
from sim.simulation.model.planning import begin_therapy
from sim.simulation.records import Draws, Due, Params, Patient, State
from sim.vocabulary import SITES


def begin_after_fracture(
    site: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """Begin the therapies that wait for this fracture, if it is the first that they wait for.

    A therapy begins after its wait, at the earliest on the next day.

    Parameters
    ----------
    site, day : int
        Index into `vocabulary.SITES`, and day since enrolment.
    state, due
        The patient's state, which counts this fracture, and the next day of each kind of event;
        both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "Rules".
    """
    for therapy in range(records.THERAPIES):
        if params.in_arm[therapy] and params.starts_on[therapy] >> site & 1:
            count = 0
            for other in range(len(SITES)):
                if params.starts_on[therapy] >> other & 1:
                    count += state.fractures[other]
            if count == 1:
                begins = day + max(params.wait[therapy], 1)
                begin_therapy(therapy, begins, state, due, params, draws)


def stop_at_visit(
    bone: int, measured: float, day: int, state: State, due: Due, patient: Patient, params: Params
) -> None:
    """Plan the end of each therapy whose condition the measured T-score fulfils, for this day.

    Parameters
    ----------
    bone : int
        Index into `vocabulary.BONES`.
    measured : float
        Measured BMD, g/cm2.
    day : int
        Day since enrolment.
    state, due
        The patient's state, and the next day of each kind of event; the latter is changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/decisions.md, section "Rules".
    """
    for therapy in range(records.THERAPIES):
        if params.stop_bone[therapy] == bone and is_under_way(therapy, day, state, due, params):
            score = t_score(measured, patient.reference_mean[bone], patient.reference_sd[bone])
            if params.stop_side[therapy] * (score - params.stop_t[therapy]) > 0.0:
                due[records.PLAN + therapy] = day


def is_under_way(therapy: int, day: int, state: State, due: Due, params: Params) -> bool:
    """Whether a patient has begun a therapy, and neither its plan nor an event has ended it.

    Parameters
    ----------
    therapy, day : int
        Slot of the therapy, and day since enrolment.
    state, due, params
        The patient's state, the next day of each kind of event and the parameters of the arm.

    Returns
    -------
    bool
        True from the day of the first dose given, or the begin of a course, to its end.

    References
    ----------
    docs/decisions.md, section "Rules".
    """
    if state.ended[therapy]:
        return False
    if not params.is_infusion[therapy]:
        return state.action[therapy] > 0.0
    if state.infused[therapy] == 0:
        return False
    is_planned = due[records.INFUSION + therapy] != records.NEVER
    return is_planned or day < state.begun[therapy] + params.plan_end[therapy]
