"""Deaths: against the life table of the file by age and sex, and after fractures."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import chance, logs, settings
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, each, exact, together
from sim.simulation.records import DEATH, DIES, FATAL, FATAL_DELAY, FRACTURE, Floats
from sim.vocabulary import DAYS_PER_YEAR, SEXES, SITES, UNCHANGED


@together
def of_life_table(subject: Subject) -> Iterator[Verdict]:
    """Each patient dies when the hazard of the life table has used up the patient's random number.

    The number of deaths is that expected from the table. Once with the mortality of the file, once
    with twenty times that of the table.
    """
    for changes in ({}, settings.mortality_ratio("20")):
        arm = subject.first_arm(subject.many, settings.NO_FATAL_FRACTURES, changes)
        draw = arm.inputs.numbers(DIES, 0)[:, 0]
        day = np.minimum(arm.first_day(DEATH), arm.last + 1.0)
        before, by = (cumulative_hazard(arm, days) for days in (day - 1, day))
        right = (before < draw + UNCHANGED) & ((day > arm.last) | (by >= draw - UNCHANGED))
        yield exact("days of death", [Case("day of death", right)])
        yield chance.within(number for number in _numbers(arm, day) if number.expected > 0)


def _numbers(arm: logs.Arm, day: Floats) -> Iterator[chance.Compared]:
    """Deaths of each sex by the middle and the end of follow-up; `day` is that of each death."""
    for until in (arm.last // 2, arm.last):
        expected = -np.expm1(-cumulative_hazard(arm, np.full(arm.people, until)))
        for code, sex in enumerate(SEXES):
            of_sex = arm.inputs.patients["sex"] == code
            what = f"deaths of {sex} patients by day {until}"
            died, dying = float((day[of_sex] <= until).sum()), float(expected[of_sex].sum())
            yield chance.number(what, died, dying)


def cumulative_hazard(arm: logs.Arm, days: Floats) -> Floats:
    """Hazard of death that the patients of an arm accumulate from entry on.

    Parameters
    ----------
    arm
        The patients, with their age in years and their sex, and the mortality of their scenario: a
        probability of dying within each year of age, by sex, and a ratio to it. The last value of
        the table holds for later ages.
    days
        Days since entry, one for each patient.

    Returns
    -------
    array, one value per patient
        The integral of -ln(1 - q) over age, times the ratio.

    References
    ----------
    Hazard of each year of age: docs/model.md, section "Death".
    """
    total, patients, mortality = np.empty(len(days)), arm.inputs.patients, arm.scenario.mortality
    table = mortality.life_table
    for code, sex in enumerate(SEXES):
        yearly = np.array(table.by_age(sex))
        yearly = -np.log1p(-yearly) if table.rows.measure == "probability" else yearly
        yearly = np.append(yearly, np.full(100, yearly[-1]))
        ages, reached = np.arange(len(yearly) + 1), np.append(0.0, np.cumsum(yearly))
        of_sex = patients["sex"] == code
        age = patients["age"][of_sex]
        until = np.interp(age + days[of_sex] / DAYS_PER_YEAR, ages, reached)
        total[of_sex] = until - np.interp(age, ages, reached)
    return mortality.standardised_mortality_ratio * total


@each("deaths of fractures")
def of_fractures(subject: Subject) -> Iterator[Case]:
    """Which patients die of a fracture, when, and of which fracture, follows from the draws."""
    often = {**settings.base_rate("1.5 per year"), **settings.mortality_ratio("0")}
    for changes in (often, {**often, **settings.each_site("case_fatality", "50 %")}):
        arm = subject.first_arm(subject.some, changes)
        expected = _expected_deaths(arm)
        found = {who: (day, cause) for who, day, _, cause in logs.rows(arm.of(DEATH))}
        for who in sorted({*expected, *found}):
            death, wanted = found.get(who), expected.get(who)
            yield Case(f"patient {who}: (day, cause) {death}, not {wanted}", death == wanted)


def _expected_deaths(arm: logs.Arm) -> dict[int, tuple[int, float]]:
    """Day and cause of the earliest death that a fracture brings, by patient who dies in time."""
    deaths: dict[int, tuple[int, float]] = {}
    seen: dict[tuple[int, int], int] = {}
    for who, day, kind, _ in logs.rows(arm.of(FRACTURE, len(SITES))):
        slot = kind - FRACTURE
        k = seen[who, slot] = seen.get((who, slot), -1) + 1
        fatality = getattr(arm.scenario.fractures.sites, SITES[slot]).case_fatality
        if arm.inputs.numbers(FATAL, slot)[who, k] < fatality:
            dies = day + 1 + int(365 * arm.inputs.numbers(FATAL_DELAY, slot)[who, k])
            if dies <= arm.last and dies < deaths.get(who, (math.inf, 0.0))[0]:
                deaths[who] = (dies, 1.0 + slot)
    return deaths
