"""Deaths against the life table of the file, by age and sex."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import evidence
from sim.experiments.verification import chance, settings
from sim.experiments.verification.logs import Arm
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, exact, together
from sim.simulation.records import DEATH, DIES, Floats, Inputs
from sim.vocabulary import DAYS_PER_YEAR, SEXES

SLACK = 1e-9


def deaths(subject: Subject) -> Verdict:
    """Each patient dies when the hazard of the life table has used up the patient's random number.

    The number of deaths is that expected from the table. Once with the mortality of the file, once
    with twenty times that of the table.
    """
    verdicts = []
    for changes in ({}, settings.mortality_ratio("20")):
        arms = subject.arms(subject.many, settings.NO_FATAL_FRACTURES, changes)
        verdicts += _of_arm(next(iter(arms.values())))
    return together(verdicts)


def _of_arm(arm: Arm) -> list[Verdict]:
    mortality = arm.scenario.mortality
    table, ratio = evidence.life_table(mortality.life_table), mortality.standardised_mortality_ratio
    day, draw = np.minimum(arm.first_day(DEATH), arm.last + 1.0), arm.inputs.numbers(DIES, 0)[:, 0]
    before, by = (ratio * cumulative_hazard(arm.inputs, table, days) for days in (day - 1, day))
    right = (before < draw + SLACK) & ((day > arm.last) | (by >= draw - SLACK))
    compared: list[chance.Compared] = []
    for until in (arm.last // 2, arm.last):
        days = np.full(arm.people, until)
        expected = -np.expm1(-ratio * cumulative_hazard(arm.inputs, table, days))
        for code, sex in enumerate(SEXES):
            of_sex = arm.inputs.patients["sex"] == code
            what = f"deaths of {sex} patients by day {until}"
            counts = float((day[of_sex] <= until).sum()), float(expected[of_sex].sum())
            compared.append(chance.number(what, *counts))
    as_many = chance.within(deaths for deaths in compared if deaths.expected > 0)
    return [exact("days of death", [Case("day of death", right)]), as_many]


def cumulative_hazard(inputs: Inputs, table: Any, days: Floats) -> Floats:
    """Hazard that the life table accumulates from entry on.

    Parameters
    ----------
    inputs
        Inputs of the patients, with their age in years and their sex.
    table
        Probability of dying within each year of age, by sex; its last value holds for later ages.
    days
        Days since entry, one for each patient.

    Returns
    -------
    array, one value per patient
        The integral of -ln(1 - q) over age.

    References
    ----------
    Hazard of each year of age: docs/model.md, section "Death".
    """
    total = np.empty(len(days))
    for code, sex in enumerate(SEXES):
        yearly = -np.log1p(-np.array(table[sex]))
        yearly = np.append(yearly, np.full(100, yearly[-1]))
        ages, reached = np.arange(len(yearly) + 1), np.append(0.0, np.cumsum(yearly))
        of_sex = inputs.patients["sex"] == code
        age = inputs.patients["age"][of_sex]
        until = np.interp(age + days[of_sex] / DAYS_PER_YEAR, ages, reached)
        total[of_sex] = until - np.interp(age, ages, reached)
    return total
