"""Costs, quality of life, discounting and thresholds in the words of a protocol."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.durations import in_time
from sim.scenario.form.clinic_costs import ClinicCosts
from sim.scenario.form.economics import Costs, Discount, Economics, Quality, ShortLoss
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy_costs import LaterPrices, TherapyCosts
from sim.scenario.form.units import Dose
from sim.scenario.form.utility_by_age import UtilityByAge
from sim.vocabulary import SITES

COMBINED = {
    "multiply": "multiplied",
    "worst": "replaced by the lowest of them",
    "add": "replaced by 1 less the sum of their losses, 0 at least",
}
"""What happens to the multipliers of several sites, by `quality.combine`."""


def costs_and_quality(scenario: Scenario, economics: Economics) -> Iterator[str]:
    """What the outcomes of a study are worth, line by line.

    Examples
    --------
    >>> from sim.scenario import load
    >>> scenario = load("scenarios/laroche2011-worth.yaml").scenario
    >>> [*costs_and_quality(scenario, scenario.economics)][0]
    'Costs and quality of life (all payers of care, France; EUR of 2025)'
    """
    priced = f"{economics.currency} of {economics.price_year}"
    yield f"Costs and quality of life ({economics.perspective}; {priced})"
    if economics.price_index:
        yield f"  prices of other years are brought to {economics.price_year} by `price_index`"
    yield from (f"  {line}" for line in of_costs(economics.costs))
    yield from (f"  {line}" for line in of_quality(economics.quality, scenario))
    yield f"  discounting: {of_discounting(economics.discount)}"
    thresholds = ", ".join(map(money, economics.thresholds))
    yield f"  net benefit is shown at {thresholds} per QALY"


def money(price: Dose) -> str:
    """A price as people write it, to a hundredth: 1000000 EUR and not 1e+06 EUR."""
    return f"{round(price.amount, 2):.12g} {price.unit}"


def of_costs(costs: Costs) -> Iterator[str]:
    """The prices of a scenario, a line for each kind of event."""
    for name, prices in costs.therapies.items():
        yield f"{name} costs {_therapy(prices)}"
    measured = costs.measurements
    per = {"densitometry": measured.dxa, "measurement of markers": measured.markers}
    listed = [f"{money(price)} per {what}" for what, price in per.items() if price is not None]
    yield f"measurements cost {', '.join(listed)}"
    for site in SITES:
        fracture = getattr(costs.fractures, site)
        once, yearly = money(fracture.on_fracture), money(fracture.each_year_after)
        yield f"{site} fractures cost {once} each, and {yearly} from a year after the first one"
    for name, price in costs.reactions.items():
        yield f"each {name} costs {money(price)}"
    if costs.clinic is not None:
        yield from _of_clinic(costs.clinic)


def _of_clinic(clinic: ClinicCosts) -> Iterator[str]:
    """The prices of a clinic: what a dose at a visit pays for, then what each open day costs."""
    yield f"a dose given at a visit of the clinic pays for {clinic.per_infusion_is_for}"
    per = {
        "place on an open day": clinic.per_place, "hour of a chair": clinic.per_chair_hour,
        "hour of a nurse": clinic.per_nurse_hour, "hour of overtime": clinic.per_overtime_hour,
    }  # fmt: skip
    listed = [f"{money(price)} per {what}" for what, price in per.items() if price is not None]
    if listed:
        yield f"each open day of the clinic costs {', '.join(listed)}, in equal shares of patients"
    for name, price in clinic.per_mg_thrown_away.items():
        yield f"each mg of {name} that is thrown away costs {money(price)}"


def _therapy(prices: TherapyCosts) -> str:
    later = [f"; from {in_time(one.begin)} on {_prices(one)}" for one in prices.later]
    return _prices(prices) + "".join(later)


def _prices(prices: TherapyCosts | LaterPrices) -> str:
    parts = {
        "per dose given at a visit": prices.per_infusion,
        "per missed one": prices.per_missed_infusion,
        "per dose taken, the same at a reduced dose": prices.per_dose,
    }
    return ", ".join(f"{money(price)} {what}" for what, price in parts.items() if price is not None)


def of_quality(quality: Quality, scenario: Scenario) -> Iterator[str]:
    """The utilities of a scenario, a line for each thing that changes them."""
    base = quality.baseline
    yield f"utility without a fracture: {base.female:g} in women, {base.male:g} in men"
    if quality.by_age is not None:
        yield from _by_age(quality.by_age)
    for site in SITES:
        left = getattr(quality.fractures, site)
        yield f"{site} fractures: utility times {left.first_year:g} for a year, then {left.later:g}"
    yield f"multipliers of several sites are {COMBINED[quality.combine]}"
    for name, short in quality.reactions.items():
        yield f"each {name} takes {_short(short)}"
    for name, loss in quality.therapies.items():
        start = "" if loss.at_start is None else f", and {_short(loss.at_start)} when it begins"
        yield f"{name} takes {loss.loss:g} while the patient is on it{start}"
    if lossless := [name for name in scenario.therapies if name not in quality.therapies]:
        yield f"no utility is lost while on {', '.join(lossless)}"


def _by_age(norm: UtilityByAge) -> Iterator[str]:
    """How the utility without a fracture changes with age."""
    how = {"multiply": "times the ratio", "add": "plus the difference"}[norm.how]
    yield f"  at {norm.baseline_at:g} years of age; at other ages {how} of these of the population:"
    for name, table in (("women", norm.female), ("men", norm.male)):
        listed = ", ".join(f"{utility:g} from {age}" for age, utility in table.items())
        yield f"  {name} {listed}"


def _short(short: ShortLoss) -> str:
    return f"{short.loss:g} for {in_time(short.days)}" if short.loss else "nothing"


def of_discounting(discount: Discount) -> str:
    """The yearly rates of costs and of health."""
    rates = f"costs {discount.costs:g} %/year, health {discount.health:g} %/year"
    later = discount.after_30_years
    return rates if later is None else f"{rates}; both {later:g} %/year from 30 years on"
