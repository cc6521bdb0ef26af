"""Outcomes counted again from the log, and what pairing the arms buys."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim import outcomes
from sim.experiments.verification.subject import Lives, Subject
from sim.experiments.verification.verdict import Verdict, exact, not_applicable, together
from sim.outcomes.definitions.named import outcomes_of
from sim.outcomes.estimates import Estimate
from sim.outcomes.summary import apart
from sim.simulation.records import (
    DEATH,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    MEASURE,
    PLAN,
    Inputs,
    Log,
)
from sim.simulation.simulate import names_of
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES


def outcomes_recounted(subject: Subject) -> Verdict:
    """Deaths, fractures, doses, who is off a course and gains of bone, counted again row by row."""
    verdicts = [
        _recounted(subject, subject.lives(subject.some, *c)) for c in ((), (subject.strain,))
    ]
    return together(verdicts)


def _recounted(subject: Subject, lives: Lives) -> Verdict:
    wrong, count = [], 0
    for arm, (inputs, log) in lives.items():
        people = outcomes.persons(inputs, log, names_of(subject.study))
        found = {}
        for outcome in outcomes_of(people, round(subject.scenario.horizon)):
            top, bottom = float(outcome.numerator.sum()), float(outcome.denominator.sum())
            found[outcome.name] = outcome.scale * top / bottom if bottom else math.nan
        for name, expected in _by_hand(subject, arm, inputs, log):
            count += 1
            if not np.isclose(found[name], expected, rtol=1e-9, equal_nan=True):
                wrong.append(f"{name} in {arm}: {found[name]:g}, not {expected:g}")
    return exact(wrong, count, "outcomes counted again")


def _by_hand(subject: Subject, arm: str, inputs: Inputs, log: Log) -> Iterator[tuple[str, float]]:
    people, last = len(inputs.patients), np.zeros(len(inputs.patients))
    np.maximum.at(last, log.patient, log.day)
    yield "deaths", 100 * float((log.kind == DEATH).sum()) / people
    for slot, site in enumerate(SITES):
        broke = float((log.kind == FRACTURE + slot).sum())
        yield f"{site} fractures", 100 * broke / (last.sum() / DAYS_PER_YEAR)
    any_ = (log.kind >= FRACTURE) & (log.kind < FRACTURE + len(SITES))
    yield "any fracture", 100 * len(set(log.patient[any_].tolist())) / people
    for slot, name in enumerate(subject.scenario.therapies):
        if name in subject.scenario.arms[arm] and name in subject.infusions:
            given = (log.kind == INFUSION + slot) & (log.value > 0)
            yield f"{name} doses received", float(given.sum()) / people
        elif name in subject.scenario.arms[arm]:
            yield f"off {name}", 100 * _off(slot, log, people) / people
    for kind, bone in enumerate(BONES):
        yield f"{bone} annual increase", _increase(MEASURE + kind, log)


def _off(slot: int, log: Log, people: int) -> int:
    """Patients whose last step of a course is none, or who never began."""
    inside = (log.kind == PLAN + slot) | (log.kind == INTOLERANCE + slot)
    last = dict(zip(log.patient[inside].tolist(), log.value[inside].tolist(), strict=True))
    return people - sum(1 for value in last.values() if value > 0)


def _increase(kind: int, log: Log) -> float:
    """Mean over patients of the last value against the first, per cent a year."""
    values: dict[int, list[tuple[int, float]]] = {}
    inside = log.kind == kind
    for who, day, value in zip(
        *(c[inside].tolist() for c in (log.patient, log.day, log.value)), strict=True
    ):
        values.setdefault(who, []).append((day, value))
    gains = [
        100 * (rows[-1][1] - rows[0][1]) / rows[0][1] / (rows[-1][0] / DAYS_PER_YEAR)
        for rows in values.values()
        if len(rows) > 1
    ]
    return float(np.mean(gains)) if gains else math.nan


def pairing(subject: Subject) -> Verdict:
    """What the same patients and random numbers in every arm buy: a smaller error of differences.

    Entry values are the same in all arms; the paired variance of a difference is that of both arms
    less twice their covariance, computed here from the patients and compared with the outcomes'.
    """
    if len(subject.scenario.arms) < 2:
        return not_applicable("one arm only")
    lives = subject.lives(subject.many)
    wrong = [f"entry values of {arm}" for arm in lives if not _same_entry(lives, arm)]
    told = []
    for bone in BONES:
        found = _paired(subject, lives, f"{bone} annual increase")
        if found is not None:
            correlation, saved, paired, expected = found
            told.append(
                f"{bone} annual increase: correlation {correlation:.2f}, variance less {saved:.0%}"
            )
            if not math.isclose(paired, expected, rel_tol=1e-3):
                wrong.append(f"error of the difference in {bone}: {paired:g}, not {expected:g}")
    verdict = exact(wrong, len(lives) + len(told), "entry values and errors of paired differences")
    return verdict._replace(evidence="; ".join([verdict.evidence, *told]))


def _same_entry(lives: Lives, arm: str) -> bool:
    """True where an arm's values of day 0 are those of the first arm."""
    logs = (lives[arm][1], next(iter(lives.values()))[1])
    first = [log.value[(log.day == 0) & (log.kind < PLAN)] for log in logs]
    return np.array_equal(*first)


def _paired(subject: Subject, lives: Lives, name: str) -> tuple[float, float, float, float] | None:
    """Correlation, share of the variance saved, and the error of a difference in two ways."""
    names, end = names_of(subject.study), round(subject.scenario.horizon)
    one, other = next(iter(subject.scenario.arms)), subject.scenario.compared_with
    if one == other:
        one = [*subject.scenario.arms][1]
    people: Any = {(0, arm): outcomes.persons(*lives[arm], names) for arm in (one, other)}
    values = [p.annual_increase(name.split()[0]) for p in people.values()]
    known = ~np.isnan(values[0]) & ~np.isnan(values[1])
    a, b = (v[known] for v in values)
    if len(a) < 3 or a.std() == 0 or b.std() == 0 or not known.all():
        a, b = (np.where(known, v, np.nanmean(v)) for v in values)
    wanted = [outcomes.Wanted(end, {}, [], {})]
    tally = outcomes.added([outcomes.tally(people, wanted, {(0, one): (0, other)})])
    found = _difference(tally, name)
    if found is None or a.std() == 0 or b.std() == 0:
        return None
    apart_ = float(a.var(ddof=1) + b.var(ddof=1))
    expected = _error(values)
    return (
        float(np.corrcoef(a, b)[0, 1]),
        1 - float((a - b).var(ddof=1)) / apart_,
        found.mc_error,
        expected,
    )


def _error(values: list[Any]) -> float:
    """Error of the difference of two means over patients, some of whom have no value in one arm."""
    parts = [np.where(np.isnan(v), 0.0, v - np.nanmean(v)) / (~np.isnan(v)).sum() for v in values]
    return float(np.std(parts[0] - parts[1], ddof=1) * math.sqrt(len(parts[0])))


def _difference(tally: outcomes.Tally, name: str) -> Estimate | None:
    for place, (one, _) in enumerate(tally.pairs):
        if tally.labels[one].name == name:
            return apart(tally, place)
    return None
