"""Budget impact: what payers spend in each calendar year, with the arms' shares of today and new.

So many patients enter in each calendar year, at its beginning, with the shares of this year. In
calendar year y those who entered in year e are in year y - e + 1 since entry, and cost what this
year costs in their arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy

from sim.outcomes.estimates import influences
from sim.outcomes.intervals import UPPER
from sim.simulation.records import Floats

Shares = Mapping[str, float]
"""The share of the patients of a calendar year who get each arm; they add up to 1."""


class OfYear(NamedTuple):
    """What is spent in a calendar year, undiscounted.

    `year` is its number from 1, 0 for all years together. `today` and `new` are the spending with
    the shares of today and with the new ones, `difference` is that of new over today, with its
    Monte Carlo error and 95 % interval.
    """

    year: int
    today: float
    new: float
    difference: float
    mc_error: float
    low: float
    high: float


class Budget(NamedTuple):
    """Spending by calendar year with the shares of today and with new ones.

    `patients_a_year` enter in each calendar year, `today` and `new` are the shares of all arms in
    each calendar year.
    `followed` is the number of years since entry that the study covers.
    """

    patients_a_year: float
    today: Sequence[Shares]
    new: Sequence[Shares]
    years: list[OfYear]
    followed: int


def spending(
    costs: Floats, patients: Floats, arms: Sequence[str], per_year: float,
    today: Sequence[Shares], new: Sequence[Shares],
) -> list[OfYear]:  # fmt: skip
    """Return what is spent in each calendar year.

    Parameters
    ----------
    costs : numpy.ndarray of float, shape (groups, arms, years since entry)
        Costs of the patients of each group by year since entry, undiscounted.
    patients : numpy.ndarray of float, shape (groups,)
        Patients of each group.
    arms
        What the second axis is.
    per_year
        Patients who enter in each calendar year.
    today, new
        Shares of the arms among those who enter, for each calendar year.

    Returns
    -------
    list of OfYear
        One for each calendar year, then one for all. A year since entry after the end of follow-up
        has no cost.

    Examples
    --------
    Two arms cost 100 and 300 in the first year, 10 and 20 in the second:

    >>> costs = np.array([[[100.0, 10.0], [300.0, 20.0]]])
    >>> half = {"a": 0.5, "b": 0.5}
    >>> rows = spending(costs, np.ones(1), ["a", "b"], 40.0, [{"a": 1.0}] * 2, [half] * 2)
    >>> [(row.year, row.today, row.new) for row in rows]
    [(1, 4000.0, 8000.0), (2, 4400.0, 8600.0), (0, 8400.0, 16600.0)]
    """
    old, changed = (
        np.array([[shares.get(arm, 0.0) for arm in arms] for shares in by_year])
        for by_year in (today, new)
    )
    spent = [_by_calendar_year(costs, shares) for shares in (old, changed, changed - old)]
    of_patients = np.broadcast_to(patients[:, None], spent[0].shape)
    before, after, (apart, moved) = (
        influences(np.stack([one, of_patients], axis=1)) for one in spent
    )
    groups = len(patients)
    error = np.sqrt((moved**2).sum(axis=0) / (groups * max(1, groups - 1)))
    half = float(scipy.special.stdtrit(max(1, groups - 1), UPPER)) * error
    columns = [before[0], after[0], apart, error, apart - half, apart + half]
    numbers = (per_year * np.stack(columns, axis=1)).tolist()
    return [
        OfYear(number, *row)
        for number, row in zip([*range(1, len(new) + 1), 0], numbers, strict=True)
    ]


def _by_calendar_year(costs: Floats, shares: Floats) -> Floats:
    """Costs of one patient per calendar year, in each of them and in all: groups x (years + 1).

    `shares` are calendar years x arms.
    """
    years, followed = len(shares), costs.shape[2]
    each = np.zeros((len(costs), years))
    for entry in range(years):
        since_entry = np.einsum("gak,a->gk", costs, shares[entry])[:, : years - entry]
        each[:, entry : entry + followed] += since_entry
    return np.column_stack([each, each.sum(axis=1)])
