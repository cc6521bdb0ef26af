"""The first sheet: the question, what was done, how to do it again, and what the sheets hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.display.workbook.inputs import COLUMNS
from sim.display.workbook.sheet import ABOVE, LETTERS, Cell, Column, Formula, Sheet, named
from sim.results import Kept
from sim.results.keeping import HEADS
from sim.scenario.text.settings import in_words

INTERVALS = (
    "Intervals are 95 % Monte Carlo intervals: they show how precise the simulation is, not the "
    "uncertainty of the published data."
)
ELSEWHERE = " (with --out FOLDER if the result is not kept below ./results)"
HOLDS = "What was done, how to do it again, and what each sheet holds."


def sheet(results: Sequence[Kept], others: Sequence[Sheet]) -> Sheet:
    """What was done in each result, then one row for each other sheet."""
    rows: list[list[Cell]] = []
    for number, kept in enumerate(results, 1):
        rows += [[number, item, value] for item, value in _of(kept, number, others)]
    rows.append([None, "Intervals", INTERVALS])
    rows += [[None, f"Sheet {other.name}", other.holds] for other in others]
    return Sheet("About", HOLDS, [Column(head) for head in ("result", "item", "value")], rows)


def _of(kept: Kept, number: int, others: Sequence[Sheet]) -> Iterator[tuple[str, Cell]]:
    manifest, folder = kept.manifest, kept.folder
    yield "What was done", HEADS[manifest.kind].format(" and ".join(manifest.scenarios))
    yield "Title", str(manifest.headed["title"])
    yield "Question", str(manifest.headed["question"])
    changed = [in_words(one.path, one.old, one.new) for one in manifest.settings]
    yield "Changed values", "; ".join(changed) or "none"
    yield "Patients", manifest.patients
    yield "Seed", manifest.seed
    yield from _counts(named("Inputs", number), others)
    for name, value in manifest.options.items():
        if name not in ("patients", "seed") and isinstance(value, str | int | float):
            yield f"Option {name}", value
    yield "Result", f"{folder.absolute().parent.name}/{folder.name}"
    yield "Version", f"mastosim {manifest.mastosim}"
    yield "Model", manifest.model
    yield "Digest", manifest.digest
    yield "Written", manifest.written
    if manifest.command:
        yield "Command", manifest.command
    yield "Do it again", f"mastosim rerun {folder.name}{ELSEWHERE}"
    yield "Python", f"{manifest.python}, {manifest.machine}"
    yield "Libraries", ", ".join(f"{name} {of}" for name, of in manifest.libraries.items())


def _counts(inputs: str, others: Sequence[Sheet]) -> Iterator[tuple[str, Cell]]:
    """The numbers and the assumptions, counted by formulas from the sheet of inputs."""
    rows = next(other.rows for other in others if other.name == inputs)
    first, last = ABOVE + 1, ABOVE + max(len(rows), 1)
    value, assumed = (LETTERS[COLUMNS.index(head)] for head in ("value", "assumed"))
    of_value, of_assumed = (
        f"'{inputs}'!${letter}${first}:${letter}${last}" for letter in (value, assumed)
    )
    numbers = [row for row in rows if row[COLUMNS.index("value")] != ""]
    yes = sum(row[COLUMNS.index("assumed")] is True for row in rows)
    yield "Numbers", Formula(f"=COUNTA({of_value})", len(numbers))
    yield "Assumptions", Formula(f"=COUNTIF({of_assumed},TRUE)", yes)
