"""Results of a sweep: each parameter alone, the draws together, and parameters that do nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy

from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.gathered import Collected
from sim.experiments.sweeps.noise import Split, without_rounding
from sim.experiments.sweeps.varied import Varied, group_of
from sim.outcomes.intervals import UPPER
from sim.simulation import lowering
from sim.simulation.records import Floats
from sim.simulation.simulate import inputs_of
from sim.vocabulary import UNCHANGED

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = {"q2.5": 0.025, "q25": 0.25, "median": 0.5, "q75": 0.75, "q97.5": 0.975}
KNOWN = (0.0, 0.0, -math.inf, math.inf)
"""Limits of a mean over draws without patients, as `MeanLimits`."""

NUMBERS_LOOKED_AT = 50
"""Patients whose inputs are compared to learn whether a number is read at all."""


def parameters(scenarios: Sequence[Varied]) -> pd.DataFrame:
    """One row per scenario and parameter: its path, value, interval and distribution."""
    import pandas as pd

    rows = []
    for varied in scenarios:
        ends = {
            (point.of, point.role): varied.shown(point)[point.of]
            for point in varied.points if point.role in ("low", "high")
        }  # fmt: skip
        for parameter in varied.joint.parameters:
            path, distribution = parameter.path, parameter.distribution
            rows.append({
                "scenario": varied.scenario.name, "parameter": path, "name": parameter.name,
                "unit": parameter.base.unit if parameter.base else "",
                "base": parameter.shown(None), "low": ends[path, "low"],
                "high": ends[path, "high"],
                "distribution": distribution.words if distribution else "chosen values",
                "assumption": parameter.is_assumption,
            })  # fmt: skip
    return pd.DataFrame(rows)


def alone(scenarios: Sequence[Collected]) -> pd.DataFrame:
    """One row a parameter and outcome: at its ends, and by how much that differs from the base.

    The errors are those of the change, which is paired: the same patients at every point. `from`
    and `to` are the ends of its 95 % interval, of which a change that nobody had is not certain.
    """
    import pandas as pd

    tables = []
    for collected in scenarios:
        base = collected.values[0]
        for ends in collected.ends():
            at = {f"at_{point.role}": collected.values[point.number] for point in ends}
            table = pd.DataFrame(collected.quantities).assign(base=base, **at)
            for point in ends:
                change = without_rounding(at[f"at_{point.role}"] - base)
                table[f"change_{point.role}"] = change
                for name, numbers in zip(("error", "from", "to"), collected.changes, strict=True):
                    table[f"{name}_{point.role}"] = without_rounding(numbers[point.number])
            table.insert(1, "parameter", ends[0].of)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def summary(scenarios: Sequence[Collected]) -> pd.DataFrame:
    """One row an outcome over the draws, with what comes of patients kept apart.

    `mean_error` is the standard error of the mean from both kinds of noise, `mean_low` and
    `mean_high` its 95 % interval; `sd` is the spread of
    the draws as it is, `sd_parameters` that without the noise of patients; `above_0` the share of
    draws above 0 in percent. `draws` counts those that have the outcome, as nothing may have been
    there to measure in others. For a design without draws the base case alone. The spread of
    draws that are equal but for rounding is 0.
    """
    import pandas as pd

    tables = []
    for collected in scenarios:
        drawn, patients = collected.drawn(), collected.varied.scenario.cohort.patients
        table = pd.DataFrame(collected.quantities)
        table = table.assign(
            base=collected.values[0], base_error=collected.errors[0],
            base_low=collected.low[0], base_high=collected.high[0],
        )  # fmt: skip
        if len(drawn):
            of_mean = collected.of_mean or [np.full(len(table), end) for end in KNOWN]
            columns = zip(drawn.T, collected.splits, *of_mean, strict=True)
            over_draws = [_over_draws(values, split, patients, limits)
                          for values, split, *limits in columns]  # fmt: skip
            table = table.join(pd.DataFrame(over_draws))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _over_draws(
    drawn: Floats, split: Split, patients: int, of_patients: Sequence[float] = KNOWN
) -> dict[str, float]:
    """The numbers of one outcome; `of_patients` are the fields of `MeanLimits`."""
    values = drawn[np.isfinite(drawn)]
    if not len(values):
        return {"draws": 0}
    spreads = {
        "mean_error": split.error(len(values), patients),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else math.nan,
        "sd_parameters": math.sqrt(split.parameters),
        "error_of_patients": math.sqrt((split.patients + split.together) / patients),
    }
    mean, draws = float(values.mean()), len(values)
    of_draws = float(scipy.special.stdtrit(draws - 1, UPPER)) * math.sqrt(split.parameters / draws)
    below, above, least, most = of_patients
    low, high = mean - math.hypot(of_draws, below), mean + math.hypot(of_draws, above)
    return {
        "draws": draws,
        "mean": mean,
        "mean_low": float(np.clip(low, least, most)),
        "mean_high": float(np.clip(high, least, most)),
        **dict(zip(spreads, without_rounding([*spreads.values()]).tolist(), strict=True)),
        **{name: float(np.quantile(values, share)) for name, share in QUANTILES.items()},
        "above_0": 100 * float((values > 0).mean()),
    }


def noise(scenarios: Sequence[Collected]) -> pd.DataFrame:
    """One row an outcome: its variance between parameters, between patients, and of both together.

    The last two are those of one patient; `group` patients are summed up at a time.
    """
    import pandas as pd

    tables = [
        pd.DataFrame(collected.quantities)
        .assign(group=group_of(collected.varied.scenario))
        .join(pd.DataFrame(collected.splits).add_prefix("variance_"))
        for collected in scenarios
    ]
    return pd.concat(tables, ignore_index=True)


def in_vain(scenarios: Sequence[Collected]) -> list[tuple[str, str, str]]:
    """Parameters that change no outcome: scenario, path, and whether they are read at all."""
    idle = []
    for collected in scenarios:
        varied, base = collected.varied, collected.varied.document(collected.varied.points[0])
        for low, high in collected.ends():
            if varied.document(low) == base == varied.document(high):
                continue  # values of a grid may begin and end with the scenario's own
            ends = [low.number, high.number]
            moved, values = collected.values[ends], collected.values[0]
            same = np.isclose(moved, values, UNCHANGED, UNCHANGED, equal_nan=True)
            if same.all() and (np.nan_to_num(collected.changes.errors[ends]) < UNCHANGED).all():
                read = _is_read(varied, low) or _is_read(varied, high)
                why = "read, but changes no outcome" if read else "never read"
                idle.append((varied.scenario.name, low.of, why))
    return idle


def _is_read(varied: Varied, point: Point) -> bool:
    """Whether a point changes the address of some arm, and the inputs of its patients."""
    base = varied.points[0]
    moved = varied.addresses(point) != varied.addresses(base)
    return moved and _inputs(varied, point) != _inputs(varied, base)


def _inputs(varied: Varied, point: Point) -> list[bytes]:
    """The inputs of the model for some patients at a point."""
    protocol = lowering.protocol(varied.study_at(point).scenario)
    arms = inputs_of(protocol, range(NUMBERS_LOOKED_AT)).values()
    return [part.tobytes() for inputs in arms for part in inputs]
