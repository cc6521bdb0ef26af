"""A saved sweep as its figures read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.display.figures.intact import csv, intact
from sim.results.tables import MANIFEST, manifest_of
from sim.vocabulary import BONES

OVER_TIME = tuple(f"{bone} change" for bone in BONES)
"""Outcomes that have a course, and that are read whether or not they are asked for."""

NOT_DRAWN = ("AB", "BA", "trajectory")
"""Points that only indices and elementary effects are made of; there are very many."""

WORDS = ("scenario", "role", "of", "arm", "against_arm", "outcome", "unit")
NUMBERS = ("point", "time", "estimate", "mc_error")
IN_WORDS = (
    "scenario", "parameter", "name", "unit", "arm", "against_arm", "outcome", "order", "other",
)  # fmt: skip

OF_A_PARAMETER = ("scenario", "parameter", "name", "unit", "base", "low", "high", "assumption")
OF_A_RESULT = ("scenario", "parameter", "arm", "against_arm", "outcome", "unit", "time")
"""Columns that tables have, before those of numbers."""


class Sweep(NamedTuple):
    """What a sweep says of itself.

    `draws` counts the points of the design itself, without the base case and single parameters.
    `arms` are in the order of the scenario, `readings` says by scenario how the published annual
    increase is read, `outcomes` are those to be shown, in order.
    """

    title: str
    design: str
    outcomes: tuple[str, ...]
    arms: tuple[str, ...]
    patients: int
    draws: int
    seed: int
    readings: Mapping[str, str]


class Swept(NamedTuple):
    """Outcomes by point, the parameters moved, and what was computed from them.

    `alone` says how well the change at each end of a parameter is known, on the same patients.
    Tables that a sweep does not have are empty.
    """

    outcomes: pd.DataFrame
    parameters: pd.DataFrame
    alone: pd.DataFrame
    indices: pd.DataFrame
    screening: pd.DataFrame
    sweep: Sweep


def read(folder: Path) -> Swept:
    """The sweep in a folder, with the outcomes that figures show.

    Raises Damaged for a file that is missing, or that is not what a sweep writes.
    """
    parameters = _table(folder / "parameters.csv", OF_A_PARAMETER, needed=True)
    with intact(folder / MANIFEST):
        sweep = _sweep(manifest_of(folder)["sweep"], parameters)
    return Swept(
        outcomes=_outcomes(folder / "outcomes.parquet", sweep, parameters),
        parameters=parameters,
        alone=_table(folder / "alone.csv", (*OF_A_RESULT, "base", "error_low", "error_high")),
        indices=_table(folder / "indices.csv", (*OF_A_RESULT, "order", "value", "low", "high")),
        screening=_table(
            folder / "screening.csv",
            (*OF_A_RESULT, "mean_effect", "mean_absolute_effect", "sd_effect", "low", "high"),
        ),
        sweep=sweep,
    )


def _outcomes(path: Path, sweep: Sweep, parameters: pd.DataFrame) -> pd.DataFrame:
    """The points that are drawn, of the outcomes that are."""
    shown = [
        ("outcome", "in", list({*sweep.outcomes, *OVER_TIME})),
        ("role", "not in", list(NOT_DRAWN)),
    ]
    with intact(path):
        rows = pd.read_parquet(path, filters=shown).astype(dict.fromkeys(WORDS, object))
        rows[[*WORDS, *NUMBERS, *parameters["parameter"]]]
        return rows


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
    )


def _table(path: Path, columns: Iterable[str], needed: bool = False) -> pd.DataFrame:
    """A table of a sweep; a value such as `none` is a word, and only an empty field is missing."""
    if not needed and not path.exists():
        return pd.DataFrame()
    table = csv(path, columns, keep_default_na=False, na_values=[""])
    names = [name for name in IN_WORDS if name in table]
    return table.assign(**{name: table[name].astype(object).fillna("") for name in names})
