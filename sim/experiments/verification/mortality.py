"""Times to death against the closed form: the life table of the file, by age and sex."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import evidence
from sim.experiments.verification.subject import NO_FATAL_FRACTURES, Subject
from sim.experiments.verification.verdict import (
    Verdict,
    exact,
    number,
    together,
    within_chance,
)
from sim.simulation.records import DEATH, DIES, Floats, Inputs, Log
from sim.vocabulary import DAYS_PER_YEAR, SEXES

RATIO = ("mortality", "standardised_mortality_ratio")
SLACK = 1e-9


def death(subject: Subject) -> Verdict:
    """Everybody dies when the life table has used up a draw, and as many as it expects.

    Once with the mortality of the file, once with twenty times that of the table.
    """
    verdicts = []
    for changes in ({}, {RATIO: "20"}):
        study = subject.changed(NO_FATAL_FRACTURES, changes)
        lives = subject.lives(subject.many, NO_FATAL_FRACTURES, changes)
        inputs, log = next(iter(lives.values()))
        table = evidence.life_table(study.scenario.mortality.life_table)
        ratio = study.scenario.mortality.standardised_mortality_ratio
        verdicts += _deaths(inputs, log, table, ratio)
    return together(verdicts)


def _deaths(inputs: Inputs, log: Log, table: Any, ratio: float) -> list[Verdict]:
    last = int(inputs.params["horizon"])
    day = np.full(len(inputs.patients), last + 1.0)
    day[log.patient[log.kind == DEATH]] = log.day[log.kind == DEATH]
    draw = inputs.numbers(DIES, 0)[:, 0]
    before, by = (_life_table_hazard(inputs, table, days) * ratio for days in (day - 1, day))
    wrong = (before >= draw + SLACK) | ((day <= last) & (by < draw - SLACK))
    told = exact(
        [f"patient {who}, day {day[who]:g}" for who in np.flatnonzero(wrong)],
        len(day),
        "days of death",
    )
    compared = []
    for code, sex in enumerate(SEXES):
        for part in (last // 2, last):
            chance = 1 - np.exp(
                -ratio * _life_table_hazard(inputs, table, np.full(len(day), float(part)))
            )
            who = inputs.patients["sex"] == code
            found = float((day[who] <= part).sum())
            expected = float(chance[who].sum())
            compared.append(number(f"deaths of {sex} patients by day {part}", found, expected))
    return [told, within_chance([one for one in compared if one.expected > 0])]


def _life_table_hazard(inputs: Inputs, table: Any, days: Floats) -> Floats:
    """Hazard of the life table that accumulates from entry over some days, for each patient."""
    yearly = [-np.log1p(-np.array(table[sex])) for sex in SEXES]
    total = np.empty(len(days))
    for code, hazards in enumerate(yearly):
        ages = np.arange(len(hazards) + 101)
        reached = np.concatenate([[0.0], np.cumsum(np.append(hazards, [hazards[-1]] * 100))])
        who = inputs.patients["sex"] == code
        age = inputs.patients["age"][who]
        ends = np.interp(age + days[who] / DAYS_PER_YEAR, ages, reached)
        total[who] = ends - np.interp(age, ages, reached)
    return total
