"""Differences between arms: their error accounts for the same patients in both arms."""

from __future__ import annotations

import math

import numpy as np

from sim.experiments.verification.logs import Arm, selected
from sim.experiments.verification.subject import Subject, patient_outcomes, sums_of
from sim.experiments.verification.verdict import Case, Verdict, exact, not_applicable
from sim.outcomes import added
from sim.scenario import Study
from sim.simulation.records import PLAN, Floats
from sim.vocabulary import BONES


def differences(subject: Subject) -> Verdict:
    """Arms have the same entry values, and errors of differences are those of paired patients.

    The variance of a paired difference is that of both arms less twice their covariance; the
    evidence says how much smaller it is than for independent arms.
    """
    if len(subject.scenario.arms) < 2:
        return not_applicable("one arm only")
    arms, cases = subject.arms(subject.many), []
    entry = [selected(arm.log, (arm.log.day == 0) & (arm.log.kind < PLAN)) for arm in arms.values()]
    for name, log in zip(arms, entry, strict=True):
        cases.append(Case(f"entry of {name}", np.array_equal(log.value, entry[0].value)))
    notes = []
    for bone in BONES:
        name = f"{bone} annual increase"
        pair = _values(subject, arms, name)
        known = ~np.isnan(pair).any(axis=0)
        a, b = pair[:, known]
        if len(a) > 2 and a.std() > 0 and b.std() > 0:
            error, expected = _error_of_difference(subject, name), _paired_error(pair)
            rounding = 1e-6 * float(a.std() + b.std())  # arms may be equal but for rounding
            right = math.isclose(error, expected, rel_tol=1e-3, abs_tol=rounding)
            what = f"error of the difference in {name}: {error:g}, not {expected:g}"
            cases.append(Case(what, right))
            saved = 1 - float((a - b).var() / (a.var() + b.var()))
            correlated = float(np.corrcoef(a, b)[0, 1])
            notes.append(f"{name}: correlation {correlated:.2f}, variance less {saved:.0%}")
    return exact("entry values and errors of differences", cases, "; ".join(notes))


def _pair(study: Study) -> tuple[str, str]:
    """An arm and the comparator."""
    comparator = study.scenario.compared_with
    return next(arm for arm in study.scenario.arms if arm != comparator), comparator


def _values(subject: Subject, arms: dict[str, Arm], name: str) -> Floats:
    """An outcome of each patient in two arms, NaN where it is unknown: arms x patients."""
    values = []
    for arm in _pair(subject.study):
        every = patient_outcomes(subject.study, arms[arm])
        outcome = next(outcome for outcome in every if outcome.name == name)
        values.append(np.where(outcome.denominator > 0, outcome.numerator, np.nan))
    return np.array(values)


def _paired_error(pair: Floats) -> float:
    """Error of a difference of two means, of patients some of whom have no value in one arm."""
    known = ~np.isnan(pair)
    means = np.nanmean(pair, axis=1, keepdims=True)
    parts = np.where(known, pair - means, 0.0) / known.sum(axis=1, keepdims=True)
    return float(np.std(parts[0] - parts[1], ddof=1) * math.sqrt(pair.shape[1]))


def _error_of_difference(subject: Subject, name: str) -> float:
    """The Monte Carlo error that the program gives for a difference."""
    sums = added([sums_of(subject.study, range(subject.many))])
    first, _ = _pair(subject.study)
    for weights in sums.contrasts:
        label = sums.labels[next(iter(weights))]
        if label.name == name and label.arm[1] == first:
            return float(sums.contrast(weights).mc_error)
    return math.nan
