"""A result as it is printed: two tables and where the rest is, or JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.display.tables import WORDS, Sheet, closing, is_nan, sheets
from sim.experiments.runs import Result
from sim.scenario.protocol import accrual
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.archive import Kept

WIDER_THAN_ANY = 2000
"""Columns a table may take; a number cut off is worse than a line that wraps."""


KEPT = {"all": "Tables and figures", "tables": "Tables", "outcomes": "Outcomes"}


def as_text(result: Result, folder: Path, kept: Kept) -> str:
    """The tables of a run, how much of it is assumed, and where the files are."""
    end = (*closing(result.study), f"{KEPT[kept]}: {folder}")
    return "\n".join(
        [
            *(_printed(sheet) for sheet in sheets(result.study, result.summary, result.reported)),
            *end,
        ]
    )


def precision(course: pd.DataFrame | None) -> list[str]:
    """How many patients a precision that was asked for took, a line each."""
    if course is None:
        return []
    last = course[course["patients"] == course["patients"].max()]
    lines = []
    for row in last.to_dict("records"):
        arms = Arms(row["arm"], row["against_arm"]).label()
        reached = row["half_width"] <= row["goal"]
        lines.append(
            f"{row['outcome']}, {arms}: {row['estimate']:.3g} ± {row['half_width']:.2g} with "
            f"{row['patients']} patients; wanted ± {row['goal']:g}"
            + ("" if reached else ", not reached: no run has more patients")
        )
    return [*lines, ""]


def as_json(result: Result, folder: Path) -> str:
    """Summary and reported facts as one JSON object; missing values are null."""
    held: dict[str, Any] = {
        "scenario": result.study.scenario.name,
        "reading": accrual(result.study.scenario),
        "folder": str(folder),
        "assumptions": len(result.study.assumptions),
        "numbers": len(result.study.numbers),
        "summary": records(result.summary),
        "reported": None if result.reported is None else records(result.reported),
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON holds them."""
    rows = frame.to_dict("records")
    return [{str(k): None if is_nan(v) else v for k, v in row.items()} for row in rows]


def _printed(sheet: Sheet) -> str:
    """A sheet as text: the table, and its notes below."""
    return "\n".join([table(sheet), *([*sheet.notes, ""] if sheet.notes else [])])


def table(sheet: Sheet) -> str:
    """Columns aligned: words to the left, numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    laid_out = Table(box=SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(sheet.heads):
        laid_out.add_column(head, justify="left" if i < WORDS else "right", no_wrap=True)
    for row in sheet.rows:
        laid_out.add_row(*row)
    out = io.StringIO()
    console = Console(file=out, width=WIDER_THAN_ANY, color_system=None, markup=False, emoji=False)
    console.print(laid_out)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines()) + "\n"
