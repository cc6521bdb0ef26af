"""Values as they are written, with their unit, and one in the unit of another."""

from __future__ import annotations

import re
from typing import NamedTuple

from sim.scenario.form.quantity import refuse
from sim.scenario.form.units import UNITS, split_quantity

LARGEST = 1e12
"""A limit that keeps the arithmetic of distributions finite."""


class Amount(NamedTuple):
    """A value as it is written: its number, and the unit behind it."""

    number: float
    unit: str

    def __str__(self) -> str:
        return f"{self.number!r} {self.unit}".strip()


def amount(text: object) -> Amount:
    """A number and its unit; counts, `2 of 10`, as percent. Raises PydanticCustomError."""
    counts = re.fullmatch(r"\s*(\d+)\s*(?:/|\s(?:out\s+)?of\s)\s*(\d+)\s*", str(text))
    if counts is not None:
        return Amount(100 * int(counts[1]) / max(int(counts[2]), 1), "%")
    return Amount(*split_quantity(text))


def in_unit(text: object, of: Amount) -> float:
    """A value in the unit of another. Raises PydanticCustomError for another kind of unit."""
    number, unit = amount(text)
    if not abs(number) <= LARGEST:
        raise refuse("'{text}' is too large for a sweep; allowed: up to 1e12", text=str(text))
    if unit == of.unit:
        return number
    for table in UNITS.values():
        if unit in table and of.unit in table:
            return number * table[unit] / table[of.unit]
    raise refuse("'{text}' should have the unit of the value: {unit}",
                 text=str(text), unit=of.unit or "no unit")  # fmt: skip
