"""The value of knowing more, from the draws of a kept sweep: acceptability, EVPI, EVPPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sim.display import html
from sim.display.tables import Printout, trials
from sim.display.tables import information as printed
from sim.display.workbook import worth as of_worth
from sim.economics.information.acceptability import Curves, curves
from sim.economics.information.draws import HALVES, usual_threshold
from sim.economics.information.noise import Bracket, bracket
from sim.economics.information.partial import Value, evppi
from sim.economics.information.perfect import Perfect
from sim.economics.information.population import Decision
from sim.economics.information.trials import Trials
from sim.errors import RequestError
from sim.experiments import workbooks
from sim.experiments.worth_of_trials import Asked, valued
from sim.results import Kept, seals
from sim.results import draws as draws_of
from sim.scenario import Study
from sim.scenario.mistakes import nearest
from sim.scenario.protocol import past_evidence
from sim.vocabulary import Progress


@dataclass(frozen=True, repr=False)
class Information:
    """What it would be worth to know more, at one worth of a QALY.

    Attributes
    ----------
    study : Study
        The study that was swept.
    threshold : float
        Worth of a QALY, in money.
    curves : Curves
        Probability of each arm to be the best buy, and expected loss, at the thresholds of the
        scenario.
    perfect : Perfect
        The EVPI, with what the noise of patients does to it.
    bracket : Bracket
        Values that enclose the EVPI in expectation.
    parameters : list of Value
        The EVPPI of each parameter and group, the most valuable first; none where noise dominates.
    draws : int
        Number of draws.
    trials : Trials or None
        What trials would be worth, where it was asked for; None where noise dominates.
    evpi : list of float or None
        The EVPI at each threshold of the scenario; None where noise dominates there.
    decision : Decision or None
        Whom the decision concerns, where it was said.
    names : mapping
        The name of each parameter by its path, as the sweep has it.
    """

    study: Study
    threshold: float
    curves: Curves
    perfect: Perfect
    bracket: Bracket
    parameters: list[Value]
    draws: int
    trials: Trials | None = None
    evpi: Sequence[float | None] = ()
    decision: Decision | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def people(self) -> float | None:
        """Patients whom the decision concerns, discounted as costs; None where it was not said."""
        economics = self.study.scenario.economics
        assert economics is not None
        return self.decision and self.decision.people(economics.discount.costs / 100)

    @property
    def printout(self) -> Printout:
        """The tables that the command prints."""
        economics = self.study.scenario.economics
        assert economics is not None
        named = [one._replace(name=self.names.get(one.name, one.name)) for one in self.parameters]
        shown = printed.printout(
            economics.currency, [*self.study.scenario.arms], self.threshold, self.curves,
            self.perfect, self.bracket, named, self.draws, self.evpi, self.people,
        )  # fmt: skip
        if beyond := past_evidence(self.study.scenario):
            shown = shown._replace(above=(beyond, *shown.above))
        if self.trials is None:
            return shown
        of_trials = trials.sheet(self.trials, economics.currency)
        return shown._replace(sheets=(*shown.sheets, of_trials))

    def to_excel(self, path: str | Path) -> Path:
        """Write the tables as a workbook for spreadsheets.

        Parameters
        ----------
        path : path
            The file, which ends with `.xlsx`; one that stands there is replaced.

        Returns
        -------
        Path
            The file, with sheets for EVPI and EVPPI, for the best buy, and for trials.

        Raises
        ------
        RequestError
            For a file that does not end with `.xlsx`.
        OSError
            If the file cannot be written.
        """
        own, arms = self.study.scenario.economics, [*self.study.scenario.arms]
        assert own is not None
        money, said = own.currency, (*self.printout.above, *self.printout.notes)
        sheets = [
            of_worth.said(said, "About"),
            of_worth.information(self.threshold, self.perfect, self.parameters, self.draws, money,
                                 "Information", self.bracket, self.people),
            of_worth.best_buy(self.curves, arms, money, "Best buy", self.evpi),
        ]  # fmt: skip
        if self.trials is not None:
            sheets.append(of_worth.trials(self.trials, money, "Trials"))
        return workbooks.of_sheets(sheets, path)

    def save(self, into: str | Path) -> list[Path]:
        """Write the figure of trials as SVG, PDF and PNG, and its numbers as CSV, into a folder.

        Parameters
        ----------
        into : path
            The folder, which is made where there is none. It receives all files or none.

        Returns
        -------
        list of Path
            The files, named `trials`; none where no trial was asked for, or noise dominates.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        if self.trials is None or self.perfect.value is None:
            return []
        from sim.experiments import figure_of_trials

        own = self.study.scenario
        assert own.economics is not None
        return figure_of_trials.save(
            self.trials, self.perfect.value, self.draws, own.title, [*own.arms],
            own.economics.currency, Path(into),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Two lines: what was valued, and the EVPI."""
        value = self.perfect.value
        said = self.perfect.refusal if value is None else f"EVPI {value:.4g} per patient"
        name = self.study.scenario.name
        return f"Information, {name}: {self.draws} draws, a QALY worth {self.threshold:g}\n{said}"

    def _repr_html_(self) -> str:
        """The tables, for a notebook."""
        return html.printout(self.printout)


def information(
    kept: Kept, threshold: float | None = None, groups: Mapping[str, Sequence[str]] | None = None,
    trial: Asked | None = None, progress: Progress | None = None, workers: int | None = None,
    yes: bool = False, decision: Decision | None = None,
) -> Information:  # fmt: skip
    """Compute what it would be worth to know the parameters of a sweep.

    Parameters
    ----------
    kept : Kept
        A probabilistic sweep of one scenario with `economics`, whose draws have `fresh` patients.
    threshold : float, optional
        Worth of a QALY in the currency of the scenario; its middle threshold by default.
    groups : mapping, optional
        Paths of parameters that are learnt together, by the name of the group.
    trial, progress, workers, yes
        As of `worth_of_trials.valued`; no trial is simulated where `trial` is None.
    decision : Decision, optional
        Whom the decision concerns, for the value to all these patients.

    Returns
    -------
    Information
        Acceptability, EVPI and EVPPI, and EVSI where it was asked for.

    Raises
    ------
    RequestError
        For a result of another kind, without economics, with the same patients at each draw, or
        with too few draws or patients; for trials as of `worth_of_trials.valued`, and for a sweep
        that another model made or that is damaged.
    """
    if why := draws_of.why_not(kept):
        raise RequestError(f"'{kept.folder}' {why}")
    if trial is not None:
        seals.refuse_damaged(kept)
        kept.refuse_another_model()
    study = kept.study
    economics = study.scenario.economics
    assert economics is not None
    shown = [one.amount for one in economics.thresholds]
    at = usual_threshold(economics) if threshold is None else threshold
    draws = draws_of.read(kept)
    benefit, perfect = draws.benefit(at), draws.known(at, economics.currency)
    halves = [draws.half(number, at) for number in range(HALVES)]
    _refuse_unknown(groups or {}, draws.names)
    of_parameters = [] if perfect.value is None else evppi(
        benefit, draws.parameters, draws.names, groups, perfect.value
    )  # fmt: skip
    of_trials = None if trial is None or perfect.value is None else valued(
        kept, trial, benefit, draws.numbers, perfect.value, progress, workers, yes
    )  # fmt: skip
    return Information(
        study, at, curves(*draws.smooth(perfect.noise), shown), perfect,
        bracket(halves[0], halves[1], draws.parameters, benefit),
        sorted(of_parameters, key=lambda value: -value.value), len(benefit), of_trials,
        [perfect.value if each == at else draws.known(each, economics.currency).value
         for each in shown], decision, _names(kept),
    )  # fmt: skip


def _names(kept: Kept) -> dict[str, str]:
    table = kept.table("parameters")
    return dict(zip(table["parameter"].astype(str), table["name"].astype(str), strict=True))


def _refuse_unknown(groups: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    for member in chain.from_iterable(groups.values()):
        if member not in names:
            raise RequestError(f"the sweep varies no '{member}'; {nearest(member, names)}")
