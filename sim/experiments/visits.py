"""The table of visits of a run with clinics: refused where there is none, and kept as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import RequestError
from sim.outcomes.tables import Tables
from sim.results import Kept
from sim.results.atomic_file import whole_file
from sim.results.tables import write_csv
from sim.scenario import Study

if TYPE_CHECKING:
    import pandas as pd

FILE = "visits.csv"


def visits_of(study: Study, tables: Tables | None, called: str) -> pd.DataFrame:
    """Return the visits of a run, as `sim.outcomes.visits.visits` does.

    Parameters
    ----------
    study
        The study of the run.
    tables
        The tables of its patients; None where they were not kept.
    called
        What the run is called in an error.

    Returns
    -------
    pandas.DataFrame
        One row per dose that a patient asked the clinic for.

    Raises
    ------
    RequestError
        Without a clinic, or without the tables.
    """
    from sim.outcomes.visits import visits

    if study.scenario.clinic is None:
        raise RequestError(f"{called} has no visits: its scenario has no `clinic` (docs/clinic.md)")
    if tables is None:
        raise RequestError(
            f"{called} has no visits: the tables of its patients were not kept, as `mastosim run "
            "--keep tables` keeps them"
        )
    return visits(tables, study)


def visits_of_kept(kept: Kept) -> pd.DataFrame:
    """Return the visits of a kept run. Raises RequestError as `visits_of`, and for another kind."""
    called = f"'{kept.folder}'"
    if kept.manifest.kind != "run":
        raise RequestError(f"{called} is not a run; only a run has visits")
    has_clinic = kept.study.scenario.clinic is not None
    tables = kept.patients if has_clinic and kept.has_patients else None
    return visits_of(kept.study, tables, called)


def save(visits: pd.DataFrame, into: Path) -> Path:
    """Write visits to a file in a folder, whole or not at all; returns the file."""
    into.mkdir(parents=True, exist_ok=True)
    with whole_file(into / FILE) as file:
        write_csv(visits, file)
    return into / FILE
