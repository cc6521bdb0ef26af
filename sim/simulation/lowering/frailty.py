"""Log-normal frailty with mean 1: what a population shows, and the hazard behind it."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

Z, WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
"""Nodes and weights of the quadrature over a standard normal variable."""


def log_sd(sd: float) -> float:
    """Compute the standard deviation of the logarithm of a frailty with mean 1.

    Parameters
    ----------
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Standard deviation of its logarithm.
    """
    return math.sqrt(math.log1p(sd * sd))


def survival_under(hazard: float, sd: float) -> float:
    """Compute the share of a population that is free of an event.

    The share is the mean of exp(-frailty x hazard) over a log-normal frailty with mean 1, by
    Gauss-Hermite quadrature over the logarithm.

    Parameters
    ----------
    hazard : float
        Accumulated hazard of a patient of frailty 1.
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Share, from 0 to 1.

    References
    ----------
    docs/model.md, section "Tolerance".

    Examples
    --------
    >>> round(survival_under(0.2, sd=0.0), 4), round(survival_under(0.2, sd=0.8), 4)
    (0.8187, 0.8279)
    """
    if sd == 0:
        return math.exp(-hazard)
    spread = log_sd(sd)
    frailty = np.exp(spread * Z - spread**2 / 2)
    return float(np.sum(WEIGHTS * np.exp(-frailty * hazard)) / np.sum(WEIGHTS))


def hazard_for_survival(survival: float, sd: float) -> float:
    """Find the accumulated hazard of a patient of frailty 1 at which a population shows a survival.

    Parameters
    ----------
    survival : float
        Share of the population that is free of the event, above 0.
    sd : float
        Standard deviation of the frailty.

    Returns
    -------
    float
        Accumulated hazard; the inverse of `survival_under`.

    References
    ----------
    docs/model.md, section "Tolerance".
    """
    exact = -math.log(survival)
    if sd == 0 or exact == 0:
        return exact
    return float(brentq(lambda h: survival_under(h, sd) - survival, 0.0, 1e6 * exact, xtol=1e-14))
