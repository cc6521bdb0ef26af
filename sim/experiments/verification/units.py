"""Quantities of the file against a table of units of the check's own."""

from __future__ import annotations

import math
import re
from typing import Any

from pydantic import BaseModel

from sim.experiments.verification.inputs_used import paths
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Verdict, exact

YEAR = 365.25
TIMES = {"day": 1.0, "week": 7.0, "month": YEAR / 12, "year": YEAR}
HELD: dict[str, tuple[float, ...]] = {
    "%": (0.01,),
    "%/year": (1.0,),
    "per year": (1.0,),
    "per month": (12.0,),
    "per 100 person-years": (0.01,),
    "per 1000 person-years": (0.001,),
    "kg": (1.0,),
    "g/cm2": (1.0,),
    "pg/mL": (1.0,),
    "ng/L": (1.0,),
    "ug/L": (1.0, 1000.0),
    "ng/mL": (1.0, 1000.0),
    "IU": (1.0,),
    "mg": (1.0,),
    "mg/kg": (1.0,),
    "MU": (1.0,),
    "ug": (1.0,),
    "": (1.0,),
}


def quantities(subject: Subject) -> Verdict:
    """Every quantity of the file is held in the unit that the model counts in."""
    wrong, count = [], 0
    for name, path in paths(subject.study).items():
        text, held = _text(subject.study.document, path), held_at(subject.scenario, path)
        if isinstance(held, (int, float)):
            count += 1
            if not any(math.isclose(held, value, rel_tol=1e-9) for value in _meant(text, path)):
                wrong.append(f"{name}: {text} is held as {held:g}")
    return exact(wrong, count, "quantities of the file from their unit")


def _meant(text: str, path: tuple[str | int, ...]) -> list[float]:
    """What a text may be held as: times in days, ages in years, shares as fractions."""
    counts = re.fullmatch(r"(\d+) (?:out )?of (\d+)", text)
    if counts:
        return [int(counts[1]) / int(counts[2])]
    number, unit = _split(text)
    if unit.rstrip("s") in TIMES:
        return [number if "age" in path else number * TIMES[unit.rstrip("s")]]
    return [number * factor for factor in HELD.get(unit, ())]


def in_days(text: str) -> float:
    """A time in days."""
    number, unit = _split(text)
    return number * TIMES[unit.rstrip("s")]


def _split(text: str) -> tuple[float, str]:
    match = re.fullmatch(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*)", text.strip())
    return (float(match[1]), match[2]) if match else (math.nan, text)


def _text(document: Any, path: tuple[str | int, ...]) -> str:
    for key in path:
        document = document[key]
    return str(document)


def held_at(form: Any, path: tuple[str | int, ...]) -> Any:
    """What the scenario holds at a path of its file; None where it is held in another form."""
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
