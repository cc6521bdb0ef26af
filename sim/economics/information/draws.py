"""The draws of a sweep: cost and QALYs of each arm, and what chance in patients did to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.economics.information.acceptability import net_benefit
from sim.economics.information.noise import SMALL, without_noise
from sim.economics.information.perfect import Perfect, evpi
from sim.scenario.form.economics import Economics
from sim.simulation.records import Floats

NAMES = ("cost", "qalys")

HALVES = 2
"""Parts of the patients of a draw: an arm can be chosen on one and valued on the other."""


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

    def known(self, threshold: float, money: str) -> Perfect:
        """The value of knowing every parameter at a threshold."""
        return evpi(self.benefit(threshold), self.noise(threshold), self.parameters, money)

    def smooth(self, share_of_noise: float) -> tuple[Floats, Floats]:
        """Costs and effects, draws x arms: without patients' noise where its share matters."""
        if share_of_noise <= SMALL:
            return self.costs, self.effects
        costs, effects = (without_noise(one, self.parameters) for one in (self.costs, self.effects))
        return costs, effects


def usual_threshold(economics: Economics) -> float:
    """Return the worth of a QALY at which information is valued: the middle threshold."""
    return economics.thresholds[len(economics.thresholds) // 2].amount


def covariances(arms: Sequence[str]) -> list[str]:
    """Names of the columns of covariances: of cost and of QALYs with each of every arm."""
    return [f"{one} with {other} of {arm}" for one in NAMES for other in NAMES for arm in arms]
