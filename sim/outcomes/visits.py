"""The visits of a clinic: one row for each dose that a patient asked the clinic for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.outcomes.enrolment import days_of_enrolment
from sim.outcomes.tables import Tables
from sim.scenario import Study
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.simulation.lowering.infusions import dose_mg
from sim.vocabulary import CANCELLED, NOT_COMING, Event

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["arm", "clinic", "patient", "therapy", "due_day", "day", "waited_days", "ended",
           "dose_mg", "times_sent_home", "minutes_waited", "minutes_in_chair"]  # fmt: skip
GIVEN, HALF, DID_NOT_COME, SKIPPED = ENDED = ("given", "half dose", "did not come", "skipped")
"""How a visit ends."""

DOSES = (Event.INFUSION, Event.MISSED_INFUSION)
OF_A_DOSE = (Event.WAITED, Event.ROOM, Event.TAKEN)
"""What is told of a dose in the rows below the dose; days in vain stand above the dose."""

KEY = ["arm", "patient", "what", "number"]


def visits(tables: Tables, study: Study) -> pd.DataFrame:
    """Return the visits of the clinics of each arm, with the wait, the day and the end of each.

    A dose that the patient cancelled before asking is no visit, and neither is one for which a
    patient still waited on the last day of follow-up.

    Parameters
    ----------
    tables
        Tables of a run with all of its patients.
    study
        The study of the run.

    Returns
    -------
    pandas.DataFrame
        One row per visit, in the order of the table of events: arm; clinic, from 0; patient;
        therapy; due_day and day, on which the dose was asked for and on which the visit ended, in
        days since the limits of the clinic began; waited_days between the two; ended, one of
        `ENDED`; dose_mg, 0 without a dose; times_sent_home before that day; minutes_waited, in the
        waiting room; minutes_in_chair, during opening hours and while the clinic is full.
        The minutes are missing without chairs, due_day and waited_days without a dose: no event
        tells them.

    Raises
    ------
    ValueError
        Without a clinic.

    Examples
    --------
    >>> from sim.experiments import runs
    >>> from sim.scenario import load
    >>> small = ["clinics.number=2", "clinics.patients_each=20", "clinic.already_enrolled=0"]
    >>> study = load("clinic-nine-places", small)
    >>> visits(runs.follow(study), study)["ended"].unique().tolist()
    ['given', 'skipped']
    """
    scenario = study.scenario
    if scenario.clinic is None:
        raise ValueError("the scenario has no clinic")
    enrolled = days_of_enrolment(study)
    rows = _asked(tables.events, scenario.clinic.serves)
    patient, has_dose = rows["patient"].to_numpy(np.int64), rows["event"] == Event.INFUSION
    day = enrolled[patient] + rows["day"].to_numpy(np.int64)
    waited = rows[Event.WAITED].fillna(0).where(has_dose)
    rows = rows.assign(
        clinic=patient // scenario.together, therapy=rows["what"], day=day, due_day=day - waited,
        waited_days=waited, ended=_ended(rows, tables.patients, scenario),
        dose_mg=rows["value"].where(has_dose, 0.0),
        times_sent_home=rows[Event.SENT_HOME].fillna(0), minutes_waited=rows[Event.ROOM],
        minutes_in_chair=rows[Event.TAKEN].where(rows[Event.ROOM].notna()),
    )[COLUMNS]  # fmt: skip
    whole = ["due_day", "waited_days", "times_sent_home", "minutes_waited", "minutes_in_chair"]
    return rows.astype(dict.fromkeys(whole, "Int64"))


def _asked(events: pd.DataFrame, serves: list[str]) -> pd.DataFrame:
    """The doses that were asked for, with a column for each event that is told of a dose.

    The doses of a patient are numbered, so that two of one day are told apart.
    """
    of_visits = events["event"].isin([*DOSES, *OF_A_DOSE, Event.SENT_HOME])
    own = events[of_visits & events["what"].isin(serves)]
    is_dose, is_above = own["event"].isin(DOSES), own["event"] == Event.SENT_HOME
    number = is_dose.groupby([own[name] for name in KEY[:-1]]).cumsum() + is_above
    own = own.assign(number=number)
    told = own[~is_dose].pivot_table("value", KEY, "event", aggfunc="sum")
    told = told.reindex(columns=[*OF_A_DOSE, Event.SENT_HOME])
    doses = own[is_dose].join(told, on=KEY)
    is_cancelled = (doses["event"] == Event.MISSED_INFUSION) & (doses["value"] == CANCELLED)
    return doses[~is_cancelled].reset_index(drop=True)


def _ended(rows: pd.DataFrame, patients: pd.DataFrame, scenario: Scenario) -> np.ndarray:
    """How each visit ended, in words; a half dose is less than the whole one of the patient."""
    assert scenario.clinic is not None
    weight = patients.set_index("patient")["weight_kg"].reindex(rows["patient"]).to_numpy()
    whole = np.zeros(len(rows))
    for name in scenario.clinic.supply:
        therapy = scenario.therapies[name]
        assert isinstance(therapy, Infusions)
        own = (rows["what"] == name).to_numpy()
        whole[own] = dose_mg(therapy.dose, weight[own])
    value = rows["value"].to_numpy()
    missed = np.where(value == NOT_COMING, DID_NOT_COME, SKIPPED)
    given = np.where(value < whole, HALF, GIVEN)
    return np.where(rows["event"] == Event.INFUSION, given, missed)
