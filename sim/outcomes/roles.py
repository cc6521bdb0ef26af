"""Role of a published number in a scenario: a prediction, or one that cannot be missed or counted.

A number that stands in the scenario comes back from the trials by arithmetic. The design of the
trials fixes the follow-up. A fact that is another one in other words is no second success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from sim.scenario import Number, Study
from sim.scenario.form.amounts import Amount, in_unit
from sim.scenario.form.units import UNITS

PREDICTION, INPUT, DESIGN, SAME_AS = "prediction", "input", "design", "same as"
"""A number that counts; one that the scenario holds; one that the design fixes; a repetition."""

OF_THE_BASE_RATE = ("fractures", "fracture_rate")
"""Statistics that are inputs where the publication gives the base rate of fractures as a rate."""

ROUNDING = 1e-9
"""Relative difference of a number and itself in another unit."""


def taken_from(study: Study) -> tuple[Number, ...]:
    """List the numbers of a scenario whose source is the publication that it answers to."""
    return tuple(number for number in study.numbers if study.scenario.answers in number.sources)


def roles_of(
    facts: Sequence[Mapping[str, Any]], numbers: Iterable[Number]
) -> dict[tuple[str, str], str]:
    """Say what each published number is to a scenario.

    Parameters
    ----------
    facts : sequence of mapping
        Published facts. One with `input: true` went into the scenario in another form; one with
        `same_as` is another fact in other words.
    numbers : iterable of Number
        The numbers that the scenario takes from the publication, from `taken_from`.

    Returns
    -------
    dict
        By name of the fact and statistic (`value` or `SD`): `prediction`, `input`, `design` or
        `same as FACT`. A fact that repeats an input is an input.
    """
    numbers = [*numbers]
    roles: dict[tuple[str, str], str] = {}
    for fact in sorted(facts, key=lambda fact: "same_as" in fact):  # after those that they repeat
        for statistic, key in (("value", "value"), ("SD", "spread")):
            own = _role(fact, fact.get(key), numbers)
            repeated = fact.get("same_as")
            if own == PREDICTION and repeated is not None:
                of_other = roles.get((repeated, "value"), PREDICTION)
                own = f"{SAME_AS} {repeated}" if of_other == PREDICTION else of_other
            roles[fact["fact"], statistic] = own
    return roles


def _role(fact: Mapping[str, Any], published: Any, numbers: Iterable[Number]) -> str:
    """The role of one published number, without regard to other facts."""
    statistic = fact["simulated"]["statistic"]
    if statistic == "follow_up":
        return DESIGN
    if fact.get("input") or any(_stands_for(number, fact, published) for number in numbers):
        return INPUT
    return PREDICTION


def _stands_for(number: Number, fact: Mapping[str, Any], published: Any) -> bool:
    """Whether a number of the scenario is the published one: as large, in a unit of its kind.

    What patients are at entry stands in the cohort, what becomes of them elsewhere.
    """
    statistic = fact["simulated"]["statistic"]
    if statistic in OF_THE_BASE_RATE and number.path == "fractures.base_rate":
        return True
    is_at_entry = statistic == "entry"
    if not isinstance(published, int | float) or number.path.startswith("cohort.") != is_at_entry:
        return False
    has_unit = any(fact["unit"] in table for table in UNITS.values())
    try:
        stated = in_unit(number.text, Amount(published, fact["unit"] if has_unit else ""))
    except PydanticCustomError:
        return False
    return abs(stated - published) <= ROUNDING * abs(published)
