"""Patients' noise: how much of the spread between draws is the chance of few patients per draw.

A draw with n patients has a net benefit of variance s² + σ²/n: s² is what the parameters do, σ²/n
is chance. The formula of the EVPI takes both for uncertainty that research could remove.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.economics.information.acceptability import expected_loss
from sim.economics.information.partial import contrasts
from sim.economics.information.regression import regress
from sim.simulation.records import Floats

SMALL = 0.05
"""The share of noise up to which the EVPI needs no correction."""


class Bracket(NamedTuple):
    """Two values whose expectations enclose the EVPI, with their standard errors.

    `low` may come out below 0, where the halves of the patients tell nothing of each other.
    """

    low: float
    high: float
    low_se: float
    high_se: float


def share_of_noise(benefit: Floats, covariance: Floats) -> float:
    """Return the part of the variance between draws that is patients' noise: σ²/n ÷ (s² + σ²/n).

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms).
    covariance
        Monte Carlo covariance of the net benefits of the arms in each draw, of shape (draws, arms,
        arms): that of means over the draw's patients, with the pairing of the arms in it.

    Returns
    -------
    The largest share among the differences from the arm with the highest mean; between 0 and 1.

    Examples
    --------
    >>> benefit = np.column_stack([np.zeros(2000), np.random.default_rng(1).normal(0, 5, 2000)])
    >>> noise = np.broadcast_to(np.diag([0.0, 9.0]), (2000, 2, 2))  # 3² of the 5²
    >>> round(share_of_noise(benefit, noise), 1)
    0.4
    """
    noise = noise_of_contrasts(benefit, covariance)
    spread = contrasts(benefit).var(axis=0, ddof=1)
    shares = np.divide(noise, spread, out=np.zeros_like(noise), where=spread > 0)
    return float(min(1.0, shares.max()))


def noise_of_contrasts(benefit: Floats, covariance: Floats) -> Floats:
    """Return the mean Monte Carlo variance of each difference of `contrasts`, over the draws."""
    draws, arms = benefit.shape
    if covariance.shape != (draws, arms, arms):
        raise ValueError(
            f"covariances of shape {covariance.shape}: {draws} draws of {arms} arms need "
            f"({draws}, {arms}, {arms})"
        )
    mean, best = covariance.mean(axis=0), int(benefit.mean(axis=0).argmax())
    noise = np.diag(mean) + mean[best, best] - 2 * mean[best]
    return np.asarray(np.maximum(np.delete(noise, best), 0.0))


def bracket(
    first: Floats, second: Floats, parameters: Floats | None = None, whole: Floats | None = None
) -> Bracket:
    """Return values that enclose the EVPI in expectation, from two halves of the patients.

    The upper value is the naive EVPI: a maximum of noisy values is too high. The lower value is the
    gain if the arm of each draw is chosen on one half of its patients and valued on the other half:
    the choice is not always the best, and its value is free of the chance that made the choice.

    Parameters
    ----------
    first, second
        Net benefit of shape (draws, arms), from two halves of the patients of each draw.
    parameters
        Of shape (draws, parameters), to choose by a regression on the half instead of by the half
        itself. The choices are better, so the lower value is closer to the EVPI, and it holds
        whether the regression fits or not.
    whole
        Net benefit of all patients of each draw; the mean of the halves, where these are equal.
    """
    whole = (first + second) / 2 if whole is None else whole
    best = whole.mean(axis=0).argmax()
    above = whole.max(axis=1) - whole[:, best]
    below = (_valued(first, second, parameters) + _valued(second, first, parameters)) / 2
    below = below - whole[:, best]
    error = len(whole) ** -0.5
    return Bracket(
        float(below.mean()), float(above.mean()),
        float(below.std(ddof=1) * error), float(above.std(ddof=1) * error),
    )  # fmt: skip


def _valued(chosen_on: Floats, valued_on: Floats, parameters: Floats | None) -> Floats:
    """The net benefit of each draw's chosen arm on the other half of the patients."""
    guide = chosen_on if parameters is None else without_noise(chosen_on, parameters)
    return np.take_along_axis(valued_on, guide.argmax(axis=1)[:, None], axis=1)[:, 0]


def without_noise(values: Floats, parameters: Floats) -> Floats:
    """Return costs, effects or net benefits per draw as smooth functions of all parameters.

    What patients' chance adds to a draw is left out, for planes and acceptability curves. The first
    arm and the differences from it are smoothed, because paired patients have less noise in these.

    Parameters
    ----------
    values
        Shape (draws, arms).
    parameters
        Shape (draws, parameters): every parameter that the draws vary.
    """
    from_first = np.column_stack([values[:, 0], values[:, 1:] - values[:, [0]]])
    fitted = regress(from_first, parameters).fitted
    return np.column_stack([fitted[:, 0], fitted[:, 1:] + fitted[:, [0]]])


def naive_evpi(benefit: Floats) -> float:
    """Return the EVPI as if net benefits were free of patients' noise: the smallest expected loss.

    Examples
    --------
    >>> naive_evpi(np.array([[1.0, 2.0], [4.0, 3.0]]))
    0.5
    """
    return float(expected_loss(benefit).min())
