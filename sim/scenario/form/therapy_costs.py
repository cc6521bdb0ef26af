"""What a scenario says of the prices of a therapy, now and from a later time on."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.scenario.durations import in_time
from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, Whole
from sim.scenario.form.quantity import refuse

PER = ("per_infusion", "per_missed_infusion", "per_dose")
"""What a price of a therapy is paid for."""


class LaterPrices(Form):
    """Prices of one therapy that hold from a time since enrolment on."""

    begin: quantities.FromADay = Field(alias="from")
    """Time since enrolment, e.g. 24 months."""
    per_infusion: quantities.Price | None = None
    """Of each infusion or injection given; if left out, the price before, e.g. 300 EUR."""
    per_missed_infusion: quantities.Price | None = None
    """Of each infusion or injection missed; if left out, the price before, e.g. 0 EUR."""
    per_dose: quantities.Price | None = None
    """Of each dose of a course; if left out, the price before, e.g. 10.72 EUR."""
    year: Whole | None = None
    """The year of these prices; if left out, `price_year`, e.g. 2004."""


def _in_time_order(later: list[LaterPrices]) -> list[LaterPrices]:
    """Later prices of which each begins after the one before. Raises PydanticCustomError else."""
    days = [round(one.begin) for one in later]
    if days != sorted({*days}):
        given = ", ".join(in_time(one.begin) for one in later)
        raise refuse(f"each `from` is later than the one before; given: {given}")
    return later


class TherapyCosts(Form):
    """Prices of one therapy."""

    per_infusion: quantities.Price | None = None
    """Of each infusion or injection given, with the visit, e.g. 396 EUR."""
    per_missed_infusion: quantities.Price | None = None
    """Of each infusion or injection missed, e.g. 0 EUR."""
    per_dose: quantities.Price | None = None
    """Of each dose of a course, the same at a halved dose, e.g. 21.44 EUR."""
    year: Whole | None = None
    """The year of these prices; if left out, `price_year`, e.g. 2004."""
    later: Annotated[list[LaterPrices], AfterValidator(_in_time_order)] = Field([])
    """Prices that change at a time since enrolment, e.g. [{from: 24 months, per_dose: 10 EUR}]."""
