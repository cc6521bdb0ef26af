"""The tables of a sweep before it is simulated: the interval of every parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.display.numbers import significant
from sim.display.tables.sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd


def sheets(parameters: pd.DataFrame, scenarios: Sequence[str]) -> list[Sheet]:
    """A table for each scenario; `parameters` is the table `parameters.csv` of a sweep."""
    return [_sheet(name, parameters[parameters["scenario"] == name]) for name in scenarios]


def stated(value: object) -> str:
    """The value of a parameter: a number, or words."""
    return significant(value, 4) if isinstance(value, float | int) else str(value)


def _sheet(scenario: str, parameters: pd.DataFrame) -> Sheet:
    rows = [
        (
            row["parameter"] + " (assumption)" * bool(row["assumption"]),
            row["distribution"],
            *(stated(row[end]) for end in ("base", "low", "high")),
            row["unit"],
        )
        for row in parameters.to_dict("records")
    ]
    return Sheet((scenario, "drawn from", "base", "low", "high", "unit"), rows)
