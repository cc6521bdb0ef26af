"""Whether a regression can be believed: its freedom, and trends that it leaves in the residuals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from sim.economics.information.regression import Fit
from sim.economics.information.splines import SIZE
from sim.simulation.records import Floats

PARTS = 10
"""Deciles of a parameter, whose mean residuals are compared with 0."""

RARE = 0.001
"""Probability, by chance alone, below which a trend is reported."""

LARGE = 0.001
"""Share of the variance that a trend must have to be reported."""

AT_LIMIT = 0.9
"""Share of all functions of a regression from which its freedom counts as used up."""


def warnings_of(fit: Fit, parameters: Floats, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the objections to a regression, in sentences; empty without objections.

    Parameters
    ----------
    fit
        Regression on `parameters`.
    parameters
        Shape (draws, parameters).
    names
        Name of each parameter, for the sentences; their numbers where left out.
    """
    said = []
    functions = fit.functions.shape[1]
    can_bend = any(len(np.unique(values)) > SIZE for values in parameters.T)
    if can_bend and fit.freedom.max() > AT_LIMIT * functions:
        said.append(
            f"The regression uses {fit.freedom.max():.0f} of its {functions} functions: "
            "net benefit may bend more than it can follow."
        )
    for i, values in enumerate(parameters.T):
        if _has_trend(fit, values, RARE / parameters.shape[1]):
            name = names[i] if names else f"parameter {i + 1}"
            said.append(f"The regression leaves a trend over the values of {name}.")
    return tuple(said)


def _has_trend(fit: Fit, values: Floats, level: float) -> bool:
    """Whether the mean residuals by decile differ from 0 by more than chance, and by enough."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, PARTS + 1)[1:-1]))
    part = np.searchsorted(edges, values)
    count = np.bincount(part)
    for residuals, fitted in zip(fit.residuals.T, fit.fitted.T, strict=True):
        means = np.bincount(part, residuals) / np.maximum(count, 1)
        between, within = float((count * means**2).sum()), float(residuals.var())
        is_large = between > LARGE * len(values) * (float(fitted.var()) + within)
        if is_large and scipy.special.chdtrc(np.count_nonzero(count), between / within) < level:
            return True
    return False
