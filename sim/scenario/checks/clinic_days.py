"""What a day of a clinic needs: minutes for each therapy, vials, and days on which it is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.checks.clinic_staff import check_staff
from sim.scenario.checks.clinic_urgent import check_urgent
from sim.scenario.form.breakdowns import Breakdowns
from sim.scenario.form.clinic import Clinic
from sim.scenario.form.other_patients import OtherPatients
from sim.scenario.form.study import Scenario
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.provenance import Plain

HALF = 0.5
"""Visits beyond the places from which one is booked."""

MOST_VIALS = 1000
"""Vials of the smallest size for one dose."""

HEAVIEST = 500
"""Weight in kg up to which patients are simulated."""


def check_days(scenario: Scenario, clinic: Clinic, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of the days of a clinic in a scenario whose forms are valid."""
    if clinic.chairs is not None:
        yield from _of_names(("chairs", "visits"), clinic.chairs.visits, clinic.serves, plain, True)
        yield from _too_long(clinic, plain)
        yield from check_staff(clinic.chairs, plain)
    if clinic.other_patients is not None:
        yield from _of_others(clinic, clinic.other_patients, plain)
    if clinic.urgent is not None:
        yield from check_urgent(clinic, clinic.urgent, plain)
    if clinic.breakdowns is not None and isinstance(clinic.places, str):
        yield from _of_unlimited(clinic.breakdowns, plain)
    if clinic.overbook and not isinstance(clinic.places, float):
        message = (
            "stands with a number of `places`: chairs and unlimited places have no visits beyond"
        )
        yield plain.mistake(("clinic", "overbook"), message, at_key=True)
    yield from _of_names(("supply",), clinic.supply, clinic.serves, plain, False)
    for name in {*clinic.supply} & {*scenario.therapies}:
        yield from _too_small(name, clinic, scenario, plain)
    days = round(clinic.enrolment + scenario.horizon)
    if not any(map(clinic.is_open, range(days))):
        message = f"the clinic is open on none of its {days} days"
        yield plain.mistake(("clinic", "closed"), message)


def remarks_on_days(scenario: Scenario, clinic: Clinic) -> Iterator[str]:
    """Sentences about the days of a clinic that are allowed and worth a look."""
    if not clinic.full(scenario.horizon):
        yield (
            "clinic.enrolment: as long as the follow-up, so there is no day on which everyone is "
            "enrolled and nobody has ended; the use of the clinic is not computed"
        )
    if isinstance(clinic.places, float) and 0 < clinic.overbook * clinic.places < HALF:
        yield (
            f"clinic.overbook: {100 * clinic.overbook:g} % of {clinic.places:g} places is less "
            "than half a visit, so nobody is booked beyond them"
        )
    longest = max(_until_open(clinic, day) for day in range(7))
    if isinstance(clinic.at_most_late, float) and longest > clinic.at_most_late:
        yield (
            f"clinic.at_most_late: a dose may fall due {longest} days before the next weekday on "
            "which the clinic is open, and is then skipped wherever there are places"
        )
    for name, supply in clinic.supply.items():
        if supply.deliveries is None:
            yield f"clinic.supply.{name}: nothing is ever delivered, so the stock is all there is"


def _of_names(
    path: tuple[str, ...], given: Mapping[str, Any], serves: list[str], plain: Plain, all_: bool
) -> Iterator[Mistake]:  # fmt: skip
    """Mistakes where therapies are named that the clinic does not serve, or left out."""
    for name in given:
        if name not in serves:
            message = f"the clinic does not serve '{name}'; {nearest(name, serves)}"
            yield plain.mistake(("clinic", *path, name), message)
    for name in serves if all_ else ():
        if name not in given:
            yield plain.mistake(("clinic", *path), f"is missing for '{name}', which is served")


def _too_long(clinic: Clinic, plain: Plain) -> Iterator[Mistake]:
    """A mistake where a visit does not fit into a day."""
    assert clinic.chairs is not None
    opens, closes = clinic.chairs.times
    for name, stay in clinic.chairs.visits.items():
        if stay.mean > closes - opens:
            message = (
                f"a visit of {stay.mean:g} minutes does not fit into the {closes - opens} minutes "
                f"of {clinic.chairs.hours}"
            )
            yield plain.mistake(("clinic", "chairs", "visits", name, "mean"), message)


def _of_others(clinic: Clinic, others: OtherPatients, plain: Plain) -> Iterator[Mistake]:
    """Mistakes where other patients have no time, or leave no place."""
    path, chairs = ("clinic", "other_patients"), clinic.chairs
    kept = 0 if clinic.urgent is None else clinic.urgent.kept_free
    if chairs is None and others.visit is not None:
        message = "stands with `chairs`; a place has no minutes"
        yield plain.mistake((*path, "visit"), message, at_key=True)
    if chairs is not None and others.visit is None:
        message = "`visit` is missing: with `chairs`, write like visit: 180 minutes"
        yield plain.mistake(path, message, at_key=True)
    elif chairs is not None and not chairs.room_for(others.minutes):
        opens, closes = chairs.times
        message = (
            f"a visit of {others.visit:g} minutes does not fit into the {closes - opens} minutes "
            f"of {chairs.hours}"
        )
        yield plain.mistake((*path, "visit"), message)
    if isinstance(clinic.places, str):
        message = "with `places: unlimited` nobody takes a place from others; write a number there"
        yield plain.mistake(path, message, at_key=True)
    elif clinic.places is not None and others.always and others.always >= clinic.places - kept:
        unkept = " that are not kept free" if kept else ""
        message = (
            f"takes all {clinic.places - kept:g} places of each open day{unkept}, so no dose is "
            "ever given"
        )
        yield plain.mistake((*path, "always"), message)


def _of_unlimited(breakdowns: Breakdowns, plain: Plain) -> Iterator[Mistake]:
    """A mistake where some of unlimited places are lost."""
    if not isinstance(breakdowns.takes, str):
        message = "of `places: unlimited` some are no loss; write `all`, or a number of places"
        yield plain.mistake(("clinic", "breakdowns", "takes"), message)


def _too_small(name: str, clinic: Clinic, scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """A mistake where a dose would take more vials than anybody opens."""
    therapy = scenario.therapies[name]
    dose = getattr(therapy, "dose", None)
    if dose is None:
        return
    most = dose.amount * (HEAVIEST if dose.unit == "mg/kg" else 1)
    vials = clinic.supply[name].vials
    if most > MOST_VIALS * min(vials):
        message = f"a dose may take more than {MOST_VIALS} vials of {min(vials):g} mg"
        yield plain.mistake(("clinic", "supply", name, "vials"), message)


def _until_open(clinic: Clinic, day: int) -> int:
    """Days from a weekday to the next one on which the clinic is open."""
    return min((weekday - day) % 7 for weekday in clinic.weekdays)
