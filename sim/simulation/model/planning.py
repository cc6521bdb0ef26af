"""Plans: the next infusion, the end of a therapy, and the therapy that follows it."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.model.action import happens, take
from sim.simulation.model.stopping import plan_stopping
from sim.simulation.records import Draws, Due, Params, State


def begin_therapy(
    therapy: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """Plan the first infusion of a therapy, or its course, from this day on.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "One therapy after another".
    """
    if params.is_infusion[therapy]:
        state.begun[therapy] = day
        due[records.INFUSION + therapy] = infusion_day(therapy, 0, day, state, params, draws)
    else:
        state.begun[therapy] = records.NEVER
        due[records.PLAN + therapy] = day + params.course_start[therapy]


def end_therapy(
    therapy: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """End a therapy for this patient, and plan the therapies that follow it.

    A follower begins after its wait, at the earliest on the next day.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "One therapy after another".
    """
    if state.ended[therapy]:
        return
    state.ended[therapy] = 1
    due[records.INFUSION + therapy] = records.NEVER
    due[records.PLAN + therapy] = records.NEVER
    due[records.INTOLERANCE + therapy] = records.NEVER
    plan_stopping(therapy, day, state, due, params)
    for other in range(records.THERAPIES):
        if params.in_arm[other] and params.follows[other] == therapy:
            begin_therapy(other, day + max(params.wait[other], 1), state, due, params, draws)


def plan_next_infusion(
    therapy: int, k: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """Plan infusion k after one on this day. After the last infusion, plan the end of the schedule.

    The end is an event only if another therapy follows; without a follower it has no effect.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    k : int
        Number of the planned infusion, from 0.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, sections "Time and schedules" and "One therapy after another".
    """
    earliest = day + max(params.least_apart, 1)
    due[records.INFUSION + therapy] = infusion_day(therapy, k, earliest, state, params, draws)
    was_last = k >= len(params.plan_days[therapy]) or params.plan_days[therapy][k] == records.NEVER
    if was_last and params.is_followed[therapy] and params.plan_end[therapy] != records.NEVER:
        due[records.PLAN + therapy] = max(state.begun[therapy] + params.plan_end[therapy], day + 1)


def infusion_day(
    therapy: int, k: int, earliest: int, state: State, params: Params, draws: Draws
) -> int:
    """Day of infusion k: as planned or late, after the previous infusion and before the end.

    Lateness is drawn here. Whether the infusion is missed is drawn on its day.

    Parameters
    ----------
    therapy : int
        Slot of the therapy.
    k : int
        Number of the planned infusion, from 0.
    earliest : int
        Earliest possible day since enrolment.
    state
        The patient's state.
    params, draws
        The parameters of the arm and the patient's random numbers.

    Returns
    -------
    int
        Day since enrolment; `NEVER` if no infusion k is planned within the follow-up.

    Raises
    ------
    OutOfDraws
        If the patient needs more random numbers than were prepared.

    References
    ----------
    docs/decisions.md, section "Time and schedules".
    """
    if k >= len(params.plan_days[therapy]) or params.plan_days[therapy][k] == records.NEVER:
        return records.NEVER
    day = state.begun[therapy] + params.plan_days[therapy][k]
    is_given = happens(params.given[therapy], draws, params, records.GIVEN, therapy, k)
    if is_given and happens(params.late[therapy], draws, params, records.LATE, therapy, k):
        day += math.ceil(
            params.lateness[therapy] * take(draws, params, records.LATENESS, therapy, k)
        )
    day = max(day, earliest)
    return day if day < params.horizon else records.NEVER


def begin_plateau_clock(day: int, state: State, params: Params) -> None:
    """Set the day of the plateau of bone when the patient's first therapy begins.

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
    docs/model.md, section "Bone" (reading plateau).
    """
    if params.reading == records.PLATEAU and state.plateau_day == records.NEVER:
        state.plateau_day = day + params.plateau_after
