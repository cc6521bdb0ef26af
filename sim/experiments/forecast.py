"""Time, memory and disk of a command, estimated before it begins and without simulation.

Simulated patients take memory block by block. A run that keeps its tables for figures, or for users
in Python, has the rows of all patients in memory: one row per planned infusion, reaction, measured
value and other event.

The constants were measured on laroche2011 (two arms, 86 rows per patient and arm) and rounded up: a
run that was forecast too low can exhaust the memory of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.experiments import sizes
from sim.scenario import Scenario, ScenarioError, Study
from sim.scenario.form.therapy import Infusions
from sim.scenario.form.visits import Visits
from sim.simulation import lowering
from sim.vocabulary import DAYS_PER_YEAR, Engine

BYTES_AT_START, SECONDS_AT_START = 200e6, 3.0
"""Python with its libraries; the seconds once, the memory in each process."""

BYTES_OF_COMPILER = 150e6
"""The compiler and the compiled loop of the batch engine."""

BYTES_PER_HISTORY, BYTES_PER_ROW = 4000.0, 200.0
"""A history is one patient in one arm; a row is a row of a table."""

SECONDS_PER_HISTORY: dict[Engine, float] = {"simpy": 1e-3, "batch": 10e-6}
SECONDS_PER_ROW: dict[Engine, float] = {"simpy": 60e-6, "batch": 0.6e-6}

IN_CLINICS = 2.0
"""How much longer SimPy follows patients who wait for each other."""

BYTES_PER_ROW_WRITTEN, SECONDS_PER_BYTE_WRITTEN = 8.0, 0.15e-6
"""Rows on the disk are compressed."""

BYTES_PER_ROW_AS_CSV = 60.0
"""Of a row as text."""

BYTES_OF_FIGURES = 20e6
"""Tables of outcomes and figures on the disk, which do not grow with the patients."""

BYTES_PER_VALUE, BYTES_PER_VALUE_WRITTEN = 600.0, 16.0
"""Memory and disk of one statistic of one simulated trial."""

OTHER_ROWS = 4
"""Rows per patient and arm for the begin and end of courses and the end of follow-up."""

LENGTHS = {"years": DAYS_PER_YEAR * 86400, "days": 86400, "hours": 3600, "min": 60}
"""Units of a duration, in seconds."""


class Forecast(NamedTuple):
    """Upper estimate of time (seconds), and of bytes of memory and of disk."""

    seconds: float
    memory: float
    disk: float

    def __str__(self) -> str:
        parts = in_words(self.seconds), in_bytes(self.memory), in_bytes(self.disk)
        return "about {} with {} of memory and {} of disk".format(*parts)

    def then(self, other: Forecast) -> Forecast:
        """Estimate of one piece of work after another."""
        return Forecast(
            self.seconds + other.seconds, max(self.memory, other.memory), self.disk + other.disk
        )


class Kept(NamedTuple):
    """Where the rows of all patients are kept: in memory, on the disk, both or neither.

    On the disk they may stand a second time, as text.
    """

    in_memory: bool = False
    on_disk: bool = False
    as_csv: bool = False


NOTHING_KEPT = Kept()


def forecast(
    studies: Sequence[Study],
    engine: Engine,
    workers: int | None = 1,
    kept: Kept = NOTHING_KEPT,
    first: int = 0,
    at_once: int = 0,
) -> Forecast:
    """Estimate what it takes to simulate the patients of the first study from number `first`.

    Parameters
    ----------
    studies : sequence of Study
        Studies with the same patients.
    engine : "simpy" or "batch"
        The engine.
    workers : int, optional
        Number of workers, threads or processes; as many as save time if None.
    kept : Kept
        Where the rows of the first study are kept.
    first : int
        Number of patients that need not be simulated.
    at_once : int
        Patients of a block that is larger than usual, like those of one trial.

    Returns
    -------
    Forecast
        Upper estimate, linear in the number of patients, arms and rows.

    Examples
    --------
    >>> from sim.scenario import load
    >>> study = load("scenarios/laroche2011.yaml")
    >>> str(forecast([study], "simpy", kept=Kept(in_memory=True)))
    'about 16 seconds with 240 MB of memory and 20 MB of disk'
    """
    cohort = studies[0].scenario.cohort.patients
    hands = sizes.workers_for(cohort, engine) if workers is None else max(workers, 1)
    costs, patients = [_per_patient(study.scenario, engine) for study in studies], cohort - first
    block = min(max(sizes.block_of(engine, small=any(kept)), at_once), patients)
    at_start = BYTES_AT_START + (BYTES_OF_COMPILER if engine == "batch" else 0)
    programs = 1 if engine == "batch" else hands  # threads share one
    memory = programs * at_start + hands * block * sum(cost.memory for cost in costs)
    if kept.in_memory:
        memory = max(memory, at_start + patients * costs[0].memory)
    seconds = patients * sum(cost.seconds for cost in costs) / hands
    times = 1 + kept.as_csv * BYTES_PER_ROW_AS_CSV / BYTES_PER_ROW_WRITTEN
    written = patients * costs[0].disk * times
    if any(kept):
        seconds += SECONDS_PER_BYTE_WRITTEN * written
    disk = BYTES_OF_FIGURES + written * kept.on_disk
    return Forecast(SECONDS_AT_START + seconds, memory, disk)


def _per_patient(scenario: Scenario, engine: Engine) -> Forecast:
    """What one patient takes in all arms, with all rows kept."""
    arms, rows = len(scenario.arms), sum(_rows(scenario, arm) for arm in scenario.arms)
    slower = IN_CLINICS if scenario.clinic is not None else 1.0
    return Forecast(
        slower * (SECONDS_PER_HISTORY[engine] * arms + SECONDS_PER_ROW[engine] * rows),
        BYTES_PER_HISTORY * arms + BYTES_PER_ROW * rows,
        BYTES_PER_ROW_WRITTEN * rows,
    )


def forecast_of_trials(
    study: Study, trials: int, patients: int, values: int, workers: int | None = 1
) -> Forecast:
    """Estimate what it takes to simulate trials of a study.

    Parameters
    ----------
    study : Study
        The study; its own number of patients is not used.
    trials, patients, values : int
        Number of trials, patients per trial, and statistics per trial.
    workers : int, optional
        As of `forecast`.

    Returns
    -------
    Forecast
        Upper estimate, linear in the number of trials.
    """
    whole = study.with_(patients=trials * patients)
    simulating = forecast([whole], "batch", workers, at_once=patients)
    table = trials * values * BYTES_PER_VALUE
    disk = simulating.disk + trials * values * BYTES_PER_VALUE_WRITTEN
    return Forecast(simulating.seconds, simulating.memory + table, disk)


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
    """Write an amount of memory in MB, GB or TB, with two significant digits.

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
    for unit, length in (("TB", 1e12), ("GB", 1e9)):
        if size >= length:
            return f"{_rounded(size / length)} {unit}"
    return f"{_rounded(size / 1e6)} MB"


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
    try:
        rate = lowering.base_rate(scenario)
    except ScenarioError:  # refused with its place when the patients are lowered
        rate = 0.0
    return rate * years * max([1.0, *factors])


def _rounded(value: float) -> str:
    """Two significant digits, with commas between thousands; powers of ten from a billion."""
    if value >= 1e9:
        return f"{value:.1e}"
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"
