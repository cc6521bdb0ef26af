"""Outcomes recounted from the event log, and errors of differences between arms."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.experiments.verification import logs
from sim.experiments.verification.subject import Subject, patient_outcomes, sums_of
from sim.experiments.verification.verdict import Case, Verdict, each, exact, not_applicable
from sim.outcomes import Outcome, added
from sim.simulation.records import DEATH, FRACTURE, INFUSION, MEASURE, PLAN, Floats, Log
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES, UNCHANGED


@each("outcomes recounted")
def recounted(subject: Subject) -> Iterator[Case]:
    """Deaths, fractures, doses, stopped courses and gains of bone match a recount of the log."""
    for changes in ({}, subject.strain):
        for arm in subject.arms(subject.some, changes).values():
            found = {o.name: _value_of(o) for o in patient_outcomes(subject.study, arm)}
            for name, expected in _recounted(arm):
                right = np.isclose(found[name], expected, rtol=UNCHANGED, equal_nan=True)
                yield Case(f"{name} in {arm.name}: {found[name]:g}, not {expected:g}", right)


def _value_of(outcome: Outcome) -> float:
    top, bottom = float(outcome.numerator.sum()), float(outcome.denominator.sum())
    return outcome.scale * top / bottom if bottom else math.nan


def _recounted(arm: logs.Arm) -> Iterator[tuple[str, float]]:
    years = float(logs.last_day(arm.log, arm.people).sum()) / DAYS_PER_YEAR
    yield "deaths", 100 * len(arm.of(DEATH).day) / arm.people
    for slot, site in enumerate(SITES):
        yield f"{site} fractures", 100 * len(arm.of(FRACTURE + slot).day) / years
    broke = {*arm.of(FRACTURE, len(SITES)).patient.tolist()}
    yield "any fracture", 100 * len(broke) / arm.people
    for slot, name, _ in arm.infusions:
        yield f"{name} doses received", len(arm.given(INFUSION + slot).day) / arm.people
    for slot, name, _ in arm.courses:
        last = {patient: step for patient, _, _, step in logs.rows(arm.course_steps(slot))}
        taking = sum(1 for step in last.values() if step > 0)
        yield f"off {name}", 100 * (arm.people - taking) / arm.people
    for kind, bone in enumerate(BONES):
        yield f"{bone} annual increase", _annual_increase(arm.of(MEASURE + kind))


def _annual_increase(measured: Log) -> float:
    """Mean over patients of the last value against the first, per cent per year."""
    first = logs.number_within_patient(measured) == 0
    last = np.append(first[1:], True)[: len(first)]
    entry, end = (logs.selected(measured, row) for row in (first & ~last, last & ~first))
    gains = 100 * (end.value - entry.value) / entry.value / (end.day / DAYS_PER_YEAR)
    return float(np.mean(gains)) if len(gains) else math.nan


def differences(subject: Subject) -> Verdict:
    """Arms have the same entry values, and errors of differences are those of paired patients.

    The variance of a paired difference is that of both arms less twice their covariance; the
    evidence says how much smaller it is than for independent arms.
    """
    if len(subject.scenario.arms) < 2:
        return not_applicable("one arm only")
    arms = subject.arms(subject.many)
    of_entry = {
        name: logs.selected(arm.log, (arm.log.day == 0) & (arm.log.kind < PLAN)).value
        for name, arm in arms.items()
    }
    first = next(iter(of_entry.values()))
    cases = [Case(f"entry of {arm}", np.array_equal(v, first)) for arm, v in of_entry.items()]
    errors = list(_errors_of_differences(subject, arms))
    cases += [case for case, _ in errors]
    notes = "; ".join(note for _, note in errors)
    return exact("entry values and errors of differences", cases, notes)


def _errors_of_differences(subject: Subject, arms: logs.Arms) -> Iterator[tuple[Case, str]]:
    """The error of each difference from the comparator, and a note on what pairing saves."""
    comparator = subject.scenario.compared_with
    first = next(arm for arm in arms if arm != comparator)
    every = [patient_outcomes(subject.changed(), arms[arm]) for arm in (first, comparator)]
    for name in (f"{bone} annual increase" for bone in BONES):
        both = [next(outcome for outcome in of_arm if outcome.name == name) for of_arm in every]
        pair = np.array([np.where(o.denominator > 0, o.numerator, np.nan) for o in both])
        a, b = pair[:, ~np.isnan(pair).any(axis=0)]
        if len(a) > 2 and a.std() > 0 and b.std() > 0:
            error, expected = _error_of_difference(subject, first, name), _paired_error(pair)
            rounding = 1e-6 * float(a.std() + b.std())  # arms may be equal but for rounding
            right = math.isclose(error, expected, rel_tol=1e-3, abs_tol=rounding)
            what = f"error of the difference in {name}: {error:g}, not {expected:g}"
            saved = 1 - float((a - b).var() / (a.var() + b.var()))
            note = f"correlation {np.corrcoef(a, b)[0, 1]:.2f}, variance less {saved:.0%}"
            yield Case(what, right), f"{name}: {note}"


def _paired_error(pair: Floats) -> float:
    """Error of a difference of two means, of patients some of whom have no value in one arm."""
    known = ~np.isnan(pair)
    means = np.nanmean(pair, axis=1, keepdims=True)
    parts = np.where(known, pair - means, 0.0) / known.sum(axis=1, keepdims=True)
    return float(np.std(parts[0] - parts[1], ddof=1) * math.sqrt(pair.shape[1]))


def _error_of_difference(subject: Subject, first: str, name: str) -> float:
    """The Monte Carlo error that the program gives for a difference."""
    sums = added([sums_of(subject.changed(), range(subject.many))])
    labels = [sums.labels[next(iter(weights))] for weights in sums.contrasts]
    known = [label.name == name and label.arm[1] == first for label in labels]
    return float(sums.contrast(sums.contrasts[known.index(True)]).mc_error)
