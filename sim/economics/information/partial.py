"""The value of knowing some parameters exactly (EVPPI), each with its standard error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.economics.information.diagnostics import warnings_of
from sim.economics.information.regression import Fit, regress, replicates
from sim.simulation.records import Floats

REPLICATES = 500
PRECISION = 0.1
"""The standard error, as a share of the value, at which a value counts as known."""

TOLD_APART = 2.0
"""Standard errors above 0 from which a value is told from 0."""


class Value(NamedTuple):
    """A value of information in money per patient, and how well it is known.

    `se` holds the chance of the draws and that of the regression. `bias` is how much the chance of
    the regression raises values on average; it is shown, not subtracted. `draws_needed` is the
    number of draws at which `se` would be a tenth of the value, None if the value is not told from
    0. `freedom` is the largest number of effective coefficients of a difference between arms, and
    `warnings` say what speaks against the regression.
    """

    name: str
    value: float
    se: float
    bias: float
    draws_needed: int | None
    freedom: float
    warnings: tuple[str, ...] = ()


def contrasts(benefit: Floats) -> Floats:
    """Return each arm's net benefit over that of the arm with the highest mean.

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms).

    Returns
    -------
    Shape (draws, arms - 1); no column has a mean above 0.

    Examples
    --------
    >>> contrasts(np.array([[1.0, 2.0, 0.0], [1.0, 4.0, 9.0]]))
    array([[ 1.,  2.],
           [-8., -5.]])
    """
    best = int(benefit.mean(axis=0).argmax())
    return np.delete(benefit, best, axis=1) - benefit[:, [best]]


def value_of(fit: Fit, name: str, warnings: tuple[str, ...] = ()) -> Value:
    """Return what the choice of an arm gains if the fitted values are known before it.

    Parameters
    ----------
    fit
        Regression of `contrasts` on what is known.
    name
        What is known, in words.
    warnings
        What speaks against the regression, of `diagnostics.warnings_of`.
    """
    gains = _gains(fit.fitted)
    value = float(gains.mean() - max(0.0, fit.mean.max()))
    others = _replicated(fit)
    se = math.hypot(float(others.std(ddof=1)), float(gains.std(ddof=1)) / math.sqrt(len(gains)))
    needed, freedom = draws_needed(value, se, len(gains)), float(fit.freedom.max())
    return Value(name, value, se, float(others.mean()) - value, needed, freedom, warnings)


def _replicated(fit: Fit) -> Floats:
    """The value in each replicate of the regression."""
    count, gains, mean = len(fit.fitted), np.zeros(REPLICATES), np.zeros(1)
    for made in replicates(fit, REPLICATES):
        gains += _gains(made).sum(axis=0)
        mean = mean + made.sum(axis=0)
    return np.asarray(gains / count - np.maximum(mean.max(axis=0) / count, 0.0))


def _gains(contrast: Floats) -> Floats:
    """What each draw gains if its best arm is taken and not the arm that is best on average."""
    return np.asarray(np.maximum(contrast.max(axis=1), 0.0))


def draws_needed(value: float, se: float, draws: int) -> int | None:
    """Return the draws at which the standard error would be a tenth of the value.

    A standard error falls with the square root of the number of draws. A value that is not told
    from 0 has no such number.

    Examples
    --------
    >>> draws_needed(100.0, 20.0, 1000), draws_needed(100.0, 60.0, 1000)
    (4000, None)
    """
    if value <= TOLD_APART * se:
        return None if se > 0 else draws
    return math.ceil(draws * max(1.0, (se / (PRECISION * value)) ** 2))


def evppi(
    benefit: Floats,
    parameters: Floats,
    names: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None = None,
    evpi: float = math.inf,
) -> list[Value]:
    """Return the value of knowing each parameter, then of knowing each group of parameters.

    Parameters
    ----------
    benefit
        Net benefit of shape (draws, arms), in money per patient.
    parameters
        Shape (draws, parameters), row by row the draws of `benefit`.
    names
        Name of each parameter.
    groups
        Names of the parameters of each group, by its name.
    evpi
        Value of perfect information, which no value exceeds. If patients' noise matters, the
        value of `perfect.evpi` with noise taken out.

    Returns
    -------
    One value for each parameter and group. A group is worth at least what each of its parameters,
    and each smaller group within it, is worth.

    References
    ----------
    Strong M, Oakley JE, Brennan A. Med Decis Making 2014;34:311-326.
    """
    sets = {name: frozenset([name]) for name in names}
    for group, members in (groups or {}).items():
        sets[_unlike(group, sets)] = _known(group, members, names)
    outputs, columns = contrasts(benefit), {name: i for i, name in enumerate(names)}
    found: dict[str, Value] = {}
    for name in sorted(sets, key=lambda name: len(sets[name])):
        members = sorted(sets[name], key=columns.__getitem__)
        known = parameters[:, [columns[member] for member in members]]
        fit = regress(outputs, known)
        value = value_of(fit, name, warnings_of(fit, known, members))
        inside = [found[other] for other in found if sets[other] <= sets[name]]
        found[name] = _within(value, inside, evpi)
    return [found[name] for name in sets]


def _within(value: Value, inside: Sequence[Value], evpi: float) -> Value:
    """A value between the values of what is known less, and the value of knowing everything."""
    least = max(inside, key=lambda other: other.value, default=value)
    raised = value if value.value >= least.value else least._replace(name=value.name)
    return raised._replace(value=min(raised.value, evpi))


def _unlike(group: str, sets: Mapping[str, object]) -> str:
    if group in sets:
        raise ValueError(f"{group!r} names two parameters or groups")
    return group


def _known(group: str, members: Sequence[str], names: Sequence[str]) -> frozenset[str]:
    unknown = [member for member in members if member not in names]
    if unknown or not members:
        raise ValueError(f"group {group!r}: {', '.join(unknown) or 'it'} has no parameter")
    return frozenset(members)
