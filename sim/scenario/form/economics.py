"""What a scenario says of costs and quality of life; the simulation reads none of it.

Nothing costs 0 by silence: what happens in the study and has no price is asked for.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sim.scenario.form import quantities
from sim.scenario.form.clinic_costs import ClinicCosts
from sim.scenario.form.price_years import brought_to
from sim.scenario.form.quantities import Form, Text, Whole
from sim.scenario.form.quantity import refuse
from sim.scenario.form.therapy_costs import TherapyCosts
from sim.scenario.form.units import CURRENCIES, Dose
from sim.scenario.form.utility_by_age import UtilityByAge
from sim.vocabulary import SEXES


class Discount(Form):
    """Yearly discount rates of costs and of health."""

    costs: quantities.Discounting
    """Rate of costs, e.g. 2.5 %/year."""
    health: quantities.Discounting
    """Rate of life-years and QALYs, e.g. 2.5 %/year."""
    after_30_years: quantities.Discounting | None = None
    """Rate of both from 30 years after enrolment on; if left out, the rates go on, e.g.
    1.5 %/year."""


class MeasurementCosts(Form):
    """Prices of measurements."""

    dxa: quantities.Price | None = None
    """Of a visit at which bone density of spine and hip is measured, e.g. 39.96 EUR."""
    markers: quantities.Price | None = None
    """Of a visit at which the markers in blood are measured, e.g. 40 EUR."""
    year: Whole | None = None
    """The year of these prices; if left out, `price_year`, e.g. 2004."""


class FractureCosts(Form):
    """Costs of a fracture at one site."""

    on_fracture: quantities.Price
    """Paid on the day of the fracture, for all care of its first year, e.g. 9907 EUR."""
    each_year_after: quantities.YearlyCost
    """From day 365 after the first fracture of the site on, while alive, e.g. 1700 EUR/year."""
    year: Whole | None = None
    """The year of these prices; if left out, `price_year`, e.g. 2004."""


class FracturesCosts(Form):
    """Costs of fractures by site."""

    vertebral: FractureCosts
    """Of vertebral fractures."""
    hip: FractureCosts
    """Of hip fractures."""
    other: FractureCosts
    """Of all other fractures."""


class Costs(Form):
    """Prices of what happens in the study."""

    therapies: dict[Text, TherapyCosts] = Field({})
    """Prices of each therapy by its name,
    e.g. {pamidronate: {per_infusion: 396 EUR, per_missed_infusion: 0 EUR}}."""
    measurements: MeasurementCosts = MeasurementCosts()
    """Prices of measurements."""
    fractures: FracturesCosts
    """Costs of fractures by site."""
    reactions: dict[Text, quantities.Price] = Field({})
    """Price of each reaction by its name, e.g. {acute_phase: 0 EUR}."""
    clinic: ClinicCosts | None = None
    """Prices of the clinic in which the patients meet; needed where there is one,
    e.g. {per_infusion_is_for: drug, per_place: 90 EUR}."""


class Baseline(Form):
    """Utility without fracture, reaction and loss from a therapy."""

    female: quantities.Utility
    """Utility of women, e.g. 0.895."""
    male: quantities.Utility
    """Utility of men, e.g. 0.915."""


class FractureQuality(Form):
    """What a fracture at one site leaves of the utility, as a multiplier."""

    first_year: quantities.Multiplier
    """In the year after the latest fracture of the site, e.g. 0.7."""
    later: quantities.Multiplier
    """After that year, and from the start for a vertebral fracture before enrolment, e.g. 0.8."""


class FracturesQuality(Form):
    """What fractures leave of the utility."""

    vertebral: FractureQuality
    """Vertebral fractures."""
    hip: FractureQuality
    """Hip fractures."""
    other: FractureQuality
    """All other fractures."""


class ShortLoss(Form):
    """A loss of utility for some days."""

    loss: quantities.Loss
    """The loss while it lasts, e.g. 0.21."""
    days: quantities.Days = Field(alias="for")
    """How long it lasts, ended by death and by the end of follow-up, e.g. 3 days."""


class TherapyQuality(Form):
    """Loss of utility from a therapy."""

    loss: quantities.Loss
    """While the patient is on it, at any dose, e.g. 0.02."""
    at_start: ShortLoss | None = None
    """Besides, when it begins; if left out, there is none, e.g. {loss: 0.21, for: 14 days}."""


class Quality(Form):
    """Quality of life as utility: 1 is full health, 0 is death."""

    baseline: Baseline
    """Utility of patients without fracture, by sex."""
    by_age: UtilityByAge | None = None
    """How the baseline changes with age; if left out, it stays as it is."""
    combine: Literal["multiply", "worst", "add"]
    """How fractures at several sites combine: `multiply` their multipliers, take the `worst` of
    them, or `add` their losses, e.g. multiply."""
    fractures: FracturesQuality
    """What fractures leave of the utility."""
    reactions: dict[Text, ShortLoss] = Field({})
    """Loss from each reaction by its name, e.g. {acute_phase: {loss: 0.21, for: 3 days}}."""
    therapies: dict[Text, TherapyQuality] = Field({})
    """Loss from each therapy that has one, e.g. {interferon: {loss: 0.02}}."""

    def check(self) -> None:
        """A utility at every age is a number of -1 to 1."""
        for sex in SEXES:
            for age, utility in self.without_fracture(sex).items():
                if not -1 <= utility <= 1:
                    rule = "allowed: -1 to 1, and with `multiply` a table without 0"
                    raise refuse(f"`by_age` gives {sex} patients of {age} {utility:.4g}; {rule}")

    def without_fracture(self, sex: str) -> dict[int, float]:
        """Utility without a fracture from each age on, by age; from 0 without a table."""
        baseline = getattr(self.baseline, sex)
        if self.by_age is None:
            return {0: baseline}
        return self.by_age.following(baseline, getattr(self.by_age, sex))

    @property
    def highest(self) -> float:
        """The highest utility at any age."""
        return max(utility for sex in SEXES for utility in self.without_fracture(sex).values())


def _rising(thresholds: list[Dose]) -> list[Dose]:
    """Thresholds of which each is above the one before. Raises PydanticCustomError for others."""
    amounts = [threshold.amount for threshold in thresholds]
    if not amounts or amounts != sorted({*amounts}) or amounts[0] <= 0:
        given = ", ".join(map(str, thresholds)) or "none"
        raise refuse(f"thresholds are above 0, each above the one before; given: {given}")
    return thresholds


class Economics(Form):
    """Costs and quality of life: what the outcomes of the study are worth."""

    perspective: Text
    """Who pays, in words, e.g. all payers of care, France."""
    currency: Literal[CURRENCIES]  # type: ignore[valid-type]
    """The currency of all prices, e.g. EUR."""
    price_year: Whole
    """The year whose money the results are in, and of all prices without a `year`, e.g. 2025."""
    price_index: dict[Text, quantities.PriceLevel] = Field({})
    """Level of prices by year; needed where prices have a `year` of their own,
    e.g. {2004: 78, 2025: 100}."""
    discount: Discount
    """Yearly discount rates."""
    costs: Costs
    """Prices of what happens in the study."""
    quality: Quality
    """Utility, and what is lost of it."""
    thresholds: Annotated[list[quantities.Price], AfterValidator(_rising)]
    """Worth of a QALY at which net benefit is shown, e.g. [20000 EUR, 50000 EUR]."""

    @model_validator(mode="after")
    def _in_money_of_one_year(self) -> Self:
        costs = brought_to(self.price_year, self.costs, self.price_index)
        return self.model_copy(update={"costs": costs})
