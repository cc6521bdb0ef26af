"""Costs and quality of life: quantities counted anew from the log, and their sums over groups.

These checks take the scenario as it is. The others leave out its `economics`, which no simulation
reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.economics.groups import Groups
from sim.economics.quantities import keys_of, quantities
from sim.experiments.verification import logs
from sim.experiments.verification.days import Days
from sim.experiments.verification.inputs import YEAR
from sim.experiments.verification.subject import Subject, simulated
from sim.experiments.verification.verdict import QUADRATURE, Case, each
from sim.outcomes import arm_records
from sim.simulation.records import Floats
from sim.simulation.simulate import names_of
from sim.vocabulary import SEXES, UNCHANGED

ROUNDING = 1e-9
SPLITS = ((1, 3), (2, 5))
"""Patients in a group, and in a block, of two ways in which patients are added."""


@each("patients with costs and quality of life")
def years_in_states(subject: Subject) -> Iterator[Case]:
    """Years in the states after fractures add up to the years that each patient lived."""
    economics = subject.scenario.economics
    if economics is None:
        return
    states = [key.startswith("well-years") for key in keys_of(subject.scenario)]
    by_sex = np.array([getattr(economics.quality.baseline, sex) for sex in SEXES])
    for arm in simulated(subject.study, range(subject.some)).values():
        found, utility = _quantities(subject, arm), by_sex[arm.inputs.patients["sex"]]
        years, lived = found[:, :, 0], logs.last_day(arm.log, arm.people) / YEAR
        right = np.isclose(years[:, 0], lived, rtol=UNCHANGED)
        yield Case(f"life-years in {arm.name}", right)
        if economics.quality.by_age is not None:
            continue
        in_states = found[:, :, states].sum(axis=2)
        right = np.isclose(in_states, years * utility[:, None], rtol=UNCHANGED, atol=ROUNDING)
        yield Case(f"years in states in {arm.name}", right.all(axis=1))


@each("quantities of costs and quality of life")
def single_lives(subject: Subject) -> Iterator[Case]:
    """Use of resources, times in states and losses match a count of the days of each patient."""
    economics = subject.scenario.economics
    if economics is None:
        return
    keys = keys_of(subject.scenario)
    for arm in simulated(subject.study, range(subject.few)).values():
        expected = np.zeros((arm.people, 2, len(keys)))
        for patient in range(arm.people):
            for key, both in Days(arm, patient, economics).counted():
                expected[patient, :, keys.index(key)] += both
        right = np.isclose(_quantities(subject, arm), expected, rtol=QUADRATURE, atol=ROUNDING)
        for at, key in enumerate(keys):
            yield Case(f"{key} in {arm.name}", right[:, :, at].all(axis=1))


@each("means of quantities from groups")
def sums_of_groups(subject: Subject) -> Iterator[Case]:
    """Means from sums over groups of patients are those over patients, for blocks of any size."""
    if subject.scenario.economics is None:
        return
    odd = (subject.some - 1) | 1  # the last group is not whole
    for arm in simulated(subject.study, range(odd)).values():
        found = _quantities(subject, arm)
        for size, block in SPLITS:
            groups = replace(Groups.none([arm.name], keys_of(subject.scenario)), size=size)
            for first in range(0, odd, block):
                groups = groups.plus(found[first : first + block, None])
            (means,) = groups.quantities().means()
            right = np.isclose(means, found.mean(axis=0), rtol=UNCHANGED, atol=ROUNDING)
            yield Case(f"means in {arm.name}, {size} patients in a group", right.all())


def _quantities(subject: Subject, arm: logs.Arm) -> Floats:
    records = arm_records(arm.inputs, arm.log, names_of(subject.study))
    return quantities(records, subject.scenario)
