"""The records of the patients of one arm, as arrays over the patients of a block."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.outcomes.clinical import VERTEBRAL, come_to_attention
from sim.outcomes.entry import at_entry
from sim.outcomes.events import meanings
from sim.outcomes.of_doses import of_doses
from sim.outcomes.rows import Rows, by_code, measured_in
from sim.simulation.records import ENROLS, Floats, Inputs, Integers, Log, Names
from sim.vocabulary import DAYS_PER_YEAR, SITES, Event

OFFERED = ("room", "nursing", "open_days", "busy")
"""Parameters that say what a clinic offers."""

ONE_DAY = 1
"""Days by which a visit may differ from the day that a publication names."""


@dataclass(frozen=True)
class ArmRecords:
    """What is known of the patients of one arm at the end of the study, in their order.

    Attributes
    ----------
    count : int
        Number of patients.
    end : int
        Last day of follow-up of the study.
    known : dict
        Facts at entry, an array over the patients for each: sex, age_years, weight_kg,
        vertebral_fractures.
    years : numpy.ndarray of float, shape (patients,)
        Years of follow-up, until the end, death or loss.
    died : numpy.ndarray of float, shape (patients,)
        1 for patients who died, 0 for the others.
    events : dict
        Rows of each event and its subject, such as `("fracture", "hip")`; empty for an event that
        can happen in the arm and did not. Clinical fractures are there where their share is given.
    measured : dict
        Measured values of each quantity, patients x visits; NaN where not measured. T-scores
        (`spine_t`, `hip_t`) are those that the densitometer prints.
    visits : dict
        Days of the visits of each quantity.
    possible : dict
        The most times that each event and subject can happen to one patient, 0 where its
        probability is 0; an event that is not named here has no limit.
    offered : dict
        What a clinic offers per patient while it is full: `room` in places or chair minutes,
        `nursing` in minutes, `open_days`; `busy` minutes of a nurse per visit. 0 without a clinic.
    enrols : numpy.ndarray of float, shape (patients,)
        Random number that sets the day on which a patient of a clinic enrols; empty without one.
    """

    count: int
    end: int
    known: dict[str, npt.NDArray[np.generic]]
    years: Floats
    died: Floats
    events: dict[tuple[str, str], Rows]
    measured: dict[str, Floats]
    visits: dict[str, list[int]]
    possible: Mapping[tuple[str, str], float] = field(default_factory=dict)
    offered: Mapping[str, float] = field(default_factory=dict)
    enrols: Floats = field(default_factory=lambda: np.zeros(0))

    def most(self, event: str, subject: str | None = None) -> float:
        """Return the most times that an event can happen to one patient.

        Parameters
        ----------
        event, subject
            As of `counts`.

        Returns
        -------
        float
            0 for an event that cannot occur, infinite where there is no limit.
        """
        return math.fsum(
            self.possible.get(key, math.inf)
            for key in self.events
            if key[0] == event and subject in (None, key[1])
        )

    def counts(self, event: str, subject: str | None = None, until: int | None = None) -> Floats:
        """Count an event in each patient.

        Parameters
        ----------
        event
            Name of the event, such as `fracture`.
        subject
            Therapy, reaction or site; all of them where it is None.
        until
            Last day that counts; the whole follow-up where it is None.

        Returns
        -------
        numpy.ndarray of float, shape (patients,)
            Number of events.
        """
        total = np.zeros(self.count)
        for (name, of), rows in self.events.items():
            if name == event and subject in (None, of):
                who = rows.patient if until is None else rows.patient[rows.day <= until]
                total += np.bincount(who, minlength=self.count)
        return total

    def number(self, patient: Integers, weights: Floats | None = None) -> Floats:
        """Count rows of each patient, or add up their weights."""
        return np.bincount(patient, weights, minlength=self.count).astype(float)

    def had(self, event: str, subject: str | None = None, until: int | None = None) -> Floats:
        """Mark patients who had an event: 1 for them, 0 for the others. Arguments as `counts`."""
        return (self.counts(event, subject, until) > 0).astype(float)

    def subjects(self, event: str) -> list[str]:
        """List the therapies or reactions that an event can concern in this arm."""
        return [subject for name, subject in self.events if name == event]

    def stopped(self, therapy: str) -> npt.NDArray[np.bool_]:
        """Mark patients who stopped a course because of intolerance."""
        rows = self.events.get((Event.INTOLERANCE, therapy))
        stopped = np.zeros(self.count, dtype=bool)
        if rows is not None:
            stopped[rows.patient[rows.value == 0]] = True
        return stopped

    def off(self, therapy: str) -> Floats:
        """Mark patients off a course at the end, by intolerance or by plan: 1, the others 0."""
        keys = [(event, therapy) for event in (Event.COURSE, Event.INTOLERANCE)]
        steps = [self.events[key] for key in keys if key in self.events]
        who, day, dose = (np.concatenate(column) for column in zip(*steps, strict=True))
        off = np.ones(self.count)
        in_time = np.argsort(day, kind="stable")
        off[who[in_time]] = np.where(dose[in_time] > 0, 0.0, 1.0)
        return off

    @property
    def has_clinical(self) -> bool:
        """True where it is known which fractures came to clinical attention."""
        return bool(self.subjects(Event.CLINICAL_FRACTURE))

    def entry(self, quantity: str) -> Floats:
        """Return the first measured value of each patient."""
        return self.measured[quantity][:, 0]

    def last(self, quantity: str, day: int | None = None) -> Floats:
        """Return the last measured value after entry of each patient, or that of one visit.

        Parameters
        ----------
        quantity
            Quantity with its unit in the name, such as `spine_g_cm2`.
        day
            Day of the visit; the last visit of each patient where it is None.

        Returns
        -------
        numpy.ndarray of float, shape (patients,)
            Measured values; NaN where there is none.
        """
        return self._at_visit(quantity, self.measured[quantity], day)

    def years_between(self, quantity: str, day: int | None = None) -> Floats:
        """Return the years from entry to the value that `last` returns."""
        days = np.where(np.isnan(self.measured[quantity]), np.nan, self.visits[quantity])
        return self._at_visit(quantity, days, day) / DAYS_PER_YEAR

    def annual_increase(self, bone: str, day: int | None = None) -> Floats:
        """Return the increase of bone density in percent of the entry value per year.

        100 x (last - first) / first / years, for `spine` or `hip`; `day` as in `last`.
        """
        quantity = f"{bone}_g_cm2"
        first, years = self.entry(quantity), self.years_between(quantity, day)
        return 100 * (self.last(quantity, day) - first) / first / years

    def percent_change(self, quantity: str, day: int | None = None) -> Floats:
        """Return the change from entry of the value that `last` returns, in percent."""
        return 100 * (self.last(quantity, day) / self.entry(quantity) - 1)

    def _at_visit(self, quantity: str, values: Floats, day: int | None) -> Floats:
        """The column of one visit after entry, or the last known value of each patient."""
        latest = np.full(self.count, np.nan)
        for column, visit in enumerate(self.visits[quantity]):
            if visit > 0 and (day is None or abs(visit - day) <= ONE_DAY):
                latest = np.where(np.isnan(values[:, column]), latest, values[:, column])
        return latest


def arm_records(inputs: Inputs, log: Log, names: Names) -> ArmRecords:
    """Read the log of one arm.

    Parameters
    ----------
    inputs
        Inputs of the arm.
    log
        Log that an engine wrote for them.
    names
        Names of the therapies and reactions, from `sim.simulation.simulate.names_of`.

    Returns
    -------
    ArmRecords
        Records of the patients, in the order of the inputs.
    """
    count, rows = len(inputs.patients), by_code(log)
    events: dict[tuple[str, str], Rows] = {
        (meaning.event, meaning.subject): rows[code]
        for code, meaning in meanings(inputs, names).items()
        if meaning.can_happen
    }
    deaths = events[Event.DEATH, ""]
    last, died = np.empty(count), np.zeros(count)
    for ends in (events[key, ""] for key in (Event.END, Event.LOST) if (key, "") in events):
        last[ends.patient] = ends.day
    last[deaths.patient], died[deaths.patient] = deaths.day, 1.0
    end, known, years = int(inputs.params["horizon"]), at_entry(inputs), last / DAYS_PER_YEAR
    measured, visits = measured_in(inputs, rows)
    possible = {(str(m.event), m.subject): m.most for m in meanings(inputs, names).values()}
    if inputs.params["clinical"] >= 0:
        events |= _clinical(inputs, events)
        possible |= _possibly_clinical(inputs, possible)
    events |= of_doses(inputs, events, names)
    offered = {name: float(inputs.params[name]) for name in OFFERED}
    return ArmRecords(count, end, known, years, died, events, measured, visits, possible, offered,
                      inputs.numbers(ENROLS, 0).flatten())  # fmt: skip


def _clinical(
    inputs: Inputs, events: Mapping[tuple[str, str], Rows]
) -> dict[tuple[str, str], Rows]:
    """The clinical fractures of each site: some vertebral ones, all others."""
    fractures = {site: events[Event.FRACTURE, site] for site in SITES}
    patient, day, number = fractures[VERTEBRAL]
    seen = come_to_attention(inputs, patient, number)
    fractures[VERTEBRAL] = Rows(patient[seen], day[seen], number[seen])
    return {(Event.CLINICAL_FRACTURE, site): rows for site, rows in fractures.items()}


def _possibly_clinical(
    inputs: Inputs, possible: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """The most clinical fractures of each site: 0 where the share is 0."""
    most = {site: possible[Event.FRACTURE, site] for site in SITES}
    if inputs.params["clinical"] == 0:
        most[VERTEBRAL] = 0.0
    return {(Event.CLINICAL_FRACTURE, site): number for site, number in most.items()}
