"""What a kept run is worth: its quantities times prices, in force or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.display import html
from sim.display.tables import Printout
from sim.display.tables import budget as spending
from sim.display.tables import two_way as two_way_table
from sim.display.tables import worth as printed
from sim.display.workbook import tables
from sim.display.workbook import worth as of_worth
from sim.economics.budget import Budget
from sim.economics.compared import BreakEven, Compared, break_evens, compared
from sim.economics.groups import Quantities
from sim.economics.incremental import Standing, standings
from sim.economics.pricing import COST, QALYS
from sim.economics.same_quantities import quantities_change
from sim.economics.valued import of_everyone, valued
from sim.errors import RequestError
from sim.experiments import budget as of_calendar
from sim.experiments import workbooks
from sim.experiments.budget import Asked
from sim.experiments.two_way import Range, TwoWay, two_way
from sim.experiments.worth_by_reading import averaged, checked, in_words, simulated
from sim.results import Kept, quantities
from sim.results.tables import as_filed
from sim.scenario import Study, load
from sim.vocabulary import Progress

if TYPE_CHECKING:
    import pandas as pd

SIMULATED_AGAIN = (
    "Simulated again: another discount rate, baseline utility, duration or value of the model "
    "changes the quantities themselves."
)
BY_YEAR = (
    "For the budget alone the patients were simulated: the kept quantities are totals of the whole "
    "follow-up, and a budget needs the cost of each year."
)
BY_READING = "Under each of these readings but the scenario's own the patients were simulated."
BUDGET_OF_ONE = "a budget is that of the scenario's own reading: leave out the weights of readings"
REPRICED = "No patient was simulated: prices and utilities were laid on the kept quantities."


@dataclass(frozen=True, repr=False)
class Worth:
    """Costs, QALYs and net benefit of a run.

    Attributes
    ----------
    study : Study
        The study, with the prices in force.
    table : pandas.DataFrame
        Costs, QALYs, life-years and net benefit by arm and difference (`sim.economics.valued`).
    compared : list of Compared
        Each arm beside the comparator in words.
    prices : list of BreakEven
        The price of each therapy at which the net benefit is 0.
    standings : list of Standing
        All arms by cost: on the frontier, dominated, extendedly dominated.
    simulated : bool
        Whether patients were simulated again.
    budget : Budget or None
        Spending by calendar year, where it was asked for.
    two_way : TwoWay or None
        Where the verdict changes in the plane of two prices, where it was asked for.
    readings : mapping
        Weight of each reading of the annual increase in percent, where they were averaged.
    """

    study: Study
    table: pd.DataFrame
    compared: list[Compared]
    prices: list[BreakEven]
    standings: list[Standing]
    simulated: bool
    budget: Budget | None = None
    two_way: TwoWay | None = None
    readings: Mapping[str, float] = field(default_factory=dict)

    @property
    def printout(self) -> Printout:
        """The tables that the command prints."""
        shown = printed.printout(
            self.study.scenario, self.table, self.compared, self.prices, self.standings,
            in_words(self.readings),
        )  # fmt: skip
        how = SIMULATED_AGAIN if self.simulated else BY_READING if self.readings else REPRICED
        notes = (*shown.notes, how)
        if self.two_way is not None:
            own = self.two_way
            more = two_way_table.sheets(own.first, own.second, own.lines, self._money)
            shown = shown._replace(sheets=(*shown.sheets, *more))
        if self.budget is None:
            return shown._replace(notes=notes)
        of_budget = spending.sheet(self.study.scenario, self.budget)
        return Printout((*shown.sheets, of_budget), (*notes, BY_YEAR), shown.above)

    def to_excel(self, path: str | Path) -> Path:
        """Write the tables as a workbook for spreadsheets.

        Parameters
        ----------
        path : path
            The file, which ends with `.xlsx`; one that stands there is replaced.

        Returns
        -------
        Path
            The file, with sheets for costs and health, break-even prices, arms and the budget.

        Raises
        ------
        RequestError
            For a file that does not end with `.xlsx`.
        OSError
            If the file cannot be written.
        """
        money, said = self._money, (*self.printout.above, *self.printout.notes)
        sheets = [
            of_worth.said(said, "About"),
            tables.of_differences(self.table, "run", "worth", "Worth"),
            of_worth.prices(self.prices, money, "Prices"),
            of_worth.arms(self.standings, money, "Arms"),
        ]  # fmt: skip
        if self.budget is not None:
            sheets.append(of_worth.budget(self.budget, money, "Budget"))
        return workbooks.of_sheets(sheets, path)

    @property
    def _money(self) -> str:
        own = self.study.scenario.economics
        assert own is not None
        return str(own.currency)

    def __repr__(self) -> str:
        """Two lines: what was valued, and the verdict on each arm."""
        verdicts = "; ".join(f"{one.arms.arm} {one.verdict}" for one in self.compared)
        return f"Worth, {self.study.scenario.name}: {len(self.table)} outcomes\n{verdicts}"

    def _repr_html_(self) -> str:
        """The tables, for a notebook."""
        return html.printout(self.printout)


def worth(
    kept: Kept, settings: Iterable[str] = (), progress: Progress | None = None,
    asked: Asked | None = None, weights: Mapping[str, float] | None = None,
    ranges: Sequence[Range] = (),
) -> Worth:  # fmt: skip
    """Value a kept run.

    Parameters
    ----------
    kept : Kept
        A run of a scenario with `economics`.
    settings : iterable of str
        Changes as `path=value`, such as `economics.costs.therapies.interferon.per_dose=10 EUR`.
    progress : callable, optional
        Called with the number of patient courses done and to do, where patients are simulated.
    asked : Asked, optional
        The budget impact that is wanted: the patients are simulated for it.
    weights : mapping, optional
        Weights in percent of the readings of the annual increase that are averaged.
    ranges : sequence of Range, optional
        Two prices, to find where the verdict changes in their plane.

    Returns
    -------
    Worth
        Costs, QALYs, net benefit, verdicts and break-even prices. A change of prices or of
        multipliers takes the kept quantities; another change simulates the patients again.

    Raises
    ------
    RequestError
        For a result without economics, shares or weights that do not add up, a budget over
        several readings, or ranges of what is no price.
    ScenarioError
        For a change that is not valid.
    """
    if kept.manifest.kind != "run":
        raise RequestError(f"'{kept.folder}' is not a run; only a run has a worth")
    own, changes = kept.study, [*settings]
    study = load(own, changes) if changes else own
    if own.scenario.economics is None:
        raise RequestError(
            f"'{kept.folder}' has no worth: its scenario has no `economics` (docs/economics.md)"
        )
    of_readings = checked(weights) if weights else {}
    if of_readings and asked is not None:
        raise RequestError(BUDGET_OF_ONE)
    again = quantities_change(own, study)
    of_patients = simulated(study, progress) if again else quantities.load(kept.folder)
    if of_readings:
        of_patients = averaged(study, of_patients, of_readings, progress)
    valued_run = replace(valued_study(study, of_patients, again), readings=of_readings)
    if ranges:
        valued_run = replace(valued_run, two_way=two_way(study, of_patients, ranges))
    if asked is None:
        return valued_run
    return replace(valued_run, budget=of_calendar.budget(study, asked, progress))


def valued_study(study: Study, of_patients: Quantities, simulated: bool = False) -> Worth:
    """Value the quantities of a study with economics."""
    scenario = study.scenario
    table = as_filed(valued(of_patients, scenario))
    alone = of_everyone(table)[lambda rows: rows["against_arm"] == ""]
    means = [
        [float(rows.loc[rows["outcome"] == name, "estimate"].iloc[0]) for name in (COST, QALYS)]
        for _, rows in alone.groupby("arm", sort=False)
    ]
    costs, effects = zip(*means, strict=True)
    return Worth(
        study, table, compared(of_patients, scenario), break_evens(of_patients, scenario),
        standings(costs, effects, [*scenario.arms]), simulated,
    )  # fmt: skip
