"""The outcomes of a run as a tidy table: every arm, and every arm against the comparator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.outcomes.contrasts import of_curves, of_sums
from sim.outcomes.definitions.published import COLUMNS as REPORTED
from sim.outcomes.definitions.published import (
    INTERVAL,
    against_reported,
    beside_printed,
    is_contrast,
    is_curve,
    printed_interval,
)
from sim.outcomes.estimates import Estimate
from sim.outcomes.labels import Label
from sim.outcomes.plan import facts_of, groups_of_facts
from sim.outcomes.sums import SumTable
from sim.outcomes.survival import Curves
from sim.scenario import Study
from sim.vocabulary import DAYS_PER_MONTH, ROUNDING, Arms

if TYPE_CHECKING:
    import pandas as pd

ESTIMATE = ("estimate", "mc_error", "low", "high", "carriers")
"""Columns of an estimate: value, Monte Carlo standard error, 95 % interval, and the number of
patients on whom it rests (`sim.outcomes.estimates.Estimate`)."""

COLUMNS = ("scenario", *Arms._fields, "subgroup", "outcome", "unit", "time", *ESTIMATE)


def summarise(scenario: str, table: SumTable) -> pd.DataFrame:
    """Make the summary of a run.

    Parameters
    ----------
    scenario
        Name of the scenario.
    table
        Sums over all patients, with the differences of two arms among its contrasts.

    Returns
    -------
    pandas.DataFrame
        One row for each subgroup, arm, outcome and time, then one for each difference. Columns:
        scenario; arm; against_arm (the arm that is subtracted, empty for one arm alone); subgroup
        (`all` for everyone); outcome; unit; time (months); estimate; mc_error (standard error);
        low and high (95 % interval); carriers (patients on whom the estimate rests).
    """
    import pandas as pd

    subgroups = dict.fromkeys(label.subgroup for label in table.labels)
    rows = [
        (scenario, *row)
        for subgroup in subgroups
        if subgroup is not None
        for row in _rows(table, subgroup)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(table: SumTable, subgroup: str) -> Iterator[tuple[object, ...]]:
    """The rows of one subgroup: every arm, then every arm against the comparator."""
    for at, label in enumerate(table.labels):
        if label.subgroup == subgroup:
            yield _row(Arms(label.arm[1]), label, label.unit, table.estimate(at))
    for weights in table.contrasts:
        label, other = (table.labels[at] for at in weights)
        if label.subgroup == subgroup:
            arms, unit = Arms(label.arm[1], other.arm[1]), unit_of_difference(label.unit)
            yield _row(arms, label, unit, table.contrast(weights))


def _row(arms: Arms, label: Label, unit: str, estimate: Estimate) -> tuple[object, ...]:
    time = in_months(label.day)
    return (*arms, label.subgroup, label.name, unit, time, *without_rounding(estimate))


def against_paper(study: Study, table: SumTable, curves: Curves) -> pd.DataFrame | None:
    """Compare the published facts of the publication of a study with the simulated ones.

    Parameters
    ----------
    study
        A study.
    table
        Sums over all patients, with the contrasts of its facts.
    curves
        Times of first fractures, with the pairs of arms of its facts.

    Returns
    -------
    DataFrame or None
        Columns `sim.outcomes.definitions.published.COLUMNS`; None for a study without a
        publication. Where a fact is a contrast, or an interval or a standard error is
        printed, `INTERVAL` too, the ends of the printed 95 % intervals.
    """
    answers = study.scenario.answers
    if answers is None:
        return None
    import pandas as pd

    estimated = {
        label.name: (label.measure, table.sums(at))
        for at, label in enumerate(table.labels)
        if label.subgroup is None
    }
    facts, groups = facts_of(study), groups_of_facts(study)
    rows: list[tuple[object, ...]] = []
    for fact in facts:
        if is_curve(fact):
            contrasted = of_curves(curves, [*study.scenario.arms], fact, groups)
        elif is_contrast(fact):
            contrasted = of_sums(table, fact, groups)
        else:
            rows += against_reported(estimated, answers, [fact], table.unit)
            continue
        limits = contrasted[1:] if table.unit == 1 else (math.nan,) * len(contrasted[1:])
        rows.append(beside_printed(fact, (contrasted.value, math.nan, *limits), answers))
    reported = pd.DataFrame(rows, columns=list(REPORTED))
    ends = pd.DataFrame(map(printed_interval, facts), columns=list(INTERVAL), dtype=float)
    if any(map(is_contrast, facts)) or ends.notna().any(axis=None):
        return reported.join(ends)
    return reported


def unit_of_difference(unit: str) -> str:
    """Return the unit of a difference in an outcome: percentage points for percentages."""
    return "percentage points" if unit == "%" else unit


def without_rounding(estimate: Estimate) -> tuple[float, ...]:
    """Return value, Monte Carlo error and interval, with 0 for rounding errors."""
    return tuple(0.0 if abs(number) < ROUNDING else number for number in estimate)


def in_months(day: int) -> float:
    """Convert a day to months; a whole number where the day is that of a whole month."""
    months = day / DAYS_PER_MONTH
    is_whole = abs(day - round(months) * DAYS_PER_MONTH) <= 0.5
    return float(round(months)) if is_whole else round(months, 2)
