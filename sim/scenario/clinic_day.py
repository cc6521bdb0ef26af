"""The day of a clinic in the words of a protocol: minutes of visits, nurses, drugs."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.durations import in_time
from sim.scenario.form.breakdowns import ALL, Breakdowns
from sim.scenario.form.chairs import Chairs
from sim.scenario.form.clinic import Clinic
from sim.scenario.form.hours import as_time
from sim.scenario.form.nurses import Nurses
from sim.scenario.form.other_patients import OtherPatients
from sim.scenario.form.supply import Supply
from sim.scenario.form.urgent import Urgent

AFTER_CLOSING = {
    "overtime": "at closing time, whoever is not seated is seated",
    "sent home": "at closing time, whoever is not seated is sent home and waits again",
}
"""What becomes of those who wait at closing time, in words."""


def day_in_words(clinic: Clinic) -> Iterator[str]:
    r"""The day of a clinic with chairs and its drugs, line by line; nothing for bare places.

    Examples
    --------
    >>> from sim.scenario import load
    >>> chairs = "{number: 1, hours: '8:00 to 17:00', visits: {pamidronate: {mean: 172 minutes}}, "
    >>> chairs += "after_closing: overtime}"
    >>> settings = ["clinic.places=null", f"clinic.chairs={chairs}"]
    >>> clinic = load("scenarios/clinic-nine-places.yaml", settings).scenario.clinic
    >>> print(*day_in_words(clinic), sep="\n")
    pamidronate: 172 minutes in a chair
    a visit begins as soon as a chair is free
    at closing time, whoever is not seated is seated
    """
    if clinic.chairs is not None:
        yield from _of_chairs(clinic.chairs)
    if clinic.other_patients is not None:
        yield f"other patients: {_of_others(clinic.other_patients)}"
    if clinic.urgent is not None:
        yield f"urgent patients: {_of_urgent(clinic.urgent)}"
    if clinic.breakdowns is not None:
        yield f"breakdowns: {_of_breakdowns(clinic.breakdowns, clinic.chairs is not None)}"
    for name, supply in clinic.supply.items():
        yield f"stock of {name}: {_of_supply(supply)}"
        yield from _when_short(name, supply)
        for shortage in supply.shortages:
            days, share = shortage.days, f"{100 * shortage.delivered:g} %"
            yield f"orders of days {days.start} to {days.stop - 1}: {share} of them is delivered"


def _of_chairs(chairs: Chairs) -> Iterator[str]:
    """Minutes, nurses, and closing time."""
    for name, stay in chairs.visits.items():
        spread = f" (SD {stay.sd:g})" if stay.sd else ""
        yield f"{name}: {stay.mean:g}{spread} minutes in a chair"
    if chairs.arrival is not None:
        at, sd = chairs.arrival.mean, chairs.arrival.sd
        yield f"arrival: {at:g} (SD {sd:g}) minutes after the appointment"
    if chairs.nurses is None:
        yield "a visit begins as soon as a chair is free"
    else:
        busy = f"each busy for {chairs.nurses.busy:g} minutes at the begin of a visit"
        yield f"{_staff(chairs.nurses)}, {busy}"
    yield AFTER_CLOSING[chairs.after_closing]


def _staff(nurses: Nurses) -> str:
    """How many nurses there are, by time of the day where their number changes."""
    first, *later = nurses.shifts
    here = f"{first.number or 'no'} {'nurse' if first.number == 1 else 'nurses'}"
    if nurses.by_hour is None:
        return here
    changes = [f"{number or 'none'} from {as_time(since)}" for since, _, number in later]
    return ", ".join([f"{here} from {as_time(first.since)}", *changes])


def _of_others(others: OtherPatients) -> str:
    """How many other patients there are on a day, and what they take."""
    often = "" if others.always is not None else " on average (Poisson)"
    takes = "a place" if others.visit is None else f"a chair for {others.visit:g} minutes"
    return f"{others.mean:g} on each open day{often}, each with {takes} before the study is booked"


def _of_urgent(urgent: Urgent) -> str:
    """How many urgent patients come, what is kept for them, and whose place they take next."""
    often = f"{urgent.per_open_day:g} on each open day on average (Poisson), who go first"
    kept = f"{urgent.kept_free} place{'' if urgent.kept_free == 1 else 's'}"
    if urgent.visit is not None:
        visits = "1 visit" if urgent.kept_free == 1 else f"{urgent.kept_free} visits"
        kept = f"time for {visits} of {urgent.visit:g} minutes"
    left = "whoever was booked last is sent home and waits again"
    if not urgent.kept_free:
        return f"{often}; nothing is kept free: on a full day {left}"
    is_ = "is" if urgent.visit is not None or urgent.kept_free == 1 else "are"
    return f"{often}; {kept} {is_} kept free, and beyond on a full day {left}"


def _of_breakdowns(breakdowns: Breakdowns, has_chairs: bool) -> str:
    """How often a clinic loses places or chairs, how many, and on which share of days."""
    lost, unit = breakdowns.takes, "chair" if has_chairs else "place"
    what = (
        f"all {unit}s are" if lost == ALL else f"{lost:g} {unit}{' is' if lost == 1 else 's are'}"
    )
    often = f"every {in_time(breakdowns.every)} on average"
    share = f"{100 * breakdowns.share:.2g} % of days"
    return f"{often} {what} lost for {in_time(breakdowns.duration)}, by chance; {share}"


def _when_short(name: str, supply: Supply) -> Iterator[str]:
    """What happens when the stock does not suffice; nothing where full doses go on."""
    if supply.half_below is not None:
        yield (
            f"on a day that begins with less than {supply.half_below:g} mg of {name}, everyone "
            "gets half a dose"
        )
    if supply.when_short == "most severe first":
        yield (
            f"on a day on which the {name} does not suffice, the patient with most vertebral "
            "fractures is first, then the one with the lowest T-score of the spine at entry"
        )


def _of_supply(supply: Supply) -> str:
    """Vials, stock and deliveries."""
    vials = ", ".join(f"{vial:g}" for vial in supply.vials)
    stock = f"{supply.stock:g} mg at first, in vials of {vials} mg"
    order = supply.deliveries
    if order is None:
        return f"{stock}; nothing is delivered"
    after = f", there after {in_time(order.after)}" if order.after else ""
    return f"{stock}; orders every {in_time(order.every)} up to {order.up_to:g} mg{after}"
