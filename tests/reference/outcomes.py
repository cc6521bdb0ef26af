"""Simple outcomes of each patient, from what was seen and measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .hazards import YEAR
from .plan import FRACTURE_SITES, present
from .run import Result


def outcomes(result: Result, scenario: Any) -> pd.DataFrame:
    """One row per patient; NaN where a patient was measured only once, or nothing was stopped."""
    people = result.patients.set_index("patient")
    table = pd.DataFrame(index=people.index)
    for bone in ("spine", "hip"):
        first, last, years = _first_and_last(result, f"{bone}_g_cm2")
        table[f"{bone}_annual_increase"] = 100 * (last - first) / first / years
        if bone == "spine":
            reference = getattr(scenario.reference_bmd, bone)
            mean = people["sex"].map({s: getattr(reference, s).mean for s in ("female", "male")})
            sd = people["sex"].map({s: getattr(reference, s).sd for s in ("female", "male")})
            table["spine_t_last"] = (last - mean) / sd
    for marker in present(scenario):
        unit = {"ctx": "pg_ml", "balp": "iu", "tryptase": "ug_l"}[marker]
        first, last, years = _first_and_last(result, f"{marker}_{unit}")
        table[f"{marker}_change"] = (100 * (last - first) / first).where(years.notna())
    events = result.events
    stops = events[(events["event"] == "intolerance") & (events["value"] == 0)]
    reactions = {}
    for name, therapy in scenario.therapies.items():
        if hasattr(therapy, "course"):
            days = stops[stops["what"] == name].set_index("patient")["day"]
            table[f"stopped_{name}"] = days.reindex(table.index)
            table[f"began_{name}"] = _first(events, "course", table.index, name)
            stopped = events[events["value"] == 0]
            table[f"ended_{name}"] = _first(stopped, "course", table.index, name)
        else:
            table[f"ended_{name}"] = _first(events, "schedule ended", table.index, name)
            table[f"infusions_{name}"] = _count(events, "infusion", table.index, name)
            table[f"began_{name}"] = _first(events, "infusion", table.index, name)
            reactions.update(therapy.reactions)
    table["infusions"] = _count(events, "infusion", table.index)
    table["reactions"] = _count(events, "reaction", table.index)
    for reaction in reactions:
        table[f"reactions_{reaction}"] = _count(events, "reaction", table.index, reaction)
    for site in FRACTURE_SITES:
        table[f"fractures_{site}"] = _count(events, "fracture", table.index, site)
    ends = events[events["event"].isin(["death", "end"])].set_index("patient")
    table["years"] = ends["day"].reindex(table.index) / YEAR
    table["lost"] = ((ends["event"] == "end") & (ends["value"] == 1)).reindex(table.index)
    table["died"] = (ends["event"] == "death").reindex(table.index)
    return table.reset_index()


def _first_and_last(
    result: Result, quantity: str
) -> tuple[pd.Series[float], pd.Series[float], pd.Series[float]]:
    """First value, last value, and the years between them (NaN if there was one value only)."""
    measured = result.measurements[result.measurements["quantity"] == quantity]
    by_patient = measured.sort_values("day", kind="stable").groupby("patient")
    first, last = by_patient.first(), by_patient.last()
    years = (last["day"] - first["day"]) / YEAR
    return first["value"], last["value"], years.where(years > 0, np.nan)


def _first(
    events: pd.DataFrame, event: str, patients: pd.Index[Any], what: str
) -> pd.Series[float]:
    """Day of the first such event; NaN where there was none."""
    chosen = events[(events["event"] == event) & (events["what"] == what)]
    return chosen.groupby("patient")["day"].min().reindex(patients)


def _count(
    events: pd.DataFrame, event: str, patients: pd.Index[Any], what: str | None = None
) -> pd.Series[int]:
    chosen = events[events["event"] == event]
    if what is not None:
        chosen = chosen[chosen["what"] == what]
    return chosen.groupby("patient").size().reindex(patients, fill_value=0)
