"""Fractures: the base hazard of each site, and every factor on it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy

from sim.scenario.form.cohort import Variable
from sim.scenario.form.study import Scenario
from sim.simulation.lowering.effects import ratio_effects
from sim.simulation.lowering.enrolment import log_mean_exp
from sim.simulation.lowering.ratios import ratios_in_full
from sim.simulation.records import BONE_OF_SITE
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

LEAST_SHARE = 1e-6
"""Below this share of a normal distribution between two limits, differences lose their digits."""

NARROW = 1e-6
"""Between limits as near as this, in standard deviations, the density is constant."""

NO_RATE = -1e4
"""Logarithm of a hazard that is 0: its exponential is 0 and it can still be added to."""

YEARS_PER_DECADE = 10

MOST_PER_DAY, MOST_EXPECTED = 10.0, 3500.0
"""Limits of the hazard of a site: per day, and over the whole follow-up. They keep extreme what-if
scenarios computable: random numbers are prepared for `MOST_FRACTURES` fractures."""


def fracture_fields(scenario: Scenario) -> dict[str, Any]:
    """Compute the fields of `PARAMS` under the heading "fractures".

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    dict
        Value of each field by name, in the units of `PARAMS`.

    References
    ----------
    docs/model.md, section "Fractures".
    """
    fractures = scenario.fractures
    assert fractures.base_rate.rate is not None  # solved by `base_rate.protocol`
    sites = [getattr(fractures.sites, site) for site in SITES]
    imminent = [site.imminent for site in sites]
    log_gradient = np.array([math.log(site.gradient) for site in sites])
    log_age = np.array([math.log(site.per_decade_of_age) / YEARS_PER_DECADE for site in sites])
    t_scores = [getattr(scenario.cohort, f"{BONES[bone]}_t") for bone in BONE_OF_SITE]
    ratios, clinical = ratio_effects(scenario), fractures.sites.vertebral.clinical
    return {
        "review_every": int(fractures.review_every),
        "log_base": np.array([
            _log_rate(fractures.base_rate.rate * site.share)
            + gradient * reference_t(t, gradient)
            - log_mean_exp(scenario.cohort.age, per_year)
            for site, gradient, per_year, t in zip(
                sites, log_gradient, log_age, t_scores, strict=True
            )
        ]),
        "log_gradient": log_gradient,
        "log_age": log_age,
        "log_imminent": np.array([math.log(i.factor) if i else 0.0 for i in imminent]),
        "imminent_days": np.array([round(i.duration) if i else 0 for i in imminent]),
        "has_ratio": (ratios != 0).any(axis=1).astype(np.int64),
        "log_ratio": ratios,
        "ratio_in_full": ratios_in_full(scenario),
        "ratio_wanes": round(scenario.beyond_evidence.ratios_wane_over or 0),
        "case_fatality": np.array([site.case_fatality for site in sites]),
        "clinical": -1.0 if clinical is None else clinical,
        "most_log_hazard": math.log(min(MOST_PER_DAY, MOST_EXPECTED / scenario.horizon)),
    }  # fmt: skip


def _log_rate(per_year: float) -> float:
    return math.log(per_year / DAYS_PER_YEAR) if per_year > 0 else NO_RATE


def reference_t(variable: Variable[float, float], log_gradient: float) -> float:
    """Find the T-score at which a patient has the mean fracture rate of the cohort.

    For a normal T-score with mean m and standard deviation s it is m - s^2 ln(gradient) / 2. For a
    truncated normal it is the T at which gradient^(-T) equals its mean over the cohort, by the
    moment-generating function.

    Parameters
    ----------
    variable : Variable
        T-score of the cohort, normal, with the limits `within` if it is truncated.
    log_gradient : float
        Logarithm of the rate ratio per standard deviation of bone density.

    Returns
    -------
    float
        T-score.

    References
    ----------
    docs/model.md, section "Fractures".
    """
    assert variable.normal is not None
    mean, sd = variable.normal.mean, variable.normal.sd
    reference = mean - sd**2 * log_gradient / 2
    if variable.within is None or sd == 0 or log_gradient == 0:
        return reference
    low, high = ((end - mean) / sd for end in variable.within)
    shift = log_gradient * sd
    ndtr = scipy.special.ndtr
    inside, shifted = ndtr(high) - ndtr(low), ndtr(high + shift) - ndtr(low + shift)
    if min(inside, shifted) < LEAST_SHARE:
        log_ratio = _log_share(low + shift, high + shift) - _log_share(low, high)
        return float(reference - log_ratio / log_gradient)
    return float(reference - math.log(shifted / inside) / log_gradient)


def _log_share(low: float, high: float) -> float:
    """Logarithm of the share of a standard normal between two limits, in its tails as well."""
    if low > 0:  # the distribution is symmetric, and its lower tail keeps its digits
        low, high = -high, -low
    if high - low < NARROW:
        middle = (low + high) / 2
        return math.log((high - low) / math.sqrt(2 * math.pi)) - middle**2 / 2
    upper = float(scipy.special.log_ndtr(high))
    return upper + math.log1p(-math.exp(float(scipy.special.log_ndtr(low)) - upper))
