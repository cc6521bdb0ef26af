"""What the figures of costs and QALYs read of a sweep: its draws, and what hangs on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.display.figures.steps import Floats
from sim.display.figures.worth.about import About
from sim.display.figures.worth.expected_loss import NO_STAKE
from sim.display.tables.information import NOTHING
from sim.economics.information.acceptability import Curves, curves
from sim.economics.information.draws import Draws, usual_threshold
from sim.economics.information.noise import SMALL
from sim.economics.information.partial import TOLD_APART, Value, evppi
from sim.economics.information.perfect import Perfect
from sim.economics.ratios import amount
from sim.results import Kept, draws

FIGURES = ("plane", "acceptability", "loss", "evppi")

STEPS = 100
"""Values of a QALY along a curve, beside the thresholds of the scenario."""


class Stake(NamedTuple):
    """The draws of a sweep, and the choice between the arms that hangs on them.

    `costs` and `effects` are without patients' noise where it matters. `curves` run from 0 to the
    highest threshold of the scenario; `perfect` is the EVPI at `threshold`.
    """

    draws: Draws
    costs: Floats
    effects: Floats
    threshold: float
    curves: Curves
    perfect: Perfect
    against: str
    about: About

    @property
    def is_none(self) -> bool:
        """Whether the same arm is the best buy in every draw, whatever a QALY is worth."""
        return float(self.curves.evpi.max()) <= NO_STAKE * float(self.curves.loss.max())

    def values(self) -> list[Value]:
        """The value of knowing each parameter; none where noise dominates or the EVPI is 0."""
        if not self.perfect.value:
            return []
        own = self.draws
        return evppi(own.benefit(self.threshold), own.parameters, own.names, None,
                     self.perfect.value)  # fmt: skip


def read(kept: Kept) -> Stake | None:
    """The stake of a sweep; None for a sweep whose draws do not tell the value of information.

    Raises Damaged for a file that is missing or cannot be read.
    """
    scenario = kept.study.scenario
    if draws.why_not(kept) or scenario.economics is None:
        return None
    own, economics = draws.read(kept), scenario.economics
    threshold = usual_threshold(economics)
    perfect = own.known(threshold, economics.currency)
    costs, effects = own.smooth(perfect.noise)
    shown = [one.amount for one in economics.thresholds]
    along = np.union1d(np.linspace(0, shown[-1], STEPS + 1), shown)
    said = _said(kept, perfect, threshold, economics.currency)
    about = About(kept.detail("sweep")["title"], tuple(own.arms), economics.currency, said,
                  marked=tuple(shown))  # fmt: skip
    return Stake(
        own, costs, effects, threshold, curves(costs, effects, [*along]), perfect,
        str(scenario.compared_with), about,
    )  # fmt: skip


def _said(kept: Kept, perfect: Perfect, threshold: float, money: str) -> tuple[str, ...]:
    """Whose draws they are, and what patients' noise is in them."""
    about = kept.detail("sweep")
    smooth = ", taken out by a regression on all parameters" if perfect.noise > SMALL else ""
    return (
        f"{about['patients']} virtual patients in each draw, the same in every arm; seed "
        f"{about['seed']}.",
        f"Patients' noise: {100 * perfect.noise:.0f} % of the variance between draws at "
        f"{amount(threshold)} {money} per QALY{smooth}.",
    )


def why_not(kept: Kept, name: str | None) -> str:
    """Return why a sweep has no figure of this name, in a sentence; empty if it has one."""
    if why := draws.why_not(kept):
        return f"This result {why}."
    stake = read(kept)
    if stake is None or name == "plane":
        return ""
    if stake.is_none:
        return NOTHING
    if name == "acceptability":
        return ""
    if stake.perfect.value is None:
        return stake.perfect.refusal
    values = stake.values() if name == "evppi" else []
    if name == "evppi" and not any(one.value > TOLD_APART * one.se for one in values):
        return "No value of a parameter is told from 0."
    return ""
