"""A life table: one that is shipped, or the rows of a CSV file of the user."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from sim import evidence
from sim.scenario.form.quantities import Form, StandsFor, Text, only_one
from sim.scenario.form.quantity import refuse
from sim.scenario.mistakes import nearest
from sim.vocabulary import SEXES

MEASURES = {"probability": 1.0, "hazard": 100.0}
"""What a table holds, and the limit of its values: the probability of dying before the next
birthday, which is below the limit, or the hazard of death per year."""

OLDEST = 127
"""The highest age of a table."""


class Rows(NamedTuple):
    """The rows of a table: what they hold, and by sex the value that holds from each age on."""

    measure: str
    by_sex: Mapping[str, Mapping[int, float]]


class LifeTable(Form):
    """Deaths from other causes by sex and age: a shipped table, or a CSV file of your own."""

    shipped: Literal["france2019", "germany2016_2018", "usa2017"] | None = None
    """A shipped national life table, e.g. france2019."""
    file: Text | None = None
    """CSV file beside the scenario, with its `source`: `sex`, `age`, and `probability` or `hazard`
    per year, e.g. my-table.csv."""
    name: Text | None = None
    """The name of the table whose rows stand in `text`, e.g. my-table.csv."""
    text: Text | None = None
    """The rows of a table, as in the file; a kept result holds a file this way."""

    def check(self) -> None:
        """Refuse no table, two tables, a file that was not read, and rows with mistakes."""
        if (self.text is None) != (self.name is None):
            raise refuse("`name` and `text` stand together")
        if only_one(self, ("shipped", "file", "text"), "a life table") == "file":
            raise refuse("the file is read with the file of a scenario, not from here")
        for line, message in problems(self.text or FINE):
            raise refuse(f"line {line}: {message}")

    @property
    def rows(self) -> Rows:
        """The rows of the table."""
        if self.text is not None:
            return rows_of(self.text)
        table = evidence.life_table(str(self.shipped))
        return Rows("probability", {sex: dict(enumerate(table[sex])) for sex in SEXES})

    def by_age(self, sex: str) -> list[float]:
        """The value of each year of age from 0; a value holds until the next age of the table."""
        values = self.rows.by_sex[sex]
        ages = sorted(values)
        by_age = [values[ages[0]]] * ages[0]
        for age, end in zip(ages, [*ages[1:], ages[-1] + 1], strict=True):
            by_age += [values[age]] * (end - age)
        return by_age


LifeTableForm = Annotated[LifeTable, StandsFor("shipped", str)]

FINE = "sex,age,probability\nfemale,0,0\nmale,0,0\n"


def problems(text: str) -> Iterator[tuple[int, str]]:
    """The mistakes of a table as text, each with its line."""
    lines, header = _lines(text)
    measure = next((name for name in MEASURES if name in header), "")
    if not measure or sorted(header) != sorted(["sex", "age", measure]):
        unknown = [name for name in header if name not in ("sex", "age", *MEASURES)]
        near = nearest(unknown[0], ["sex", "age", *MEASURES]) if unknown else ""
        rule = "the first line is `sex,age,probability` or `sex,age,hazard`, with commas"
        yield 1, f"'{','.join(header)}': {rule}{f'; {near}' if near else ''}"
        return
    last: dict[str, int] = {}
    wrong = [(line, _problem(row, header, measure, last)) for line, row in lines]
    wrong = [(line, message) for line, message in wrong if message]
    absent = [sex for sex in SEXES if sex not in last]
    yield from wrong or [(1, f"has no row of the sex '{sex}'") for sex in absent]


def rows_of(text: str) -> Rows:
    """The rows of a table without mistakes."""
    lines, header = _lines(text)
    measure = next(name for name in MEASURES if name in header)
    by_sex: dict[str, dict[int, float]] = {sex: {} for sex in SEXES}
    for _line, row in lines:
        cells = dict(zip(header, row, strict=True))
        by_sex[cells["sex"]][int(cells["age"])] = float(cells[measure])
    return Rows(measure, by_sex)


def _lines(text: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The lines of a table with their numbers and cells, without empty ones; and the header."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines())]
    filled = [(line, row) for line, row in enumerate(rows, 1) if any(row)]
    return filled[1:], filled[0][1] if filled else []


def _problem(row: list[str], header: list[str], measure: str, last: dict[str, int]) -> str:
    """What is wrong with a row; empty for a right one, whose age is then noted in `last`."""
    if len(row) != len(header):
        return f"{len(row)} cells; allowed: {len(header)}, {','.join(header)}"
    cells = dict(zip(header, row, strict=True))
    sex, age, value = cells["sex"], cells["age"], _number(cells[measure])
    if sex not in SEXES:
        return f"'{sex}' is not a sex; {nearest(sex, SEXES)}"
    if not (age.isascii() and age.isdigit() and int(age) <= OLDEST):
        return f"'{age}' is not an age; allowed: whole years from 0 to {OLDEST}"
    if int(age) <= last.get(sex, -1):
        return f"age {age} of {sex} patients does not come after {last[sex]}"
    last[sex] = int(age)
    most = MEASURES[measure]
    if not 0 <= value <= most or (measure == "probability" and value == most):
        end = f"below {most:g}; the last row holds for all later ages, so a closing 1 is left out"
        allowed = end if measure == "probability" else f"{most:g} per year"
        return f"'{cells[measure]}' is not a {measure}; allowed: a number from 0 to {allowed}"
    return ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
