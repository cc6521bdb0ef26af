"""Prices of several years brought to one year, by levels of prices that the user gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sim.scenario.form.quantities import Form
from sim.scenario.form.units import Dose

FormT = TypeVar("FormT", bound=Form)


def brought_to(year: int, costs: FormT, levels: Mapping[str, float]) -> FormT:
    """Costs with each price at the level of a year; `levels` of prices are by year.

    The `year` of a form is that of its own prices. Prices of a year without a level stay, and are
    a mistake that `checks.economics` reports.
    """
    stated = getattr(costs, "year", None)
    factor = 1.0
    if stated not in (None, year) and {str(stated), str(year)} <= {*levels}:
        factor = levels[str(year)] / levels[str(stated)]
    changed = {name: _brought(year, value, levels, factor) for name, value in costs}
    return costs.model_copy(update=changed)


def _brought(year: int, value: Any, levels: Mapping[str, float], factor: float) -> Any:
    if isinstance(value, Form):
        return brought_to(year, value, levels)
    if isinstance(value, Dose):
        return replace(value, amount=value.amount * factor)
    if isinstance(value, list):
        return [_brought(year, item, levels, factor) for item in value]
    if isinstance(value, dict):
        return {name: _brought(year, item, levels, factor) for name, item in value.items()}
    return value
