"""A saved result as the figures read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from sim.display.figures.published import Fact, facts_for
from sim.outcomes.tables import Tables
from sim.results.tables import read_csv
from sim.results.tables_of_patients import load
from sim.scenario import Study
from sim.vocabulary import BONES, SEXES

OF_AN_OUTCOME = (
    "arm", "against_arm", "subgroup", "outcome", "unit", "time", "estimate", "low", "high",
)  # fmt: skip
OF_A_FACT = (
    "fact", "unit", "reported", "reported_spread", "simulated", "simulated_spread", "low", "high",
)  # fmt: skip
OF_AN_EFFECT = (
    "arm", "against_arm", "effect", "outcome", "unit", "time", "estimate", "low", "high",
    "carriers",
)  # fmt: skip
OF_WORTH = ("arm", "against_arm", "outcome", "unit", "estimate", "mc_error", "low", "high")
"""Columns that the tables have at least."""


class Saved(NamedTuple):
    """Tables of a result, its outcomes, and the published facts beside the simulated ones.

    The tables are empty where they were not kept. `facts` says what the published facts are, by
    name; `reference` is the young-adult mean and SD in g/cm2 of each bone by sex, and stays empty
    where the study is not known. `effects` and `worth` are None for a result without
    these tables, `study` is None where it is not known.
    """

    tables: Tables
    summary: pd.DataFrame
    reported: pd.DataFrame | None
    facts: Mapping[str, Fact] = MappingProxyType({})
    reference: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType({})
    effects: pd.DataFrame | None = None
    study: Study | None = None
    worth: pd.DataFrame | None = None


def read(folder: Path, study: Study) -> Saved:
    """The result of a study in a folder; `reported` is None where it answers to no publication.

    Raises Damaged for a file that is missing or cannot be read.
    """
    published, effects = folder / "reported.csv", folder / "effects.csv"
    worth = folder / "worth.csv"
    has_tables = (folder / "events.parquet").exists()
    return Saved(
        load(folder) if has_tables else Tables(*[pd.DataFrame()] * len(Tables._fields)),
        read_csv(folder / "summary.csv", OF_AN_OUTCOME),
        read_csv(published, OF_A_FACT) if published.exists() else None,
        facts_for(study),
        by_sex(study),
        read_csv(effects, OF_AN_EFFECT) if effects.exists() else None,
        study,
        read_csv(worth, OF_WORTH) if worth.exists() else None,
    )


def by_sex(study: Study) -> dict[str, dict[str, tuple[float, float]]]:
    """The young-adult mean and SD of each bone for each sex."""
    every = {bone: getattr(study.scenario.reference_bmd, bone) for bone in BONES}
    return {
        bone: {sex: (getattr(of, sex).mean, getattr(of, sex).sd) for sex in SEXES}
        for bone, of in every.items()
    }
