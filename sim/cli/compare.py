"""`mastosim compare`: scenarios side by side, and their differences from the first."""

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
    PATIENTS,
    QUIET,
    SEED,
    SETTINGS,
    WORKERS,
    refuse_unwritable,
)
from sim.vocabulary import Engine

if TYPE_CHECKING:
    import pandas as pd

    from sim.display.tables import Sheet
    from sim.experiments.comparisons import Comparison

SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path))
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    show_default=True,
    help="Folder of results; the comparison goes to OUT/comparison/<digest>.",
)


@click.command(
    epilog="Example: mastosim compare scenarios/laroche2011.yaml scenarios/poor-attendance.yaml "
    "--patients 200"
)
@SCENARIOS
@SETTINGS
@PATIENTS
@SEED
@OUT
@ENGINE("batch")
@WORKERS
@JSON
@QUIET
def compare(
    scenarios: tuple[Path, ...],
    settings: tuple[str, ...],
    patients: int | None,
    seed: int | None,
    out: Path,
    engine: Engine,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate SCENARIO files on the same patients and print them side by side.

    Differences are paired and taken from the first file, which also gives the number of patients
    and the seed of all.
    """
    from sim.experiments.comparisons import keep, read, simulate

    studies = read(scenarios, patients, seed, settings)
    refuse_unwritable(out)

    from sim.cli.progress import watching
    from sim.experiments.runs import workers_for

    workers = workers or workers_for(studies[0].scenario.cohort.patients, engine)
    began = time.monotonic()
    with watching(quiet, engine) as progress:
        comparison = simulate(studies, progress, engine, workers)
    spent = time.monotonic() - began
    folder = keep(comparison, out, " ".join(["mastosim", *sys.argv[1:]]), spent)
    click.echo(_as_json(comparison, folder) if as_json else _as_text(comparison, folder))


def _as_json(comparison: Comparison, folder: Path) -> str:
    """The comparison as one JSON object; missing values are null."""
    from sim.cli.ending import records
    from sim.experiments.archive import digest_of
    from sim.experiments.comparisons import remarks

    first = comparison.studies[0].scenario
    held: dict[str, Any] = {
        "folder": str(folder),
        "against": first.name,
        "patients": first.cohort.patients,
        "seed": first.seed,
        "scenarios": [
            {"scenario": study.scenario.name, "digest": digest_of(study)}
            for study in comparison.studies
        ],
        "remarks": remarks(comparison.studies),
        "summary": records(comparison.summary),
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _as_text(comparison: Comparison, folder: Path) -> str:
    """A table an arm, the paired differences arm by arm, and what must be said of them."""
    from sim.cli.ending import table
    from sim.experiments.comparisons import remarks

    first = comparison.studies[0].scenario
    said = [
        f"Means over {first.cohort.patients} virtual patients; seed {first.seed}. After a "
        "difference: its 95 % Monte Carlo interval.",
        "Differences are paired: the same random numbers of every patient in every scenario.",
        "An interval says how well the simulation knows its own mean, not how well the",
        "published patients support it.",
        *remarks(comparison.studies),
        "Fracture differences stand on the reading of the annual increase.",
        f"Table and figure: {folder}",
    ]
    return "".join(map(table, _sheets(comparison.summary))) + "\n".join(said)


def _sheets(summary: pd.DataFrame) -> Iterator[Sheet]:
    """Estimates of each arm, then differences of each arm from the first scenario."""
    is_apart = summary["against"] != ""
    for rows, estimates in ((summary[~is_apart], True), (summary[is_apart], False)):
        for arm in rows["arm"].unique():
            yield _sheet(str(arm), rows[rows["arm"] == arm], estimates)


def _sheet(arm: str, rows: pd.DataFrame, estimates: bool) -> Sheet:
    """One arm: a row an outcome, a column a scenario, the month in the heads."""
    from sim.display.tables import Sheet

    months = rows.groupby("scenario", sort=False)["time"].max()
    same = months.nunique() == 1
    title = arm if estimates else f"{arm} less {rows['against'].iloc[0]}"
    title += f" at month {months.iloc[0]:g}" if same else ""
    names = [str(name) if same else f"{name} at month {month:g}" for name, month in months.items()]
    cells = {
        (row["outcome"], row["scenario"]): _cell(row, float(months[row["scenario"]]), estimates)
        for row in rows.to_dict("records")
    }
    units = dict(zip(rows["outcome"], rows["unit"], strict=True))
    lines = [
        (str(outcome), str(unit), *(cells.get((outcome, name), "-") for name in months.index))
        for outcome, unit in units.items()
    ]
    return Sheet((title, "unit", *names), lines)


def _cell(row: dict[Any, Any], month: float, is_estimate: bool) -> str:
    """An estimate, or a difference with its interval; with its month where that is another."""
    from sim.display.tables import is_nan, number

    if is_nan(row["estimate"]):
        return "-"
    interval = "" if is_estimate else f" [{number(row['low'])}, {number(row['high'])}]"
    when = "" if row["time"] == month else f" (month {row['time']:g})"
    return f"{number(row['estimate'])}{interval}{when}"
