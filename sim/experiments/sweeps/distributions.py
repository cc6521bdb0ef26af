"""The distribution that a parameter is drawn from, in the unit in which its value is written."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic_core import PydanticCustomError

from sim.scenario.form.quantities import refuse
from sim.scenario.form.uncertainty import Between, Proportion, Rate, Ratio, Uncertainty
from sim.scenario.form.units import UNITS, split_quantity
from sim.simulation.records import Floats
from sim.vocabulary import Z95

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen

ENDS = (0.025, 0.975)
"""Where the interval of a parameter ends."""

NEVER_QUITE = 1e-12
"""Draws stay this far from certainty: the quantile of 0 or 1 may be infinite."""


class Amount(NamedTuple):
    """A value as it is written: its number, and the unit behind it."""

    number: float
    unit: str

    def __str__(self) -> str:
        return f"{self.number!r} {self.unit}".strip()


class Distribution(NamedTuple):
    """A distribution with what it is called in words, perhaps cut off at two quantiles.

    `stated` are ends of its interval that somebody named.
    """

    whole: rv_frozen[Any, Any]
    words: str
    low: float = 0.0
    high: float = 1.0
    stated: tuple[float, float] | None = None

    def at(self, shares: Floats) -> Floats:
        """The values below which these shares of the draws lie."""
        inside = self.low + np.clip(shares, NEVER_QUITE, 1 - NEVER_QUITE) * (self.high - self.low)
        return np.asarray(self.whole.ppf(inside), float)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends that were stated, or those of 95 % of the draws."""
        if self.stated is not None:
            return self.stated
        low, high = self.at(np.array(ENDS)).tolist()
        return low, high


def amount(text: object) -> Amount:
    """A number and its unit; counts, `2 of 10`, as percent. Raises PydanticCustomError."""
    counts = re.fullmatch(r"\s*(\d+)\s*(?:/|\s(?:out\s+)?of\s)\s*(\d+)\s*", str(text))
    if counts is not None:
        return Amount(100 * int(counts[1]) / max(int(counts[2]), 1), "%")
    return Amount(*split_quantity(text))


def in_unit(text: object, of: Amount) -> float:
    """A value in the unit of another. Raises PydanticCustomError for another kind of unit."""
    found = amount(text)
    if found.unit == of.unit:
        return found.number
    for table in UNITS.values():
        if found.unit in table and of.unit in table:
            return found.number * table[found.unit] / table[of.unit]
    wanted = of.unit or "no unit"
    raise PydanticCustomError("unit", "'{text}' should have the unit of the value: {wanted}",
                              {"text": str(text), "wanted": wanted})  # fmt: skip


def of(uncertainty: Uncertainty, base: Amount) -> Distribution:
    """The distribution of a value that stands in a scenario with this uncertainty.

    Normal, beta, gamma, log-normal or uniform. Raises PydanticCustomError where none has the
    mean and SD asked for.
    """
    from scipy import stats

    if uncertainty.normal is not None:
        se = _error(uncertainty.normal.se, base)
        return Distribution(stats.norm(base.number, se), f"normal, SE {uncertainty.normal.se}")
    if uncertainty.beta is not None:
        return _proportion(uncertainty.beta, base)
    if uncertainty.gamma is not None:
        return _rate(uncertainty.gamma, base)
    if uncertainty.lognormal is not None:
        return _ratio(uncertainty.lognormal, base)
    assert uncertainty.uniform is not None
    return between(uncertainty.uniform, base)


def between(ends: Between, base: Amount) -> Distribution:
    """Uniform between two ends."""
    from scipy import stats

    low, high = in_unit(ends.low, base), in_unit(ends.high, base)
    if not low < high:
        raise refuse("low is below high; given: {low} and {high}", low=ends.low, high=ends.high)
    return Distribution(stats.uniform(low, high - low), f"uniform, {ends.low} to {ends.high}")


