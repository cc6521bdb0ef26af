"""A saved sweep as its figures read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from sim.results.kept import Kept
from sim.results.manifest import FILE
from sim.results.tables import intact
from sim.vocabulary import BONES

OVER_TIME = tuple(f"{bone} change" for bone in BONES)
"""Outcomes that have a course, and that are read whether or not they are asked for."""

NOT_DRAWN = ("AB", "BA", "trajectory")
"""Points that only indices and elementary effects are made of; there are very many."""

WORDS = ("scenario", "role", "of", "arm", "against_arm", "outcome", "unit")
NUMBERS = ("point", "time", "estimate", "mc_error", "low", "high")

OF_A_PARAMETER = ("scenario", "parameter", "name", "unit", "base", "low", "high", "assumption")
OF_CHANGES = ("error_low", "from_low", "to_low", "error_high", "from_high", "to_high")
"""Columns of the changes at both ends: the error of each, and the ends of its 95 % interval."""

OF_A_RESULT = ("scenario", "parameter", "arm", "against_arm", "outcome", "unit", "time")
"""Columns that tables have, before those of numbers."""


class Sweep(NamedTuple):
    """What a sweep says of itself.

    `draws` counts the points of the design itself, without the base case and single parameters.
    `arms` are in the order of the scenario, `readings` says by scenario how the published annual
    increase is read, `outcomes` are those to be shown, in order. `is_fresh` says whether each draw
    has patients of its own.
    """

    title: str
    design: str
    outcomes: tuple[str, ...]
    arms: tuple[str, ...]
    patients: int
    draws: int
    seed: int
    readings: Mapping[str, str]
    is_fresh: bool = False


class Swept(NamedTuple):
    """Outcomes by point, the parameters moved, and what was computed from them.

    `alone` says how well the change at each end of a parameter is known, on the same patients.
    Tables that a sweep does not have are empty. Figures of costs read more of the `kept` result.
    """

    outcomes: pd.DataFrame
    parameters: pd.DataFrame
    alone: pd.DataFrame
    indices: pd.DataFrame
    screening: pd.DataFrame
    sweep: Sweep
    kept: Kept


def read(kept: Kept) -> Swept:
    """A kept sweep, with the outcomes that figures show.

    Raises Damaged for a file that is missing, or that is not what a sweep writes.
    """
    parameters = kept.table("parameters", OF_A_PARAMETER)
    with intact(kept.folder / FILE):
        sweep = _sweep(kept.detail("sweep"), parameters)

    def table(name: str, *columns: str) -> pd.DataFrame:
        names = (*OF_A_RESULT, *columns)
        return kept.table(name, names) if kept.has(name) else pd.DataFrame(columns=[*names])

    sizes = ("step", "mean_effect", "mean_absolute_effect", "sd_effect", "low", "high")
    return Swept(
        outcomes=_outcomes(kept, sweep, parameters),
        parameters=parameters,
        alone=table("alone", "base", *OF_CHANGES),
        indices=table("indices", "order", "value", "low", "high"),
        screening=table("screening", *sizes),
        sweep=sweep,
        kept=kept,
    )


def _outcomes(kept: Kept, sweep: Sweep, parameters: pd.DataFrame) -> pd.DataFrame:
    """The points that are drawn, of the outcomes that are."""
    shown = [
        ("outcome", "in", list({*sweep.outcomes, *OVER_TIME})),
        ("role", "not in", list(NOT_DRAWN)),
    ]
    rows = kept.parquet("outcomes", filters=shown)
    with intact(kept.folder / "outcomes.parquet"):
        rows[[*WORDS, *NUMBERS, *parameters["parameter"]]]
        return rows.astype(dict.fromkeys(WORDS, object))


def _sweep(told: Mapping[str, Any], parameters: pd.DataFrame) -> Sweep:
    """What the manifest tells; a reading that is itself moved is that of the base case."""
    is_moved = parameters["parameter"].str.startswith("accrual").any()
    where = " in the base case" if is_moved else ""
    return Sweep(
        title=str(told["title"]),
        design=str(told["design"]),
        outcomes=tuple(dict.fromkeys(told["outcomes"])),
        arms=tuple(told["arms"]),
        patients=int(told["patients"]),
        draws=int(told.get("draws") or 0),
        seed=int(told["seed"]),
        readings={name: f"{text}{where}" for name, text in told.get("readings", {}).items()},
        is_fresh=told.get("patients_by_draw") == "fresh",
    )
