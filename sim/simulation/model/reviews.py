"""The days on which fracture hazards are computed again."""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.model.own_accrual import own_plateau_review
from sim.simulation.model.ratio import ratio_review
from sim.simulation.model.stopping import stopping_review
from sim.simulation.records import Params, State
from sim.vocabulary import SITES


def next_review(day: int, state: State, params: Params) -> int:
    """Day of the next review.

    A life that is screened has reviews only where the course of bone changes by itself. Otherwise
    reviews fall on fixed days, on the day of the plateau, on the last day with evidence, on the
    day on which an imminent risk ends, where a fracture ratio begins or ceases to wane, and where
    a time after a therapy begins or ends.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day`.

    References
    ----------
    docs/decisions.md, section "Fractures and death".
    """
    review = next_turn(day, state, params)
    if state.screened:
        return review
    review = min(review, (day // params.review_every + 1) * params.review_every)
    for site in range(len(SITES)):
        if day < state.imminent_until[site] < review:
            review = state.imminent_until[site]
    return ratio_review(day, review, state, params)


def next_turn(day: int, state: State, params: Params) -> int:
    """Next day on which the course of bone changes by itself, without a change of treatment.

    Parameters
    ----------
    day : int
        Day since enrolment.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day`; `NEVER` if there is none.

    References
    ----------
    docs/decisions.md, section "Fractures and death".
    """
    turn = records.NEVER
    if day < params.evidence_day:
        turn = params.evidence_day
    if day < state.plateau_day < turn:
        turn = state.plateau_day
    if params.own_rows > 0:
        turn = own_plateau_review(day, turn, state, params)
    if params.has_stopping:
        turn = stopping_review(day, turn, state)
    return turn
