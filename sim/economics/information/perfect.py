"""The value of perfect information (EVPI), with patients' noise taken out, or a sentence instead.

A number is refused where noise dominates: where, after the regression on all parameters, more than
a tenth of the variance of the difference between two arms is still chance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.economics.information.diagnostics import warnings_of
from sim.economics.information.noise import SMALL, naive_evpi, noise_of_contrasts, share_of_noise
from sim.economics.information.partial import Value, contrasts, value_of
from sim.economics.information.regression import Fit, regress
from sim.economics.ratios import amount
from sim.simulation.records import Floats

MOST_CHANCE = 0.1
"""Share of chance in the fitted differences above which no EVPI is printed."""

NO_STAKE = 0.01
"""A naive EVPI below this share of the difference in mean net benefit between the best two arms
settles that no decision hangs on the parameters, however large the noise is."""


class Perfect(NamedTuple):
    """The EVPI in money per patient, and what patients' noise does to it.

    `naive` takes noise for uncertainty, `noise` is its share of the variance between draws.
    `corrected` is the EVPI after the regression on all parameters, None where noise dominates;
    `refusal` then says why, and is empty otherwise. `chance` is the share of chance that the
    regression leaves, and `missed` the share of variance that it does not explain and that is no
    noise. `warnings` are those of the regression.
    """

    naive: float
    noise: float
    corrected: Value | None
    chance: float
    missed: float
    refusal: str
    warnings: tuple[str, ...]

    @property
    def value(self) -> float | None:
        """The EVPI to print: the naive one where noise is small, else the corrected one."""
        if self.noise <= SMALL:
            return self.naive
        return None if self.corrected is None else self.corrected.value


def evpi(benefit: Floats, covariance: Floats, parameters: Floats, money: str = "EUR") -> Perfect:
    """Return the value of knowing every parameter exactly, in money per patient.

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms). Each draw has patients of its own, which its arms share.
        With the same patients in all draws, their chance would be a function of the parameters,
        and no regression could tell one from the other.
    covariance
        Monte Carlo covariance of the arms in each draw, of shape (draws, arms, arms).
    parameters
        Every parameter that the draws vary, of shape (draws, parameters).
    money
        Currency, for the sentence of a refusal.
    """
    outputs = contrasts(benefit)
    fit, noise = regress(outputs, parameters), share_of_noise(benefit, covariance)
    said = warnings_of(fit, parameters)
    naive, chance = naive_evpi(benefit), share_of_chance(fit)
    is_refused = noise > SMALL and chance > MOST_CHANCE and not _settled(outputs, naive)
    return Perfect(
        naive=naive,
        noise=noise,
        corrected=None if is_refused else value_of(fit, "all parameters", said),
        chance=chance,
        missed=_missed(fit, outputs, noise_of_contrasts(benefit, covariance)),
        refusal=_refusal(chance, naive, len(benefit), money) if is_refused else "",
        warnings=said,
    )


def share_of_chance(fit: Fit) -> float:
    """Return the share of chance in the variance of the fitted values: the largest of all outputs.

    A coefficient adds the residual variance over the number of draws. The constant does not add to
    the variance.
    """
    chance = (fit.freedom - 1) * np.diag(fit.covariance) / len(fit.fitted)
    spread = fit.fitted.var(axis=0)
    shares = np.divide(chance, spread, out=np.zeros_like(chance), where=spread > 0)
    return float(min(1.0, shares.max()))


def _settled(outputs: Floats, naive: float) -> bool:
    """Whether one arm is so much better on average that the EVPI does not matter."""
    return naive < NO_STAKE * abs(float(outputs.mean(axis=0).max()))


def _missed(fit: Fit, outputs: Floats, noise: Floats) -> float:
    """The largest share of variance that is neither explained by the regression nor noise."""
    spread = outputs.var(axis=0)
    left = np.maximum(np.diag(fit.covariance) - noise, 0.0)
    return float(np.divide(left, spread, out=np.zeros_like(left), where=spread > 0).max())


def _refusal(chance: float, naive: float, draws: int, money: str) -> str:
    """Why no number is printed, what still holds, and what would help."""
    ratio = (1 - MOST_CHANCE) / MOST_CHANCE * chance / max(1 - chance, 1e-9)
    needed = math.ceil(ratio * draws / 100) * 100
    enough = f"About {needed:,} draws" if ratio < 100 else f"More than {100 * draws:,} draws"
    return (
        f"Patients' noise dominates: after the regression on all parameters, {100 * chance:.0f} % "
        f"of the variance of a difference in net benefit is chance (limit {100 * MOST_CHANCE:.0f} "
        f"%). No EVPI is given. In expectation it is at most {amount(naive)} {money} per patient. "
        f"{enough}, or as many times more patients per draw, would be enough."
    )
