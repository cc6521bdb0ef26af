"""The life table in words, and the publications that it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from sim import evidence
from sim.scenario.form.outcome import Mortality
from sim.scenario.text.paths import dotted
from sim.scenario.text.provenance import LIFE_TABLE, Number

LIFE_TABLE_PATH = dotted(LIFE_TABLE)
"""The path of the user's own life table in the list of numbers."""


def life_table(mortality: Mortality, numbers: Sequence[Number]) -> str:
    """The life table in a line: what it holds, for which ages, and the source of it."""
    table = mortality.life_table
    ages = sorted({age for rows in table.rows.by_sex.values() for age in rows})
    held = f"{table.rows.measure} by sex, ages {ages[0]} to {ages[-1]}"
    if table.shipped is not None:
        title = evidence.publication(table.shipped)["citation"]["title"]
        return f"{table.shipped}, {held} ({title})"
    source = ", ".join(sources_of_life_table(mortality, numbers))
    return f"{table.name}, {held} (source: {source or 'not stated'})"


def sources_of_life_table(mortality: Mortality, numbers: Sequence[Number]) -> tuple[str, ...]:
    """The key of a shipped table, or the `source` beside the user's own file; empty without one."""
    if mortality.life_table.shipped is not None:
        return (mortality.life_table.shipped,)
    return next((number.sources for number in numbers if number.path == LIFE_TABLE_PATH), ())
