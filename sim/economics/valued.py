"""The outcomes of economics as a table: every arm, and every arm against the comparator.

Estimates and intervals come from sums over groups of patients. A group is the unit of independence:
all arms hold the same patients in it, so differences are paired. Where costs and health are
correlated, the net benefit carries it, because it is summed up in each group.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.economics.groups import Quantities
from sim.economics.measures import measures_of, sites_of
from sim.economics.pricing import outcomes_of, priced
from sim.economics.quantities import economics_of
from sim.outcomes.labels import Label, Line, contrasts_of
from sim.outcomes.summary import summarise
from sim.outcomes.sums import SumTable, sum_table
from sim.scenario.form.study import Scenario
from sim.vocabulary import EVERYONE

if TYPE_CHECKING:
    import pandas as pd

CARRIERS, SUBGROUP = "carriers", "subgroup"
"""Columns of a summary that say nothing here: everyone has a cost; without subgroups everyone is
meant."""


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
        against_arm (the arm that is subtracted, empty for one arm alone); subgroup, where the
        scenario has any (`all` first, then the members of each); outcome; unit; time (months);
        estimate (per patient); mc_error (standard error); low and high (95 % Monte Carlo
        interval).
    """
    table = table_of(quantities, scenario)
    left_out = [CARRIERS] if quantities.subgroups else [CARRIERS, SUBGROUP]
    return summarise(scenario.name, table).drop(columns=left_out)


def of_everyone(worth: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `valued` that are about all patients, without the column of subgroups."""
    if SUBGROUP not in worth:
        return worth
    return worth[worth[SUBGROUP] == EVERYONE].drop(columns=SUBGROUP)


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
    parts = {EVERYONE: quantities, **quantities.subgroups}
    lines = [line for name, part in parts.items() for line in lines_of_worth(part, scenario, name)]
    arms, against = [*scenario.arms], scenario.compared_with
    pairs = [{(0, arm): 1.0, (0, against): -1.0} for arm in arms if arm != against]
    labels = [line.label for line in lines]
    return sum_table(lines, contrasts_of(labels, pairs), part=max(1, len(quantities.patients)))


def lines_of_worth(quantities: Quantities, scenario: Scenario, subgroup: str) -> Iterator[Line]:
    """Each outcome of economics in each arm; a group without a member is no unit."""
    economics, patients = economics_of(scenario), quantities.patients
    values = priced(quantities.sums, quantities.keys, outcomes_of(economics))
    measures = measures_of(economics, round(scenario.horizon), sites_of(scenario))
    inside = (patients > 0).astype(float)
    for at, arm in enumerate(scenario.arms):
        for column, measure in enumerate(measures):
            label = Label((0, arm), subgroup, *measure)
            yield Line(label, inside, values[:, at, column], patients)
