"""Loss to follow-up: what is known of a patient until the day on which contact is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.outcomes import ArmRecords
from sim.outcomes.rows import Rows
from sim.simulation import draws
from sim.simulation.records import Floats
from sim.vocabulary import DAYS_PER_YEAR, Event


def until_lost(records: ArmRecords, hazard: float, seed: int, first: int) -> ArmRecords:
    """Leave out what happened after a patient was lost to follow-up.

    The time until the loss is exponential and independent of all else. A patient is lost on the
    same day in every arm.

    Parameters
    ----------
    records
        Records of the patients of an arm.
    hazard
        Hazard of loss, per year; no patient is lost at 0.
    seed
        Seed of the random numbers.
    first
        Number of the first patient.

    Returns
    -------
    ArmRecords
        Events, measured values, deaths and years of follow-up until then.
    """
    if hazard == 0:
        return records
    years = draws.column(seed, "loss to follow-up", 0, "exponential", first, records.count) / hazard
    return censored(records, years * DAYS_PER_YEAR)


def censored(records: ArmRecords, last: Floats) -> ArmRecords:
    """Leave out what happened after the last day of each patient."""
    events = {key: _until(rows, last) for key, rows in records.events.items()}
    died = np.zeros(records.count)
    died[events[Event.DEATH, ""].patient] = 1.0
    measured = {
        name: np.where(np.array(records.visits[name]) <= last[:, None], values, np.nan)
        for name, values in records.measured.items()
    }
    years = np.minimum(records.years, last / DAYS_PER_YEAR)
    return replace(records, events=events, died=died, measured=measured, years=years)


def _until(rows: Rows, last: Floats) -> Rows:
    kept = rows.day <= last[rows.patient]
    return Rows(rows.patient[kept], rows.day[kept], rows.value[kept])
