"""Histories of the first virtual patients: their events and measured values, day by day."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from sim.display.workbook.sheet import Cell, Column, Decimals, Sheet
from sim.results import Kept, dictionary
from sim.vocabulary import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
"""Patients whose histories are in the workbook."""

MEASURED = "measured"
DECIMALS = {"month": 1, "age_years": 1, "weight_kg": 1}
OF_UNIT = {"mg": 1, "g/cm2": 3, "T-score": 2, "pg/mL": 0, "IU": 1, "ug/L": 1}
"""Decimals of columns, and of values by their unit."""

UNITS = {"day": "days", "month": "months", "age_years": "years", "weight_kg": "kg"}
WITHOUT = (
    "This result keeps outcomes only, so it has no patients to show. Run the scenario again "
    "without `--keep outcomes`; `mastosim rerun` keeps outcomes only as well."
)


def sheet(kept: Kept, called: str) -> Sheet:
    """The histories of some patients; of a result of outcomes a sentence on what is absent."""
    if not (kept.folder / "events.parquet").exists():
        return Sheet(called, WITHOUT, [Column("patients")], [[WITHOUT]])
    frame = histories(kept)
    columns = [Column(name, UNITS.get(name, "")) for name in frame.columns]
    holds = (
        f"One row for each event and measured value of the first {SHOWN} patients in each arm, "
        "with their age, sex and weight at entry."
    )
    return Sheet(called, holds, columns, [_row(row) for row in frame.to_dict("records")])


def _row(row: Mapping[Hashable, Any]) -> list[Cell]:
    decimals = {**DECIMALS, "value": OF_UNIT.get(row["unit"])}
    return [
        Decimals(value, decimals.get(str(name))) if isinstance(value, float) else value
        for name, value in row.items()
    ]


def histories(kept: Kept) -> pd.DataFrame:
    """The events and measured values of the first patients by patient, arm and day."""
    import pandas as pd

    only = {"filters": [("patient", "<", SHOWN)]}
    events = kept.parquet("events", **only)
    measured = kept.parquet("measurements", **only).rename(columns={"quantity": "what"})
    measured.insert(3, "event", MEASURED)
    rows = pd.concat([events, measured], ignore_index=True)
    arms = {arm: place for place, arm in enumerate(kept.study.scenario.arms)}
    rows = rows.assign(order=rows["arm"].map(arms), month=rows["day"] / DAYS_PER_MONTH)
    rows = rows.sort_values(["patient", "order", "day"], kind="stable", ignore_index=True)
    rows = rows.assign(**_meanings(rows)).merge(kept.parquet("patients", **only), on="patient")
    return rows[
        ["patient", "arm", "day", "month", "event", "what", "value", "unit", "meaning", "sex",
         "age_years", "weight_kg"]
    ]  # fmt: skip


def _meanings(rows: pd.DataFrame) -> dict[str, list[str]]:
    """The unit and the meaning of each value, from the dictionary of results."""
    known = dictionary.tables_of("run")
    of_value = {
        entry.where.partition(" = ")[2]: entry
        for name in ("events", "measurements")
        for entry in known[name].of("value")
    }
    kinds = [
        what if event == MEASURED else event
        for event, what in zip(rows["event"], rows["what"], strict=True)
    ]
    entries = [of_value.get(kind) for kind in kinds]
    return {
        "unit": ["" if entry is None else entry.unit for entry in entries],
        "meaning": ["" if entry is None else entry.meaning for entry in entries],
    }
