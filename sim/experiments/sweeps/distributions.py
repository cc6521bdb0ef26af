"""The distribution that a parameter is drawn from, in the unit in which its value is written.

`marginal` finds it: in the sweep, in a group of parameters that vary together, or in the scenario.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from sim.experiments.sweeps.form import ParameterForm, SweepForm
from sim.scenario import Study
from sim.scenario.form.amounts import Amount, amount, in_unit
from sim.scenario.form.quantity import refuse
from sim.scenario.form.uncertainty import Between, Proportion, Rate, Ratio, Uncertainty
from sim.scenario.form.units import UNITS
from sim.scenario.text.paths import DocumentPath, dotted, parts_of, value_at
from sim.simulation.records import Floats
from sim.vocabulary import Z95

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen

ENDS = (0.025, 0.975)
"""Where the interval of a parameter ends."""

NEVER_QUITE = 1e-12
"""Draws stay this far from certainty: the quantile of 0 or 1 may be infinite."""


SMALLEST = 1e-9
"""A limit that keeps the arithmetic of distributions finite."""


Family = Literal["norm", "uniform", "lognorm", "gamma", "beta"]
"""A distribution by its name in `scipy.stats`."""


class Distribution(NamedTuple):
    """A distribution with what it is called in words, perhaps cut off at two quantiles.

    `numbers` and `scale` are those of the distribution in `scipy.stats`. `stated` are ends of its
    interval that somebody named.
    """

    family: Family
    words: str
    numbers: tuple[float, ...]
    scale: float | None = None
    low: float = 0.0
    high: float = 1.0
    stated: tuple[float, float] | None = None

    @property
    def whole(self) -> rv_frozen[Any, Any]:
        """The distribution of scipy, not cut off."""
        return _frozen(self.family, self.numbers, self.scale)

    def below(self, value: float) -> float:
        """The share of the whole distribution that lies below a value.

        Equal to `whole.cdf`, but for rounding. `check` asks for nothing else, and to load
        `scipy.stats` would take longer than all else that `check` does.
        """
        from scipy import special

        scaled = value if self.scale is None else value / self.scale
        first, *others = self.numbers
        if self.family == "norm":
            return float(special.ndtr((value - first) / others[0]))
        if self.family == "uniform":
            return min(max((value - first) / others[0], 0.0), 1.0)
        if scaled <= 0:
            return 0.0
        if self.family == "lognorm":
            return float(special.ndtr(math.log(scaled) / first))
        if self.family == "gamma":
            return float(special.gammainc(first, scaled))
        return float(special.betainc(first, others[0], min(scaled, 1.0)))

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


def marginal(
    path: str, place: DocumentPath, base: Amount, given: ParameterForm, form: SweepForm,
    study: Study,
) -> Distribution:  # fmt: skip
    """The distribution that the sweep gives a parameter, else that of its group, or the scenario's.

    Raises PydanticCustomError if there is none, or more than one.
    """
    together = _bound(path, base, form, study)
    if together is not None and (given.low or given.uncertainty or given.within):
        raise refuse("'{path}' varies with others, so it has no distribution or ends of its own",
                     path=path)  # fmt: skip
    if given.low is not None and given.high is not None:
        evenly = between(Between(low=given.low, high=given.high), base)
        return evenly._replace(stated=(in_unit(given.low, base), in_unit(given.high, base)))
    if given.uncertainty is None and together is not None:
        return together
    uncertainty = given.uncertainty or study.uncertainty.get(dotted(place))
    if uncertainty is None and place[-1] == "mean":  # it may stand beside the mapping of the mean
        uncertainty = study.uncertainty.get(dotted(place[:-1]))
    if uncertainty is None:
        raise refuse("the scenario states no uncertainty of '{path}'; give it low and high, or "
                     "uncertainty", path=path)  # fmt: skip
    return of(uncertainty, base)


def _bound(path: str, base: Amount, form: SweepForm, study: Study) -> Distribution | None:
    """The distribution of one parameter that varies with others by a covariance or in a group."""
    if form.covariance and path in form.covariance.parameters:
        place = form.covariance.parameters.index(path)
        sd = math.sqrt(max(form.covariance.matrix[place][place], 0.0)) or math.nan
        return _of_scipy("norm", f"normal, SD {sd:g}, with others", base.number, sd)
    for name, group in form.dirichlet.items():
        if path in group:
            counted = sum(group.values())
            bases = (value_at(study.document, parts_of(other)) for other in group)
            total = sum(amount(text).number for text in bases if text)
            words = f"Dirichlet of {name}, {group[path]:g} of {counted:g}"
            return _of_scipy("beta", words, group[path], counted - group[path], scale=total)
    return None


def of(uncertainty: Uncertainty, base: Amount) -> Distribution:
    """The distribution of a value that stands in a scenario with this uncertainty.

    Normal, beta, gamma, log-normal or uniform. Raises PydanticCustomError where none has the
    mean and SD asked for.
    """
    if uncertainty.normal is not None:
        se = _error(uncertainty.normal.se, base)
        return _of_scipy("norm", f"normal, SE {uncertainty.normal.se}", base.number, se)
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
    low, high = in_unit(ends.low, base), in_unit(ends.high, base)
    if not low < high:
        raise refuse("low is below high; given: {low} and {high}", low=ends.low, high=ends.high)
    return _of_scipy("uniform", f"uniform, {ends.low} to {ends.high}", low, high - low)


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
    scale = 100.0 if base.unit == "%" else 1.0
    if base.unit not in ("%", ""):
        raise refuse("a beta distribution describes a share, not {base}", base=str(base))
    if beta.events is not None and beta.of is not None:
        a, b = beta.events + 0.5, beta.of - beta.events + 0.5
        words = f"beta, {beta.events:g} of {beta.of:g}"
        return _of_scipy("beta", words, a, b, scale=scale)
    mean, se = base.number / scale, _error(beta.se, base) / scale
    if not 0 < mean < 1:
        raise refuse("a beta distribution has a mean above 0 % and below 100 %, not {mean}",
                     mean=str(base))  # fmt: skip
    k = mean * (1 - mean) / se**2 - 1
    if k <= 0:
        most = Amount(round(scale * math.sqrt(mean * (1 - mean)), 4), base.unit)
        raise refuse("no beta distribution has the mean {mean} and the SD {se}; its SD is below "
                     "{most}", mean=str(base), se=beta.se, most=str(most))  # fmt: skip
    return _of_scipy("beta", f"beta, SE {beta.se}", mean * k, (1 - mean) * k, scale=scale)


def _rate(gamma: Rate, base: Amount) -> Distribution:
    """Shape `events` and rate `person_years`; or shape (m/s)^2 and scale s^2/m."""
    if gamma.events is not None and gamma.person_years is not None:
        factor = UNITS["hazard, held per year"].get(base.unit)
        if factor is None:
            raise refuse("events and person-years describe a rate, not {base}; give se",
                         base=str(base))  # fmt: skip
        words = f"gamma, {gamma.events:g} events in {gamma.person_years:g} person-years"
        return _of_scipy("gamma", words, gamma.events, scale=1 / gamma.person_years / factor)
    mean, se = _above_0(base, "gamma"), _error(gamma.se, base)
    return _of_scipy("gamma", f"gamma, SE {gamma.se}", (mean / se) ** 2, scale=se**2 / mean)


def _ratio(lognormal: Ratio, base: Amount) -> Distribution:
    """Logarithms normal between those of the ends; or s^2 = ln(1 + (SE/m)^2) about ln m - s^2/2."""
    if lognormal.ci95 is not None:
        low, high = map(math.log, lognormal.ci95)
        middle, spread = (low + high) / 2, (high - low) / (2 * Z95)
        words = f"log-normal, 95 % {lognormal.ci95[0]:g} to {lognormal.ci95[1]:g}"
        return _of_scipy("lognorm", words, spread, scale=math.exp(middle))
    mean, se = _above_0(base, "log-normal"), _error(lognormal.se, base)
    variance = math.log1p((se / mean) ** 2)
    scale = math.exp(math.log(mean) - variance / 2)
    words = f"log-normal, SE {lognormal.se}"
    return _of_scipy("lognorm", words, math.sqrt(variance), scale=scale)


def _of_scipy(
    family: Family, words: str, *numbers: float, scale: float | None = None
) -> Distribution:
    """A distribution of scipy by its name there, and what people call it."""
    return Distribution(family, words, numbers, scale)


@cache
def _frozen(family: Family, numbers: tuple[float, ...], scale: float | None) -> rv_frozen[Any, Any]:
    """The distribution of scipy with these numbers; scipy takes long to make one."""
    from scipy import stats

    frozen: rv_frozen[Any, Any] = getattr(stats, family)(
        *numbers, **({} if scale is None else {"scale": scale})
    )
    return frozen


def _error(text: str | None, base: Amount) -> float:
    se = in_unit(text, base)
    if not se > 0 or se < SMALLEST * abs(base.number):
        raise refuse("'{text}': a standard error is above 0, and above a billionth of the value",
                     text=text)  # fmt: skip
    return se


def _above_0(base: Amount, what: str) -> float:
    if not base.number > 0:
        raise refuse("a {what} distribution has a mean above 0, not {mean}",
                     what=what, mean=str(base))  # fmt: skip
    return base.number
