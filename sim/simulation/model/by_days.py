"""What is left and what has accrued after whole days, looked up where a table reaches.

Nearly all time between two doses or visits is a number of whole days below `records.TABLED`. The
lowering of an arm computes the exponentials of these days once, by the same functions.
"""

from __future__ import annotations

from sim.simulation import records
from sim.simulation.biology.decay import decayed, relaxed_under, time_under
from sim.simulation.records import Params


def action_left(therapy: int, days: int, params: Params) -> float:
    """Share of the action of a therapy that is left after some days.

    Parameters
    ----------
    therapy, days : int
        Slot of the therapy, and days since the action was set.
    params
        The parameters of the arm.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    docs/model.md, section "Action".
    """
    if days < records.TABLED:
        return params.action_left[therapy][days]
    return decayed(params.decay[therapy], days)


def time_in_action(subset: int, days: int, params: Params) -> float:
    """Time that a subset of therapies has acted on bone after some days, at a product of 1.

    Parameters
    ----------
    subset, days : int
        Subset of therapies, and days since the actions were set.
    params
        The parameters of the arm.

    Returns
    -------
    float
        Days; under the saturating reading, the relaxed response, days.

    References
    ----------
    docs/model.md, section "Bone".
    """
    if days < records.TABLED:
        return params.time_in_action[subset][days]
    decay = params.subset_decay[subset]
    if params.reading == records.SATURATING:
        return relaxed_under(params.relaxation, decay, days)
    return time_under(decay, days)


def site_left(marker: int, days: int, params: Params) -> float:
    """Share of an action at the effect site of a marker that is left after some days.

    Parameters
    ----------
    marker, days : int
        Index into `vocabulary.MARKERS`, and days since the action was set.
    params
        The parameters of the arm.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    docs/model.md, section "Markers".
    """
    if days < records.TABLED:
        return params.site_left[marker][days]
    return decayed(params.onset[marker], days)


def site_response(marker: int, therapy: int, days: int, params: Params) -> float:
    """Response of the effect site of a marker to the action of a therapy after some days.

    Parameters
    ----------
    marker, therapy, days : int
        Index into `vocabulary.MARKERS`, slot of the therapy, and days since its action was set.
    params
        The parameters of the arm.

    Returns
    -------
    float
        Days.

    References
    ----------
    docs/model.md, section "Markers".
    """
    if days < records.TABLED:
        return params.site_response[marker][therapy][days]
    return relaxed_under(params.onset[marker], params.decay[therapy], days)
