"""Extreme values: probabilities of 0 and 1, mortality of 0 or enormous, and arms that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.experiments.verification import logs, settings
from sim.experiments.verification.subject import Subject, patient_outcomes
from sim.experiments.verification.verdict import Case, Verdict, each, exact
from sim.simulation import records
from sim.simulation.records import Log
from sim.vocabulary import BONES, SITES, UNCHANGED

SURELY = {"first": "100 %", "later": "100 %", "ends_course": "100 %"}

SATURATING = {"saturating": {"time_constant": "12 months", "window": "12 months"}}


@each("courses with probability 0 or 1")
def intolerance(subject: Subject) -> Iterator[Case]:
    """With probability 0 no patient becomes intolerant; with probability 1 every patient does."""
    days = max(1, round(subject.scenario.horizon) // 20)
    never, surely = (
        subject.arms(subject.some, settings.NO_DEATHS, _intolerant(subject, probability, days))
        for probability in ("0 %", "99.9999999 %")
    )
    for arm in surely.values():
        for slot, name, _ in arm.courses:
            stopped = never[arm.name].first_day(records.INTOLERANCE + slot)
            yield Case(f"{name} in {arm.name} goes on", np.isinf(stopped))
            begun = logs.first_day(arm.given(records.PLAN + slot), arm.people)
            in_time = arm.first_day(records.INTOLERANCE + slot) <= begun + days
            yield Case(f"{name} in {arm.name} stops", in_time | (begun + days > arm.last))


def _intolerant(subject: Subject, probability: str, days: int) -> settings.Changes:
    """Courses that end with a probability by a day, whatever the dose."""
    course = {
        "hazard_by_dose": "0",
        "frailty_sd": "0",
        "for": None,
        "on_intolerance": ["stop"],
        "intolerance": [{"probability": probability, "until": f"{days} days"}],
    }
    return settings.each_of(("therapies",), subject.courses, course)


@each("doses with probability 0 or 1")
def doses(subject: Subject) -> Iterator[Case]:
    """With attendance 0 % no patient gets a dose; if each dose ends the course, at most one."""
    for most, what, therapy in (
        (0, "never given", {"given": "0 %", "ends_course": "0 %"}),
        (1, "ended by each dose", {"given": "100 %", "ends_course": "100 %"}),
        (1, "ended by each reaction",
         {"given": "100 %", "ends_course": "0 %", "reactions": {"surely": SURELY}}),
    ):  # fmt: skip
        changes = settings.each_of(("therapies",), subject.infusions, therapy)
        for arm in subject.arms(subject.some, changes).values():
            for slot, name, _ in arm.infusions:
                number = logs.number_of_rows(arm.given(records.INFUSION + slot), arm.people)
                yield Case(f"{name} in {arm.name}, {what}", number <= most)


@each("patients with zero or enormous mortality")
def mortality(subject: Subject) -> Iterator[Case]:
    """Without mortality no patient dies; with an enormous one every patient dies on day 1."""
    deadly = {**settings.NO_FATAL_FRACTURES, **settings.mortality_ratio("1000000000")}
    for arm in subject.arms(subject.some, settings.NO_DEATHS).values():
        died = arm.first_day(records.DEATH)
        yield Case(f"survival without mortality in {arm.name}", np.isinf(died))
    for arm in subject.arms(subject.some, deadly).values():
        right = (arm.first_day(records.DEATH) == 1) & np.isinf(arm.first_day(records.END))
        yield Case(f"death on day 1 in {arm.name}", right)


@each("patients with case fatality 0 % or 100 %")
def fatal_fractures(subject: Subject) -> Iterator[Case]:
    """With case fatality 0 % no fracture kills; with 100 % the first one does within a year."""
    often = {**settings.NO_DEATHS, **settings.base_rate("1 per year")}
    for arm in subject.arms(subject.some, often).values():
        yield Case(f"survival of fractures in {arm.name}", np.isinf(arm.first_day(records.DEATH)))
    fatal = settings.each_site("case_fatality", "100 %")
    for arm in subject.arms(subject.some, often, fatal).values():
        broke, died = arm.first_day(records.FRACTURE, len(SITES)), arm.first_day(records.DEATH)
        in_time = (died > broke) & (died <= broke + 365)
        due = (broke + 365 <= arm.last) | np.isfinite(died)
        yield Case(f"death after the first fracture in {arm.name}", in_time | ~due)


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


@each("arms with another name")
def labels(subject: Subject) -> Iterator[Case]:
    """An arm has the same events under another name, in another order, and beside other arms."""
    before = subject.arms(subject.some)
    therapies = {arm: [*names] for arm, names in subject.scenario.arms.items()}
    names = [*therapies]
    swapped = dict(zip(names, reversed(names), strict=True))
    numbered = {name: f"arm {i}" for i, name in enumerate(names)}
    for new, more in ((swapped, {}), (numbered, {"arm 99": therapies[names[-1]]})):
        arms = {**more, **{new[name]: therapies[name] for name in reversed(names)}}
        now = subject.arms(subject.some, {("arms",): arms})
        for name in names:
            yield Case(f"{name} as {new[name]}", logs.same(before[name].log, now[new[name]].log))


@each("events with and without treatment")
def no_effect(subject: Subject) -> Iterator[Case]:
    """A therapy without effect leaves natural history unchanged, for several readings."""
    subject = subject.plain
    if "none" not in subject.study.document["effects"]:
        return
    none: Any = subject.study.document["effects"]["none"]
    rows = {("effects", name): none for name in subject.scenario.effects}
    for therapies in filter(None, subject.scenario.arms.values()):
        arms = {("arms",): {"treated": [*therapies], "untreated": []}}
        # Between reviews the log-hazard of fractures is interpolated, which is exact for linear
        # bone density only: other readings are compared without a gradient.
        for accrual in ("linear", "compound", SATURATING):
            gradient = {} if accrual == "linear" else settings.NO_GRADIENT
            changes = (rows, arms, {("accrual",): accrual}, gradient, subject.fracture_ratio(None))
            yield _same_history(*(arm.log for arm in subject.arms(subject.some, *changes).values()))


def _same_history(treated: records.Log, untreated: records.Log) -> Case:
    """The same events without those of treatment, with the same values but for rounding."""
    treatment = range(records.PLAN, records.REVIEW + 1)
    both = (logs.selected(log, ~np.isin(log.kind, treatment)) for log in (treated, untreated))
    first, second = both
    if len(first.day) != len(second.day):
        return Case(f"{len(first.day)} events with treatment, {len(second.day)} without", False)
    right = np.isclose(first.value, second.value, rtol=UNCHANGED, atol=0)
    for a, b in zip(first[:3], second[:3], strict=True):
        right &= a == b
    return Case("events without treatment", right, first.patient)


def fractures_without_bone(subject: Subject) -> Verdict:
    """Without effects of bone density and direct ratios, all arms have the same fractures."""
    subject = subject.plain
    often = {**settings.base_rate("0.5 per year"), **settings.NO_FATAL_FRACTURES}
    arms = subject.arms(subject.some, settings.NO_GRADIENT, subject.fracture_ratio(None), often)
    first, *others = (arm.of(records.FRACTURE, len(SITES)) for arm in arms.values())
    cases = [Case(arm, logs.same(first, log)) for arm, log in zip([*arms][1:], others, strict=True)]
    note = f"{len(first.day)} fractures in each"
    return exact("further arms", cases, note)


@each("arms with the same direct ratio in every regimen")
def ratio_of_one(subject: Subject) -> Iterator[Case]:
    """A direct fracture ratio of 1 has no effect; 2 in every regimen doubles the base rate."""
    subject = subject.plain
    often, twice = settings.base_rate("0.3 per year"), settings.base_rate("0.6 per year")
    plain = subject.fracture_ratio(None)
    one, two = (subject.fracture_ratio(dict.fromkeys(SITES, ratio)) for ratio in ("1", "2"))
    changes = ((often, plain), (often, one), (often, two), (twice, plain))
    without, with_one, with_two, doubled = (subject.arms(subject.some, *c) for c in changes)
    for arm in without:
        yield Case(f"ratio 1 in {arm}", logs.same(with_one[arm].log, without[arm].log))
        fractures = (arms[arm].of(records.FRACTURE, len(SITES)) for arms in (with_two, doubled))
        yield Case(f"ratio 2 in {arm}", _alike_but_for_rounding(*fractures))


def _alike_but_for_rounding(first: Log, second: Log) -> bool:
    """The same fractures of each patient and site; rounding may move one to the next day."""
    one, other = (
        np.stack([log.patient, log.kind, log.day])[:, np.lexsort((log.day, log.kind, log.patient))]
        for log in (first, second)
    )
    furthest = np.array([[0], [0], [1]])
    return one.shape == other.shape and bool((np.abs(one - other) <= furthest).all())


@each("bone densities with a larger effect")
def more_effect(subject: Subject) -> Iterator[Case]:
    """A larger effect of the regimen of an arm never lowers the bone density of a patient."""
    subject = subject.plain
    exactly = {**subject.no_noise, **settings.NO_DEATHS}
    for arm, therapies in subject.scenario.arms.items():
        regimen = " + ".join(sorted(therapies)) or "none"
        for kind, bone in enumerate(BONES):
            mean = getattr(subject.scenario.effects[regimen], bone).mean
            effects = [{"mean": f"{m:.17g} %/year", "sd": "1 %/year"} for m in (mean, mean + 2)]
            changes = [{("effects", regimen, bone): effect, **exactly} for effect in effects]
            measured = (subject.arms(subject.some, change)[arm] for change in changes)
            low, high = (one.of(records.MEASURE + kind) for one in measured)
            yield Case(f"{bone} in {arm}", high.value >= low.value * (1 - UNCHANGED), low.patient)
