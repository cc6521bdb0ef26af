"""The clinic in which the patients of an arm meet: its days, its places and its rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, Text, Whole, only_if
from sim.scenario.form.quantity import Quantity, refuse
from sim.vocabulary import NEXT_DOSE, WEEKDAYS

UNLIMITED = "unlimited"

NO_LIMIT = "never"

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

Places = Annotated[float | str, Quantity(
    "number of places", "number", "9", 1, 1_000_000, words=(UNLIMITED,)
)]  # fmt: skip

Lateness = Annotated[float | str, Quantity(
    "time or never", "time, held in days", "14 days", 0, 36525, words=(NO_LIMIT,)
)]  # fmt: skip


class Clinics(Form):
    """How many clinics are simulated in each arm; a clinic is the unit of Monte Carlo error."""

    number: Annotated[Whole, only_if(lambda n: n >= 2, "at least 2 clinics: between them chance "
                                     "is seen")]  # fmt: skip
    """Number of clinics in each arm, e.g. 50."""
    patients_each: Annotated[Whole, only_if(lambda n: n >= 2, "a clinic has 2 patients or more")]
    """Patients of one clinic, e.g. 200."""

    @property
    def patients(self) -> int:
        """Patients of all clinics of an arm."""
        return self.number * self.patients_each


class Closure(Form):
    """A time in which the clinic is closed."""

    begins: quantities.Days = Field(alias="from")
    """First day, counted from the day on which the clinic's limits begin, e.g. 24 months."""
    duration: quantities.FromADay = Field(alias="for")
    """How long the clinic is closed, e.g. 3 months."""
    why: Text | None = None
    """Reason, for the reader, e.g. rebuilding."""

    @property
    def days(self) -> range:
        """The closed days, counted from the day on which the limits begin."""
        return range(round(self.begins), round(self.begins + self.duration))


class Clinic(Form):
    """A clinic with a number of places on each open day; every arm has clinics of its own."""

    serves: list[Text]
    """Therapies that need a place for each infusion or injection, e.g. [pamidronate]."""
    places: Annotated[Places, only_if(
        lambda places: isinstance(places, str) or places == int(places), "a whole number of places"
    )]  # fmt: skip
    """Visits on an open day, or `unlimited`, e.g. 9."""
    open: Annotated[list[Weekday], only_if(bool, "the clinic is open on one weekday or more")]
    """Weekdays on which the clinic is open, e.g. [Monday, Thursday]."""
    closed: list[Closure] = Field([])
    """Times in which the clinic is closed, e.g. [{from: 24 months, for: 3 months}]."""
    enrolment: quantities.Days
    """Time over which patients enrol, each on a random day; the limits begin on its first day,
    e.g. 12 months."""
    already_enrolled: Annotated[Whole, only_if(lambda n: n >= 0, "0 patients or more")]
    """Patients of a clinic who enrolled before its limits began, each on a random day of one
    follow-up earlier; until then every dose was given on its day, e.g. 150."""
    next: Literal["from plan", "from last", "owed"]
    """From what the next dose counts after a wait: `from plan` as planned, a dose that is not given
    before the next one is skipped; `from last` the plan moves by the wait; `owed` every planned
    dose is given, as soon as there is a place, e.g. from plan."""
    order: Literal["earliest due"]
    """Who gets a place first: the patient who was due first, then the lower number of patient,
    e.g. earliest due."""
    at_most_late: Lateness
    """Time after which a dose that waits is skipped, or `never`, e.g. 14 days."""
    at_least_apart: quantities.FromADay | None = None
    """Least time between two doses of a therapy, with `next: owed`, e.g. 14 days."""
    not_coming: quantities.Share = 0.0
    """Share of visits to which the patient does not come, so that the place is lost,
    e.g. 5 %."""

    def check(self) -> None:
        """Refuse the distance of owed doses under another rule, and its absence under this one."""
        if (self.next == "owed") != (self.at_least_apart is not None):
            raise refuse("`at_least_apart` stands with `next: owed`, and with no other rule")
        if len({*self.serves}) < len(self.serves):
            raise refuse("`serves` names a therapy twice")

    @property
    def rule(self) -> int:
        """From what the next dose counts, as `sim.vocabulary` numbers it."""
        return NEXT_DOSE.index(self.next)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Numbers of the weekdays on which the clinic is open; 0 is Monday."""
        return tuple(sorted({WEEKDAYS.index(day) for day in self.open}))
