"""Outcomes year by year: shares with a fracture, mean cumulative counts, deaths, and life-years.

Everybody is followed to the end or to death, so a share of all patients has death as a competing
event, and a mean count counts nothing after death.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.outcomes.arm import ArmRecords
from sim.outcomes.clinical import event_of
from sim.outcomes.definitions.named import Outcome, count, name_of_count, share
from sim.simulation.records import Floats
from sim.vocabulary import CLINICAL, DAYS_PER_YEAR, SITES, Event

MOST_TIMES = 12
"""Times at which outcomes are reported at most: every year, or every so many years."""

DEATH = "deaths"
LIFE_YEARS = "life-years"
"""Names of the outcomes of life."""

ENDPOINTS = (None, *SITES, *CLINICAL)
"""Fractures whose first one is an endpoint: of any site (None), of one, and clinical ones."""


def endpoints_of(has_clinical: bool) -> tuple[str | None, ...]:
    """List the endpoints of a study, which has clinical ones where their share is given."""
    return ENDPOINTS if has_clinical else ENDPOINTS[: -len(CLINICAL)]


def report_days(end: int) -> list[int]:
    """List the days of report: every year, every second year, and so on, then the last day.

    Parameters
    ----------
    end
        Last day of follow-up.

    Examples
    --------
    >>> report_days(round(2.5 * DAYS_PER_YEAR))
    [365, 730, 913]
    """
    every = max(1, math.ceil(end / DAYS_PER_YEAR / MOST_TIMES))
    years = range(every, math.ceil(end / DAYS_PER_YEAR) + 1, every)
    days = [round(year * DAYS_PER_YEAR) for year in years]
    return [*(day for day in days if day < end), end]


def name_of(site: str | None) -> str:
    """Name the outcome of patients with a fracture at a site, at any, or a clinical one."""
    return f"{site or 'any'} fracture"


def over_years(records: ArmRecords) -> Iterator[Outcome]:
    """Compute the outcomes of one arm at each day of report.

    Parameters
    ----------
    records
        Records of the patients of the arm.

    Yields
    ------
    Outcome
        Share with a fracture of each endpoint (%), and fractures (per 100 patients); share who died
        (%); life-years up to the end (years).
    """
    most = records.most
    for site in endpoints_of(records.has_clinical):
        event = event_of(site)
        at_most = most(*event)
        for day in report_days(records.end):
            number = records.counts(*event, day)
            yield share(name_of(site), day, (number > 0).astype(float), at_most)
            name = name_of_count(site)
            yield count(name, "per 100 patients", day, number, scale=100, most=at_most)
    for day in report_days(records.end):
        yield share(DEATH, day, records.had(Event.DEATH, None, day), most(Event.DEATH))
    lived = life_years(records.years, records.end)
    yield lived if most(Event.DEATH) else lived._replace(least=1.0)


def life_years(years: Floats, end: int) -> Outcome:
    """Make the years that patients live until the day `end` an outcome.

    The numerator is the share of these years, because one more patient could lose all of them,
    which limits for few deaths must allow for.
    """
    longest = end / DAYS_PER_YEAR
    return count(LIFE_YEARS, "years", end, years / longest, scale=longest, most=1.0)
