"""`mastosim list`: the results that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from sim.cli.ending import dumped
from sim.cli.options import JSON, folder_of_results
from sim.cli.terminal import ANY_WIDTH, line_width, say

if TYPE_CHECKING:
    from sim.results import Kept

HEADS = ("result", "kind", "scenario", "what was set", "patients", "date (UTC)")
WHOLE = ("result", "kind", "patients", "date (UTC)")
"""Columns that are never wrapped."""

SHORTEST = 6
"""Characters of a digest that are printed at least."""


@click.command("list", epilog="Example: mastosim list --out results")
@folder_of_results("Folder of results.")
@JSON
def list_results(out: Path, as_json: bool) -> None:
    """List the results below a folder, the newest first.

    For each: kind, scenario, changed values, what the intervals of an emulation hold, patients,
    date, and the name that `show`, `plot`,
    `rerun`, `extend` and `explain` accept.
    """
    from sim import results

    kept, unreadable = results.all_below(out)
    if as_json:
        say(dumped({"results": [_facts(result) for result in kept]}))
    elif kept:
        say(_table(kept, line_width() or ANY_WIDTH))
    else:
        say(f"There is no result in '{out}' yet; `mastosim run SCENARIO` makes one.")
    for why in unreadable:
        say(f"Not listed: {why}", to_stderr=True)


def _facts(kept: Kept) -> dict[str, Any]:
    manifest = kept.manifest
    return {
        "kind": manifest.kind,
        "scenarios": manifest.scenarios,
        "settings": [setting.model_dump() for setting in manifest.settings],
        "patients": manifest.patients,
        **({} if kept.interval is None else {"interval": kept.interval}),
        "seed": manifest.seed,
        "written": manifest.written,
        "digest": manifest.digest,
        "folder": kept.folder,
    }


def _table(results: list[Kept], width: int) -> str:
    """A row for each result, in as many columns as the terminal has."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from sim.display import text
    from sim.scenario.text.settings import in_words

    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for head in HEADS:
        side: Literal["left", "right"] = "right" if head == "patients" else "left"
        table.add_column(head, justify=side, overflow="fold", no_wrap=head in WHOLE)
    names = [kept.folder.name for kept in results]
    for kept in results:
        manifest = kept.manifest
        changed = [
            in_words(one.path, one.old, one.new)
            for one in manifest.settings
            if one.path != "cohort.patients"
        ]
        if kept.interval is not None:
            changed.append(f"intervals: {kept.interval}")
        table.add_row(
            _start(kept.folder.name, names),
            manifest.kind,
            manifest.about,
            "; ".join(changed),
            str(manifest.patients),
            manifest.written[:16].replace("T", " "),
        )
    return text.rendered(table, width).strip("\n")


def _start(name: str, names: Sequence[str]) -> str:
    """The start of a name that no other name begins with; the whole name where there is none."""
    others = [other for other in names if other != name]
    starts = (name[:count] for count in range(SHORTEST, len(name)))
    unique = (start for start in starts if not any(other.startswith(start) for other in others))
    return next(unique, name)
