"""Time and memory of a run, estimated before it begins and without simulation.

A run that keeps its tables has them in memory, for figures and for users in Python. Memory grows
with the rows: one per planned infusion, reaction, measured value and other event. A run that keeps
outcomes only needs the same memory for any number of patients, and no forecast.

The constants were measured on laroche2011 (two arms, 86 rows per patient and arm). From 1,000 to
2,000 patients, memory grows by 14 kB and time by 5 ms per patient and arm. The constants are
rounded up: a run that was forecast too low can exhaust the memory of the machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from sim.scenario import Mistake, Scenario, ScenarioError, Study
from sim.scenario.form.therapy import Infusions
from sim.scenario.form.visits import Visits
from sim.vocabulary import DAYS_PER_YEAR

BYTES_AT_START, SECONDS_AT_START = 200e6, 3.0
"""Python with its libraries."""

BYTES_PER_HISTORY, BYTES_PER_ROW = 4000.0, 200.0
SECONDS_PER_HISTORY, SECONDS_PER_ROW = 1e-3, 60e-6
"""A history is one patient in one arm; a row is a row of a table."""

OTHER_ROWS = 4
"""Rows per patient and arm for the begin and end of courses and the end of follow-up."""

SHARE_OF_MEMORY = 0.5
"""Share of the memory that a run may use. Writing the tables takes a copy of one of them."""

BYTES_WHERE_UNKNOWN = 4e9
"""Memory that a run may use if the memory of the machine is unknown."""

LENGTHS = {"years": DAYS_PER_YEAR * 86400, "days": 86400, "hours": 3600, "min": 60}
"""Units of a duration, in seconds."""


@dataclass(frozen=True)
class Forecast:
    """Upper estimate of the time (seconds) and memory (bytes) of a run."""

    seconds: float
    bytes: float


def forecast(study: Study) -> Forecast:
    """Estimate time and memory of a run that keeps its tables.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Returns
    -------
    Forecast
        Estimate, linear in the number of patients, arms and rows.

    Examples
    --------
    >>> from sim.scenario import load
    >>> expected = forecast(load("scenarios/laroche2011.yaml"))
    >>> in_words(expected.seconds), in_bytes(expected.bytes)
    ('16 seconds', '240 MB')
    """
    scenario = study.scenario
    patients = scenario.cohort.patients
    histories = patients * len(scenario.arms)
    rows = patients * sum(_rows(scenario, arm) for arm in scenario.arms)
    return Forecast(
        SECONDS_AT_START + SECONDS_PER_HISTORY * histories + SECONDS_PER_ROW * rows,
        BYTES_AT_START + BYTES_PER_HISTORY * histories + BYTES_PER_ROW * rows,
    )


def refuse_too_large(study: Study, most_bytes: float | None = None) -> None:
    """Refuse a run that would need too much memory.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.
    most_bytes : float, optional
        Allowed memory, bytes; by default half of the memory of this machine.

    Raises
    ------
    ScenarioError
        If the estimate exceeds the allowed memory.
    """
    expected = forecast(study)
    memory = memory_of_machine()
    if most_bytes is None:
        most_bytes = BYTES_WHERE_UNKNOWN if memory is None else SHARE_OF_MEMORY * memory
    if expected.bytes <= most_bytes:
        return
    patients, arms = study.scenario.cohort.patients, len(study.scenario.arms)
    machine = "" if memory is None else f" (this machine has {in_bytes(memory)})"
    message = (
        f"{patients} patients in {arms} {'arm' if arms == 1 else 'arms'} would take about "
        f"{in_words(expected.seconds)} and {in_bytes(expected.bytes)} of memory; "
        f"at most {in_bytes(most_bytes)} are allowed{machine}. Lower cohort.patients (with 10,000 "
        "patients the Monte Carlo error of a mean is 1 % of the standard deviation between "
        "patients), or keep outcomes only (--keep outcomes), which needs the same memory for any "
        "number of patients"
    )
    raise ScenarioError([Mistake("cohort.patients", message)])


def memory_of_machine() -> float | None:
    """Memory of this machine.

    Returns
    -------
    float or None
        Memory, bytes; None if the operating system does not report it.
    """
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) or None
    except (AttributeError, OSError, ValueError):
        return None


def in_words(seconds: float) -> str:
    """Write a duration in a suitable unit, with two significant digits.

    Parameters
    ----------
    seconds : float
        Duration, seconds.

    Returns
    -------
    str
        Duration with unit.

    Examples
    --------
    >>> in_words(40), in_words(5 * 3600), in_words(33 * 86400)
    ('40 seconds', '5.0 hours', '33 days')
    """
    for unit, length in LENGTHS.items():
        if seconds >= 2 * length:
            return f"{_rounded(seconds / length)} {unit}"
    return f"{_rounded(seconds)} seconds"


def in_bytes(size: float) -> str:
    """Write an amount of memory in MB or GB, with two significant digits.

    Parameters
    ----------
    size : float
        Memory, bytes.

    Returns
    -------
    str
        Memory with unit.

    Examples
    --------
    >>> in_bytes(3e8), in_bytes(12e9)
    ('300 MB', '12 GB')
    """
    return f"{_rounded(size / 1e9)} GB" if size >= 1e9 else f"{_rounded(size / 1e6)} MB"


def _rows(scenario: Scenario, arm: str) -> float:
    """Rows of the tables per patient in an arm, if no therapy ends early."""
    visits, end = scenario.visits, scenario.horizon
    dxa, markers = (
        len(Visits.days(list(dict.fromkeys(times)), end)) for times in (visits.dxa, visits.markers)
    )
    measured = 2 * dxa + 3 * markers
    infused = 0.0
    for name in scenario.arms[arm]:
        therapy = scenario.therapies[name]
        if isinstance(therapy, Infusions):
            reactions = sum(max(kind.first, kind.later) for kind in therapy.reactions.values())
            infused += len(therapy.schedule.days(0.0, end)) * (1.0 + reactions)
    return OTHER_ROWS + measured + infused + _fractures(scenario)


def _fractures(scenario: Scenario) -> float:
    """Fractures per patient, as if the rate were at the imminent level all the time."""
    sites = scenario.fractures.sites
    factors = [site.imminent.factor for site in (sites.vertebral, sites.hip) if site.imminent]
    years = scenario.horizon / DAYS_PER_YEAR
    return scenario.fractures.base_rate * years * max([1.0, *factors])


def _rounded(value: float) -> str:
    """Two significant digits, with commas between thousands; powers of ten from a billion."""
    if value >= 1e9:
        return f"{value:.1e}"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"
