"""The outcomes of a run arm by arm, with their paired differences and both kinds of interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.display.figures import uncertain
from sim.display.figures.differences import heading_of, label_of, scale_of
from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.vocabulary import EVERYONE, Arms, arms_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    Row = Mapping[Hashable, Any]


class Line(NamedTuple):
    """An outcome at its last time: its row in each column, by arm and difference.

    A `group` is the heading and the scale that it stands under.
    """

    group: tuple[str, str]
    label: str
    month: float
    cells: Mapping[Arms, Row]


def section(contents: Contents) -> Section | None:
    """Every outcome of the run at its last time; None for another kind of result."""
    if not contents.is_run:
        return None
    rows = _last(contents.summary)
    columns = arms_of(rows)
    lines = [*_lines(rows)]
    facts = {
        "columns": columns,
        "groups": [
            (*group, [*members]) for group, members in groupby(lines, lambda one: one.group)
        ],
        "month": rows["time"].mode()[0],
        "uncertain": _by_cell(contents.uncertainty),
        "patients": contents.study.scenario.cohort.patients,
        "clinics": contents.study.scenario.clinics,
    }
    heading = f"Results at month {facts['month']:g}"
    return Section("results", "Results", heading, "outcomes.html", facts)


def _last(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of all patients, each outcome at its last time."""
    rows = summary[summary["subgroup"] == EVERYONE]
    last = rows.groupby([*Arms._fields, "outcome"])["time"].transform("max")
    return rows[rows["time"] == last]


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    scales = [scale_of(*row) for row in zip(rows["outcome"], rows["unit"], strict=True)]
    return rows.assign(
        heading=rows["outcome"].map(heading_of), label=rows["outcome"].map(label_of), scale=scales
    )


def _lines(rows: pd.DataFrame) -> Iterator[Line]:
    """The outcomes, those of a heading and a scale together, in the order of the summary."""
    named = _named(rows)
    order = {key: i for i, key in enumerate(dict.fromkeys(named["heading"]))}
    by_outcome = named.groupby("outcome", sort=False)
    lines = [_line(of_one) for _, of_one in by_outcome]
    yield from sorted(lines, key=lambda line: (order[line.group[0]], line.group[1]))


def _line(rows: pd.DataFrame) -> Line:
    first = rows.iloc[0]
    cells = {Arms(row["arm"], row["against_arm"]): row for row in rows.to_dict("records")}
    return Line((first["heading"], first["scale"]), first["label"], first["time"], cells)


def _by_cell(uncertainty: pd.DataFrame | None) -> dict[tuple[str, Arms], tuple[float, float]]:
    """The interval over the draws of a sweep, by outcome and difference at its last time.

    Outcomes that do not differ between the draws have none.
    """
    if uncertainty is None:
        return {}
    low, high = (uncertainty[end] for end in uncertain.ENDS)
    rows = uncertainty[(uncertainty["against_arm"] != "") & (low < high)].sort_values("time")
    return {
        (label_of(row["outcome"]), Arms(row["arm"], row["against_arm"])): (
            row[uncertain.LOW], row[uncertain.HIGH],
        )
        for row in rows.to_dict("records")
    }  # fmt: skip
