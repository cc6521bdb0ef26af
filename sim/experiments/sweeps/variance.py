"""Which parameter the spread comes from: variance-based indices, and Morris' screening."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.sweeps.components import OfPatients, columns, in_draws, levels_of, terms_of
from sim.experiments.sweeps.designs import Point, space
from sim.experiments.sweeps.distributions import ENDS
from sim.experiments.sweeps.gathered import Collected, Quantity
from sim.experiments.sweeps.joint import Joint
from sim.experiments.sweeps.noise import without_rounding
from sim.simulation.draws import generator
from sim.simulation.records import Floats
from sim.vocabulary import UNCHANGED

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 999
MOST_WITHOUT = 0.025
"""Of the resamples, those that may have no variance; where there are more, no interval is known."""

INDEX_COLUMNS = (*Quantity._fields, "parameter", "name", "order", "other", "value",
                 "low", "high")  # fmt: skip

SCREENING_COLUMNS = (*Quantity._fields, "parameter", "name", "step", "mean_effect",
                     "mean_absolute_effect", "sd_effect", "low", "high")  # fmt: skip


def indices(scenarios: Sequence[Collected]) -> pd.DataFrame:
    """First and total order indices with 95 % intervals by bootstrap (Saltelli 2010, Jansen 1999).

    `first` is the share of the variance that a parameter alone accounts for, `total` what it has
    a part in; `second`, if it was asked for, what a pair accounts for beyond both alone. The noise
    of patients is taken out of every component, and intervals resample draws and groups of patients
    together. There are none for an outcome that does not vary, of which all the variance is noise
    of patients, or that is not known at every point.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for collected in scenarios:
        names = [(p.path, p.name) for p in collected.varied.joint.parameters]
        seed = collected.varied.scenario.seed
        numbers = [[point.number for point in draw] for draw in in_draws(collected.varied.points)]
        for place, quantity in enumerate(collected.quantities):
            values = collected.values[np.array(numbers), place].T
            split = collected.splits[place].parameters
            known = np.isfinite(values).all() and np.ptp(values[:2]) > 0
            if known and not split <= UNCHANGED * np.var(values[:2]):
                patients = collected.components.of(place) if collected.components else None
                rows += [(*quantity, *row) for row in _of_outcome(values, names, patients, seed)]
    return pd.DataFrame(rows, columns=list(INDEX_COLUMNS))


def _of_outcome(
    values: Floats, names: Sequence[tuple[str, str]], patients: OfPatients | None, seed: int
) -> list[tuple[object, ...]]:
    """The rows of one outcome; `values` are points of a draw x draws."""
    parts = _parts(values, len(names))
    if patients is not None:
        parts[:, 1:] -= patients.noise
    least = UNCHANGED * float(np.var(values[:2]))
    means = parts.mean(axis=0)
    shares = _shares(means[None], len(names), least)[0]
    if np.isnan(shares[0]):
        return []
    resampled = _shares(_often(seed, "bootstrap", parts) @ parts / len(parts), len(names), least)
    if patients is not None:
        resampled += _moved_by(patients, means, shares, len(names), seed)
    low, high = _interval(resampled)
    orders = [(*name, order, "") for order in ("first", "total") for name in names]
    pairs = [(*one, "second", other) for one, (other, _) in itertools.combinations(names, 2)]
    return [
        (*what, *map(float, numbers))
        for what, *numbers in zip(orders + pairs, shares, low, high, strict=False)
    ]


def _parts(values: Floats, parameters: int) -> Floats:
    """The middle of A and B and every component at each draw; draws x (1 + components)."""
    f = columns(values, parameters)
    f -= levels_of(len(f), parameters)[:, None] * f[:2].mean()
    terms = terms_of(parameters, second=len(values) > 2 + parameters)
    components = [sum(w * f[u] * f[v] for w, u, v in c) for c in terms]
    return np.stack([f[:2].mean(axis=0), *components], axis=1)


