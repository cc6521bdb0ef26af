"""`mastosim readings`: the four readings of the annual increase side by side."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    ENGINE,
    JSON,
    OUT,
    PATIENTS,
    QUIET,
    SCENARIO,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)
from sim.vocabulary import Engine, arms_of, rows_with

if TYPE_CHECKING:
    import pandas as pd

    from sim.display.tables import Sheet
    from sim.experiments.readings import SideBySide

PLATEAU = click.option(
    "--plateau",
    metavar="TIME",
    help="How long the increase lasts under the plateau reading, e.g. '30 months'.  [default: the "
    "scenario's where that is its own reading, or 24 months]",
)
SATURATING = click.option(
    "--saturating",
    nargs=2,
    metavar="TIME WINDOW",
    help="Time constant and window of the saturating reading, e.g. '12 months' '24 months'.  "
    "[default: the scenario's where that is its own reading, or 12 months and 12 months]",
)


@click.command(epilog="Example: mastosim readings scenarios/laroche2011.yaml --patients 200")
@SCENARIO
@PLATEAU
@SATURATING
@SETTINGS
@PATIENTS
@SEED
@OUT
@ENGINE("batch")
@WORKERS
@JSON
@QUIET
def readings(
    scenario: Path,
    plateau: str | None,
    saturating: tuple[str, str] | None,
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate a SCENARIO under the four readings of its annual increase, on the same patients.

    Linear, compound, plateau, saturating: what each says of the arms and of their paired
    difference, and how far that difference is from the one under the scenario's own reading.
    """
    from sim.experiments.readings import keep, read, simulate

    refuse_unwritable(out)
    four = read(scenario, patients, seed, settings, plateau, saturating)

    from sim.cli.progress import watching
    from sim.experiments.runs import workers_for

    workers = workers or workers_for(four.study.scenario.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        found = simulate(four, progress, engine, workers)
    command = " ".join(["mastosim", *sys.argv[1:]])
    folder = keep(found, out, command, time.monotonic() - began)
    click.echo(_as_json(found, folder) if as_json else _as_text(found, folder))


def _as_json(found: SideBySide, folder: Path) -> str:
    """The readings as one JSON object; missing values are null."""
    from sim.cli.ending import records
    from sim.experiments.archive import digest_of
    from sim.scenario.protocol import accrual

    four, scenario = found.four, found.four.study.scenario
    held: dict[str, Any] = {
        "scenario": scenario.name,
        "folder": str(folder),
        "own": four.own,
        "patients": scenario.cohort.patients,
        "seed": scenario.seed,
        "readings": [
            {
                "reading": name,
                "read_as": accrual(study.scenario),
                "origin": four.origins[name],
                "digest": digest_of(study),
            }
            for name, study in four.studies.items()
        ],
        "summary": records(found.summary),
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _as_text(found: SideBySide, folder: Path) -> str:
    """A table an arm, the differences under each reading, how far they are apart, and the rest."""
    from sim.cli.ending import table
    from sim.experiments.readings import said

    notes = [
        *said(found.four),
        "In brackets: 95 % Monte Carlo intervals. They say how well the simulation knows its own",
        "mean, not how well the published patients support it. Differences are paired: the same",
        "patients, the same random numbers in every arm and under every reading.",
        "Fracture differences stand on the reading at the head of their column.",
        f"Table and figure: {folder}",
    ]
    return "".join(map(table, _sheets(found))) + "\n".join(notes)


def _sheets(found: SideBySide) -> Iterator[Sheet]:
    """Arms and their differences under each reading, then these differences less the own one's."""
    summary, own = found.summary, found.four.own
    here = summary[summary["against"] == ""]
    every = arms_of(here)
    for arms in every:
        yield _sheet(arms.label(), rows_with(here, [arms]), own)
    differences = [arms for arms in every if arms.against_arm]
    for arms in differences or every:
        rows = rows_with(summary[summary["against"] != ""], [arms])
        yield _sheet(f"({arms.label()}) less that under {own}", rows, own)


def _sheet(what: str, rows: pd.DataFrame, own: str) -> Sheet:
    """A row an outcome, a column a reading, the month in the head."""
    from sim.display.tables import Sheet, is_nan, number

    heads = [f"{name} (own)" if name == own else str(name) for name in rows["reading"].unique()]
    last = rows["time"].max()
    lines: dict[tuple[str, str], list[str]] = {}
    for row in rows.to_dict("records"):
        when = "" if row["time"] == last else f" at month {row['time']:g}"
        interval = f"[{number(row['low'])}, {number(row['high'])}]"
        cell = "-" if is_nan(row["estimate"]) else f"{number(row['estimate'])} {interval}"
        lines.setdefault((f"{row['outcome']}{when}", str(row["unit"])), []).append(cell)
    head = f"{what} at month {last:g}"
    return Sheet((head, "unit", *heads), [(*names, *cells) for names, cells in lines.items()])
