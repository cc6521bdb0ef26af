"""What a scenario says of the utility of the general population by age."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, Text
from sim.scenario.form.quantity import refuse

OLDEST = 120
"""Highest age of a table, in years."""


def _by_rising_age(table: dict[str, float]) -> dict[str, float]:
    """Utilities of ages in order. Raises PydanticCustomError for others."""
    ages = [int(age) if age.isdecimal() else -1 for age in table]
    if not ages or ages != sorted({*ages}) or not 0 <= ages[0] <= ages[-1] <= OLDEST:
        given = ", ".join(table) or "none"
        rule = f"ages are whole years from 0 to {OLDEST}, each above the one before"
        raise refuse(f"{rule}; given: {given}")
    return table


Table = Annotated[dict[Text, quantities.Utility], AfterValidator(_by_rising_age)]


class UtilityByAge(Form):
    """Utility of the general population by age, which `baseline` follows as patients get older."""

    how: Literal["multiply", "add"]
    """`multiply` the baseline by the ratio of the utilities at the two ages, or `add` their
    difference, e.g. multiply."""
    baseline_at: quantities.AgeYears
    """Age at which `baseline` holds, e.g. 50 years."""
    female: Table
    """Utility of women from each age in whole years on; the first one holds for younger women too,
    e.g. {18: 0.959, 65: 0.839}."""
    male: Table
    """Utility of men from each age in whole years on; the first one holds for younger men too,
    e.g. {18: 0.967, 65: 0.9}."""

    def following(self, baseline: float, table: Table) -> dict[int, float]:
        """Utility without a fracture from each age on, of the sex with a baseline and a table."""
        reached = [u for age, u in table.items() if int(age) <= self.baseline_at]
        norm = reached[-1] if reached else next(iter(table.values()))
        if self.how == "add":
            return {int(age): baseline + (u - norm) for age, u in table.items()}
        return {int(age): baseline * u / norm if norm else float("nan") for age, u in table.items()}
