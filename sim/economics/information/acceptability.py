"""Which arm is the best buy, how often over the draws, and what a wrong choice loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.simulation.records import Floats


class Curves(NamedTuple):
    """What the choice between arms looks like at several values of a QALY.

    `best` is the probability of being the best buy and `loss` the expected loss, of shape
    (thresholds, arms). `chosen` is the arm with the highest expected net benefit at each threshold,
    as its number, `frontier` its probability of being the best buy, `evpi` its expected loss.
    """

    thresholds: Floats
    best: Floats
    loss: Floats
    chosen: np.ndarray
    frontier: Floats
    evpi: Floats


def net_benefit(costs: Floats, effects: Floats, threshold: float) -> Floats:
    """Return the net monetary benefit of each draw and arm: effect times threshold, less cost.

    Parameters
    ----------
    costs, effects
        Money and QALYs per patient, of shape (draws, arms).
    threshold
        Money that a QALY is worth.

    Examples
    --------
    >>> net_benefit(np.array([[100.0, 900.0]]), np.array([[1.0, 1.1]]), 5000.0)
    array([[4900., 4600.]])
    """
    _same_shape(costs, effects)
    return threshold * effects - costs


def _same_shape(costs: Floats, effects: Floats) -> None:
    if costs.shape != effects.shape or costs.ndim != 2:
        raise ValueError(
            f"costs of shape {costs.shape} and effects of shape {effects.shape}: "
            "both need one row per draw and one column per arm"
        )


def probability_best(benefit: Floats) -> Floats:
    """Return the share of draws in which each arm has the highest net benefit.

    Arms that tie in a draw share this draw equally, so the shares add to 1.

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms).

    Examples
    --------
    >>> probability_best(np.array([[1.0, 2.0], [3.0, 3.0]]))
    array([0.25, 0.75])
    """
    is_best = benefit == benefit.max(axis=1, keepdims=True)
    return np.asarray((is_best / is_best.sum(axis=1, keepdims=True)).mean(axis=0))


def expected_loss(benefit: Floats) -> Floats:
    """Return for each arm how much net benefit its choice loses on average over the draws.

    A draw loses the difference between its best arm and the chosen arm. The smallest expected loss
    is that of the arm with the highest mean net benefit, and equals the EVPI.

    Examples
    --------
    >>> expected_loss(np.array([[1.0, 2.0], [4.0, 3.0]]))
    array([0.5, 0.5])
    """
    return np.asarray((benefit.max(axis=1, keepdims=True) - benefit).mean(axis=0))


def curves(costs: Floats, effects: Floats, thresholds: Sequence[float]) -> Curves:
    """Return acceptability curves, their frontier and expected losses over values of a QALY.

    The curve of an arm says how often the arm is the best buy. The frontier says how often the arm
    with the highest *expected* net benefit is the best buy. Another arm's curve may lie above the
    frontier, because an arm can be best often by little, and rarely worst by much.

    Parameters
    ----------
    costs, effects
        Money and QALYs per patient, of shape (draws, arms).
    thresholds
        Money that a QALY is worth.

    References
    ----------
    Fenwick E, Claxton K, Sculpher M. Health Econ 2001;10:779-787.

    Examples
    --------
    >>> costs = np.array([[0.0, 5.0], [0.0, 5.0]])
    >>> effects = np.array([[0.0, 0.2], [0.0, 1.0]])
    >>> curves(costs, effects, [10.0, 50.0]).best
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    benefits = [net_benefit(costs, effects, threshold) for threshold in thresholds]
    best = np.array([probability_best(benefit) for benefit in benefits])
    loss = np.array([expected_loss(benefit) for benefit in benefits])
    chosen = loss.argmin(axis=1)
    rows = np.arange(len(benefits))
    return Curves(
        np.array(thresholds, float), best, loss, chosen, best[rows, chosen], loss[rows, chosen]
    )
