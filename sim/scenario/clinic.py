"""Clinics in the words of a protocol: places, days, enrolment, the rules of booking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.scenario.clinic_day import day_in_words
from sim.scenario.durations import in_time
from sim.scenario.form.clinic import NO_LIMIT, UNLIMITED, Clinic, Closure
from sim.scenario.form.study import Scenario
from sim.vocabulary import WEEKDAYS

ORDERS = {
    "earliest due": "the patient who was due first",
    "longest since last": "the patient whose last dose is longest ago",
    "shortest interval": "the patient whose next planned dose follows soonest",
    "lowest T-score": "the patient with the lowest T-score of the spine at entry",
}
"""Orders of booking in words."""

WEEK = 5
"""Weekdays from Monday on that are listed as `Monday to Friday`."""


def everyone(scenario: Scenario) -> str:
    """The virtual patients of each arm, in words, with their clinics if they have any.

    Examples
    --------
    >>> from sim.scenario import load
    >>> everyone(load("scenarios/laroche2011.yaml").scenario)
    '1000 virtual patients'
    """
    patients = f"{scenario.cohort.patients} virtual patients"
    if scenario.clinics is None:
        return patients
    return f"{patients} in {scenario.clinics.number} clinics"


def per_arm(scenario: Scenario) -> str:
    """How many patients an arm has, in the first lines of a protocol."""
    clinics = scenario.clinics
    if clinics is None:
        return f"{scenario.cohort.patients} patients per arm, the same in every arm"
    size = f"{clinics.number} clinics of {clinics.patients_each} patients per arm"
    return f"{size}, the same patients in every arm"


def over_clinics(scenarios: Iterable[Scenario]) -> list[str]:
    """The unit of Monte Carlo intervals in a sentence, where a scenario has clinics."""
    numbers = [own.clinics.number for own in scenarios if own.clinics is not None]
    return [
        f"Each interval is a 95 % interval over {number} clinics: patients of one clinic wait for "
        "each other, so the clinic is the unit."
        for number in numbers[:1]
    ]


def clinics_in_words(scenario: Scenario) -> Iterator[str]:
    """The clinic of a scenario, line by line; nothing without a clinic.

    Examples
    --------
    >>> from sim.scenario import load
    >>> [*clinics_in_words(load("scenarios/laroche2011.yaml").scenario)]
    []
    """
    clinic, clinics = scenario.clinic, scenario.clinics
    if clinic is None or clinics is None:
        return
    own = "; each arm has clinics of its own" if len(scenario.arms) > 1 else ""
    yield f"Clinic: the {clinics.patients_each} patients of one clinic wait for each other{own}"
    yield f"  {_places(clinic)}"
    yield from (f"  {_closure(closure)}" for closure in clinic.closed)
    yield f"  enrolment: {_enrolment(clinic, clinics.patients_each, scenario.horizon)}"
    yield f"  next dose: {_next(clinic)}"
    yield f"  order: {ORDERS[clinic.order]}, then the lower number of patient"
    yield f"  limit: {_limit(clinic)}"
    if clinic.not_coming:
        yield f"  not coming: {100 * clinic.not_coming:g} % of visits; dose and place are lost"
    if clinic.overbook:
        yield f"  overbooking: {_overbooking(clinic)}"
    yield from (f"  {line}" for line in day_in_words(clinic))


def _places(clinic: Clinic) -> str:
    """The places of an open day, and the therapies that need one."""
    if clinic.chairs is not None:
        number = clinic.chairs.number
        places = f"{number} {'chair' if number == 1 else 'chairs'}, {clinic.chairs.hours}"
        return f"{places}, for {' and '.join(clinic.serves)}, {weekdays(clinic.weekdays)}"
    if clinic.places == UNLIMITED:
        places = "places for all"
    else:
        places = "1 place" if clinic.places == 1 else f"{clinic.places:g} places"
    return f"{places} a day for {' and '.join(clinic.serves)}, {weekdays(clinic.weekdays)}"


def _overbooking(clinic: Clinic) -> str:
    """How many visits are booked, and what becomes of those who come in vain."""
    return (
        f"{100 * clinic.overbook:g} % more visits than places are booked, to the next whole visit; "
        "who comes when the places are taken is sent home and waits again"
    )


def weekdays(days: tuple[int, ...]) -> str:
    """Weekdays in words.

    Examples
    --------
    >>> weekdays((0, 1, 2, 3, 4)), weekdays((1, 3)), weekdays((0, 1, 2, 3, 4, 5, 6))
    ('Monday to Friday', 'Tuesday and Thursday', 'every day of the week')
    """
    if len(days) == len(WEEKDAYS):
        return "every day of the week"
    names = [WEEKDAYS[day] for day in days]
    if len(days) >= WEEK and days == tuple(range(days[0], days[-1] + 1)):
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _closure(closure: Closure) -> str:
    """The days of a closure on the calendar of the clinic."""
    days, why = closure.days, f" ({closure.why})" if closure.why else ""
    when = f"on day {days.start}"
    if len(days) > 1:
        when = f"for {in_time(closure.duration)}, on days {days.start} to {days.stop - 1}"
    return f"closed {when} of the clinic{why}"


def _enrolment(clinic: Clinic, each: int, horizon: float) -> str:
    """When patients enrol, those before the limits included."""
    first, early = "day 0 of the clinic, a Monday", clinic.already_enrolled
    later = f"{each - early} patients, each on a random day of {in_time(clinic.enrolment)} from "
    if round(clinic.enrolment) == 0:
        later = f"{each - early} patients, on "
    if not early:
        return f"{later}{first}"
    before = f"{early} patients, each on a random day of the {in_time(horizon)} before "
    unlimited = "without a wait until then"
    if early == each:
        return f"{before}{first}, {unlimited}"
    return f"{later}{first}; {before}it, {unlimited}"


def _next(clinic: Clinic) -> str:
    """From what the next dose counts after a wait."""
    if clinic.next == "from plan":
        return "as planned; a dose not given by the day before the next planned one is skipped"
    if clinic.next == "from last":
        return "the interval after the last dose; the rest of the plan moves by each wait"
    apart = in_time(clinic.at_least_apart or 0.0)
    return f"as planned; none is dropped, and two doses are at least {apart} apart"


def _limit(clinic: Clinic) -> str:
    """After which wait a dose is skipped."""
    if isinstance(clinic.at_most_late, str):
        return f"{NO_LIMIT}, a dose waits as long as it has to"
    if round(clinic.at_most_late) == 0:
        return "a dose that is not given on its day is skipped"
    return f"a dose that has waited for {in_time(clinic.at_most_late)} is skipped"
