"""What a kept run is worth: its quantities times prices, in force or changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.display import html
from sim.display.tables import Printout
from sim.display.tables import worth as printed
from sim.economics.compared import BreakEven, Compared, break_evens, compared
from sim.economics.groups import Quantities
from sim.economics.incremental import Standing, standings
from sim.economics.pricing import COST, QALYS
from sim.economics.quantities import decided_by
from sim.economics.valued import of_everyone, valued
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.engine import chosen
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
    """

    study: Study
    table: pd.DataFrame
    compared: list[Compared]
    prices: list[BreakEven]
    standings: list[Standing]
    simulated: bool

    @property
    def printout(self) -> Printout:
        """The tables that the command prints."""
        shown = printed.printout(
            self.study.scenario, self.table, self.compared, self.prices, self.standings
        )
        how = SIMULATED_AGAIN if self.simulated else REPRICED
        return shown._replace(notes=(*shown.notes, how))

    def __repr__(self) -> str:
        """Two lines: what was valued, and the verdict on each arm."""
        verdicts = "; ".join(f"{one.arms.arm} {one.verdict}" for one in self.compared)
        return f"Worth, {self.study.scenario.name}: {len(self.table)} outcomes\n{verdicts}"

    def _repr_html_(self) -> str:
        """The tables, for a notebook."""
        return html.printout(self.printout)


def worth(kept: Kept, settings: Iterable[str] = (), progress: Progress | None = None) -> Worth:
    """Value a kept run.

    Parameters
    ----------
    kept : Kept
        A run of a scenario with `economics`.
    settings : iterable of str
        Changes as `path=value`, such as `economics.costs.therapies.interferon.per_dose=10 EUR`.
    progress : callable, optional
        Called with the number of patient courses done and to do, where patients are simulated.

    Returns
    -------
    Worth
        Costs, QALYs, net benefit, verdicts and break-even prices. A change of prices or of
        multipliers takes the kept quantities; another change simulates the patients again.

    Raises
    ------
    RequestError
        For a result without economics.
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
    simulated = _quantities_change(own, study)
    of_patients = _again(study, progress) if simulated else quantities.load(kept.folder)
    return valued_study(study, of_patients, simulated)


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


def _quantities_change(own: Study, changed: Study) -> bool:
    """Whether a changed study has other quantities: by its economics, or by anything else."""
    one, other = (dict(study.document) for study in (own, changed))
    of_one, of_other = (decided_by(document.pop("economics")) for document in (one, other))
    return of_one != of_other or one != other


def _again(study: Study, progress: Progress | None) -> Quantities:
    engine = chosen("auto", [study], None)
    result = runs.reduce(study, None, progress, engine, None)
    assert result.quantities is not None
    return result.quantities
