"""The time after the last dose of a therapy or the end of a course: when it is, and its effects."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.records import Due, Params, State


def plan_stopping(therapy: int, day: int, state: State, due: Due, params: Params) -> None:
    """Plan the time after a therapy, once no further dose follows.

    The wait counts from the last dose given, or from the end of a course. The time begins on the
    day after the wait, at the earliest on the next day.

    Parameters
    ----------
    therapy, day : int
        Slot of the therapy, and day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params
        The parameters of the arm.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    if params.stopping_days[therapy] == 0 or state.stopping_until[therapy] > 0:
        return
    last = day
    if params.is_infusion[therapy]:
        if state.infused[therapy] == 0:
            return
        last = state.site_since[therapy]
    begins = max(last + params.stopping_wait[therapy], day) + 1
    state.stopping_from[therapy] = begins
    state.stopping_until[therapy] = begins + params.stopping_days[therapy]
    due[records.REVIEW] = min(due[records.REVIEW], begins)


def plan_stopping_after_last_dose(
    therapy: int, k: int, day: int, state: State, due: Due, params: Params
) -> None:
    """Plan the time after a therapy on the day of dose k, if that is the last of its schedule.

    Parameters
    ----------
    therapy, k : int
        Slot of the therapy, and number of the planned dose, from 0.
    day : int
        Day since enrolment.
    state, due
        The patient's state and the next day of each kind of event; both are changed in place.
    params
        The parameters of the arm.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    if params.plan_is_whole[therapy]:
        planned = params.plan_days[therapy]
        if k + 1 >= len(planned) or planned[k + 1] == records.NEVER:
            plan_stopping(therapy, day, state, due, params)


def end_stopping(day: int, state: State, params: Params) -> None:
    """End the times after all therapies, because a dose is given or a course begins.

    A dose on the day of the last dose of another therapy does not count.

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
    docs/model.md, section "After stopping".
    """
    if params.has_stopping:
        for therapy in range(records.THERAPIES):
            day_after_last = state.stopping_from[therapy] - params.stopping_wait[therapy]
            if day_after_last <= day < state.stopping_until[therapy]:
                state.stopping_until[therapy] = day


def rate_after_stopping(bone: int, state: State, params: Params) -> float:
    """Change of bone density after therapies, in addition to all else.

    Parameters
    ----------
    bone : int
        Index into `vocabulary.BONES`.
    state, params
        The patient's state, since the last change of treatment, and the parameters of the arm.

    Returns
    -------
    float
        Share of the entry value per day; 0 outside such times.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    rate = 0.0
    for therapy in range(records.THERAPIES):
        if state.stopping_from[therapy] <= state.since < state.stopping_until[therapy]:
            rate += params.stopping_rate[therapy][bone]
    return rate


def log_ratio_after_stopping(day: int, site: int, state: State, params: Params) -> float:
    """Logarithm of the fracture ratio after therapies.

    Parameters
    ----------
    day, site : int
        Day since enrolment, and index into `vocabulary.SITES`.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Log rate ratio; 0 outside such times.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    total = 0.0
    for therapy in range(records.THERAPIES):
        if state.stopping_from[therapy] <= day < state.stopping_until[therapy]:
            total += params.stopping_log_ratio[therapy][site]
    return total


def stopping_review(day: int, review: int, state: State) -> int:
    """Day of the next review, where a time after a therapy may begin or end before it.

    Parameters
    ----------
    day, review : int
        Day since enrolment, and the next review without regard to these times.
    state
        The patient's state.

    Returns
    -------
    int
        Day since enrolment, later than `day` and not later than `review`.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    for therapy in range(records.THERAPIES):
        begins, ends = state.stopping_from[therapy], state.stopping_until[therapy]
        if day < begins < min(ends, review):
            review = begins
        if max(day, begins) < ends < review:
            review = ends
    return review


def begins_or_ends_stopping(day: int, state: State, params: Params) -> bool:
    """Whether a time after a therapy begins or ends on a day.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    bool
        True on the first day of such a time, and on the day after its last.

    References
    ----------
    docs/model.md, section "After stopping".
    """
    if params.has_stopping:
        for therapy in range(records.THERAPIES):
            if day == state.stopping_from[therapy] or day == state.stopping_until[therapy]:
                return True
    return False
