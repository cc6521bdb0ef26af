"""Courses: their planned begin and end, and the steps of intolerance."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.biology.tolerance import (
    gompertz_hazard,
    loglogistic_hazard,
    lognormal_hazard,
    steps_hazard,
    weibull_hazard,
)
from sim.simulation.model.action import advance, set_action, take
from sim.simulation.model.hazards import set_hazards, use_up_hazards
from sim.simulation.model.planning import begin_plateau_clock, end_therapy
from sim.simulation.model.stopping import end_stopping
from sim.simulation.records import Draws, Due, Params, Patient, State


def on_plan(
    therapy: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Begin a course at its full dose, or end it, as planned.

    For a therapy by infusion, the event is the end of a schedule that another therapy follows.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        New action of the course; 0 at its end.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, sections "Action" and "Tolerance"; docs/decisions.md, section "One therapy after
    another".
    """
    if params.is_infusion[therapy]:
        end_therapy(therapy, day, state, due, params, draws)
        return 0.0
    if state.begun[therapy] != records.NEVER:
        end_therapy(therapy, day, state, due, params, draws)
        set_step(therapy, 0.0, day, state, due, patient, params)
        return 0.0
    due[records.PLAN + therapy] = min(day + params.course_length[therapy], records.NEVER)
    begin_plateau_clock(day, state, params)
    end_stopping(day, state, params)
    set_step(therapy, params.relative_dose[therapy], day, state, due, patient, params)
    state.begun[therapy] = day
    state.tolerance_since[therapy] = day
    if params.family[therapy] != records.NO_INTOLERANCE:
        state.tolerance_left[therapy] = take(draws, params, records.TOLERANCE, therapy, 0)
        due[records.INTOLERANCE + therapy] = intolerance_day(therapy, day, state, patient, params)
    return params.relative_dose[therapy]


def on_intolerance(
    therapy: int, day: int, state: State, due: Due, patient: Patient, params: Params, draws: Draws
) -> float:
    """Reduce or stop a course for intolerance, as the next rung of its ladder says.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params, draws
        The patient's facts, the parameters of the arm and the patient's random numbers.

    Returns
    -------
    float
        New action of the course; 0 if it is stopped.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/model.md, section "Tolerance"; docs/decisions.md, section "Intolerance".
    """
    rung = state.rung[therapy]
    state.rung[therapy] = rung + 1
    step = state.action[therapy] * params.ladder[therapy][rung]
    set_step(therapy, step, day, state, due, patient, params)
    state.tolerance_since[therapy] = day
    due[records.INTOLERANCE + therapy] = records.NEVER
    if step == 0.0:
        end_therapy(therapy, day, state, due, params, draws)
    elif rung + 1 < len(params.ladder[therapy]) and params.ladder[therapy][rung + 1] >= 0.0:
        state.tolerance_left[therapy] = take(draws, params, records.TOLERANCE, therapy, rung + 1)
        due[records.INTOLERANCE + therapy] = intolerance_day(therapy, day, state, patient, params)
    return step


def set_step(
    therapy: int, action: float, day: int, state: State, due: Due, patient: Patient, params: Params
) -> None:
    """Set the action of a course from this day on.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    action : float
        New action; 1 is the mean action in the published study.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    patient, params
        The patient's facts and the parameters of the arm.

    References
    ----------
    docs/model.md, section "Action".
    """
    use_up_hazards(day, state, patient, params)
    advance(day, state, patient, params)
    set_action(therapy, action, day, state, params)
    set_hazards(day, state, due, patient, params)


def intolerance_day(therapy: int, day: int, state: State, patient: Patient, params: Params) -> int:
    """Day of the next intolerance event at the present dose, found by bisection over whole days.

    Bisection needs only the accumulated hazard. No distribution needs an inverse.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, patient, params
        The patient's state and facts, and the parameters of the arm.

    Returns
    -------
    int
        First whole day by which the hazard left is used up; `NEVER` after the end of follow-up.

    References
    ----------
    docs/model.md, section "Tolerance"; docs/decisions.md, section "Intolerance".
    """
    dose = state.action[therapy] ** params.dose_exponent[therapy]
    factor = dose * patient.frailty[therapy]
    began = state.begun[therapy]
    before = course_hazard(therapy, day - began, params)
    low, high = day, params.horizon + 1
    while low + 1 < high:
        middle = (low + high) // 2
        hazard = course_hazard(therapy, middle - began, params)
        if factor * (hazard - before) >= state.tolerance_left[therapy]:
            high = middle
        else:
            low = middle
    return high if high <= params.horizon else records.NEVER


def course_hazard(therapy: int, days: float, params: Params) -> float:
    """Accumulated hazard of intolerance since the start of a course, at action 1 and frailty 1.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    days : float
        Time since the start of the course, days.
    params
        The parameters of the arm.

    Returns
    -------
    float
        Accumulated hazard, without unit; 0 for a therapy without intolerance.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    family = params.family[therapy]
    a, b = params.family_a[therapy], params.family_b[therapy]
    if family == records.STEPS:
        return steps_hazard(params.step_end[therapy], params.step_hazard[therapy], days)
    if family == records.WEIBULL:
        return weibull_hazard(a, b, days)
    if family == records.GOMPERTZ:
        return gompertz_hazard(a, b, days)
    if family == records.LOGNORMAL_TIME:
        return lognormal_hazard(a, b, days)
    if family == records.LOGLOGISTIC:
        return loglogistic_hazard(a, b, days)
    return 0.0
