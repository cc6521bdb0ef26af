"""Virtual patients before treatment: correlated normal scores turned into values of each."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import scipy

from sim.scenario.form.cohort import CORRELATED, Cohort, Counts, Variable, pair_of
from sim.simulation.columns import DRAWN_ANEW, Source
from sim.simulation.records import Floats, Integers
from sim.vocabulary import BONES, MARKERS


@cache
def equally_likely() -> Floats:
    """Normal scores of 20,000 equally likely values."""
    return np.asarray(scipy.special.ndtri((np.arange(20_000) + 0.5) / 20_000))


class Baseline(NamedTuple):
    """Patients at enrolment, one entry per patient.

    Attributes
    ----------
    female : array of int
        1 for women.
    values : dict of array
        Age, weight, T-scores and the markers of the cohort, in their units.
    vertebral_fractures : array of int
        Vertebral fractures before entry.
    responses : dict of array
        Standard normal scores of the individual responses: spine, hip, ctx, balp, tryptase.
    """

    female: Integers
    values: dict[str, Floats]
    vertebral_fractures: Integers
    responses: dict[str, Floats]


def enrol(cohort: Cohort, seed: int, patients: range, columns: Source = DRAWN_ANEW) -> Baseline:
    """Draw patients as they are before any treatment.

    Parameters
    ----------
    cohort : Cohort
        Distributions of the cohort and the correlations between them.
    seed : int
        Seed of the study.
    patients : range
        Numbers of the patients.
    columns : Source
        Source of random numbers, which may keep columns for the next use.

    Returns
    -------
    Baseline
        One entry per patient.

    References
    ----------
    docs/architecture.md, section "Random numbers".
    """
    scores = _correlated(cohort, seed, patients, columns)
    names = ("age", "weight", "spine_t", "hip_t", *cohort.markers)
    share = columns.column(seed, "sex", 0, "uniform", patients)
    return Baseline(
        female=(share < cohort.female).astype(np.int64),
        values={name: _values(getattr(cohort, name), scores[name]) for name in names},
        vertebral_fractures=_counts(cohort.vertebral_fractures, scores["vertebral_fractures"]),
        responses={name: scores[f"{name}_response"] for name in (*BONES, *MARKERS)},
    )


def _correlated(cohort: Cohort, seed: int, patients: range, columns: Source) -> dict[str, Floats]:
    """Standard normal scores by variable, with the correlations of the scenario."""
    matrix = np.eye(len(CORRELATED))
    for name, value in cohort.correlations.items():
        i, j = (CORRELATED.index(part) for part in pair_of(name))
        matrix[i, j] = matrix[j, i] = value
    factor = np.linalg.cholesky(matrix)
    free = [columns.column(seed, f"score {n}", 0, "normal", patients) for n in CORRELATED]
    scores = {}
    for i, name in enumerate(CORRELATED):
        score = np.zeros(len(patients))
        for j in np.flatnonzero(factor[i]).tolist():
            score += factor[i, j] * free[j]
        scores[name] = score
    return scores


def _values(variable: Variable[Any, Any], score: Floats) -> Floats:
    """Normal scores to values of a normal or log-normal variable, truncated where it says so."""
    if variable.normal is not None:
        mean, sd = variable.normal.mean, variable.normal.sd
    else:
        mean, sd = _log_moments(variable)
    if variable.within and sd > 0:
        with np.errstate(divide="ignore"):  # a lower end of 0 is minus infinity
            ends = variable.within if variable.normal is not None else np.log(variable.within)
        low, high = ((end - mean) / sd for end in ends)
        below, above = scipy.special.ndtr(low), scipy.special.ndtr(high)
        score = np.clip(
            scipy.special.ndtri(below + (above - below) * scipy.special.ndtr(score)), low, high
        )
    values = mean + sd * score
    return np.asarray(values if variable.normal is not None else np.exp(values), dtype=float)


def truncated_moments(variable: Variable[Any, Any]) -> tuple[float, float]:
    """Mean and SD of a variable as patients have it, after its limits `within`.

    Parameters
    ----------
    variable : Variable
        Variable of a cohort.

    Returns
    -------
    tuple of float
        Mean and standard deviation, by summation over 20,000 equally likely values.
    """
    values = _values(variable, equally_likely())
    return float(values.mean()), float(values.std())


def log_mean_exp(variable: Variable[Any, Any], log_ratio: float) -> float:
    """Logarithm of the mean over the cohort of exp(log_ratio x value).

    Parameters
    ----------
    variable : Variable
        Variable of a cohort.
    log_ratio : float
        Logarithm of a rate ratio per unit of the variable.

    Returns
    -------
    float
        0 without an effect; else by summation over 20,000 equally likely values.
    """
    if log_ratio == 0:
        return 0.0
    exponents = log_ratio * _values(variable, equally_likely())
    return float(scipy.special.logsumexp(exponents) - math.log(len(exponents)))


def log_mean_power(counts: Counts, factor: float) -> float:
    """Logarithm of the mean over the cohort of factor^count.

    Parameters
    ----------
    counts : Counts
        Distribution of a count.
    factor : float
        Rate ratio per further fracture, below `counts.largest_base`.

    Returns
    -------
    float
        By the generating function of the distribution; that of the negative binomial is
        (p / (1 - (1 - p) factor))^size.

    Examples
    --------
    >>> from sim.scenario import load
    >>> counts = load("scenarios/laroche2011.yaml").scenario.cohort.vertebral_fractures
    >>> round(log_mean_power(counts, 1.15), 4)
    0.73
    """
    if counts.poisson is not None:
        extra = counts.mean - counts.at_least
        return counts.at_least * math.log(factor) + extra * (factor - 1)
    if counts.negative_binomial is None:
        return math.log(math.fsum(s * factor**k for k, s in counts.by_number.items()))
    size, p = counts.size_and_share
    left = 1 - (1 - p) * factor
    return counts.at_least * math.log(factor) + size * math.log(p / left)


def _log_moments(variable: Variable[Any, Any]) -> tuple[float, float]:
    """Mean and SD of the logarithm of a log-normal variable, from its own mean and SD."""
    assert variable.lognormal is not None
    mean, sd = variable.lognormal.mean, variable.lognormal.sd
    variance = np.log1p((sd / mean) ** 2)
    return float(np.log(mean) - variance / 2), float(np.sqrt(variance))


def _counts(counts: Counts, score: Floats) -> Integers:
    """Normal scores to numbers of fractures, by the distribution function."""
    return counts.at_least + np.searchsorted(
        _shares_up_to(counts), scipy.special.ndtr(score), side="left"
    )


def _shares_up_to(counts: Counts) -> Floats:
    """Share of patients with up to 0, 1, 2, ... fractures beyond `at_least`."""
    if counts.negative_binomial is not None:
        size, p = counts.size_and_share
        most = int(size * (1 - p) / p + 60 * counts.negative_binomial.sd) + 60
        return np.asarray(scipy.special.betainc(size, np.arange(most) + 1.0, p))
    if counts.poisson is not None:
        extra = counts.mean - counts.at_least
        return np.asarray(
            scipy.special.pdtr(np.arange(int(extra + 60 * math.sqrt(extra)) + 60), extra)
        )
    shares = [counts.by_number.get(number, 0.0) for number in range(max(counts.by_number))]
    return np.cumsum(shares)
