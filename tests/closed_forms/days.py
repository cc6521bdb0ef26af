"""Whole days: the doses of a plan, what is left of them, and who lives so long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.closed_forms.form import Law
from tests.closed_forms.laws import law, moments, nodes, scaled

YEAR, MONTH = 365.25, 30.4375
LIFE_TABLE = Path(__file__).parents[2] / "sim" / "evidence" / "france2019.csv"


def day(months: float) -> int:
    return round(months * MONTH)


def plan(horizon: int, *phases: tuple[int, int], start: float = 0.0) -> Any:
    """Days of the doses: for each phase their interval, and how many would fit, in months."""
    found = []
    for every, months in phases:
        found += [round(start + k * every * MONTH) for k in range(-(-months // every))]
        start += months * MONTH
    return np.array([d for d in found if d < horizon], dtype=float)


def lasted(days: Any, rate: float) -> Any:
    """Integral of exp(-rate s) from 0 to so many days; 0 for a day that is still to come."""
    return -np.expm1(-rate * np.maximum(days, 0.0)) / rate


def mean_exposure(doses: Any, over: int, rate: float) -> float:
    return float(lasted(over - doses, rate).sum()) / over


def survival(sex: str, ages: Any, last: int, ratio: float = 1.0) -> Any:
    """Share alive at the end of each of the days 0 to `last`, averaged over the ages at entry."""
    yearly = -np.log1p(-pd.read_csv(LIFE_TABLE)[f"q_{sex}"].to_numpy())
    reached = np.concatenate([[0.0], np.cumsum([*yearly, *[yearly[-1]] * 50])])
    age, weight = nodes(ages, 1000)
    later = age[:, None] + np.arange(last + 1) / YEAR
    hazard = np.interp(later, np.arange(len(reached)), reached)
    return weight @ np.exp(-ratio * (hazard - hazard[:, :1]))


def follow_up(alive: Any) -> Law:
    """The law of the months to death or to the last day, from the share alive after each day."""
    ends = alive[:-1] - alive[1:]
    ends[-1] = alive[-2]
    return scaled(law(moments(np.arange(1, len(alive)), ends)), 12 / YEAR)
