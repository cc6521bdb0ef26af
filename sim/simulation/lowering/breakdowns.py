"""The days on which a clinic has a breakdown, from a random number of each day."""

from __future__ import annotations

from collections.abc import Iterable

from sim.scenario.form.breakdowns import ALL, Breakdowns
from sim.simulation.records import NEVER


def lost_on_days(breakdowns: Breakdowns, uniform: Iterable[float]) -> list[int]:
    """Places or chairs that are lost on each day.

    Parameters
    ----------
    breakdowns : Breakdowns
        Breakdowns of the file.
    uniform : iterable of float
        A uniform random number of each day, from the first day of the limits on.

    Returns
    -------
    list of int
        0 on a day without a breakdown; `NEVER` where it takes all.

    Examples
    --------
    >>> of = {"every": "10 days", "for": "2 days", "takes": "3"}
    >>> lost_on_days(Breakdowns.model_validate(of), [0.5, 0.05, 0.5, 0.5, 0.01, 0.02, 0.5])
    [0, 3, 3, 0, 3, 3, 3]
    """
    takes = NEVER if breakdowns.takes == ALL else int(breakdowns.takes)
    lost, left = list[int](), 0
    for number in uniform:
        left = breakdowns.days if number < breakdowns.chance else max(0, left - 1)
        lost.append(takes if left else 0)
    return lost
