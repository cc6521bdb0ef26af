"""What a scenario says of the prices of a clinic: chairs, nurses, overtime, drug thrown away."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, Text, Whole

OF_THE_DAY = ("per_place", "per_chair_hour", "per_nurse_hour")
"""Prices of what is there on each open day, whoever comes."""


class ClinicCosts(Form):
    """Prices of what a clinic has and uses, from the day on which its limits begin.

    Places, chairs, nurses and overtime are paid for on each open day of the follow-up, used or not;
    each patient of the clinic has an equal share of them. An arm without a therapy that the clinic
    serves pays for none.
    """

    per_infusion_is_for: Literal["drug", "drug and visit"]
    """What `per_infusion` pays for: the `drug`, or `drug and visit` as a tariff; then places,
    chairs and nurses cost 0, e.g. drug."""
    per_place: quantities.Price | None = None
    """Of each place on each open day, with `places`, e.g. 90 EUR."""
    per_chair_hour: quantities.Price | None = None
    """Of each chair for each hour of opening, with `chairs`, e.g. 6 EUR."""
    per_nurse_hour: quantities.Price | None = None
    """Of each hour of a nurse during opening hours, with `nurses`, e.g. 40 EUR."""
    per_overtime_hour: quantities.Price | None = None
    """Of each hour after closing time, with `chairs`, for all who stay, e.g. 120 EUR."""
    per_mg_thrown_away: dict[Text, quantities.Price] = Field({})
    """Of each milligram that is thrown away, for each drug of `supply`,
    e.g. {pamidronate: 0.35 EUR}."""
    year: Whole | None = None
    """The year of these prices; if left out, `price_year`, e.g. 2004."""
