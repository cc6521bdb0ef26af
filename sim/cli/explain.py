"""`mastosim explain`: one patient's life, all arms side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.completion import files_or_results
from sim.cli.damage import warn
from sim.cli.ending import dumped
from sim.cli.options import FILE_OUT, RESULTS, SEED, SETTINGS, number
from sim.cli.terminal import ANY_WIDTH, line_width, say

if TYPE_CHECKING:
    from sim.experiments.patient_history import Life
    from sim.experiments.patient_history.lines import Divergence

LEAST_COLUMN = 28
DAY_AND_MONTH = 16
"""Characters that an arm needs, and that day and month take."""


@click.command(epilog="Example: mastosim explain scenarios/laroche2011.yaml --patient 17")
@click.argument("scenario", metavar="SCENARIO|RESULT", shell_complete=files_or_results)
@SETTINGS
@number("--patient", "Number, counted from 0.", 0, required=True)
@SEED
@click.option("--scenario", "name", metavar="NAME", help="Scenario or reading of a RESULT.")
@RESULTS
@FILE_OUT("--figure", help_text="Draw the life on a time axis: a .svg, .pdf or .png file.")
@click.option("--json", "as_json", is_flag=True, help="Print the history as JSON.")
def explain(
    scenario: str, settings: tuple[str, ...], patient: int, seed: int | None, name: str | None,
    out: Path, figure: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Follow one patient event by event through every arm.

    The command explains where the arms diverge. The patient is one of a SCENARIO file, or of a
    RESULT of `run`, `compare` or `readings`: a folder, `latest`, or the start of a digest.
    """
    from sim.experiments.patient_history import explain as follow
    from sim.experiments.patient_history import format_of, write
    from sim.experiments.verbs import study_of_patient

    if figure is not None:
        format_of(figure)
    study = study_of_patient(scenario, settings, seed, name, out, warn)
    life = follow(study, patient, settings, seed)
    if figure is not None:
        write(life.plot(), figure)
    say(to_json(life) if as_json else to_text(life))


def to_text(life: Life) -> str:
    """Who the patient is, what happened, and where the arms diverge."""
    from sim.display.fitted import wrapped

    lines = line_width()
    width = lines or ANY_WIDTH
    abreast = max(1, (width - DAY_AND_MONTH) // LEAST_COLUMN)
    columns = range(len(life.arms))
    groups = [columns] if abreast >= len(columns) else [[column] for column in columns]
    tables = [_table(life, group, width) for group in groups]
    head, comparison = (
        [wrapped(line, lines) for line in part] for part in (life.head, life.comparison)
    )
    return "\n".join([*head, "", *tables, *comparison])


def to_json(life: Life) -> str:
    """The life as one JSON object, with the columns of `sim.results` and the texts of each line."""
    events = [
        {"day": day, "month": month, "arms": dict(zip(life.arms, texts, strict=True))}
        for day, month, *texts in life.events.itertuples(index=False, name=None)
    ]
    facts = {
        "scenario": life.scenario,
        "seed": life.seed,
        "patient": life.patient,
        "person": life.person,
        "latent": life.latent,
        "arms": life.arms,
        "divergence": _divergence(life.divergence),
        "outcome": _divergence(life.outcome),
        **_at_clinic(life),
        "events": events,
    }
    return dumped(facts)


def _at_clinic(life: Life) -> dict[str, object]:
    """The clinic with the waits of every dose; nothing without a clinic."""
    if life.attendance is None:
        return {}
    own = life.attendance
    doses = {
        therapy: {arm: [dose._asdict() for dose in of_arm] for arm, of_arm in doses.items()}
        for therapy, doses in own.doses.items()
    }
    facts = {
        "number": own.clinic,
        "patients": [own.patients.start, own.patients.stop - 1],
        "enrolled": own.enrolled,
        "doses": doses,
        "parting": _divergence(own.parting),
    }
    return {"clinic": facts}


def _divergence(divergence: Divergence | None) -> dict[str, object] | None:
    if divergence is None:
        return None
    return {"day": divergence.day, "arms": divergence.events, "reason": divergence.reason}


def _table(life: Life, columns: Sequence[int], width: int) -> str:
    """Day, month and some of the arms, without the lines on which all these arms are empty."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from sim.display import text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in life.heads[:2]:
        table.add_column(head, justify="right", no_wrap=True)
    for column in columns:
        table.add_column(life.arms[column], overflow="fold")
    for day, month, *texts in life.rows:
        shown = [texts[column] for column in columns]
        if any(shown):
            table.add_row(day, month, *shown)
    return text.rendered(table, width).strip("\n") + "\n"
