"""What the quantities of a study are worth: prices and utilities as weights of quantities.

Costs and QALYs are weighted sums of quantities, so another price needs no simulation. A quantity
has a key, such as `given: pamidronate`, and two values: undiscounted and discounted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from sim.economics.clinic_use import CHAIRS, NURSES, OVERTIME, PLACES, THROWN_AWAY
from sim.economics.discounting import NO_RATE, by_day, of_health
from sim.economics.therapy_prices import Weights, prices_of
from sim.scenario.form.clinic_costs import ClinicCosts
from sim.scenario.form.economics import Costs, Economics, FractureQuality, Quality
from sim.scenario.form.units import Dose
from sim.simulation.records import Floats
from sim.vocabulary import SITES

STATES = ("none", "first", "later")
"""States of a patient after fractures at a site: none, in the first year, later."""

LIFE_YEARS, QALYS, COST = "life-years", "QALYs", "cost"
UNDISCOUNTED = ", undiscounted"

_IN_WORDS = {
    PLACES: ("places on open days", "places"), CHAIRS: (CHAIRS, "hours"),
    NURSES: (NURSES, "hours"), OVERTIME: (OVERTIME, "hours"),
}  # fmt: skip
"""Name and unit of what a clinic has on each open day."""


class Worth(NamedTuple):
    """An outcome of economics: a weighted sum of quantities per patient.

    `least` is the lowest value that it can have, `most_per_year` the highest that a year of life
    can have.
    """

    name: str
    unit: str
    weights: Weights
    is_discounted: bool = True
    least: float = -math.inf
    most_per_year: float = math.inf

    def most(self, economics: Economics, days: int) -> float:
        """The highest value of a follow-up of so many days; infinite where there is none."""
        if math.isinf(self.most_per_year):
            return math.inf
        rate = of_health(economics) if self.is_discounted else NO_RATE
        return self.most_per_year * float(by_day(rate, days).integral[-1])


def outcomes_of(economics: Economics) -> list[Worth]:
    """List the outcomes of economics.

    Parameters
    ----------
    economics
        The economics of a scenario.

    Returns
    -------
    list of Worth
        Cost, QALYs and life-years, the net benefit at each threshold, the parts of the cost; then
        cost, QALYs, life-years and the parts without discounting, and what is used of a clinic.
    """
    own, clinic = [*_both(economics)], economics.costs.clinic
    plain = [_undiscounted(one) for one in own if not one.name.startswith("net benefit")]
    return [*own, *plain, *(() if clinic is None else _use_of(clinic))]


def _both(economics: Economics) -> Iterator[Worth]:
    """The outcomes with discounting."""
    parts, qalys = dict(parts_of(economics.costs)), qalys_of(economics.quality)
    cost, money = cost_of(economics.costs), economics.currency
    best = _best_year(economics.quality)
    yield Worth(COST, money, cost, least=0.0)
    yield Worth(QALYS, QALYS, qalys, most_per_year=best)
    yield Worth(LIFE_YEARS, "years", {LIFE_YEARS: 1.0}, least=0.0, most_per_year=1.0)
    for threshold in economics.thresholds:
        weights, most = net(qalys, cost, threshold.amount), threshold.amount * best
        yield Worth(net_benefit(threshold), money, weights, most_per_year=most)
    for part, weights in parts.items():
        yield Worth(f"cost of {part}", money, weights, least=0.0)


def _best_year(quality: Quality) -> float:
    """QALYs that a year can have at most; no limit where life is worth less than death."""
    return quality.highest if quality.highest > 0 else math.inf


def net_benefit(threshold: Dose) -> str:
    """The name of the net benefit at a threshold, such as `net benefit at 50000 EUR`."""
    return f"net benefit at {threshold.amount:.15g} {threshold.unit}"


def net(qalys: Weights, cost: Weights, threshold: float) -> Weights:
    """Weights of the net benefit: QALYs at the worth of one, less the cost."""
    keys = dict.fromkeys([*qalys, *cost])
    return {key: threshold * qalys.get(key, 0.0) - cost.get(key, 0.0) for key in keys}


def parts_of(costs: Costs) -> Iterator[tuple[str, Weights]]:
    """The parts of the cost by what they pay for: each therapy, measurements, fractures, a clinic.

    Parameters
    ----------
    costs
        The prices of a scenario.

    Yields
    ------
    tuple of str and mapping
        The name of the part, and the price of each quantity.
    """
    for therapy, prices in costs.therapies.items():
        yield therapy, _added(one.weights for one in prices_of(therapy, prices))
    measured = {"dxa": costs.measurements.dxa, "markers": costs.measurements.markers}
    yield "measurements", _amounts(measured)
    yield "fractures", _added(_of_site(costs, site) for site in SITES)
    if costs.reactions:
        yield "reactions", _amounts({f"reaction: {n}": one for n, one in costs.reactions.items()})
    if costs.clinic is not None:
        yield "the clinic", _of_clinic(costs.clinic)


def cost_of(costs: Costs) -> Weights:
    """The price of each quantity."""
    return _added(weights for _, weights in parts_of(costs))


def _of_site(costs: Costs, site: str) -> Weights:
    own = getattr(costs.fractures, site)
    return _amounts(
        {f"fracture: {site}": own.on_fracture, f"years after: {site}": own.each_year_after}
    )


def _of_clinic(clinic: ClinicCosts) -> Weights:
    thrown = {f"{THROWN_AWAY}: {n}": one for n, one in clinic.per_mg_thrown_away.items()}
    return _amounts({
        PLACES: clinic.per_place, CHAIRS: clinic.per_chair_hour, NURSES: clinic.per_nurse_hour,
        OVERTIME: clinic.per_overtime_hour, **thrown,
    })  # fmt: skip


def _use_of(clinic: ClinicCosts) -> Iterator[Worth]:
    """What a patient has of the clinic, without a price: an N-th of what its N patients have."""
    for key in _of_clinic(clinic):
        name, unit = _IN_WORDS.get(key, (f"{key.partition(': ')[2]} thrown away", "mg"))
        yield Worth(f"{name}{UNDISCOUNTED}", unit, {key: 1.0}, is_discounted=False, least=0.0)


def _amounts(prices: Mapping[str, Dose | None]) -> Weights:
    return {key: price.amount for key, price in prices.items() if price is not None}


def qalys_of(quality: Quality) -> Weights:
    """Weights of the QALYs: a multiplier for each state after fractures, less the losses.

    Parameters
    ----------
    quality
        What a scenario says of quality of life.

    Returns
    -------
    mapping
        `well-years: V/H/O`, years in a state of each site times the utility at entry, has the
        multiplier of the state: the product over sites, the lowest, or 1 less their losses
        (`combine`). Losses of
        therapies and reactions, in years, have their loss with a minus.
    """
    sites = [getattr(quality.fractures, site) for site in SITES]
    weights = {
        f"well-years: {'/'.join(states)}": _multiplier(quality, sites, states)
        for states in product(STATES, repeat=len(SITES))
    }
    for name, own in quality.therapies.items():
        weights[f"loss: {name}"] = -own.loss
        weights[f"start loss: {name}"] = -own.at_start.loss if own.at_start else 0.0
    return weights | {
        f"reaction loss: {name}": -one.loss for name, one in quality.reactions.items()
    }


def _multiplier(quality: Quality, sites: Sequence[FractureQuality], states: Sequence[str]) -> float:
    """The multiplier of the utility in one state of each site."""
    multipliers = [
        {"none": 1.0, "first": site.first_year, "later": site.later}[state]
        for site, state in zip(sites, states, strict=True)
    ]
    return _AT_ONCE[quality.combine](multipliers)


_AT_ONCE: Mapping[str, Callable[[Sequence[float]], float]] = {
    "multiply": math.prod,
    "worst": min,
    "add": lambda multipliers: max(0.0, 1.0 - math.fsum(1.0 - one for one in multipliers)),
}
"""How multipliers of several sites make one, by `quality.combine`; losses add up to 1 at most."""


def priced(quantities: Floats, keys: Sequence[str], outcomes: Sequence[Worth]) -> Floats:
    """Value quantities: outcomes of economics as weighted sums.

    Parameters
    ----------
    quantities : numpy.ndarray of float, shape (..., 2, keys)
        Quantities of patients or groups, undiscounted and discounted.
    keys
        What the last axis is.
    outcomes
        The outcomes, from `outcomes_of`.

    Returns
    -------
    numpy.ndarray of float, shape (..., outcomes)
        Their values.
    """
    columns = [
        quantities[..., int(one.is_discounted), :] @ [one.weights.get(key, 0.0) for key in keys]
        for one in outcomes
    ]
    return np.stack(columns, axis=-1)


def _undiscounted(one: Worth) -> Worth:
    return one._replace(name=f"{one.name}{UNDISCOUNTED}", is_discounted=False)


def _added(parts: Iterable[Weights]) -> Weights:
    total: dict[str, float] = {}
    for part in parts:
        for key, weight in part.items():
            total[key] = total.get(key, 0.0) + weight
    return total
