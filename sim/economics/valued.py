"""The outcomes of economics as a table: every arm, and every arm against the comparator.

Estimates and intervals come from sums over groups of patients. A group is the unit of independence:
all arms hold the same patients in it, so differences are paired. Where costs and health are
correlated, the net benefit carries it, because it is summed up in each group.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.economics.groups import Quantities
from sim.economics.pricing import Worth, outcomes_of, priced
from sim.economics.quantities import economics_of
from sim.outcomes.labels import Label, Line, contrasts_of
from sim.outcomes.summary import summarise
from sim.outcomes.sums import SumTable, sum_table
from sim.scenario.form.study import Scenario
from sim.vocabulary import EVERYONE

if TYPE_CHECKING:
    import pandas as pd

LEFT_OUT = ["subgroup", "carriers"]
"""Columns of a summary that say nothing here: everyone is meant, and everyone has a cost."""


def valued(quantities: Quantities, scenario: Scenario) -> pd.DataFrame:
    """Value the quantities of a study.

    Parameters
    ----------
    quantities
        Quantities in the arms of the scenario.
    scenario
        The scenario, whose prices and utilities are taken.

    Returns
    -------
    pandas.DataFrame
        One row for each arm and outcome, then one for each difference. Columns: scenario; arm;
        against_arm (the arm that is subtracted, empty for one arm alone); outcome; unit; time
        (months); estimate (per patient); mc_error (standard error); low and high (95 % Monte Carlo
        interval).
    """
    table = table_of(quantities, scenario)
    return summarise(scenario.name, table).drop(columns=LEFT_OUT)


def table_of(quantities: Quantities, scenario: Scenario) -> SumTable:
    """Sum the outcomes of economics, with the differences from the comparator.

    Parameters
    ----------
    quantities, scenario
        As of `valued`.

    Returns
    -------
    SumTable
        One part, in which a group is a unit.
    """
    outcomes = outcomes_of(economics_of(scenario))
    arms, patients = [*scenario.arms], quantities.patients
    values = priced(quantities.sums, quantities.keys, outcomes)
    inside = np.ones(len(patients))
    lines = [
        Line(_label(arm, one, round(scenario.horizon)), inside, values[:, at, column], patients)
        for at, arm in enumerate(arms)
        for column, one in enumerate(outcomes)
    ]
    against = scenario.compared_with
    pairs = [{(0, arm): 1.0, (0, against): -1.0} for arm in arms if arm != against]
    labels = [line.label for line in lines]
    return sum_table(lines, contrasts_of(labels, pairs), part=max(1, len(patients)))


def _label(arm: str, one: Worth, day: int) -> Label:
    return Label((0, arm), EVERYONE, one.name, one.unit, day, "mean", 1.0, one.least, math.inf)
