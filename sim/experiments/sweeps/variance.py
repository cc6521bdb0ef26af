"""Which parameter the spread comes from: variance-based indices, and Morris' screening."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.sweeps.collect import Collected, Quantity
from sim.experiments.sweeps.designs import space
from sim.experiments.sweeps.distributions import ENDS
from sim.simulation.draws import generator
from sim.simulation.records import Floats
from sim.vocabulary import UNCHANGED

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 999
MOST_WITHOUT = 0.025
"""Of the resamples, those that may have no variance; where there are more, no interval is known."""

INDEX_COLUMNS = ("scenario", *Quantity._fields, "parameter", "name", "order", "other", "value",
                 "low", "high")  # fmt: skip

SCREENING_COLUMNS = ("scenario", *Quantity._fields, "parameter", "name", "mean_effect",
                     "mean_absolute_effect", "sd_effect", "low", "high")  # fmt: skip


def indices(found: Sequence[Collected]) -> pd.DataFrame:
    """First and total order indices with 95 % intervals by bootstrap (Saltelli 2010, Sobol').

    `first` is the share of the variance that a parameter alone accounts for, `total` what it has
    a part in; `second`, if it was asked for, what a pair accounts for beyond both alone. There are
    none for an outcome that does not vary, of which all the variance is noise of patients, or that
    is not known at every point.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for one in found:
        names = [(p.path, p.name) for p in one.one.joint.parameters]
        for place, quantity in enumerate(one.quantities):
            values = one.values[:, place]
            a, b = (values[one.rows(role)] for role in ("A", "B"))
            ab, ba = (values[one.rows(role)].reshape(-1, len(a)) for role in ("AB", "BA"))
            head = (one.one.study.scenario.name, *quantity)
            known = np.isfinite([*a, *b, *ab.ravel(), *ba.ravel()]).all() and np.ptp([*a, *b]) > 0
            split = one.splits[place].parameters
            if known and not split <= UNCHANGED * np.var([*a, *b]):
                seed = one.one.study.scenario.seed
                rows += [(*head, *row) for row in _orders(a, b, ab, names, seed)]
                if ba.size:
                    rows += [(*head, *row) for row in _second(a, b, ab, ba, one, seed)]
    return pd.DataFrame(rows, columns=list(INDEX_COLUMNS))


def _orders(
    a: Floats, b: Floats, ab: Floats, names: Sequence[tuple[str, str]], seed: int
) -> list[tuple[object, ...]]:
    from scipy import stats

    func: Any = {"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}
    found = stats.sobol_indices(func=func, n=len(a))
    low, high = _interval(_resampled(a, b, ab, seed))
    rows: list[tuple[object, ...]] = []
    for at, (order, values) in enumerate((("first", found.first_order),
                                          ("total", found.total_order))):  # fmt: skip
        rows += [
            (*name, order, "", *map(float, numbers))
            for name, *numbers in zip(names, np.ravel(values), low[at], high[at], strict=True)
        ]
    return rows


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
    a: Floats, b: Floats, ab: Floats, ba: Floats, one: Collected, seed: int
) -> list[tuple[object, ...]]:
    from SALib.analyze import sobol

    names = [(p.path, p.name) for p in one.one.joint.parameters]
    in_salib_order = np.concatenate([a[None], ab, ba, b[None]]).T.ravel()
    number = int(generator(seed, "second order").integers(2**31))
    found = sobol.analyze(space(one.one.joint), in_salib_order, seed=number)
    return [
        (*names[i], "second", names[j][0], float(found["S2"][i, j]),
         *(float(found["S2"][i, j] + sign * found["S2_conf"][i, j]) for sign in (-1, 1)))
        for i in range(len(names)) for j in range(i + 1, len(names))
    ]  # fmt: skip


def screening(found: Sequence[Collected], levels: int) -> pd.DataFrame:
    """Mean, mean absolute value and SD of the elementary effects of each parameter (Morris).

    An effect is that of moving the parameter through its whole 95 % interval; `levels` are the
    places in it that the design has.
    """
    import pandas as pd
    from SALib.analyze import morris

    rows = []
    for one in found:
        joint, design = one.one.joint, one.one.points
        number = int(generator(one.one.study.scenario.seed, "resamples").integers(2**31))
        walk = [point for point in design if point.role == "trajectory"]
        steps = _steps(one, [point.values for point in walk])
        for place, quantity in enumerate(one.quantities):
            values = one.values[[point.number for point in walk], place]
            if not np.isfinite(values).all():
                continue
            with np.errstate(invalid="ignore", divide="ignore"):
                effects = morris.analyze(
                    space(joint), steps, values, num_levels=levels, seed=number
                )
            for at, parameter in enumerate(joint.parameters):
                mean, half = float(effects["mu_star"][at]), float(effects["mu_star_conf"][at])
                rows.append({
                    "scenario": one.one.study.scenario.name, **quantity._asdict(),
                    "parameter": parameter.path, "name": parameter.name,
                    "mean_effect": float(effects["mu"][at]), "mean_absolute_effect": mean,
                    "sd_effect": float(effects["sigma"][at]),
                    "low": mean - half, "high": mean + half,
                })  # fmt: skip
    return pd.DataFrame(rows, columns=list(SCREENING_COLUMNS))


def _steps(one: Collected, moved: Sequence[dict[int, Any]]) -> Floats:
    """The walk in the unit cube, in shares of the 95 % interval of each parameter."""
    columns = []
    for place, parameter in enumerate(one.one.joint.parameters):
        assert parameter.distribution is not None
        drawn = np.array([values[place] for values in moved])
        shares = parameter.distribution.whole.cdf(drawn)
        low, high = parameter.distribution.low, parameter.distribution.high
        inside = (shares - low) / (high - low)
        columns.append(np.round((inside - ENDS[0]) / (ENDS[1] - ENDS[0]), 9))
    return np.stack(columns, axis=1)
