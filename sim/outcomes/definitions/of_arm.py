"""Every named outcome of an arm, in the order of tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.outcomes.arm import ArmRecords
from sim.outcomes.clinical import event_of
from sim.outcomes.definitions.named import (
    MARKER_QUANTITIES,
    OSTEOPOROSIS_T,
    PER_YEARS,
    Outcome,
    count,
    mean,
    name_of_count,
    share,
)
from sim.outcomes.definitions.of_clinics import outcomes_of_clinics
from sim.vocabulary import ANY_CLINICAL, BONES, CLINICAL, SITES, Event


def outcomes_of(records: ArmRecords) -> Iterator[Outcome]:
    """Compute every outcome of one arm.

    Parameters
    ----------
    records
        Records of the patients of the arm.

    Yields
    ------
    Outcome
        Outcomes at visits first, then those of the whole follow-up. The arm and its visits decide
        which there are, whatever happened to the patients.

    Examples
    --------
    >>> from sim.outcomes.plan import records_by_arm
    >>> from sim.scenario import load
    >>> records = records_by_arm(load("scenarios/laroche2011.yaml"), range(5), "simpy")
    >>> [outcome.name for outcome in outcomes_of(records["pamidronate"])][-1]
    'deaths'
    """
    end, most = records.end, records.most
    yield from _changes(records)
    for bone in BONES:
        if f"{bone}_g_cm2" in records.measured:
            day = records.visits[f"{bone}_g_cm2"][-1] or end
            yield mean(f"{bone} annual increase", "%/year", day, records.annual_increase(bone))
    for therapy in records.subjects(Event.COURSE):
        yield share(f"off {therapy}", end, records.off(therapy))
    for therapy in records.subjects(Event.INFUSION):
        for event, happened in ((Event.INFUSION, "received"), (Event.MISSED_INFUSION, "missed")):
            name, number = f"{therapy} doses {happened}", records.counts(event, therapy)
            at_most, planned = most(event, therapy), event == Event.INFUSION
            yield count(name, "doses", end, number, most=at_most, is_planned=planned)
    yield from outcomes_of_clinics(records)
    for reaction in records.subjects(Event.REACTION):
        had = records.had(Event.REACTION, reaction)
        yield share(f"{reaction} at least once", end, had, most(Event.REACTION, reaction))
    yield from _of_fractures(records)
    yield share("deaths", end, records.died, most(Event.DEATH))
    if records.subjects(Event.LOST):
        yield share("lost to follow-up", end, records.had(Event.LOST))


def _of_fractures(records: ArmRecords) -> Iterator[Outcome]:
    """Rates of each site and of all, and the share with any; clinical ones if they are known."""
    clinical = CLINICAL if records.has_clinical else ()
    for site in (*SITES, None, *clinical):
        number, at_most = records.counts(*event_of(site)), records.most(*event_of(site))
        name = name_of_count(site)
        yield count(name, PER_YEARS, records.end, number, records.years, 100, at_most)
    for site in (None, ANY_CLINICAL) if clinical else (None,):
        had, at_most = records.had(*event_of(site)), records.most(*event_of(site))
        yield share(f"{site or 'any'} fracture", records.end, had, at_most)


def _changes(records: ArmRecords) -> Iterator[Outcome]:
    """Change from entry at each visit, and the share above a T-score of -2.5."""
    for name, quantity in {**{b: f"{b}_g_cm2" for b in BONES}, **MARKER_QUANTITIES}.items():
        for column, day in enumerate(records.visits.get(quantity, [])):
            if day > 0:
                change = 100 * (records.measured[quantity][:, column] / records.entry(quantity) - 1)
                yield mean(f"{name} change", "%", day, change, least=-100.0)
    for bone in BONES:
        days = records.visits.get(f"{bone}_t", [])
        for column, day in enumerate(days if days[1:] else []):  # entry alone is no outcome
            score = records.measured[f"{bone}_t"][:, column]
            above = np.where(np.isnan(score), np.nan, score > OSTEOPOROSIS_T)
            yield share(f"{bone} above T -2.5", day, above)
