"""What each patient of one arm went through, as arrays over the patients of a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.simulation.records import (
    DEATH,
    END,
    FRACTURE,
    INFUSION,
    INTOLERANCE,
    KINDS,
    MEASURE,
    NEVER,
    PLAN,
    REACTION,
    Floats,
    Inputs,
    Integers,
    Log,
    Names,
)
from sim.vocabulary import BONES, DAYS_PER_YEAR, QUANTITIES, SEXES, SITES


class Rows(NamedTuple):
    """Events of one sort, by patient and then by day: the patient's place, day and value."""

    patient: Integers
    day: Integers
    value: Floats


@dataclass(frozen=True)
class Persons:
    """One arm: each array has an entry for every patient, in the order of their numbers.

    `known` holds what is known at entry (sex, age_years, weight_kg, vertebral_fractures); `events`
    the rows of each event and its subject, as `sim.results` names them, empty for what can happen
    in the arm and did not; `measured[quantity]` is patients x days (NaN where not measured),
    `visits[quantity]` the days.
    """

    count: int
    known: dict[str, npt.NDArray[np.generic]]
    years: Floats
    died: Floats
    events: dict[tuple[str, str], Rows]
    measured: dict[str, Floats]
    visits: dict[str, list[int]]

    def counts(self, event: str, what: str | None = None, until: int | None = None) -> Floats:
        """Number of such events of each patient, of one subject or of all, by a day if given."""
        total = np.zeros(self.count)
        for (name, subject), rows in self.events.items():
            if name == event and what in (None, subject):
                who = rows.patient if until is None else rows.patient[rows.day <= until]
                total += np.bincount(who, minlength=self.count)
        return total

    def had(self, event: str, what: str | None = None, until: int | None = None) -> Floats:
        """1 for who had such an event, by a day if one is given, 0 for who had none."""
        return (self.counts(event, what, until) > 0).astype(float)

    def subjects(self, event: str) -> list[str]:
        """What such an event can concern in this arm: therapies, reactions."""
        return [what for name, what in self.events if name == event]

    def stopped(self, therapy: str) -> npt.NDArray[np.bool_]:
        """Who stopped a course for intolerance."""
        rows = self.events.get(("intolerance", therapy))
        stopped = np.zeros(self.count, dtype=bool)
        if rows is not None:
            stopped[rows.patient[rows.value == 0]] = True
        return stopped

    def off(self, therapy: str) -> Floats:
        """1 for who is off a course at the end, by intolerance or by plan, 0 for who is on it."""
        steps = [self.events[key] for key in (("course", therapy), ("intolerance", therapy))
                 if key in self.events]  # fmt: skip
        who, day, dose = (np.concatenate(column) for column in zip(*steps, strict=True))
        off = np.ones(self.count)
        in_time = np.argsort(day, kind="stable")
        off[who[in_time]] = np.where(dose[in_time] > 0, 0.0, 1.0)
        return off

    def entry(self, quantity: str) -> Floats:
        """First measured value of each patient."""
        return self.measured[quantity][:, 0]

    def last(self, quantity: str, day: int | None = None) -> Floats:
        """Last measured value after entry of each patient, or that of one visit; NaN for none."""
        return self._at_visit(quantity, self.measured[quantity], day)

    def years_between(self, quantity: str, day: int | None = None) -> Floats:
        """Years from the first to the last measured value, or to that of one visit."""
        days = np.where(np.isnan(self.measured[quantity]), np.nan, self.visits[quantity])
        return self._at_visit(quantity, days, day) / DAYS_PER_YEAR

    def annual_increase(self, bone: str, day: int | None = None) -> Floats:
        """Percent of the entry value per year: 100 x (last - first) / first / years."""
        quantity = f"{bone}_g_cm2"
        first, years = self.entry(quantity), self.years_between(quantity, day)
        return 100 * (self.last(quantity, day) - first) / first / years

    def percent_change(self, quantity: str, day: int | None = None) -> Floats:
        """Percent change of the last measured value, or of one visit's, against the first."""
        return 100 * (self.last(quantity, day) / self.entry(quantity) - 1)

    def _at_visit(self, quantity: str, values: Floats, day: int | None) -> Floats:
        """The column of one visit after entry, a day's rounding aside; or the last known."""
        found = np.full(self.count, np.nan)
        for column, visit in enumerate(self.visits[quantity]):
            if visit > 0 and (day is None or abs(visit - day) <= 1):
                found = np.where(np.isnan(values[:, column]), found, values[:, column])
        return found


