"""What each patient of one arm went through, as arrays over patients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from sim.tables import Tables

DAYS_PER_YEAR = 365.25
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Persons:
    """One arm: each array has an entry for every patient, in the order of their numbers.

    `measured[quantity]` is patients x days (NaN where not measured), `visits[quantity]` the days.
    """

    arm: str
    count: int
    patients: pd.DataFrame
    events: pd.DataFrame
    years: Floats
    died: Floats
    measured: dict[str, Floats]
    visits: dict[str, list[int]]

    def counts(self, event: str, what: str | None = None) -> Floats:
        """Number of such events of each patient, of one subject or of all."""
        rows = self.events["event"] == event
        if what is not None:
            rows &= self.events["what"] == what
        return np.bincount(self._place(rows), minlength=self.count).astype(float)

    @property
    def courses(self) -> list[str]:
        """The therapies that anyone took as a course."""
        return self._subjects("course")

    @property
    def infusions(self) -> list[str]:
        """The therapies that anyone was given, or missed, as infusions."""
        return sorted({*self._subjects("infusion"), *self._subjects("missed infusion")})

    @property
    def reactions(self) -> list[str]:
        """The reactions that anyone had."""
        return self._subjects("reaction")

    def _subjects(self, event: str) -> list[str]:
        return sorted(self.events.loc[self.events["event"] == event, "what"].unique())

    def stopped(self, therapy: str) -> npt.NDArray[np.bool_]:
        """Who stopped a course for intolerance."""
        rows = (self.events["event"] == "intolerance") & (self.events["what"] == therapy)
        return (
            np.bincount(self._place(rows & (self.events["value"] == 0)), minlength=self.count) > 0
        )

    def off(self, therapy: str) -> Floats:
        """1 for who is off a course at the end, by intolerance or by plan, 0 for who is on it."""
        rows = self.events["event"].isin(["course", "intolerance"])
        steps = self.events[rows & (self.events["what"] == therapy)].sort_values("day")
        last = steps.groupby("patient")["value"].last()
        dose = last.reindex(self.patients["patient"]).to_numpy(float)
        return np.where(dose > 0, 0.0, 1.0)

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

    def had(self, event: str, what: str | None = None, until: int | None = None) -> Floats:
        """1 for who had such an event, by a day if one is given, 0 for who had none."""
        events = self.events if until is None else self.events[self.events["day"] <= until]
        return (replace(self, events=events).counts(event, what) > 0).astype(float)

    def _at_visit(self, quantity: str, values: Floats, day: int | None) -> Floats:
        """The column of one visit after entry, a day's rounding aside; or the last known."""
        is_visit = [
            visit > 0 and (day is None or abs(visit - day) <= 1) for visit in self.visits[quantity]
        ]
        return _last_known(values[:, is_visit])

    def _place(self, rows: pd.Series[bool]) -> npt.NDArray[np.int64]:
        """Positions of the patients of some events."""
        who = self.events.loc[rows, "patient"].to_numpy()
        return np.searchsorted(self.patients["patient"].to_numpy(), who)


def persons(tables: Tables, arm: str) -> Persons:
    """The patients of one arm. Raises KeyError for an arm that the tables do not hold."""
    events = tables.events[tables.events["arm"] == arm]
    if events.empty:
        raise KeyError(arm)
    patients = tables.patients.sort_values("patient", ignore_index=True)
    numbers = patients["patient"]
    ends = events[events["event"].isin(["death", "end"])].set_index("patient").reindex(numbers)
    measurements = tables.measurements[tables.measurements["arm"] == arm]
    measured, visits = {}, {}
    for quantity, rows in measurements.groupby("quantity"):
        wide = rows.pivot(index="patient", columns="day", values="value").reindex(numbers)
        measured[str(quantity)] = wide.to_numpy(float)
        visits[str(quantity)] = [int(day) for day in wide.columns]
    return Persons(
        arm=arm,
        count=len(patients),
        patients=patients,
        events=events,
        years=ends["day"].to_numpy(float) / DAYS_PER_YEAR,
        died=np.where(ends["event"] == "death", 1.0, 0.0),
        measured=measured,
        visits=visits,
    )


def _last_known(values: Floats) -> Floats:
    """The last entry of each row that is not NaN."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    known = ~np.isnan(values)
    at = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), values[np.arange(len(values)), at], np.nan)
