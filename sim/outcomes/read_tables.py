"""The patients of an arm read from kept tables: fractures, deaths and measured bone density."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.outcomes.arm import ArmRecords
from sim.outcomes.rows import Rows
from sim.outcomes.tables import Tables
from sim.simulation.records import Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES, Event

if TYPE_CHECKING:
    import pandas as pd

LAST = (Event.DEATH, Event.LOST, Event.END)
"""Events with which the follow-up of a patient ends."""


def records_in(tables: Tables, arm: str) -> ArmRecords:
    """Read the records of one arm from the tables of a run.

    Parameters
    ----------
    tables
        Tables with all patients of the run.
    arm
        Name of the arm.

    Returns
    -------
    ArmRecords
        Records with fractures, deaths, follow-up and bone density, and without therapies and
        markers. Patients are in the order of their numbers.
    """
    numbers = np.sort(tables.patients["patient"].to_numpy(np.int64))
    events = tables.events[tables.events["arm"] == arm]
    events = events.assign(at=np.searchsorted(numbers, events["patient"]))
    ends = events[events["event"].isin(LAST)].groupby("at")["day"].min()
    died = events.loc[events["event"] == Event.DEATH, "at"]
    fractures = {(str(Event.FRACTURE), site): _rows(events, Event.FRACTURE, site) for site in SITES}
    measured, visits = _measured(tables.measurements, arm, numbers)
    return ArmRecords(
        count=len(numbers),
        end=int(tables.events["day"].max()),
        known={},
        years=ends.reindex(range(len(numbers))).to_numpy(float) / DAYS_PER_YEAR,
        died=np.bincount(died, minlength=len(numbers)).astype(float),
        events={**fractures, (str(Event.DEATH), ""): _rows(events, Event.DEATH)},
        measured=measured,
        visits=visits,
    )


def _rows(events: pd.DataFrame, event: Event, what: str = "") -> Rows:
    rows = events[(events["event"] == event) & (events["what"].isin([what]) | (what == ""))]
    at, day, value = (rows[name].to_numpy() for name in ("at", "day", "value"))
    return Rows(at.astype(np.int64), day.astype(np.int64), value.astype(float))


def _measured(
    rows: pd.DataFrame, arm: str, numbers: np.ndarray
) -> tuple[dict[str, Floats], dict[str, list[int]]]:
    """Bone density of each bone, patients x visits, and the days of the visits."""
    measured, visits = {}, {}
    for quantity in (f"{bone}_g_cm2" for bone in BONES):
        own = rows[(rows["arm"] == arm) & (rows["quantity"] == quantity)]
        if len(own):
            wide = own.pivot(index="patient", columns="day", values="value")
            measured[quantity] = wide.reindex(numbers).to_numpy(float)
            visits[quantity] = [int(day) for day in wide.columns]
    return measured, visits
