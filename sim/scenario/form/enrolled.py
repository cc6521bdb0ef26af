"""Mean and SD of those enrolled: the normal distribution that has them once it is cut off."""

from __future__ import annotations

from typing import Any

from sim.scenario.form.quantity import refuse
from sim.scenario.form.spread import of_normal
from sim.scenario.form.units import split_quantity

WIDEST = 4
"""The most that the SD before eligibility is, in SDs of those enrolled."""

STEPS = 100
"""The most steps of Newton's method; a few are enough where there is a solution."""

NODES = 400
"""Points of the Gauss-Legendre rule over the range of those enrolled."""

REACH = 12
"""The range is cut this many SDs away from the mean, beyond which next to no patient is."""


def before_eligibility(tree: Any) -> Any:
    """A variable as typed; with `of: enrolled` its mean and SD become those before `within`.

    Raises PydanticCustomError where no normal distribution gives such patients.
    """
    if not isinstance(tree, dict) or tree.get("of") != "enrolled":
        return tree
    shape, ends = of_normal(tree.get("normal")), tree.get("within")
    if not isinstance(shape, dict) or set(shape) != {"mean", "sd"} or not isinstance(ends, list):
        raise refuse("`of: enrolled` stands beside `normal` with mean and SD, and `within`")
    pairs = [split_quantity(text) for text in (shape["mean"], shape["sd"], *ends)]
    numbers, units = [number for number, _ in pairs], {unit for _, unit in pairs}
    if len(units) > 1 or len(ends) != 2:
        raise refuse("mean, SD and the two values of `within` have the same unit")
    mean, sd = parent(*numbers)
    unit = units.pop()
    made = {"mean": f"{mean!r} {unit}".strip(), "sd": f"{sd!r} {unit}".strip()}
    return {**tree, "normal": made}


def parent(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Mean and SD of the normal distribution that has this mean and SD between two limits.

    The density of those enrolled is exp(a u - b u^2 / 2) in standard units u, up to a factor. The
    function log(factor) + b / 2 is convex in a and b, with its minimum where mean and SD are met.
    """
    if not low < mean < high or sd <= 0:
        raise refuse("the mean of those enrolled is between the limits, and their SD above 0")
    found = _in_standard_units((low - mean) / sd, (high - mean) / sd)
    if found is None:
        raise refuse(
            "no normal distribution that is cut off at `within` has this mean and SD, or only one "
            f"more than {WIDEST} times as wide; the SD of those enrolled is smaller"
        )
    a, b = found
    return mean + sd * a / b, sd / b**0.5


def _in_standard_units(low: float, high: float) -> tuple[float, float] | None:
    """The factors a and b for mean 0 and SD 1 between two limits; None without a solution."""
    import numpy as np

    ends = max(low, -REACH), min(high, REACH)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    u = (ends[1] - ends[0]) / 2 * nodes + (ends[1] + ends[0]) / 2
    powers, found = np.stack([u, -(u**2) / 2]), np.array([0.0, 1.0])
    for _ in range(STEPS):
        log = found @ powers
        share = weights * np.exp(log - log.max())
        share /= share.sum()
        gap = powers @ share - [0.0, -0.5]
        if np.abs(gap).max() < 1e-12:
            return (float(found[0]), float(found[1])) if found[1] * WIDEST**2 >= 1 else None
        apart = powers - (powers @ share)[:, None]
        step = np.linalg.solve((apart * share) @ apart.T, gap)
        found = found - step / max(1.0, float(np.abs(step).max()))
    return None
