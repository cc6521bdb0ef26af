"""What comes next by plan: the next infusion, the end of a therapy, and what waits for that end."""

from __future__ import annotations

import math

from sim.simulation.model.action import Draws, Due, Params, State, happens, take
from sim.simulation.records import (
    GIVEN,
    INFUSION,
    INTOLERANCE,
    LATE,
    LATENESS,
    NEVER,
    PLAN,
    PLATEAU,
    THERAPIES,
)


def begin_therapy(
    therapy: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """A therapy may begin from this day on: its first infusion, or its course, is planned."""
    if params.is_infusion[therapy]:
        state.begun[therapy] = day
        due[INFUSION + therapy] = infusion_day(therapy, 0, day, state, params, draws)
    else:
        state.begun[therapy] = NEVER
        due[PLAN + therapy] = day + params.course_start[therapy]


def end_therapy(
    therapy: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """A therapy is over for this patient; what waits for its end is planned.

    What follows begins after its wait, at the earliest the next day.
    """
    if state.ended[therapy]:
        return
    state.ended[therapy] = 1
    due[INFUSION + therapy] = NEVER
    due[PLAN + therapy] = NEVER
    due[INTOLERANCE + therapy] = NEVER
    for other in range(THERAPIES):
        if params.in_arm[other] and params.follows[other] == therapy:
            begin_therapy(other, day + max(params.wait[other], 1), state, due, params, draws)


def plan_next_infusion(
    therapy: int, k: int, day: int, state: State, due: Due, params: Params, draws: Draws
) -> None:
    """Plan the k-th infusion after one on this day; after the last one, the end of the schedule.

    The end is planned only where another therapy waits for it; nothing else would notice it.
    """
    due[INFUSION + therapy] = infusion_day(therapy, k, day + 1, state, params, draws)
    was_last = k >= len(params.plan_days[therapy]) or params.plan_days[therapy][k] == NEVER
    if was_last and params.is_followed[therapy] and params.plan_end[therapy] != NEVER:
        due[PLAN + therapy] = max(state.begun[therapy] + params.plan_end[therapy], day + 1)


def infusion_day(
    therapy: int, k: int, earliest: int, state: State, params: Params, draws: Draws
) -> int:
    """Day of the k-th infusion: as planned, or late, but after the one before and before the end.

    Being late is drawn here; whether the infusion is missed is drawn on the day.
    """
    if k >= len(params.plan_days[therapy]) or params.plan_days[therapy][k] == NEVER:
        return NEVER
    day = state.begun[therapy] + params.plan_days[therapy][k]
    is_given = happens(params.given[therapy], draws, params, GIVEN, therapy, k)
    if is_given and happens(params.late[therapy], draws, params, LATE, therapy, k):
        day += math.ceil(params.lateness[therapy] * take(draws, params, LATENESS, therapy, k))
    day = max(day, earliest)
    return day if day < params.horizon else NEVER


def begin_plateau_clock(day: int, state: State, params: Params) -> None:
    """The first therapy of the patient begins: bone has so long until its plateau."""
    if params.reading == PLATEAU and state.plateau_day == NEVER:
        state.plateau_day = day + params.plateau_after
