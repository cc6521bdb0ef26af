"""Arms against arms: what is equal stays equal, and labels carry nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiments.verification.subject import (
    NO_FATAL_FRACTURES,
    NO_GRADIENT,
    NOBODY_DIES,
    Changes,
    Subject,
    differing,
    rows_of,
    same,
)
from sim.experiments.verification.verdict import Verdict, exact, not_applicable, together
from sim.outcomes import arm_records, outcomes_of
from sim.simulation.records import FRACTURE, MEASURE, PLAN, REVIEW, Inputs, Log
from sim.simulation.simulate import names_of
from sim.vocabulary import BONES, SITES

ONE_ARM = "one arm only"


def equal_arms(subject: Subject) -> Verdict:
    """Two arms with the same therapies, whatever their order, differ by nothing in any patient."""
    wrong, count = [], 0
    for arm, therapies in subject.scenario.arms.items():
        twins = {"one": [*therapies], "other": [*reversed(therapies)]}
        lives = subject.lives(subject.some, {("arms",): twins})
        apart = differing(lives["one"][1], lives["other"][1])
        apart |= _differing_outcomes(subject, lives["one"], lives["other"])
        wrong += [f"patient {who} of {arm}" for who in sorted(apart)]
        count += subject.some
    return exact(wrong, count, "patients in two equal arms")


def _differing_outcomes(
    subject: Subject, one: tuple[Inputs, Log], other: tuple[Inputs, Log]
) -> set[int]:
    names = names_of(subject.study)
    apart: set[int] = set()
    records = [arm_records(*arm, names) for arm in (one, other)]
    for a, b in zip(*(list(outcomes_of(of_arm)) for of_arm in records), strict=True):
        apart |= set(np.flatnonzero(a.numerator != b.numerator).tolist())
        apart |= set(np.flatnonzero(a.denominator != b.denominator).tolist())
    return apart


def swapped_labels(subject: Subject) -> Verdict:
    """Arms that exchange their names exchange their lives."""
    arms = {arm: [*therapies] for arm, therapies in subject.scenario.arms.items()}
    if len(arms) < 2:
        return not_applicable(ONE_ARM)
    names = list(arms)
    turned = dict(zip(names, reversed(names), strict=True))
    before = subject.lives(subject.some)
    now = subject.lives(subject.some, {("arms",): {turned[arm]: arms[arm] for arm in names}})
    wrong = [arm for arm in names if not same(before[arm][1], now[turned[arm]][1])]
    return exact(wrong, len(names), "arms under another's name")


def no_effect(subject: Subject) -> Verdict:
    """A therapy whose regimens do what no therapy does leaves natural history as it is."""
    none: Any = subject.study.document["effects"].get("none")
    if none is None or not subject.taken:
        return not_applicable("no arm is treated")
    verdicts = []
    for therapies in filter(None, subject.scenario.arms.values()):
        arms = {"treated": [*therapies], "untreated": []}
        rows: Changes = {("effects", name): none for name in subject.scenario.effects}
        changes = {**rows, ("arms",): arms, ("accrual",): "linear"}
        lives = subject.lives(subject.some, changes, subject.no_ratio)
        verdicts.append(_same_history(lives["treated"][1], lives["untreated"][1]))
    return together(verdicts)


def _same_history(treated: Log, untreated: Log) -> Verdict:
    """Everything but treatment: the same events, and the same values but for rounding."""
    one, other = (_without_treatment(log) for log in (treated, untreated))
    if len(one.day) != len(other.day):
        return Verdict(False, f"{len(one.day)} events with treatment, {len(other.day)} without")
    apart = (one.patient != other.patient) | (one.day != other.day) | (one.kind != other.kind)
    apart |= ~np.isclose(one.value, other.value, rtol=1e-9, atol=0)
    wrong = [f"patient {one.patient[i]}, day {one.day[i]}" for i in np.flatnonzero(apart)]
    return exact(wrong, len(apart), "events of treated patients from natural history")


def _without_treatment(log: Log) -> Log:
    kept = (log.kind < PLAN) | (log.kind > REVIEW)
    return Log._make(column[kept] for column in log)


def fractures_without_bone(subject: Subject) -> Verdict:
    """Where bone density does not matter and no regimen acts directly, arms break alike."""
    if len(subject.scenario.arms) < 2:
        return not_applicable(ONE_ARM)
    often = {("fractures", "base_rate"): "0.5 per year"}
    lives = subject.lives(subject.some, NO_GRADIENT, subject.no_ratio, often, NO_FATAL_FRACTURES)
    broken = {arm: _fractures(log) for arm, (_, log) in lives.items()}
    first = next(iter(broken.values()))
    wrong = [arm for arm, log in broken.items() if not same(first, log)]
    told = exact(wrong, len(broken), "arms with bone density of no account")
    return told._replace(evidence=f"{told.evidence}, {len(first.day)} fractures in each")


def ratio_of_one(subject: Subject) -> Verdict:
    """A direct fracture ratio of 1 is no ratio; one in every regimen is one on the base rate."""
    often = {("fractures", "base_rate"): "0.3 per year"}
    base = {("fractures", "base_rate"): "0.6 per year"}
    none = subject.lives(subject.some, often, subject.no_ratio)
    one = subject.lives(subject.some, often, _ratio(subject, "1"))
    twice = subject.lives(subject.some, often, _ratio(subject, "2"))
    doubled = subject.lives(subject.some, base, subject.no_ratio)
    wrong = [f"ratio 1 in {arm}" for arm in one if not same(one[arm][1], none[arm][1])]
    wrong += [
        f"ratio 2 in {arm}"
        for arm in one
        if not same(_fractures_on(twice[arm][1]), _fractures_on(doubled[arm][1]))
    ]
    return exact(wrong, 2 * len(one), "arms with a direct ratio in every regimen")


def _ratio(subject: Subject, ratio: str) -> Changes:
    every = dict.fromkeys(SITES, ratio)
    return {("effects", name, "fracture_ratio"): every for name in subject.scenario.effects}


def _fractures(log: Log) -> Log:
    return rows_of(log, FRACTURE, FRACTURE + len(SITES))


def _fractures_on(log: Log) -> Log:
    """Fractures with their days alone."""
    found = _fractures(log)
    return found._replace(value=np.zeros_like(found.value))


def more_effect(subject: Subject) -> Verdict:
    """A larger effect of the whole regimen of an arm never lowers a patient's bone density."""
    wrong, count = [], 0
    for arm, therapies in subject.scenario.arms.items():
        regimen = " + ".join(sorted(therapies)) or "none"
        for kind, bone in enumerate(BONES):
            path = ("effects", regimen, bone)
            mean = getattr(subject.scenario.effects[regimen], bone).mean
            logs = [
                subject.lives(
                    subject.some, NOBODY_DIES, subject.no_noise,
                    {path: {"mean": f"{value:.17g} %/year", "sd": "1 %/year"}},
                )[arm][1]
                for value in (mean, mean + 2)
            ]  # fmt: skip
            low, high = (rows_of(log, MEASURE + kind, MEASURE + kind + 1) for log in logs)
            lost = high.value < low.value * (1 - 1e-9)
            wrong += [f"patient {who} of {arm}, {bone}" for who in low.patient[lost]]
            count += len(low.value)
    return exact(wrong, count, "bone densities with more effect")
