"""Direct fracture ratios: how far each therapy carries them on a day, and how they wane."""

from __future__ import annotations

import math

from sim.simulation import records
from sim.simulation.model.by_days import action_left
from sim.simulation.records import Params, State


def log_ratio_on(day: int, site: int, state: State, params: Params) -> float:
    """Logarithm of the direct fracture ratio of the regimen on a day.

    Parameters
    ----------
    day, site : int
        Day since enrolment, and index into `vocabulary.SITES`.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        Log rate ratio, 0 without a direct effect.

    References
    ----------
    docs/model.md, sections "Action" and "Fracture ratios".
    """
    total = 0.0
    for subset in range(1, params.subsets):
        if params.log_ratio[site][subset] != 0.0:
            product = params.log_ratio[site][subset]
            for therapy in range(records.THERAPIES):
                if subset >> therapy & 1 and product != 0.0:
                    product *= share_of_ratio(day, therapy, state, params)
            total += product
    return params.log_ratio[site][0] + total * kept_beyond(day, params)


def share_of_ratio(day: int, therapy: int, state: State, params: Params) -> float:
    """Share of the log ratio that a therapy carries on a day.

    Parameters
    ----------
    day, therapy : int
        Day since enrolment, up to the next change of treatment; slot of the therapy.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    float
        From 0 to 1 for a ratio that acts as printed; else the action of the therapy.

    References
    ----------
    docs/model.md, section "Fracture ratios".
    """
    action = state.action[therapy]
    if action != 0.0:
        action *= action_left(therapy, day - state.since, params)
    if params.ratio_in_full[therapy] == 0.0:
        return action
    return min(action / params.ratio_in_full[therapy], 1.0)


def kept_beyond(day: int, params: Params) -> float:
    """Share of the log ratios that is kept after the longest follow-up with data.

    Parameters
    ----------
    day : int
        Day since enrolment.
    params
        The parameters of the arm.

    Returns
    -------
    float
        1 up to the last day with evidence, and for ratios that hold; then a line down to 0.

    References
    ----------
    docs/model.md, section "Fracture ratios".
    """
    beyond = day - params.evidence_day
    if params.ratio_wanes == 0 or beyond <= 0:
        return 1.0
    return max(1.0 - beyond / params.ratio_wanes, 0.0)


def ratio_review(day: int, review: int, state: State, params: Params) -> int:
    """Day of the next review, where a ratio may begin or cease to wane before it.

    Parameters
    ----------
    day, review : int
        Day since enrolment, and the next review without regard to ratios.
    state, params
        The patient's state and the parameters of the arm.

    Returns
    -------
    int
        Day since enrolment, later than `day` and not later than `review`.

    References
    ----------
    docs/decisions.md, section "Fracture ratios".
    """
    if params.ratio_wanes > 0 and day < params.evidence_day + params.ratio_wanes < review:
        review = params.evidence_day + params.ratio_wanes
    for therapy in range(records.THERAPIES):
        in_full = params.ratio_in_full[therapy]
        if in_full > 0.0 and params.decay[therapy] > 0.0 and state.action[therapy] > in_full:
            days = math.log(state.action[therapy] / in_full) / params.decay[therapy]
            last_in_full = state.since + int(days)
            if day < last_in_full < review:
                review = last_in_full
    return review
