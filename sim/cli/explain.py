"""`mastosim explain`: one patient's life, all arms side by side."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import SCENARIO, SEED, SETTINGS

if TYPE_CHECKING:
    from sim.experiments.patient_history import Life
    from sim.experiments.patient_history.divergence import Divergence

FALLBACK = (120, 24)
"""Columns and lines where there is no terminal."""

LEAST_COLUMN = 28
DAY_AND_MONTH = 16
"""Characters that an arm needs, and that day and month take."""


@click.command(epilog="Example: mastosim explain scenarios/laroche2011.yaml --patient 17")
@SCENARIO
@SETTINGS
@click.option("--patient", type=click.IntRange(0), required=True, help="Number, from 0 on.")
@SEED
@click.option("--json", "as_json", is_flag=True, help="Print the life as JSON.")
def explain(
    scenario: Path, settings: tuple[str, ...], patient: int, seed: int | None, as_json: bool
) -> None:
    """Tell one patient's life event by event, and where the arms of the SCENARIO part."""
    from sim.experiments.patient_history import NoSuchPatient
    from sim.experiments.patient_history import explain as follow

    try:
        life = follow(scenario, patient, settings, seed)
    except NoSuchPatient as error:
        raise click.UsageError(str(error)) from None
    click.echo(to_json(life) if as_json else to_text(life))


def to_text(life: Life) -> str:
    """Who the patient is, what happened, and where the arms part."""
    width = shutil.get_terminal_size(FALLBACK).columns
    abreast = max(1, (width - DAY_AND_MONTH) // LEAST_COLUMN)
    columns = range(len(life.arms))
    groups = [columns] if abreast >= len(columns) else [[column] for column in columns]
    tables = [_table(life, group, width) for group in groups]
    return "\n".join([*life.head, "", *tables, *life.comparison])


def to_json(life: Life) -> str:
    """The life as one JSON object, with the columns of `sim.results` and the texts of each line."""
    events = [
        {"day": day, "month": month, "arms": dict(zip(life.arms, texts, strict=True))}
        for day, month, *texts in life.events.itertuples(index=False, name=None)
    ]
    held = {
        "scenario": life.scenario,
        "seed": life.seed,
        "patient": life.patient,
        "person": life.person,
        "latent": life.latent,
        "arms": life.arms,
        "divergence": _divergence(life.divergence),
        "outcome": _divergence(life.outcome),
        "events": events,
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _divergence(divergence: Divergence | None) -> dict[str, object] | None:
    if divergence is None:
        return None
    return {"day": divergence.day, "arms": divergence.events, "reason": divergence.reason}


def _table(life: Life, columns: Sequence[int], width: int) -> str:
    """Day, month and some of the arms, on the lines on which any of these has something."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in life.heads[:2]:
        table.add_column(head, justify="right", no_wrap=True)
    for column in columns:
        table.add_column(life.arms[column], overflow="fold")
    for day, month, *texts in life.rows:
        shown = [texts[column] for column in columns]
        if any(shown):
            table.add_row(day, month, *shown)
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n") + "\n"