def _often(seed: int, what: str, units: Floats) -> Floats:
    """How often each unit is in each resample; resamples x units."""
    many = len(units)
    often = generator(seed, what).multinomial(many, np.full(many, 1 / many), RESAMPLES)
    return np.asarray(often, float)


def _moved_by(
    patients: OfPatients, means: Floats, shares: Floats, parameters: int, seed: int
) -> Floats:
    """How far resamples of groups of patients move the indices; resamples x indices.

    Linear in the groups, since a variance may be near 0 in a resample; what is left of a component
    is the square of a mean over groups, less its expected value.
    """
    variance, groups = means[1] - means[0] ** 2, patients.groups
    linear, square = groups[:, 1:].copy(), patients.squares[1:] / math.sqrt(2)
    of_pairs(linear, parameters)
    moved = (linear - shares * groups[:, :1]) / variance
    often = _often(seed, "bootstrap of patients", groups) - 1.0
    scores = generator(seed, "squares of patients").standard_normal((RESAMPLES, len(shares)))
    squares = (scores**2 - 1) * square / variance
    return np.asarray(often @ moved / len(groups) + squares, float)


def of_pairs(components: Floats, parameters: int) -> None:
    """Take from what pairs have, in place, what each of both has alone."""
    for at, (i, j) in enumerate(itertools.combinations(range(parameters), 2), 2 * parameters):
        if at < components.shape[1]:
            components[:, at] -= components[:, i] + components[:, j]


def _shares(means: Floats, parameters: int, least: float) -> Floats:
    """Indices from means of the parts; NaN where no variance is left."""
    variance = means[:, 1] - means[:, 0] ** 2
    variance = np.where(variance > least, variance, np.nan)
    shares = means[:, 2:] / variance[:, None]
    of_pairs(shares, parameters)
    return np.asarray(shares, float)


def _interval(resampled: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of each index; none where too many resamples have no variance."""
    unknown = np.isnan(resampled).mean(axis=0) > MOST_WITHOUT
    low, high = np.nanquantile(np.where(unknown, 0.0, resampled), ENDS, axis=0)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def screening(scenarios: Sequence[Collected], levels: int) -> pd.DataFrame:
    """Mean, mean absolute value and SD of the elementary effects of each parameter (Morris).

    An effect is the change that was simulated: that of one step, which is `step` of the inner 95 %
    of the draws of the parameter. `levels` are the places in these that the design has; with 4 of
    them a step is two thirds.
    """
    import pandas as pd
    from SALib.analyze import morris

    rows, step = [], levels / (2 * (levels - 1))
    for collected in scenarios:
        joint, walk = collected.varied.joint, collected.points("trajectory")
        number = int(generator(collected.varied.scenario.seed, "resamples").integers(2**31))
        steps = _steps(joint, walk)
        for place, quantity in enumerate(collected.quantities):
            values = collected.values[collected.rows("trajectory"), place]
            if not np.isfinite(values).all():
                continue
            with np.errstate(invalid="ignore", divide="ignore"):
                effects = morris.analyze(
                    space(joint), steps, values, num_levels=levels, seed=number
                )
            keys = ("mu", "mu_star", "sigma", "mu_star_conf")  # of SALib, per whole interval
            numbers = step * np.array([effects[key] for key in keys], float)
            rows += [
                (*quantity, parameter.path, parameter.name, step, mean, size, sd,
                 max(size - half, 0.0), size + half)
                for parameter, (mean, size, sd, half) in zip(
                    joint.parameters, without_rounding(numbers).T.tolist(), strict=True
                )
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(SCREENING_COLUMNS))


def _steps(joint: Joint, walk: Sequence[Point]) -> Floats:
    """The walk in the unit cube, in shares of the 95 % interval of each parameter."""
    columns = []
    for place, parameter in enumerate(joint.parameters):
        distribution = parameter.distribution
        assert distribution is not None
        shares = distribution.whole.cdf(np.array([point.values[place] for point in walk]))
        inside = (shares - distribution.low) / (distribution.high - distribution.low)
        columns.append(np.round((inside - ENDS[0]) / (ENDS[1] - ENDS[0]), 9))
    return np.stack(columns, axis=1)
