"""A result as the tables that people read, on a terminal and in a notebook: heads, rows, notes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim import evidence
from sim.scenario.protocol import accrual, count_of_assumptions
from sim.vocabulary import EVERYONE, Arms, arms_of, rows_with

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Study

WORDS = 2
"""Columns at the left of every sheet that hold words; the others hold numbers."""


class Sheet(NamedTuple):
    """A table ready to be printed, with what has to be said below it, a line each."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()


def sheets(study: Study, summary: pd.DataFrame, published: pd.DataFrame | None) -> Iterator[Sheet]:
    """Reported against simulated where the scenario answers to a publication, then the arms."""
    if published is not None and len(published):
        yield reported(study, published)
    yield from arms(study, summary)


def reported(study: Study, published: pd.DataFrame) -> Sheet:
    """The published numbers beside the simulated ones."""
    paper = study.publication(study.scenario.answers or "")
    labels = evidence.labels(paper)
    rows = [
        (
            labels[row["fact"]],
            row["unit"],
            _as_printed(row["reported"], row["reported_spread"]),
            _with_spread(row["simulated"], row["simulated_spread"]),
            number(row["mc_error"]),
        )
        for row in published.to_dict("records")
    ]
    heads = ("Reported against simulated", "unit", "reported", "simulated", "Monte Carlo error")
    notes = (
        f"Reported: {evidence.short_citation(paper)}. After ±: standard deviation between "
        "patients.",
        "Monte Carlo error: standard error of the simulated value; more virtual patients make it "
        "smaller.",
    )
    return Sheet(heads, rows, notes)


def arms(study: Study, summary: pd.DataFrame) -> list[Sheet]:
    """Every outcome at its last time: two arms beside their difference, more arms above theirs.

    All patients first, then each subgroup.
    """
    columns = arms_of(summary)
    names = [Arms(arm) for arm in study.scenario.arms]
    if len(names) <= 2:
        groups = [columns]
    else:
        groups = [names, [column for column in columns if column not in names]]
    *above, last = (
        _outcomes(study, summary, str(subgroup), group)
        for subgroup in dict.fromkeys(summary["subgroup"])
        for group in groups
    )
    return [*above, last._replace(notes=_arms_notes(study))]


def closing(study: Study) -> tuple[str, ...]:
    """How much of a result is assumed, and what its differences stand on, a line each."""
    return (
        f"{count_of_assumptions(study.numbers)}; `mastosim check` lists them.",
        f"Annual increase read as: {accrual(study.scenario)}.",
        "Fracture differences stand on this reading.",
        *_beyond(study),
    )


def number(value: float) -> str:
    """A number with three significant digits, and no more than two decimals."""
    if is_nan(value):
        return "-"
    digits = 0 if abs(value) >= 100 or value == int(value) else 2 if abs(value) < 10 else 1
    return f"{round(value, digits) + 0.0:.{digits}f}"  # + 0.0: no minus before a zero


def is_nan(value: object) -> bool:
    """True for a number that is missing."""
    return isinstance(value, float) and math.isnan(value)


def _outcomes(study: Study, summary: pd.DataFrame, subgroup: str, columns: list[Arms]) -> Sheet:
    summary = rows_with(summary[summary["subgroup"] == subgroup], columns)
    last = summary.loc[summary.groupby([*Arms._fields, "outcome"])["time"].idxmax()]
    cells = {
        (row["outcome"], row["arm"], row["against_arm"]): row for row in last.to_dict("records")
    }
    who = "" if subgroup == EVERYONE else f", {subgroup}"
    head = f"{study.scenario.name}{who} at month {last['time'].max():g}"
    rows = []
    for outcome in dict.fromkeys(summary["outcome"]):
        found = [cells.get((outcome, *column)) for column in columns]
        unit = next(row["unit"] for row in found if row is not None)
        rows.append((outcome, unit, *(_cell(row) for row in found)))
    return Sheet((head, "unit", *(column.label() for column in columns)), rows)


def _arms_notes(study: Study) -> tuple[str, ...]:
    scenario = study.scenario
    patients = scenario.cohort.patients
    paired = "Differences are paired: the same patients, the same random numbers in every arm."
    return (
        f"Means over {patients} virtual patients with 95 % Monte Carlo intervals.",
        *([paired] if len(scenario.arms) > 1 else []),
        "An interval says how well the simulation knows its own mean, not how well the",
        "published patients support it.",
    )


def _cell(row: Mapping[Hashable, Any] | None) -> str:
    if row is None or is_nan(row["estimate"]):
        return "-"
    return f"{number(row['estimate'])} [{number(row['low'])}, {number(row['high'])}]"


def _beyond(study: Study) -> list[str]:
    scenario = study.scenario
    if scenario.horizon <= scenario.beyond_evidence.after:
        return []
    after = round(scenario.beyond_evidence.after / (365.25 / 12))
    rate = scenario.beyond_evidence.rate
    return [f"Past month {after} no evidence reaches: bone density goes on at {rate:g} %/year."]


def _with_spread(value: float, spread: float) -> str:
    return number(value) if is_nan(spread) else f"{number(value)} ± {number(spread)}"


def _as_printed(value: float, spread: float) -> str:
    """A published number with as many digits as it was published with."""
    return f"{value:g}" if is_nan(spread) else f"{value:g} ± {spread:g}"
