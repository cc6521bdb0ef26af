"""Mean and SD computed from median and quartiles, a standard error, or an interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sim.scenario.form.quantity import refuse
from sim.scenario.form.units import split_quantity

QUARTILES_PER_SD = 1.3489795003921634
"""Distance between the quartiles of a normal variable, in standard deviations."""

WIDEST = 100
"""The ratio of quartiles that a log-normal variable stays below."""

# Keys that can replace mean and SD.
WAYS = ({"median", "iqr"}, {"mean", "se", "n"}, {"mean", "ci95", "n"})


def of_normal(tree: Any) -> Any:
    """Mean and SD of a normal variable, as texts, from any of WAYS; other trees unchanged."""
    return _converted(tree, _normal_quartiles)


def of_lognormal(tree: Any) -> Any:
    """Mean and SD of a log-normal variable, as texts, from any of WAYS."""
    return _converted(tree, _lognormal_quartiles)


def is_converted(tree: Any) -> bool:
    """True where a part of a scenario gives mean and SD by one of WAYS."""
    return isinstance(tree, dict) and set(tree) in WAYS


def _converted(tree: Any, by_quartiles: Callable[..., tuple[float, float]]) -> Any:
    if not isinstance(tree, dict) or set(tree) <= {"mean", "sd"}:
        return tree
    if not is_converted(tree):
        if set(tree) & {"median", "iqr", "se", "ci95", "n"}:
            ways = "mean, sd; or median, iqr; or mean, se, n; or mean, ci95, n"
            given = ", ".join(tree)
            raise refuse(f"a mean and its spread are given as {ways}; given: {given}")
        return tree
    values, unit = _read(tree)
    if "median" in tree:
        mean, sd = by_quartiles(values["median"][0], *_ends(values, "iqr"))
    else:
        mean, sd = values["mean"][0], _sd_of_patients(values)
    return {"mean": f"{mean!r} {unit}".strip(), "sd": f"{sd!r} {unit}".strip()}


def _normal_quartiles(median: float, low: float, high: float) -> tuple[float, float]:
    """Wan 2014: the mean is that of median and quartiles, the SD their distance over 1.349."""
    return (low + median + high) / 3, (high - low) / QUARTILES_PER_SD


def _lognormal_quartiles(median: float, low: float, high: float) -> tuple[float, float]:
    """The same on the logarithm, where the median alone fixes the centre."""
    if low <= 0:
        raise refuse("quartiles of a log-normal variable are above 0")
    if not high / low < WIDEST:
        raise refuse(
            f"the upper quartile of a log-normal variable is below {WIDEST} times the lower"
        )
    sigma = math.log(high / low) / QUARTILES_PER_SD
    mean = median * math.exp(sigma**2 / 2)
    return mean, mean * math.sqrt(math.expm1(sigma**2))


def _sd_of_patients(values: Mapping[str, list[float]]) -> float:
    """SD between n patients from the standard error, or the 95 % t interval, of their mean."""
    n = values["n"][0]
    if n < 2 or n != int(n):
        raise refuse("`n` is the number of patients, 2 or more")
    if "se" in values:
        if values["se"][0] < 0:
            raise refuse("a standard error is 0 or more")
        return values["se"][0] * math.sqrt(n)
    from scipy.special import stdtrit

    low, high = _ends(values, "ci95")
    return (high - low) / 2 / float(stdtrit(n - 1, 0.975)) * math.sqrt(n)


def _ends(values: Mapping[str, list[float]], name: str) -> list[float]:
    ends, centre = values[name], values["median" if name == "iqr" else "mean"][0]
    if len(ends) != 2 or not ends[0] <= centre <= ends[1] or ends[0] == ends[1]:
        rule = "has two values, the lower first, with the centre between them"
        raise refuse(f"`{name}` {rule}")
    return ends


def _read(tree: Mapping[str, Any]) -> tuple[dict[str, list[float]], str]:
    """The numbers, and the unit that all of them share."""
    values, units = {}, set()
    for name, texts in tree.items():
        several = isinstance(texts, list)
        if several and name not in ("iqr", "ci95"):
            raise refuse(f"`{name}` is one value, not a list")
        pairs = [split_quantity(text) for text in (texts if several else [texts])]
        values[name] = [number for number, _ in pairs]
        units |= {unit for _, unit in pairs} if name != "n" else set()
    if len(units) > 1:
        raise refuse(f"{', '.join(name for name in tree if name != 'n')} have the same unit")
    return values, units.pop()
