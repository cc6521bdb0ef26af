"""`mastosim examples`: the scenarios and sweeps that travel with mastosim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.options import JSON
from sim.cli.terminal import ANY_WIDTH, line_width, say

if TYPE_CHECKING:
    from sim.scenario.examples import Example


@click.command(epilog="Example: mastosim examples")
@JSON
def examples(as_json: bool) -> None:
    """List the shipped scenarios and sweeps with their questions.

    Each command takes the name of an example in place of a file, as in `mastosim run laroche2011`;
    a file of that name comes first. `mastosim new FILE --from NAME` copies an example to edit.
    """
    from sim.cli.ending import dumped
    from sim.scenario.examples import examples as shipped

    rows = [*shipped()]
    if as_json:
        say(dumped({"examples": [row._asdict() for row in rows]}))
        return
    say(_table(rows, line_width() or ANY_WIDTH))
    say("Next: mastosim run laroche2011 --patients 200")


def _table(rows: list[Example], width: int) -> str:
    """Names with questions, scenarios first; the title where a file asks no question."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from sim.display import text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("question", overflow="fold")
    for kind in ("scenario", "sweep"):
        for row in (row for row in rows if row.kind == kind):
            table.add_row(row.name, row.question or row.title)
        table.add_section()
    return text.rendered(table, width).strip("\n") + "\n"
