"""Simulated trials with their scores, and the sentences that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim import evidence
from sim.experiments.emulation.design import Emulation
from sim.experiments.emulation.scores import coverage, scored
from sim.outcomes import facts_of
from sim.scenario.protocol import accrual

if TYPE_CHECKING:
    import pandas as pd


class Emulated(NamedTuple):
    """Simulated trials of a published series: what was emulated, every trial, and the scores.

    `trials` has a row for each trial and fact, `scores` one for each published number; see
    `sim.experiments.emulation.trials` and `sim.experiments.emulation.scores`.
    """

    emulation: Emulation
    trials: pd.DataFrame
    scores: pd.DataFrame

    @property
    def covered(self) -> tuple[int, int]:
        """Number of published numbers within their predictive intervals, and number of all."""
        return coverage(self.scores)


def of_trials(emulation: Emulation, trials: pd.DataFrame) -> Emulated:
    """The trials with their scores."""
    return Emulated(emulation, trials, scored(trials, facts_of(emulation.study)))


def title(emulated: Emulated) -> str:
    """Title of the emulation: scenario and publication."""
    study = emulated.emulation.study
    paper = study.publication(study.scenario.answers or "")
    return f"{study.scenario.name}: {evidence.short_citation(paper)}, simulated again"


def said(emulated: Emulated) -> list[str]:
    """List the facts that a reader of the scores needs: design, coverage and reading."""
    emulation, scenario = emulated.emulation, emulated.emulation.study.scenario
    enrolled = ", ".join(f"{count} in {arm}" for arm, count in emulation.design.patients.items())
    within, of = emulated.covered
    return [
        f"{emulation.trials} simulated trials of {emulation.design.size} patients ({enrolled}); "
        f"seed {scenario.seed}.",
        f"{within} of {of} published numbers lie within the 95 % interval of the simulated trials.",
        f"Annual increase read as: {accrual(scenario)}.",
    ]
