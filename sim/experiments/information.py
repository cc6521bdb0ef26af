"""The value of knowing more, from the draws of a kept sweep: acceptability, EVPI, EVPPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.display import html
from sim.display.tables import Printout, trials
from sim.display.tables import information as printed
from sim.economics.information.acceptability import Curves, curves, net_benefit
from sim.economics.information.noise import SMALL, Bracket, bracket, without_noise
from sim.economics.information.partial import Value, evppi
from sim.economics.information.perfect import Perfect, evpi
from sim.economics.information.trials import Trials
from sim.errors import RequestError
from sim.experiments.sweeps.swept import WORTH
from sim.experiments.sweeps.worth_of_draws import HALVES, NAMES, covariances
from sim.experiments.worth_of_trials import Asked, valued
from sim.outcomes.units import GROUP
from sim.results import Kept
from sim.results.tables import Damaged
from sim.scenario import Study
from sim.scenario.mistakes import nearest
from sim.simulation.records import Floats
from sim.vocabulary import SAMPLED, Progress

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DRAWS = 100
"""Draws below which a regression on the parameters says nothing."""


class Draws(NamedTuple):
    """The draws of one scenario of a sweep.

    Attributes
    ----------
    arms, names : list of str
        Arms, and parameters.
    costs, effects : numpy.ndarray of float, shape (draws, arms)
        Mean cost and mean QALYs per patient.
    halves : numpy.ndarray of float, shape (2, 2, draws, arms)
        Costs and QALYs of each half of the patients.
    covariance : numpy.ndarray of float, shape (draws, 2 x arms, 2 x arms)
        Monte Carlo covariance of the means: all costs, then all QALYs.
    parameters : numpy.ndarray of float, shape (draws, parameters)
        Values of the parameters.
    numbers : list of int
        Number of the point of each draw.
    """

    arms: list[str]
    names: list[str]
    costs: Floats
    effects: Floats
    halves: Floats
    covariance: Floats
    parameters: Floats
    numbers: list[int]

    def benefit(self, threshold: float) -> Floats:
        """Net benefit at a threshold: draws x arms."""
        return net_benefit(self.costs, self.effects, threshold)

    def noise(self, threshold: float) -> Floats:
        """Monte Carlo covariance of the net benefit: draws x arms x arms."""
        ones = np.eye(len(self.arms))
        weights = np.concatenate([-ones, threshold * ones])  # of costs, then of QALYs
        return np.asarray(weights.T @ self.covariance @ weights, float)

    def half(self, number: int, threshold: float) -> Floats:
        """Net benefit of one half of the patients: draws x arms."""
        costs, effects = self.halves[number]
        return net_benefit(costs, effects, threshold)


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
    """

    study: Study
    threshold: float
    curves: Curves
    perfect: Perfect
    bracket: Bracket
    parameters: list[Value]
    draws: int
    trials: Trials | None = None

    @property
    def printout(self) -> Printout:
        """The tables that the command prints."""
        economics = self.study.scenario.economics
        assert economics is not None
        shown = printed.printout(
            economics.currency, [*self.study.scenario.arms], self.threshold, self.curves,
            self.perfect, self.bracket, self.parameters, self.draws,
        )  # fmt: skip
        if self.trials is None:
            return shown
        of_trials = trials.sheet(self.trials, economics.currency)
        return shown._replace(sheets=(*shown.sheets, of_trials))

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
    yes: bool = False,
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

    Returns
    -------
    Information
        Acceptability, EVPI and EVPPI, and EVSI where it was asked for.

    Raises
    ------
    RequestError
        For a result of another kind, without economics, with the same patients at each draw, or
        with too few draws or patients; for trials as of `worth_of_trials.valued`.
    """
    _refuse_others(kept)
    study = kept.study
    economics = study.scenario.economics
    assert economics is not None
    shown = [one.amount for one in economics.thresholds]
    at = shown[len(shown) // 2] if threshold is None else threshold
    draws = draws_of(kept, [*study.scenario.arms])
    benefit = draws.benefit(at)
    perfect = evpi(benefit, draws.noise(at), draws.parameters, economics.currency)
    halves = [draws.half(number, at) for number in range(HALVES)]
    _refuse_unknown(groups or {}, draws.names)
    costs, effects = draws.costs, draws.effects
    if perfect.noise > SMALL:
        costs, effects = (without_noise(one, draws.parameters) for one in (costs, effects))
    of_parameters = [] if perfect.value is None else evppi(
        benefit, draws.parameters, draws.names, groups, perfect.value
    )  # fmt: skip
    of_trials = None if trial is None or perfect.value is None else valued(
        kept, trial, benefit, draws.numbers, perfect.value, progress, workers, yes
    )  # fmt: skip
    return Information(
        study, at, curves(costs, effects, shown), perfect,
        bracket(halves[0], halves[1], draws.parameters),
        sorted(of_parameters, key=lambda value: -value.value), len(benefit), of_trials,
    )  # fmt: skip


def draws_of(kept: Kept, arms: list[str]) -> Draws:
    """Read cost, QALYs and parameters of the draws of a sweep."""
    worth = kept.parquet(WORTH)
    numbers = worth["draw"].unique()
    columns = {name: _wide(worth, name, arms) for name in _columns(arms)}
    names = [str(name) for name in kept.table("parameters")["parameter"]]
    values = _values(kept.parquet("outcomes", columns=["point", *names]), names, numbers)
    covariance = np.stack(
        [
            np.stack([columns[name][:, at] for name in covariances(arms)], axis=1)
            for at in range(len(arms))
        ],
        axis=1,
    )  # draws x arms x (2 x 2 x arms)
    by = covariance.reshape(len(numbers), len(arms), 2, 2 * len(arms)).transpose(0, 2, 1, 3)
    halves = [[columns[f"{name}_{half + 1}"] for name in NAMES] for half in range(HALVES)]
    return Draws(
        arms, names, columns["cost"], columns["qalys"], np.array(halves),
        by.reshape(len(numbers), 2 * len(arms), 2 * len(arms)), values,
        [int(number) for number in numbers],
    )  # fmt: skip


def _columns(arms: Sequence[str]) -> list[str]:
    parts = [f"{name}_{half + 1}" for half in range(HALVES) for name in NAMES]
    return [*NAMES, *parts, *covariances(arms)]


def _wide(worth: pd.DataFrame, name: str, arms: Sequence[str]) -> Floats:
    """One column of the table with the arms side by side: draws x arms."""
    if name not in worth:
        raise Damaged(f"the table of draws has no column '{name}'; run again")
    return worth[name].to_numpy(float).reshape(-1, len(arms))


def _values(outcomes: pd.DataFrame, names: Sequence[str], numbers: Floats) -> Floats:
    """The values of the parameters at each draw: draws x parameters."""
    by_point = outcomes.drop_duplicates("point").set_index("point").loc[[*numbers]]
    return by_point[[*names]].to_numpy(float)


def _refuse_unknown(groups: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    for member in chain.from_iterable(groups.values()):
        if member not in names:
            raise RequestError(f"the sweep varies no '{member}'; {nearest(member, names)}")


def _refuse_others(kept: Kept) -> None:
    """Raise RequestError for a result whose draws do not tell the value of information."""
    where = f"'{kept.folder}'"
    if kept.manifest.kind != "sweep":
        raise RequestError(f"{where} is not a sweep; the value of information needs one")
    about = kept.detail("sweep")
    if about["design"] not in SAMPLED:
        designs = ", ".join(SAMPLED)
        raise RequestError(f"{where} is a design of {about['design']}; allowed: {designs}")
    if len(kept.studies) > 1:
        raise RequestError(f"{where} holds several scenarios; the value of information needs one")
    if not (kept.folder / f"{WORTH}.parquet").exists():
        raise RequestError(f"{where} has no costs: its scenario has no `economics`")
    if about.get("patients_by_draw", "same") != "fresh":
        raise RequestError(
            f"{where} has the same patients at each draw, whose chance no regression can tell from "
            "the parameters; write `patients_by_draw: fresh` in the sweep and run it again"
        )
    if about["patients"] < HALVES * GROUP:
        raise RequestError(
            f"{where} has {about['patients']} patients per draw; allowed: {HALVES * GROUP} or more"
        )
    if about["draws"] < FEWEST_DRAWS:
        raise RequestError(
            f"{where} has {about['draws']} draws; allowed: {FEWEST_DRAWS} or more (`--draws`)"
        )
