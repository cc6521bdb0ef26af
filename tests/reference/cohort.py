"""The patients at enrolment."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import ndtr, ndtri

from .kinetics import Array

RESPONSES = ("spine", "hip", "ctx", "balp", "tryptase")
VARIABLES = ("age", "weight", "spine_t", "hip_t", "ctx", "balp", "tryptase")
SCORES = (*VARIABLES, "vertebral_fractures", *(f"{name}_response" for name in RESPONSES))


def draw_cohort(cohort: Any, patients: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per patient: sex, entry values and responses."""
    correlation = pd.DataFrame(np.eye(len(SCORES)), index=SCORES, columns=SCORES)
    for pair, value in cohort.correlations.items():
        a, b = (name.strip() for name in pair.split("~"))
        correlation.loc[a, b] = correlation.loc[b, a] = value
    root = np.linalg.cholesky(correlation.to_numpy())
    scores = pd.DataFrame(rng.standard_normal((patients, len(SCORES))) @ root.T, columns=SCORES)
    table = pd.DataFrame({"sex": np.where(rng.random(patients) < cohort.female, "female", "male")})
    for name in VARIABLES:
        if getattr(cohort, name) is None:  # a marker that nobody measures in this cohort
            continue
        table[name] = quantiles(getattr(cohort, name), scores[name].to_numpy())
    counts = cohort.vertebral_fractures
    mean = counts.negative_binomial.mean - counts.at_least
    variance = counts.negative_binomial.sd**2
    extra = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    drawn = extra.ppf(ndtr(scores["vertebral_fractures"]))
    table["vertebral_fractures"] = counts.at_least + drawn.astype(int)
    for name in RESPONSES:
        table[f"{name}_response"] = scores[f"{name}_response"]
    table["imminent_site"] = ""
    if cohort.recent_fracture is not None:
        recent = recently_fractured(cohort, table["vertebral_fractures"].to_numpy(), rng)
        table.loc[recent, "imminent_site"] = cohort.recent_fracture.site
    return table


def recently_fractured(cohort: Any, earlier: Array, rng: np.random.Generator) -> Any:
    """Who fractured shortly before; a vertebral one is one of the earlier vertebral fractures."""
    recent, chance = cohort.recent_fracture, rng.random(len(earlier))
    if recent.site != "vertebral":
        return chance < recent.share
    counts = cohort.vertebral_fractures
    with_one = 1.0
    if not counts.at_least:
        mean, variance = counts.negative_binomial.mean, counts.negative_binomial.sd**2
        with_one = 1 - stats.nbinom(mean**2 / (variance - mean), mean / variance).pmf(0)
    return (earlier > 0) & (chance < recent.share / with_one)


def quantiles(variable: Any, scores: Array) -> Array:
    """The values of a variable, cut off by `within`, at the quantiles of normal scores."""
    mean, sd, within = shape(variable)
    if within is not None:
        low, high = ndtr((np.array(within) - mean) / sd) if sd > 0 else (0.0, 1.0)
        scores = ndtri(low + ndtr(scores) * (high - low))
    values = mean + sd * scores
    return np.asarray(np.exp(values) if variable.lognormal else values)


def shape(variable: Any) -> tuple[float, float, list[float] | None]:
    """Mean, SD and limits on the scale on which the variable is normal."""
    if variable.normal:
        return variable.normal.mean, variable.normal.sd, variable.within
    spread = math.log(1 + (variable.lognormal.sd / variable.lognormal.mean) ** 2)
    limits = variable.within and [math.log(max(limit, 1e-300)) for limit in variable.within]
    return math.log(variable.lognormal.mean) - spread / 2, math.sqrt(spread), limits


def mean_power(counts: Any, factor: float) -> float:
    """The mean of factor^count over the cohort, summed over the counts."""
    mean = counts.negative_binomial.mean - counts.at_least
    variance = counts.negative_binomial.sd**2
    k = np.arange(5_000)
    shares = stats.nbinom(mean**2 / (variance - mean), mean / variance).pmf(k)
    return float(shares @ factor ** (k + float(counts.at_least)))


def mean_of_age(variable: Any, per_decade: float) -> float:
    """The mean of per_decade^(age / 10) over the cohort."""
    ages = quantiles(variable, ndtri((np.arange(40_000) + 0.5) / 40_000))
    return float(np.mean(per_decade ** (ages / 10)))


def reference_t(variable: Any, gradient: float) -> float:
    """The T-score at which the relative rate gradient^(-T) is what it is in the cohort's mean."""
    mean, sd, within = shape(variable)
    if gradient == 1 or sd == 0:
        return mean
    low, high = mean - 12 * sd, mean + 12 * sd
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    t = np.linspace(low, high, 20001)
    density = np.exp(-(((t - mean) / sd) ** 2) / 2)
    relative = np.trapezoid(density * gradient ** (mean - t), t) / np.trapezoid(density, t)
    return float(mean - math.log(relative) / math.log(gradient))
