"""Two-sided tests of two arms of independent patients, for many trials at once.

Every function returns a p-value for each trial, 1 where a trial has nothing to compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from sim.outcomes.definitions.named import Measure
from sim.outcomes.estimates import Estimate
from sim.outcomes.intervals import Number
from sim.outcomes.summed import Sums
from sim.simulation.records import Floats, Integers
from sim.vocabulary import ROUNDING, Test

TIED = 1 + 1e-7
"""Tables whose probabilities differ by less than this factor are equally likely."""


def allowed_tests(measure: Measure, has_time: bool) -> Sequence[Test]:
    """List the tests that an outcome allows, the default first.

    Parameters
    ----------
    measure
        What the outcome is.
    has_time
        Whether each patient has a time of the first event.
    """
    if measure.kind == "mean":
        return ("welch",)
    if measure.kind == "share":
        return ("fisher", "welch", "log-rank") if has_time else ("fisher", "welch")
    if measure.unit == "doses":
        return ("welch", "robust")
    return ("robust", "welch", "log-rank") if has_time else ("robust", "welch")


def freedom(arm: Estimate, comparator: Estimate, arms: tuple[Sums, Sums]) -> Floats:
    """Return the degrees of freedom of Welch's t.

    References
    ----------
    Welch BL. Biometrika 1947;34:28-35.
    """
    one, other = (np.square(estimate.mc_error) for estimate in (arm, comparator))
    (n, m) = (np.asarray(sums.units) - 1 for sums in arms)
    return np.asarray((one + other) ** 2 / (one**2 / n + other**2 / m))


def welch(arm: Estimate, comparator: Estimate, arms: tuple[Sums, Sums]) -> Floats:
    """Test the difference of two means by Welch's t; arms without any spread differ or do not."""
    apart = np.abs(arm.value - comparator.value)
    error = np.hypot(arm.mc_error, comparator.mc_error)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * scipy.special.stdtr(freedom(arm, comparator, arms), -apart / error)
    return _known(np.where((error == 0) & (apart > 0), 0.0, p))


def fisher(arm: Sums, comparator: Sums) -> Floats:
    """Test the difference of two shares by Fisher's exact test.

    The p-value is the probability of all tables with the same margins that are as likely as the
    observed one, or less.

    References
    ----------
    Fisher RA. J R Stat Soc 1935;98:39-82.
    """
    tables = np.stack([arm.y, arm.x, comparator.y, comparator.x], axis=1).astype(int)
    each, trial = np.unique(tables, axis=0, return_inverse=True)
    return np.array([_exact(*table) for table in each.tolist()])[trial.ravel()]


def _exact(events: int, patients: int, other_events: int, other_patients: int) -> float:
    together = events + other_events
    possible = np.arange(max(0, together - other_patients), min(together, patients) + 1)
    likely = np.exp(
        _ways(patients, possible)
        + _ways(other_patients, together - possible)
        - _ways(patients + other_patients, np.array(together))
    )
    observed = likely[events - possible[0]]
    return float(min(1.0, likely[likely <= observed * TIED].sum()))


def _ways(patients: int, chosen: Integers) -> Floats:
    """Logarithm of the number of ways to choose patients."""
    return np.asarray(
        scipy.special.gammaln(patients + 1)
        - scipy.special.gammaln(chosen + 1)
        - scipy.special.gammaln(patients - chosen + 1)
    )


def robust(arm: Sums, comparator: Sums) -> Floats:
    """Test the difference of two rates by a score with a robust variance.

    A residual is what a patient had beyond the common rate times his years. The statistic is the
    sum of the residuals of an arm; its variance is the one over all allocations of the residuals
    to the arms, so events of one patient may depend on each other in any way.

    References
    ----------
    Lawless JF, Nadeau C. Technometrics 1995;37:158-168. Pitman EJG. Suppl J R Stat Soc
    1937;4:119-130. docs/ten-patients.md says why this test was chosen.
    """
    y, x, yy, xy, xx = (np.add(getattr(arm, name), getattr(comparator, name))
                        for name in ("y", "x", "yy", "xy", "xx"))  # fmt: skip
    n, m = np.asarray(arm.units), np.asarray(comparator.units)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = y / x
        squares = yy - 2 * rate * xy + rate**2 * xx
        squares = np.where(squares > ROUNDING * (yy + rate**2 * xx), squares, np.nan)
        return _normal(arm.y - rate * arm.x, squares * n * m / (n + m) / (n + m - 1))


def log_rank(statistic: Number, variance: Number) -> Floats:
    """Test the difference of two hazards from sums over patients (`log_rank.contributions`)."""
    return _normal(statistic, variance)


def _normal(statistic: Number, variance: Number) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _known(2 * scipy.special.ndtr(-np.abs(statistic) / np.sqrt(variance)))


def _known(p: Floats) -> Floats:
    return np.where(np.isnan(p), 1.0, p)
