"""The user's own life table: a CSV file beside the scenario, whose text becomes the document's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sim.scenario.checks.publications import is_beside
from sim.scenario.form.life_table import problems
from sim.scenario.form.study import Scenario
from sim.scenario.mistakes import Mark, Mistake, ScenarioError, nearest
from sim.scenario.text.file import read_utf8
from sim.scenario.text.provenance import LIFE_TABLE, Plain
from sim.vocabulary import SEXES

STAND_IN = "france2019"
"""The table in the place of one with mistakes, so that the rest of a file can be checked."""

_FILE = re.compile(r"[\w][\w.-]*\.csv", re.IGNORECASE)


def read_life_table(plain: Plain, folder: Path) -> list[Mistake]:
    """Put the text of a life table in the place of its file, and find the mistakes in it.

    A study holds the rows in its document, so that its digest, its manifest and the workers have
    them without the file.
    """
    table = plain.mapping(*LIFE_TABLE)
    name = table.get("file")
    if not isinstance(name, str) or len(table) > 1:
        return []
    mark = plain.mark_of((*LIFE_TABLE, "file"))
    table.clear()
    table["shipped"] = STAND_IN
    if not is_beside(folder, name, _FILE):
        others = sorted(file.name for file in folder.glob("*.csv"))
        near = nearest(name, others) if others else "there is no CSV file"
        message = f"there is no file '{name}' beside the scenario; {near}"
        return [Mistake(".".join((*LIFE_TABLE, "file")), message, mark)]
    try:
        text = read_utf8(folder / name, str(folder / name))
    except ScenarioError as error:
        return list(error.mistakes)
    lines = [*text.splitlines(), ""]
    mistakes = [
        Mistake(".".join(LIFE_TABLE), message, Mark(str(folder / name), line, 1, lines[line - 1]))
        for line, message in problems(text)
    ]
    if not mistakes:
        table.clear()
        table |= {"name": name, "text": "\n".join(lines)}
    return mistakes


def check_life_table(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of a life table that begins above the age of the youngest possible patient."""
    within = scenario.cohort.age.within
    youngest = within[0] if within else 0.0
    for sex in SEXES:
        first = min(scenario.mortality.life_table.rows.by_sex[sex])
        if youngest < first:
            message = (
                f"the table of {sex} patients begins at {first} years, and patients can be "
                f"{youngest:g}; add rows, or cut ages off by cohort.age.within"
            )
            yield plain.mistake(LIFE_TABLE, message)
