"""The outcomes of patients who share a clinic: waits, missing doses, use of the clinic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.outcomes.arm import ArmRecords
from sim.outcomes.definitions.named import Outcome, count
from sim.outcomes.rows import Rows
from sim.simulation.records import Floats
from sim.vocabulary import NOT_COMING, SKIPPED, Event

LATE = 7
"""Days of waiting for a place above which a dose counts as late."""


def outcomes_of_clinics(records: ArmRecords) -> Iterator[Outcome]:
    """Compute the outcomes of an arm whose patients share clinics; of another arm none.

    Parameters
    ----------
    records
        Records of the patients of the arm.

    Yields
    ------
    Outcome
        Those of each therapy that the clinic serves, then those of the clinic.
    """
    for therapy in records.subjects(Event.WAITED):
        yield from _of_doses(records, therapy)
        yield from _of_the_day(records, therapy)
    if records.subjects(Event.TAKEN) and records.offered.get("open_days", 0.0) > 0:
        yield from _of_use(records)


def _of_doses(records: ArmRecords, therapy: str) -> Iterator[Outcome]:
    """What waiting does to the doses of a therapy: days, late doses, the interval."""
    end, waits = records.end, records.events[Event.WAITED, therapy]
    given, missed = (
        records.events[event, therapy] for event in (Event.INFUSION, Event.MISSED_INFUSION)
    )
    doses, late = records.number(given.patient), records.number(waits.patient[waits.value > LATE])
    days = records.number(waits.patient, waits.value)
    yield Outcome(f"{therapy} wait for a place", "days", end, "count", days, doses, least=0.0)
    yield Outcome(f"{therapy} doses late", "% of doses", end, "share", late, doses, 100, 0.0, 1.0)
    for name, reason in (("doses skipped by the clinic", SKIPPED), ("visits lost", NOT_COMING)):
        number = records.number(missed.patient[missed.value == reason])
        yield count(f"{therapy} {name}", "doses", end, number)
    if (Event.BEHIND, therapy) in records.events:
        behind = records.events[Event.BEHIND, therapy]
        late = records.number(behind.patient, behind.value)
        yield Outcome(f"{therapy} behind the plan", "days", end, "count", late, doses, least=0.0)
    gaps, between = _gaps(given, records)
    yield Outcome(f"{therapy} interval", "days", end, "count", between, gaps, least=0.0)


def _of_the_day(records: ArmRecords, therapy: str) -> Iterator[Outcome]:
    """Minutes in the waiting room, days in vain, and what a short stock does."""
    end = records.end
    if (Event.ROOM, therapy) in records.events:
        room = records.events[Event.ROOM, therapy]
        minutes, visits = records.number(room.patient, room.value), records.number(room.patient)
        yield Outcome(f"{therapy} minutes in the waiting room", "minutes", end, "count", minutes,
                      visits, least=0.0)  # fmt: skip
    if (Event.SENT_HOME, therapy) in records.events:
        home = records.counts(Event.SENT_HOME, therapy)
        yield count(f"{therapy} sent home", "days", end, home)
    if (Event.NO_DRUG, therapy) in records.events:
        yield count(f"{therapy} doses without drug", "doses", end,
                    records.counts(Event.NO_DRUG, therapy))  # fmt: skip
        if (Event.HALF_DOSE, therapy) in records.events:
            halved = records.counts(Event.HALF_DOSE, therapy)
            yield count(f"{therapy} half doses", "doses", end, halved)
        wasted = records.events[Event.WASTED, therapy]
        milligrams = records.number(wasted.patient, wasted.value)
        yield Outcome(f"{therapy} thrown away", "mg", end, "count", milligrams,
                      np.ones(records.count), least=0.0)  # fmt: skip


def _of_use(records: ArmRecords) -> Iterator[Outcome]:
    """How much of what a full clinic offers is used, over all therapies."""
    end, offered = records.end, records.offered
    in_chairs = bool(records.subjects(Event.ROOM))
    taken = _sum_of(records, Event.TAKEN)
    name = "chairs in use" if in_chairs else "places in use"
    yield _share_of(name, end, taken, offered["room"], records)
    if offered["nursing"] > 0:
        busy = offered["busy"] * records.counts(Event.TAKEN)
        yield _share_of("nurses in use", end, busy, offered["nursing"], records)
    if in_chairs:
        days, late = np.full(records.count, offered["open_days"]), _sum_of(records, Event.OVERTIME)
        yield Outcome("overtime", "minutes per open day", end, "count", late, days, least=0.0)


def _share_of(
    name: str, end: int, used: Floats, offered: float, records: ArmRecords
) -> Outcome:  # fmt: skip
    """A share of what the clinic offers, which no patient has of their own."""
    all_of_it = np.full(records.count, offered)
    return Outcome(name, "%", end, "count", used, all_of_it, 100.0, least=0.0)


def _sum_of(records: ArmRecords, event: str) -> Floats:
    """The values of an event added up for each patient, over all therapies."""
    total = np.zeros(records.count)
    for therapy in records.subjects(event):
        rows = records.events[event, therapy]
        total += records.number(rows.patient, rows.value)
    return total


def _gaps(given: Rows, records: ArmRecords) -> tuple[Floats, Floats]:
    """Intervals between the doses of each patient: how many, and the days of all of them."""
    same = given.patient[1:] == given.patient[:-1]
    who, days = given.patient[1:][same], np.diff(given.day)[same].astype(float)
    return records.number(who), records.number(who, days)
