"""How many other patients a clinic has on an open day, and how many of them find a place."""

from __future__ import annotations

import math
from bisect import bisect_left

from sim.scenario.form.clinic import Clinic
from sim.scenario.form.other_patients import OtherPatients

LEFT_OUT = 1e-16
"""Probability of more patients than the longest list of probabilities has."""


def up_to(mean: float) -> list[float]:
    """Probabilities that a Poisson number is at most 0, at most 1, and so on, nearly up to 1.

    >>> [round(share, 4) for share in up_to(0.5)[:4]]
    [0.6065, 0.9098, 0.9856, 0.9982]
    """
    chance, shares, number = math.exp(-mean), [math.exp(-mean)], 0
    while number < mean or chance > LEFT_OUT:
        number += 1
        chance *= mean / number
        shares.append(min(1.0, shares[-1] + chance))
    return shares


def on_days(others: OtherPatients, uniform: list[float]) -> list[int]:
    """The number of other patients on each day, from a uniform random number of each day.

    Parameters
    ----------
    others : OtherPatients
        The load of the file.
    uniform : list of float
        Random numbers above 0 and below 1; those of a load that is always the same do not matter.

    Returns
    -------
    list of int
        Numbers by the inverse of the distribution function: more with a larger random number.
    """
    if others.always is not None:
        return [others.always] * len(uniform)
    return poisson(others.mean, uniform)


def poisson(mean: float, uniform: list[float]) -> list[int]:
    """A Poisson number from each uniform one: more with a larger mean or number.

    >>> poisson(0.5, [0.6, 0.61, 0.95])
    [0, 1, 2]
    """
    shares = up_to(mean)
    return [min(bisect_left(shares, number), len(shares) - 1) for number in uniform]


def taken_by_others(clinic: Clinic) -> float:
    """Mean number of other patients who find a place, or a chair for their visit, on an open day.

    The mean of min(X, m) is the sum of P(X > i) for i below m, where m is how many of them the day
    has room for.

    Parameters
    ----------
    clinic : Clinic
        The clinic of a scenario.

    Returns
    -------
    float
        0 without other patients.
    """
    others, most = clinic.other_patients, most_others(clinic)
    if others is None:
        return 0.0
    if others.always is not None:
        return float(min(others.always, most))
    return math.fsum(1.0 - share for share in up_to(others.mean)[:most])


def most_others(clinic: Clinic) -> int:
    """How many other patients an open day has room for, before anybody of the study is booked."""
    others, chairs, urgent = clinic.other_patients, clinic.chairs, clinic.urgent
    kept = 0 if urgent is None else urgent.kept_free
    if others is None:
        return 0
    if chairs is not None:
        return chairs.room_for(others.minutes, [] if urgent is None else [urgent.minutes] * kept)
    return max(0, int(clinic.places) - kept) if isinstance(clinic.places, float) else 0
