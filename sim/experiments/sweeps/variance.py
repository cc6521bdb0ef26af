"""Which parameter the spread comes from: variance-based indices, and Morris' screening."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.sweeps.collect import Collected, Quantity
from sim.experiments.sweeps.designs import Point, space
from sim.experiments.sweeps.distributions import ENDS
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

SCREENING_COLUMNS = (*Quantity._fields, "parameter", "name", "mean_effect",
                     "mean_absolute_effect", "sd_effect", "low", "high")  # fmt: skip


def indices(scenarios: Sequence[Collected]) -> pd.DataFrame:
    """First and total order indices with 95 % intervals by bootstrap (Saltelli 2010, Sobol').

    `first` is the share of the variance that a parameter alone accounts for, `total` what it has
    a part in; `second`, if it was asked for, what a pair accounts for beyond both alone. There are
    none for an outcome that does not vary, of which all the variance is noise of patients, or that
    is not known at every point.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for collected in scenarios:
        names = [(p.path, p.name) for p in collected.varied.joint.parameters]
        seed = collected.varied.scenario.seed
        for place, quantity in enumerate(collected.quantities):
            values = collected.values[:, place]
            a, b = (values[collected.rows(role)] for role in ("A", "B"))
            ab, ba = (values[collected.rows(role)].reshape(-1, len(a)) for role in ("AB", "BA"))
            known = np.isfinite([*a, *b, *ab.ravel(), *ba.ravel()]).all() and np.ptp([*a, *b]) > 0
            split = collected.splits[place].parameters
            if known and not split <= UNCHANGED * np.var([*a, *b]):
                orders = _orders(a, b, ab, names, seed)
                pairs = _second(a, b, ab, ba, collected, seed) if ba.size else []
                rows += [(*quantity, *row) for row in (*orders, *pairs)]
    return pd.DataFrame(rows, columns=list(INDEX_COLUMNS))


def _orders(
    a: Floats, b: Floats, ab: Floats, names: Sequence[tuple[str, str]], seed: int
) -> list[tuple[object, ...]]:
    from scipy import stats

    func: Any = {"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}
    estimated = stats.sobol_indices(func=func, n=len(a))
    low, high = _interval(_resampled(a, b, ab, seed))
    orders = (("first", estimated.first_order), ("total", estimated.total_order))
    return [
        (*name, order, "", *map(float, numbers))
        for at, (order, values) in enumerate(orders)
        for name, *numbers in zip(names, np.ravel(values), low[at], high[at], strict=True)
    ]


def _resampled(a: Floats, b: Floats, ab: Floats, seed: int) -> Floats:
    """First and total order in resamples of the draws: resamples x orders x parameters.

    Written out, as scipy's own resamples have no seed.
    """
    draws, middle = len(a), np.mean([a, b])
    a, b, ab = a - middle, b - middle, ab - middle
    parts = np.vstack([a + b, a**2 + b**2, b * (ab - a), (ab - a) ** 2 / 2])
    often = generator(seed, "bootstrap").multinomial(draws, np.full(draws, 1 / draws), RESAMPLES)
    means = often @ parts.T / draws
    variance = means[:, 1] / 2 - (means[:, 0] / 2) ** 2
    whole = float(np.var([a, b]))  # about the middle of all, as a resample's is about its own
    variance[variance <= UNCHANGED * whole] = np.nan  # what seldom varies may not in a resample
    shares = means[:, 2:] / variance[:, None]
    return np.asarray(shares.reshape(RESAMPLES, 2, -1), float)


def _interval(resampled: Floats) -> tuple[Floats, Floats]:
    """The 95 % interval of each index; none where too many resamples have no variance."""
    low, high = np.nanquantile(resampled, ENDS, axis=0)
    unknown = np.isnan(resampled).mean(axis=0) > MOST_WITHOUT
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def _second(
    a: Floats, b: Floats, ab: Floats, ba: Floats, collected: Collected, seed: int
) -> list[tuple[object, ...]]:
    from SALib.analyze import sobol

    parameters = collected.varied.joint.parameters
    in_salib_order = np.concatenate([a[None], ab, ba, b[None]]).T.ravel()
    number = int(generator(seed, "second order").integers(2**31))
    estimated = sobol.analyze(space(collected.varied.joint), in_salib_order, seed=number)
    return [
        (first.path, first.name, "second", second.path, float(estimated["S2"][i, j]),
         *(float(estimated["S2"][i, j] + sign * estimated["S2_conf"][i, j]) for sign in (-1, 1)))
        for (i, first), (j, second) in itertools.combinations(enumerate(parameters), 2)
    ]  # fmt: skip


def screening(scenarios: Sequence[Collected], levels: int) -> pd.DataFrame:
    """Mean, mean absolute value and SD of the elementary effects of each parameter (Morris).

    An effect is that of moving the parameter through its whole 95 % interval; `levels` are the
    places in it that the design has.
    """
    import pandas as pd
    from SALib.analyze import morris

    rows = []
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
            numbers = [effects[key] for key in ("mu", "mu_star", "sigma", "mu_star_conf")]
            rows += [
                (*quantity, parameter.path, parameter.name, mean, size, sd,
                 size - half, size + half)
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
