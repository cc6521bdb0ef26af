"""What a run would cost in time and memory, estimated before it begins; nothing is simulated.

Figures, and whoever works with the tables in Python, have all tables of a run in memory, so it
grows with the rows: one for every planned infusion with its reactions, every measured value, and
what happens besides. A run of which outcomes alone are kept needs no forecast.

The constants were measured on laroche2011 (two arms, 86 rows a patient and arm): from 1000 to 2000
patients memory grows by 14 kB, and the run takes 5 ms longer, a patient and arm. They are rounded
up, as a forecast that is too low ends in a machine without memory.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from sim.scenario import Mistake, Scenario, ScenarioError, Study
from sim.scenario.form.outcome import Visits
from sim.scenario.form.therapy import Infusions

BYTES_TO_BEGIN, SECONDS_TO_BEGIN = 200e6, 3.0
"""Python with its libraries."""

BYTES_A_COURSE, BYTES_A_ROW = 4000.0, 200.0
SECONDS_A_COURSE, SECONDS_A_ROW = 1e-3, 60e-6

ROWS_BESIDES = 4
"""Beginning and end of follow-up and of courses, in a patient and arm."""

SHARE_OF_MEMORY = 0.5
"""What a run may take: other programs want some, and writing the tables takes a copy of one."""

BYTES_WHERE_UNKNOWN = 4e9
"""What a run may take where the machine does not tell its memory."""


@dataclass(frozen=True)
class Forecast:
    """What a run would take at most, in seconds and in bytes of memory."""

    seconds: float
    bytes: float


def forecast(study: Study) -> Forecast:
    """Time and memory of a run: in proportion to patients, arms, and rows a patient and arm."""
    scenario = study.scenario
    courses, rows = float(scenario.cohort.patients), 0.0
    for arm in scenario.arms:
        rows += courses * _rows(scenario, arm)
    courses *= len(scenario.arms)
    return Forecast(
        SECONDS_TO_BEGIN + SECONDS_A_COURSE * courses + SECONDS_A_ROW * rows,
        BYTES_TO_BEGIN + BYTES_A_COURSE * courses + BYTES_A_ROW * rows,
    )


def refuse_too_large(study: Study, most_bytes: float | None = None) -> None:
    """Raise ScenarioError for a run that would take more memory than `most_bytes`.

    Without `most_bytes`, half of the memory of this machine is allowed.
    """
    expected = forecast(study)
    memory = memory_of_machine()
    if most_bytes is None:
        most_bytes = BYTES_WHERE_UNKNOWN if memory is None else SHARE_OF_MEMORY * memory
    if expected.bytes <= most_bytes:
        return
    patients, arms = study.scenario.cohort.patients, len(study.scenario.arms)
    told = "" if memory is None else f" (the memory of this machine is {in_bytes(memory)})"
    message = (
        f"{patients} patients in {arms} {'arm' if arms == 1 else 'arms'} would take about "
        f"{in_words(expected.seconds)} and {in_bytes(expected.bytes)} of memory; "
        f"allowed is up to {in_bytes(most_bytes)} here{told}. Lower cohort.patients: with 10,000 "
        "patients the Monte Carlo error of a mean is 1 % of the standard deviation between them, "
        "or keep outcomes alone (--keep outcomes): those take the same memory for any number"
    )
    raise ScenarioError([Mistake("cohort.patients", message)])


def memory_of_machine() -> float | None:
    """Bytes of memory of this machine; None where it does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) or None
    except (AttributeError, OSError, ValueError):
        return None


def in_words(seconds: float) -> str:
    """A duration in the unit that a person would say: `40 seconds`, `5 hours`, `33 days`."""
    for unit, length in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{_rounded(seconds / length)} {unit}"
    return f"{_rounded(seconds)} seconds"


def in_bytes(size: float) -> str:
    """Memory as it is said: `300 MB`, `12 GB`."""
    return f"{_rounded(size / 1e9)} GB" if size >= 1e9 else f"{_rounded(size / 1e6)} MB"


def _rows(scenario: Scenario, arm: str) -> float:
    """Rows of the tables that a patient makes in an arm, if nothing ends a therapy early."""
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
    return ROWS_BESIDES + measured + infused + _fractures(scenario)


def _fractures(scenario: Scenario) -> float:
    """Fractures of a patient to the end, as if after one the higher rate held for good."""
    higher = max(
        site.imminent.factor if site.imminent else 1.0
        for site in (scenario.fractures.sites.vertebral, scenario.fractures.sites.hip)
    )
    return scenario.fractures.base_rate * scenario.horizon / 365.25 * max(higher, 1.0)


def _rounded(value: float) -> str:
    """Two significant digits, with commas between thousands; powers of ten beyond a billion."""
    if value >= 1e9:
        return f"{value:.1e}"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"
