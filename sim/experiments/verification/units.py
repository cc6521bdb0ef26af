"""Quantities of the file against an independent table of units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sim.experiments.verification.inputs_used import paths
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, each
from sim.scenario.text.paths import DocumentPath, value_at

YEAR = 365.25
"""Kept apart from the program's own constants on purpose: this table checks them."""

TIMES = {"day": 1.0, "week": 7.0, "month": YEAR / 12, "year": YEAR}
FACTORS: dict[str, tuple[float, ...]] = {
    "%": (0.01,),
    "per month": (12.0,),
    "per 100 person-years": (0.01,),
    "per 1000 person-years": (0.001,),
    **dict.fromkeys(("ug/L", "ng/mL"), (1.0, 1000.0)),
    **dict.fromkeys(("%/year", "per year", "kg", "g/cm2", "pg/mL", "ng/L", "IU"), (1.0,)),
    **dict.fromkeys(("mg", "mg/kg", "MU", "ug", ""), (1.0,)),
}


@each("quantities of the file")
def quantities(subject: Subject) -> Iterator[Case]:
    """Every quantity of the file is converted to the unit that the model uses."""
    for name, path in paths(subject.study).items():
        text, value = str(value_at(subject.study.document, path)), _held_at(subject.scenario, path)
        if isinstance(value, (int, float)):
            right = any(math.isclose(value, v, rel_tol=1e-9) for v in _conversions(text, path))
            yield Case(f"{name}: {text} is held as {value:g}", right)


def _conversions(text: str, path: DocumentPath) -> list[float]:
    """Possible values of a text in the model: times in days, ages in years, shares as fractions."""
    counts = re.fullmatch(r"(\d+) (?:out )?of (\d+)", text)
    if counts:
        return [int(counts[1]) / int(counts[2])]
    number, unit = _split(text)
    if unit.rstrip("s") in TIMES:
        return [number if "age" in path else number * TIMES[unit.rstrip("s")]]
    return [number * factor for factor in FACTORS.get(unit, ())]


def in_days(text: str) -> float:
    """A time in days."""
    number, unit = _split(text)
    return number * TIMES[unit.rstrip("s")]


def _split(text: str) -> tuple[float, str]:
    match = re.fullmatch(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*)", text.strip())
    return (float(match[1]), match[2]) if match else (math.nan, text)


def _held_at(form: Any, path: DocumentPath) -> Any:
    """The value of the scenario at a path of its file; None where the scenario has another form."""
    for key in path:
        form = _part(form, key)
        if form is None:
            return None
    return getattr(form, "amount", form)


def _part(form: Any, key: str | int) -> Any:
    if isinstance(form, (dict, list)):
        inside = key in form if isinstance(form, dict) else isinstance(key, int) and key < len(form)
        return form[key] if inside else None  # type: ignore[index]
    if not isinstance(form, BaseModel):
        return None
    if isinstance(key, int):
        return _part(getattr(form, "phases", None) or getattr(form, "steps", None), key)
    fields = {field.alias or name: name for name, field in type(form).model_fields.items()}
    return getattr(form, fields[key]) if key in fields else None
