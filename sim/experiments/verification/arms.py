"""Arms compared with arms: equal ones, ones without effect, and ones under other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import logs, settings
from sim.experiments.verification.subject import Subject, patient_outcomes
from sim.experiments.verification.verdict import Case, Verdict, each, exact
from sim.simulation.records import FRACTURE, MEASURE, PLAN, REVIEW, Log
from sim.vocabulary import BONES, SITES

SATURATING = {"saturating": {"time_constant": "12 months", "window": "12 months"}}


@each("events and outcomes of patients in two equal arms")
def equal_arms(subject: Subject) -> Iterator[Case]:
    """Two arms with the same therapies, in any order, have the same events and outcomes."""
    for arm, therapies in subject.scenario.arms.items():
        twins = {"first": [*therapies], "second": [*reversed(therapies)]}
        first, second = subject.arms(subject.some, {("arms",): twins}).values()
        yield Case(f"events in {arm}", logs.same_for(subject.some, first.log, second.log))
        outcomes = (patient_outcomes(subject.study, twin) for twin in (first, second))
        for a, b in zip(*outcomes, strict=False):
            equal = (a.numerator == b.numerator) & (a.denominator == b.denominator)
            yield Case(f"{a.name} in {arm}", equal)


def labels(subject: Subject) -> Verdict:
    """An arm has the same events under another name, in another order, and beside other arms."""
    before, names = subject.arms(subject.some), list(subject.scenario.arms)
    therapies = {arm: [*names] for arm, names in subject.scenario.arms.items()}
    new_names = [
        dict(zip(names, reversed(names), strict=True)),
        {name: f"arm {i}" for i, name in enumerate(names)},
    ]
    cases = []
    for new, more in zip(new_names, ({}, {"arm 99": therapies[names[-1]]}), strict=True):
        arms = {**more, **{new[name]: therapies[name] for name in reversed(names)}}
        now = subject.arms(subject.some, {("arms",): arms})
        cases += [
            Case(f"{n} as {new[n]}", logs.same(before[n].log, now[new[n]].log)) for n in names
        ]
    return exact("arms with another name", cases)


@each("events with and without treatment")
def no_effect(subject: Subject) -> Iterator[Case]:
    """A therapy without effect leaves natural history unchanged, for several readings."""
    if "none" not in subject.study.document["effects"]:
        return
    none: Any = subject.study.document["effects"]["none"]
    rows = {("effects", name): none for name in subject.scenario.effects}
    for therapies in filter(None, subject.scenario.arms.values()):
        arms = {("arms",): {"treated": [*therapies], "untreated": []}}
        # Between reviews the log-hazard of fractures is interpolated, which is exact for linear
        # bone density only: other readings are compared without a gradient.
        for accrual, gradient in (
            ("linear", {}),
            ("compound", settings.NO_GRADIENT),
            (SATURATING, settings.NO_GRADIENT),
        ):
            reading = {("accrual",): accrual, **gradient}
            changes = (rows, arms, reading, subject.no_ratio)
            yield _same_history(*(arm.log for arm in subject.arms(subject.some, *changes).values()))


def _same_history(treated: Log, untreated: Log) -> Case:
    """The same events without those of treatment, with the same values but for rounding."""
    first, second = (
        logs.selected(log, (log.kind < PLAN) | (log.kind > REVIEW)) for log in (treated, untreated)
    )
    if len(first.day) != len(second.day):
        return Case(f"{len(first.day)} events with treatment, {len(second.day)} without", False)
    right = np.isclose(first.value, second.value, rtol=1e-9, atol=0)
    for a, b in zip(first[:3], second[:3], strict=True):
        right &= a == b
    return Case("events without treatment", right, first.patient)


def fractures_without_bone(subject: Subject) -> Verdict:
    """Without effects of bone density and direct ratios, all arms have the same fractures."""
    often = {**settings.base_rate("0.5 per year"), **settings.NO_FATAL_FRACTURES}
    arms = subject.arms(subject.some, settings.NO_GRADIENT, subject.no_ratio, often)
    first, *others = (arm.of(FRACTURE, len(SITES)) for arm in arms.values())
    cases = [Case(arm, logs.same(first, log)) for arm, log in zip([*arms][1:], others, strict=True)]
    note = f"{len(first.day)} fractures in each"
    return exact("further arms", cases, note)


@each("arms with the same direct ratio in every regimen")
def ratio_of_one(subject: Subject) -> Iterator[Case]:
    """A direct fracture ratio of 1 has no effect; 2 in every regimen doubles the base rate."""
    often, twice = settings.base_rate("0.3 per year"), settings.base_rate("0.6 per year")
    regimens = subject.scenario.effects
    one, two = (
        settings.each_of(("effects",), regimens, {"fracture_ratio": dict.fromkeys(SITES, ratio)})
        for ratio in ("1", "2")
    )
    plain = subject.no_ratio
    without, with_one, with_two, doubled = (
        subject.arms(subject.some, *changes)
        for changes in ((often, plain), (often, one), (often, two), (twice, plain))
    )
    for arm in without:
        yield Case(f"ratio 1 in {arm}", logs.same(with_one[arm].log, without[arm].log))
        days = [arms[arm].of(FRACTURE, len(SITES))[:3] for arms in (with_two, doubled)]
        yield Case(f"ratio 2 in {arm}", all(map(np.array_equal, *days)))


@each("bone densities with a larger effect")
def more_effect(subject: Subject) -> Iterator[Case]:
    """A larger effect of the regimen of an arm never lowers the bone density of a patient."""
    exactly = {**subject.no_noise, **settings.NO_DEATHS}
    for arm, therapies in subject.scenario.arms.items():
        regimen = " + ".join(sorted(therapies)) or "none"
        for kind, bone in enumerate(BONES):
            mean = getattr(subject.scenario.effects[regimen], bone).mean
            effects = [{"mean": f"{m:.17g} %/year", "sd": "1 %/year"} for m in (mean, mean + 2)]
            changes = [{("effects", regimen, bone): effect, **exactly} for effect in effects]
            low, high = (subject.arms(subject.some, c)[arm].of(MEASURE + kind) for c in changes)
            yield Case(f"{bone} in {arm}", high.value >= low.value * (1 - 1e-9), low.patient)
