"""Names, units and constants that more than one room uses. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

SEXES = ("female", "male")
BONES = ("spine", "hip")
MARKERS = ("ctx", "balp", "tryptase")
SITES = ("vertebral", "hip", "other")
"""Fracture sites."""

CLINICAL_VERTEBRAL, ANY_CLINICAL = CLINICAL = ("clinical vertebral", "any clinical")
"""Fractures that come to clinical attention: some of the vertebral ones; with those, every hip and
other fracture."""


class Event(StrEnum):
    """Names of events, as tables of events hold them."""

    INFUSION = "infusion"
    MISSED_INFUSION = "missed infusion"
    SCHEDULE_ENDED = "schedule ended"
    COURSE = "course"
    INTOLERANCE = "intolerance"
    REACTION = "reaction"
    FRACTURE = "fracture"
    CLINICAL_FRACTURE = "clinical fracture"
    """A fracture that came to clinical attention; in outcomes only, tables of events have it as a
    fracture."""
    HALF_DOSE = "half dose"
    BEHIND = "behind plan"
    """A half dose, and a dose with its days behind the plan; in outcomes only, tables of events
    have both as an infusion."""
    DEATH = "death"
    WAITED = "waited for a place"
    ROOM = "waited in the clinic"
    TAKEN = "place taken"
    OVERTIME = "after closing time"
    SENT_HOME = "sent home"
    NO_DRUG = "drug was missing"
    WASTED = "drug thrown away"
    LOST = "lost to follow-up"
    END = "end"


QUANTITIES = ("spine_g_cm2", "hip_g_cm2", "ctx_pg_ml", "balp_iu", "tryptase_ug_l")
"""Measured quantities, bones before markers; the name ends with the unit."""

MOST_PATIENTS = 10**12
"""Patients per arm of the largest study that a scenario may have."""

READINGS = ("linear", "compound", "plateau", "saturating")
"""Interpretations of the published "mean annual increase"."""

REPORTING_FORMS = {
    "stress": "STRESS-DES: checklist for reports of discrete-event simulations",
    "cheers": "CHEERS 2022: items for reports of health economic evaluations",
    "advishe": "AdViSHE: validation status of health-economic decision models",
    "techver": "TECH-VER: verification tests of health-economic decision models",
}
"""The name of each form of `mastosim report`, and its title."""

DRAWN = ("draw", "A", "B")
"""Roles of the points of a sweep at which all parameters were drawn at once."""

SAMPLED = ("probabilistic", "latin_hypercube", "sobol")
"""Designs of a sweep whose points are draws of all parameters at once."""

CANNOT_OCCUR = "cannot occur"
"""Stands for an outcome whose probability is 0, not for one that was possible and not seen."""

EVERYONE = "all"
"""Name of the subgroup of all patients in tables of outcomes."""

ALIVE = "alive in every arm"
"""Name of the subgroup of patients whose bone density was measured at a visit in every arm."""


class Arms(NamedTuple):
    """An arm, or the difference of an arm from another: `against_arm` is empty for one arm alone.

    The two names are columns of every table of outcomes, in memory and in files.

    Parameters
    ----------
    arm : str
        Name of the arm.
    against_arm : str
        Name of the arm that is subtracted, or an empty text.

    Examples
    --------
    >>> Arms("combination", "pamidronate").label()
    'combination - pamidronate'
    """

    arm: str
    against_arm: str = ""

    def label(self, minus: str = "-") -> str:
        """The text for people: `combination`, or `combination - pamidronate`."""
        return f"{self.arm} {minus} {self.against_arm}" if self.against_arm else self.arm


def arms_of(table: pd.DataFrame) -> list[Arms]:
    """List the arms and differences of a table, each once, in the order of the rows.

    Parameters
    ----------
    table : DataFrame
        A table with the columns arm and against_arm, for example the summary of a run.

    Returns
    -------
    list of Arms
        Arms, and differences of two arms.
    """
    return list(dict.fromkeys(map(Arms, table["arm"], table["against_arm"])))


def rows_with(table: pd.DataFrame, arms: Collection[Arms]) -> pd.DataFrame:
    """Select the rows of a table that belong to some arms and differences.

    Parameters
    ----------
    table : DataFrame
        A table with the columns arm and against_arm.
    arms : collection of Arms
        Arms and differences whose rows are wanted.

    Returns
    -------
    DataFrame
        The rows in their order, with all columns and their index.
    """
    return table.loc[[pair in arms for pair in map(Arms, table["arm"], table["against_arm"])]]


# Limits of every scenario: the records of the simulation have room for no more.
MOST_THERAPIES = 4
MOST_REACTIONS = 8
MOST_DOSES = 2048
"""Planned doses of a therapy in the follow-up."""
MOST_VISITS = 1024
"""Visits of bone density, or of markers, entry among them."""
MOST_OWN_ACCRUALS = 8
"""Rows of `effects` with an `accrual` of their own."""
MOST_RUNGS = 16
"""Steps after intolerance."""
MOST_STEPS = 64
"""Steps of a hazard of intolerance."""
MOST_EXPECTED_FRACTURES = 200
"""Fractures that the base rate may expect per patient over the whole follow-up."""

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

ROUNDING = 1e-12
"""Rounding error of floating-point numbers: a sum below this share of its terms is 0, and so is an
estimate below this."""

UNCHANGED = 1e-9
"""Two results that differ by less than this, in their unit or as a share, are the same."""

FORMATS = ("svg", "pdf", "png")
"""File formats of figures."""

TableFormat = Literal["parquet", "csv"]
"""Whether the tables of patients are kept as Parquet alone, or as CSV files too."""

Test = Literal["welch", "fisher", "robust", "log-rank"]
TESTS: dict[Test, str] = {
    "welch": "Welch's t",
    "fisher": "Fisher's exact test",
    "robust": "a score test of rates with a robust variance",
    "log-rank": "the log-rank test of the time to the first event",
}
"""Tests of the difference of two arms in a simulated trial."""

Engine = Literal["simpy", "batch"]
"""The reference engine on SimPy, or the compiled loop. Both give the same log."""

AskedEngine = Literal["auto", "simpy", "batch"]
"""The engine as a user asks for it; `auto` lets `sim.experiments.engine` choose one of the two."""

Interval = Literal["patients only", "patients and parameters"]
"""What the intervals over simulated trials hold: chance between patients, or the uncertainty of the
parameters as well."""

PATIENTS_ONLY: Interval = "patients only"
PATIENTS_AND_PARAMETERS: Interval = "patients and parameters"

Progress = Callable[[int, int], None]
"""Called with two numbers of histories (one patient in one arm): those done, and all."""

# From what the next dose counts after a wait at a clinic; without a clinic there is no wait.
FROM_PLAN, FROM_LAST, OWED = range(3)
NEXT_DOSE = ("from plan", "from last", "owed")

# Who is booked first in a clinic.
EARLIEST_DUE, LONGEST_SINCE_LAST, SHORTEST_INTERVAL, LOWEST_T_SCORE = range(4)
BOOKING_ORDERS = ("earliest due", "longest since last", "shortest interval", "lowest T-score")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Value in the log of a dose that is not given, by its reason. A dose that is given has its mg.
CANCELLED, NOT_COMING, SKIPPED = 0.0, -1.0, -2.0
