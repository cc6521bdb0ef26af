"""The value of a trial of a given size (EVSI), and what is left of it after its cost (ENBS)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.economics.information.diagnostics import warnings_of
from sim.economics.information.partial import TOLD_APART, Value, contrasts, value_of
from sim.economics.information.regression import regress
from sim.simulation.records import Floats


class Trial(NamedTuple):
    """A trial of a size, in money: `evsi` per patient who is treated afterwards, with its error.

    `gain` is the EVSI of all these patients, `cost` that of the trial, `enbs` the difference, whose
    standard error is `enbs_se`.
    """

    patients: int
    evsi: float
    evsi_se: float
    gain: float
    cost: float
    enbs: float
    enbs_se: float


class Optimum(NamedTuple):
    """The size of trial with the highest ENBS, and the sizes that are not told from it."""

    patients: int
    lowest: int
    highest: int


def evsi(
    benefit: Floats, statistics: Mapping[int, Floats], evpi: float = math.inf
) -> dict[int, Value]:
    """Return what a trial would be worth, for each number of its patients.

    For each draw of the parameters a trial is simulated and summarised, for example as the mean of
    each arm. The regression of net benefit on the summaries says what the trial would let one
    expect.

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms).
    statistics
        Summaries of the trial of each draw, of shape (draws, statistics), by number of patients.
        The patients of a trial are never those behind the net benefit of the draw: their chance
        would stand on both sides of the regression, and pass for knowledge.
    evpi
        Value of perfect information, which no value exceeds.

    Returns
    -------
    The value of each size in money per patient, from the smallest size up.

    References
    ----------
    Strong M, Oakley JE, Brennan A, Breeze P. Med Decis Making 2015;35:570-583.
    """
    outputs = contrasts(benefit)
    found = {}
    for patients in sorted(statistics):
        fit = regress(outputs, statistics[patients])
        said = warnings_of(fit, statistics[patients])
        value = value_of(fit, f"{patients} patients", said)
        found[patients] = value._replace(value=min(value.value, evpi))
    return found


def enbs(
    values: Mapping[int, Value], people: float, fixed: float, per_patient: float
) -> list[Trial]:
    """Return what each size of trial is worth to all patients, less what the trial costs.

    Parameters
    ----------
    values
        EVSI per patient by size of trial, of `evsi`.
    people
        Discounted number of patients who benefit, of `population.people`.
    fixed, per_patient
        Cost of the trial whatever its size, and for each of its patients, in money.

    Examples
    --------
    >>> value = Value("100 patients", 50.0, 5.0, 0.0, 1000, 2.0)
    >>> enbs({100: value}, 1000.0, 10000.0, 200.0)[0].enbs
    20000.0
    """
    return [
        Trial(
            patients, value.value, value.se, people * value.value, fixed + per_patient * patients,
            people * value.value - fixed - per_patient * patients, people * value.se,
        )
        for patients, value in sorted(values.items())
    ]  # fmt: skip


def optimum(trials: Sequence[Trial]) -> Optimum | None:
    """Return the size with the highest ENBS, and the range of sizes that may be as good.

    A size may be as good if its ENBS plus two standard errors reaches the highest ENBS. None if no
    size has an ENBS above 0: then none of these trials is worth its cost.
    """
    best = max(trials, key=lambda trial: trial.enbs)
    if best.enbs <= 0:
        return None
    as_good = [
        trial.patients for trial in trials if trial.enbs + TOLD_APART * trial.enbs_se >= best.enbs
    ]
    return Optimum(best.patients, min(as_good), max(as_good))