def persons(inputs: Inputs, log: Log, names: Names) -> Persons:
    """The patients of one arm of a block."""
    people, count = inputs.patients, len(inputs.patients)
    rows = _by_kind(log)
    last, died = np.empty(count), np.zeros(count)
    last[rows[END].patient] = rows[END].day
    last[rows[DEATH].patient], died[rows[DEATH].patient] = rows[DEATH].day, 1.0
    measured, visits = _measured(inputs, rows)
    return Persons(
        count=count,
        known={
            "sex": np.array(SEXES)[people["sex"]],
            "age_years": people["age"],
            "weight_kg": people["weight"],
            "vertebral_fractures": people["vertebral_fractures"],
        },
        years=last / DAYS_PER_YEAR,
        died=died,
        events=_events(inputs, rows, names),
        measured=measured,
        visits=visits,
    )


def _by_kind(log: Log) -> list[Rows]:
    """The rows of a log of each kind of event."""
    small = log.kind.astype(np.uint8)  # which is sorted in one pass over its few values
    order = np.argsort(small, kind="stable")
    patient, day, value = log.patient[order], log.day[order], log.value[order]
    ends = np.cumsum(np.bincount(small, minlength=KINDS)).tolist()
    starts = [0, *ends]
    return [Rows(patient[a:b], day[a:b], value[a:b]) for a, b in zip(starts, ends, strict=False)]


def _events(inputs: Inputs, rows: list[Rows], names: Names) -> dict[tuple[str, str], Rows]:
    """Rows of everything that can happen in the arm, by event and subject."""
    params = inputs.params
    found = {("death", ""): rows[DEATH]}
    for slot, therapy in enumerate(names.therapies):
        if params["in_arm"][slot] and params["is_infusion"][slot]:
            planned = rows[INFUSION + slot]
            missed = planned.value == 0
            found["infusion", therapy] = Rows(*(column[~missed] for column in planned))
            found["missed infusion", therapy] = Rows(*(column[missed] for column in planned))
        elif params["in_arm"][slot]:
            found["course", therapy] = rows[PLAN + slot]
            found["intolerance", therapy] = rows[INTOLERANCE + slot]
    for slot, reaction in enumerate(names.reactions):
        if params["in_arm"][params["reaction_therapy"][slot]]:
            found["reaction", reaction] = rows[REACTION + slot]
    for slot, site in enumerate(SITES):
        found["fracture", site] = rows[FRACTURE + slot]
    return found


def _measured(inputs: Inputs, rows: list[Rows]) -> tuple[dict[str, Floats], dict[str, list[int]]]:
    """Measured values, patients x visits, and the days of the visits; T-scores as printed."""
    people = inputs.patients
    measured, visits = {}, {}
    for slot, quantity in enumerate(QUANTITIES):
        days = inputs.params["visit_days"][slot]
        days = days[days != NEVER]
        if len(days) == 0:
            continue
        held = rows[MEASURE + slot]
        values = np.full((len(people), len(days)), np.nan)
        values[held.patient, np.searchsorted(days, held.day)] = held.value
        measured[quantity], visits[quantity] = values, days.tolist()
        if slot < len(BONES):
            mean, sd = people["reference_mean"][:, [slot]], people["reference_sd"][:, [slot]]
            score = f"{BONES[slot]}_t"
            measured[score], visits[score] = (values - mean) / sd, visits[quantity]
    return measured, visits