def cut(distribution: Distribution, low: float, high: float) -> Distribution:
    """The distribution within two ends. Raises PydanticCustomError where nothing is left."""
    shares = [float(distribution.whole.cdf(end)) for end in (low, high)]
    if not shares[0] < shares[1]:
        raise refuse("the distribution has no values between {low} and {high}",
                     low=f"{low:g}", high=f"{high:g}")  # fmt: skip
    words = f"{distribution.words}, within {low:g} and {high:g}"
    ends = distribution.stated
    stated = None if ends is None else (max(ends[0], low), min(ends[1], high))
    return distribution._replace(words=words, low=shares[0], high=shares[1], stated=stated)


def _proportion(beta: Proportion, base: Amount) -> Distribution:
    """Jeffreys' posterior; or a = mk, b = (1 - m)k with k = m(1 - m)/s^2 - 1."""
    from scipy import stats

    scale = 100.0 if base.unit == "%" else 1.0
    if base.unit not in ("%", ""):
        raise refuse("a beta distribution describes a share, not {base}", base=str(base))
    if beta.events is not None and beta.of is not None:
        a, b = beta.events + 0.5, beta.of - beta.events + 0.5
        words = f"beta, {beta.events:g} of {beta.of:g}"
        return Distribution(stats.beta(a, b, scale=scale), words)
    mean, se = base.number / scale, _error(beta.se, base) / scale
    if not 0 < mean < 1:
        raise refuse("a beta distribution has a mean above 0 % and below 100 %, not {mean}",
                     mean=str(base))  # fmt: skip
    k = mean * (1 - mean) / se**2 - 1
    if k <= 0:
        most = Amount(round(scale * math.sqrt(mean * (1 - mean)), 4), base.unit)
        raise refuse("no beta distribution has the mean {mean} and the SD {se}; its SD is below "
                     "{most}", mean=str(base), se=beta.se, most=str(most))  # fmt: skip
    return Distribution(stats.beta(mean * k, (1 - mean) * k, scale=scale), f"beta, SE {beta.se}")


def _rate(gamma: Rate, base: Amount) -> Distribution:
    """Shape `events` and rate `person_years`; or shape (m/s)^2 and scale s^2/m."""
    from scipy import stats

    if gamma.events is not None and gamma.person_years is not None:
        factor = UNITS["hazard, held per year"].get(base.unit)
        if factor is None:
            raise refuse("events and person-years describe a rate, not {base}; give se",
                         base=str(base))  # fmt: skip
        words = f"gamma, {gamma.events:g} events in {gamma.person_years:g} person-years"
        return Distribution(stats.gamma(gamma.events, scale=1 / gamma.person_years / factor), words)
    mean, se = _above_0(base, "gamma"), _error(gamma.se, base)
    return Distribution(stats.gamma((mean / se) ** 2, scale=se**2 / mean), f"gamma, SE {gamma.se}")


def _ratio(lognormal: Ratio, base: Amount) -> Distribution:
    """Logarithms normal between those of the ends; or s^2 = ln(1 + (SE/m)^2) about ln m - s^2/2."""
    from scipy import stats

    if lognormal.ci95 is not None:
        low, high = map(math.log, lognormal.ci95)
        middle, spread = (low + high) / 2, (high - low) / (2 * Z95)
        words = f"log-normal, 95 % {lognormal.ci95[0]:g} to {lognormal.ci95[1]:g}"
        return Distribution(stats.lognorm(spread, scale=math.exp(middle)), words)
    mean, se = _above_0(base, "log-normal"), _error(lognormal.se, base)
    variance = math.log1p((se / mean) ** 2)
    scale = math.exp(math.log(mean) - variance / 2)
    return Distribution(stats.lognorm(math.sqrt(variance), scale=scale),
                        f"log-normal, SE {lognormal.se}")  # fmt: skip


def _error(text: str | None, base: Amount) -> float:
    se = in_unit(text, base)
    if not se > 0:
        raise refuse("'{text}': a standard error is above 0", text=text)
    return se


def _above_0(base: Amount, what: str) -> float:
    if not base.number > 0:
        raise refuse("a {what} distribution has a mean above 0, not {mean}",
                     what=what, mean=str(base))  # fmt: skip
    return base.number
