"""A run that was valued: its tables, their printout, and the workbook of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from sim.economics.compared import BreakEven, Compared
from sim.economics.incremental import Standing
from sim.experiments import costs_over_time, workbooks
from sim.experiments.two_way import TwoWay
from sim.experiments.worth_by_reading import in_words
from sim.experiments.worth_of_patients import FILE
from sim.results.atomic_file import files_aside, placed
from sim.results.tables import write_csv
from sim.scenario import Study

if TYPE_CHECKING:
    import pandas as pd

SIMULATED_AGAIN = (
    "Simulated again: another discount rate, baseline utility, duration, day of a price or value "
    "of the model changes the quantities themselves."
)
BY_YEAR = (
    "For the budget alone the patients were simulated: the kept quantities are totals of the whole "
    "follow-up, and a budget needs the cost of each year."
)
BY_READING = "Under each of these readings but the scenario's own the patients were simulated."
ONE_BY_ONE = "For the table of single patients the patients were simulated."
BY_TIME = "For the costs over time the patients were simulated."
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
    patients : pandas.DataFrame or None
        Each patient's outcomes in each arm, where they were asked for.
    over_time : pandas.DataFrame or None
        Costs so far at the end of each year since entry, where they were asked for.
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
    patients: pd.DataFrame | None = None
    over_time: pd.DataFrame | None = None
    readings: Mapping[str, float] = field(default_factory=dict)

    @property
    def printout(self) -> Printout:
        """The tables that the command prints."""
        shown = printed.printout(
            self.study.scenario, self.table, self.compared, self.prices, self.standings,
            in_words(self.readings),
        )  # fmt: skip
        how = SIMULATED_AGAIN if self.simulated else BY_READING if self.readings else REPRICED
        anew = {ONE_BY_ONE: self.patients, BY_TIME: self.over_time}
        notes = (*shown.notes, how, *(said for said, own in anew.items() if own is not None))
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

    def save(self, into: str | Path) -> list[Path]:
        """Write figures of two prices and of costs over time, and the table of single patients.

        Parameters
        ----------
        into : path
            The folder, which is made where there is none. It receives all files or none.

        Returns
        -------
        list of Path
            The files; none where none was asked for.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        if self.two_way is None and self.patients is None and self.over_time is None:
            return []
        with files_aside(Path(into), "worth") as made:
            files = [] if self.two_way is None else self.two_way.drawn_into(made)
            if self.patients is not None:
                files.append(made / FILE)
                write_csv(self.patients, files[-1])
            if self.over_time is not None:
                files += costs_over_time.drawn_into(made, self.over_time, self.study)
            return placed(files, Path(into))

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
