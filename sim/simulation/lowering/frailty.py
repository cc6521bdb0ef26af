"""Log-normal frailty with mean 1: what a population shows, and the hazard behind it."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.optimize import brentq

from sim.simulation.records import Floats

NODES = 64


def log_sd(sd: float) -> float:
    """SD of the logarithm of a frailty with mean 1 and this SD."""
    return math.sqrt(math.log1p(sd * sd))


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Nodes and weights of the quadrature over a standard normal variable."""
    z, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return z, weight


def survival_under(hazard: float, sd: float) -> float:
    """Share of a population still free of the event when a patient of frailty 1 has this hazard.

    The mean of exp(-frailty x hazard), by Gauss-Hermite quadrature over the logarithm.
    """
    if sd == 0:
        return math.exp(-hazard)
    z, weight = _nodes()
    spread = log_sd(sd)
    frailty = np.exp(spread * z - spread**2 / 2)
    return float(np.sum(weight * np.exp(-frailty * hazard)) / np.sum(weight))


def hazard_for_survival(survival: float, sd: float) -> float:
    """Accumulated hazard of a patient of frailty 1 at which the population shows this survival."""
    exact = -math.log(survival)
    if sd == 0 or exact == 0:
        return exact
    return float(brentq(lambda h: survival_under(h, sd) - survival, 0.0, 1e6 * exact, xtol=1e-14))
