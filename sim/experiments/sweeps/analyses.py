"""What a sweep says: each parameter alone, the draws together, and parameters that do nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.sweeps import addresses
from sim.experiments.sweeps.collect import Collected
from sim.experiments.sweeps.designs import Point
from sim.experiments.sweeps.noise import Split
from sim.experiments.sweeps.varied import Varied
from sim.outcomes.units import GROUP
from sim.scenario import from_document
from sim.simulation import lowering
from sim.simulation.records import Floats
from sim.simulation.simulate import inputs_of
from sim.vocabulary import UNCHANGED

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = {"q2.5": 0.025, "q25": 0.25, "median": 0.5, "q75": 0.75, "q97.5": 0.975}
NUMBERS_LOOKED_AT = 50
"""Patients whose inputs are compared to learn whether a number is read at all."""


def parameters(varied: Sequence[Varied]) -> pd.DataFrame:
    """One row per scenario and parameter: its path, value, interval and distribution."""
    import pandas as pd

    rows = []
    for one in varied:
        for place, parameter in enumerate(one.joint.parameters):
            ends = {
                point.role: parameter.shown(point.values[place])
                for point in one.points
                if point.of == parameter.path and point.role in ("low", "high")
            }
            words = parameter.distribution.words if parameter.distribution else "chosen values"
            rows.append({
                "scenario": one.study.scenario.name, "parameter": parameter.path,
                "name": parameter.name, "unit": parameter.base.unit if parameter.base else "",
                "base": parameter.shown(None), "low": ends["low"], "high": ends["high"],
                "distribution": words, "assumption": parameter.is_assumption,
            })  # fmt: skip
    return pd.DataFrame(rows)


def alone(found: Sequence[Collected]) -> pd.DataFrame:
    """One row a parameter and outcome: at its ends, and by how much that differs from the base.

    The errors are those of the change, which is paired: the same patients at every point.
    """
    import pandas as pd

    rows = []
    for one in found:
        base = one.values[0]
        for low, high in _ends(one):
            for place, quantity in enumerate(one.quantities):
                at = [float(one.values[point.number, place]) for point in (low, high)]
                errors = [float(one.changes[point.number, place]) for point in (low, high)]
                rows.append({
                    "scenario": one.one.study.scenario.name, "parameter": low.of,
                    **quantity._asdict(), "base": base[place], "at_low": at[0], "at_high": at[1],
                    "change_low": at[0] - base[place], "error_low": errors[0],
                    "change_high": at[1] - base[place], "error_high": errors[1],
                })  # fmt: skip
    return pd.DataFrame(rows)


def _ends(one: Collected) -> Iterator[tuple[Point, Point]]:
    """The points at which each parameter is low and high alone."""
    yield from zip(one.points("low"), one.points("high"), strict=True)


def summary(found: Sequence[Collected]) -> pd.DataFrame:
    """One row an outcome over the draws, with what comes of patients kept apart.

    `mean_error` is the standard error of the mean from both kinds of noise; `sd` is the spread of
    the draws as it is, `sd_parameters` that without the noise of patients; `above_0` the share of
    draws above 0 in percent. `draws` counts those that have the outcome, as nothing may have been
    there to measure in others. For a design without draws the base case alone.
    """
    import pandas as pd

    rows = []
    for one in found:
        drawn = one.drawn()
        patients = one.one.study.scenario.cohort.patients
        for place, quantity in enumerate(one.quantities):
            row = {
                "scenario": one.one.study.scenario.name, **quantity._asdict(),
                "base": one.values[0, place], "base_error": one.errors[0, place],
            }  # fmt: skip
            if len(drawn):
                row |= _over_draws(drawn[:, place], one.splits[place], patients)
            rows.append(row)
    return pd.DataFrame(rows)


def _over_draws(drawn: Floats, split: Split, patients: int) -> dict[str, float]:
    values = drawn[np.isfinite(drawn)]
    several = len(values) > 1
    if not len(values):
        return {"draws": 0}
    return {
        "draws": len(values),
        "mean": float(values.mean()),
        "mean_error": split.error(len(values), patients),
        "sd": float(values.std(ddof=1)) if several else math.nan,
        "sd_parameters": math.sqrt(split.parameters),
        "error_of_patients": math.sqrt((split.patients + split.together) / patients),
        **{name: float(np.quantile(values, share)) for name, share in QUANTILES.items()},
        "above_0": 100 * float((values > 0).mean()),
    }


def noise(found: Sequence[Collected]) -> pd.DataFrame:
    """One row an outcome: its variance between parameters, between patients, and of both together.

    The last two are those of one patient; GROUP patients are summed up at a time.
    """
    import pandas as pd

    rows = [
        {
            "scenario": one.one.study.scenario.name, **quantity._asdict(), "group": GROUP,
            "variance_parameters": split.parameters, "variance_patients": split.patients,
            "variance_together": split.together,
        }
        for one in found
        for quantity, split in zip(one.quantities, one.splits, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def in_vain(found: Sequence[Collected]) -> list[tuple[str, str, str]]:
    """Parameters that change no outcome: scenario, path, and whether they are read at all."""
    told = []
    for one in found:
        as_it_is = one.one.document(one.one.points[0])
        for low, high in _ends(one):
            if one.one.document(low) == as_it_is == one.one.document(high):
                continue  # values of a grid may begin and end with the scenario's own
            moved = one.values[[low.number, high.number]]
            errors = one.changes[[low.number, high.number]]
            same = np.isclose(moved, one.values[0], UNCHANGED, UNCHANGED, equal_nan=True)
            if same.all() and (np.nan_to_num(errors) < UNCHANGED).all():
                read = any(_is_read(one.one, point) for point in (low, high))
                why = "read, but changes no outcome" if read else "never read"
                told.append((one.one.study.scenario.name, low.of, why))
    return told


def _is_read(one: Varied, point: Point) -> bool:
    """Whether some arm depends on what a point changes, and its patients are told of it."""
    documents = [one.document(point), one.document(one.points[0])]
    arms = one.study.scenario.arms
    here, base = ([addresses.of(document, arm) for arm in arms] for document in documents)
    return here != base and _inputs(one, point) != _inputs(one, one.points[0])


def _inputs(one: Varied, point: Point) -> list[bytes]:
    """What the model is told of some patients at a point."""
    scenario = from_document(one.document(point), (), one.study.publications).scenario
    arms = inputs_of(lowering.protocol(scenario), range(NUMBERS_LOOKED_AT)).values()
    return [part.tobytes() for inputs in arms for part in inputs]
