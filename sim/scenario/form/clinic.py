"""The clinic in which the patients of an arm meet: its days, its places and its rules."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.breakdowns import Breakdowns
from sim.scenario.form.chairs import Chairs
from sim.scenario.form.other_patients import OtherPatients
from sim.scenario.form.quantities import Form, Text, Whole, only_if, only_one
from sim.scenario.form.quantity import Quantity, refuse
from sim.scenario.form.supply import Supply
from sim.scenario.form.urgent import Urgent
from sim.vocabulary import BOOKING_ORDERS, NEXT_DOSE, WEEKDAYS

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
    """A clinic with places or chairs on each open day; every arm has clinics of its own.

    `next`: under `from plan` the next dose is due as planned, and a dose that is not given before
    it is skipped; under `from last` the plan moves by the wait; under `owed` every planned dose is
    given once there is a place. `order`: `earliest due` books who was due first, `longest since
    last` whose last dose is longest ago, `shortest interval` whose next dose follows soonest,
    `lowest T-score` who had the lowest T-score of the spine at entry. Until the limits begin, every
    dose is given on its day.
    """

    serves: list[Text]
    """Therapies that need a place for each infusion or injection, e.g. [pamidronate]."""
    places: Annotated[Places, only_if(
        lambda places: isinstance(places, str) or places == int(places), "a whole number of places"
    )] | None = None  # fmt: skip
    """Visits on an open day, or `unlimited`; in place of `chairs`, e.g. 9."""
    chairs: Chairs | None = None
    """Chairs, opening hours and minutes of a visit; in place of `places`, e.g. {number: 3, hours:
    8:00 to 17:00, visits: {pamidronate: {mean: 172 minutes}}, after_closing: overtime}."""
    open: Annotated[list[Weekday], only_if(
        lambda days: 0 < len(days) == len({*days}),
        "the clinic is open on one weekday or more, each named once",
    )]  # fmt: skip
    """Weekdays on which the clinic is open, e.g. [Monday, Thursday]."""
    closed: list[Closure] = Field([])
    """Times in which the clinic is closed, e.g. [{from: 24 months, for: 3 months}]."""
    enrolment: quantities.Days
    """Time over which patients enrol, each on a random day; the limits begin on its first day,
    e.g. 12 months."""
    already_enrolled: Annotated[Whole, only_if(lambda n: n >= 0, "0 patients or more")]
    """Patients of a clinic who enrolled on a random day of the follow-up before the limits began,
    e.g. 150."""
    next: Literal["from plan", "from last", "owed"]
    """From what the next dose counts after a wait: `from plan`, `from last` or `owed`, e.g. from
    plan."""
    order: Literal["earliest due", "longest since last", "shortest interval", "lowest T-score"]
    """Who is booked first; ties by the day that was due, then by the number of the patient,
    e.g. earliest due."""
    at_most_late: Lateness
    """Time after which a dose that waits is skipped, or `never`, e.g. 14 days."""
    at_least_apart: quantities.FromADay | None = None
    """Least time between two doses of a therapy, with `next: owed`, e.g. 14 days."""
    supply: dict[str, Supply] = Field({})
    """Stock of drugs, by therapy; a drug that is not named is always there, e.g. {pamidronate:
    {vials: [30 mg, 60 mg, 90 mg], stock: 6000 mg, when_short: full doses until gone}}."""
    other_patients: OtherPatients | None = None
    """Patients of the unit who are not in the study and take places or chairs; if left out, there
    are none, e.g. {per_open_day: 4}."""
    urgent: Urgent | None = None
    """Urgent patients who are not in the study and go first; if left out, there are none, e.g.
    {per_open_day: 0.5, kept_free: 1}."""
    breakdowns: Breakdowns | None = None
    """Times in which the clinic loses places or chairs by chance; if left out, there are none, e.g.
    {every: 6 months, for: 3 days, takes: all}."""
    not_coming: quantities.Share = 0.0
    """Share of visits to which the patient does not come, so that the place is lost,
    e.g. 5 %."""
    overbook: quantities.Share = 0.0
    """Share of places that is booked beyond the places; who comes and finds none is sent home and
    waits again, e.g. 20 %."""

    def check(self) -> None:
        """Refuse the distance of owed doses under another rule, and its absence under this one."""
        if (self.next == "owed") != (self.at_least_apart is not None):
            raise refuse("`at_least_apart` stands with `next: owed`, and with no other rule")
        if len({*self.serves}) < len(self.serves):
            raise refuse("`serves` names a therapy twice")
        only_one(self, ("places", "chairs"), "a clinic")

    def full(self, horizon: float) -> range:
        """Days on which everyone is enrolled and nobody has ended, since the limits began."""
        return range(round(self.enrolment), math.floor(horizon))

    def open_days(self, horizon: float) -> int:
        """Open days while the clinic is full."""
        return sum(map(self.is_open, self.full(horizon)))

    def is_open(self, day: int) -> bool:
        """Whether the clinic is open on a day since its limits began, which was a Monday."""
        return day % 7 in self.weekdays and not any(day in closure.days for closure in self.closed)

    @property
    def rule(self) -> int:
        """From what the next dose counts, as `sim.vocabulary` numbers it."""
        return NEXT_DOSE.index(self.next)

    @property
    def booking_order(self) -> int:
        """Who is booked first, as `sim.vocabulary` numbers it."""
        return BOOKING_ORDERS.index(self.order)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Numbers of the weekdays on which the clinic is open; 0 is Monday."""
        return tuple(sorted({WEEKDAYS.index(day) for day in self.open}))
