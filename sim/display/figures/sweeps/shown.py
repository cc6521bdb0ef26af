"""What the figures of a sweep show: which outcomes of which arms, in which scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures.differences import pairs_of
from sim.display.figures.style import ArmStyle, arm_style, difference_style
from sim.display.figures.sweeps.saved import OF_A_PARAMETER, OF_CHANGES, Sweep, Swept
from sim.vocabulary import DRAWN, UNCHANGED, Arms, arms_of, rows_with

ONE = ["scenario", *Arms._fields, "outcome", "unit", "time"]
"""Columns that name one result of a point."""


CHANGES = dict(zip(
    OF_CHANGES,
    [f"{end}_{what}" for end in ("low", "high") for what in ("error", "least", "most")],
    strict=True,
))  # fmt: skip
"""What the columns of changes in `alone` are called here."""


class Case(NamedTuple):
    """A scenario, and the paired difference (or the only arm) that is shown of it."""

    scenario: str
    arms: Arms


def contrasts(sweep: Sweep, rows: pd.DataFrame) -> dict[Arms, ArmStyle]:
    """The paired differences and the look of each, in ink.

    Where a scenario has one arm and nothing to compare, the arm itself.
    """
    present = set(arms_of(rows))
    looks = difference_style([pair for pair in pairs_of(sweep.arms) if pair in present])
    return looks or (arms(sweep, rows) if len(sweep.arms) == 1 else {})


def arms(sweep: Sweep, rows: pd.DataFrame) -> dict[Arms, ArmStyle]:
    """The arms that were simulated, and the look of each."""
    present = set(arms_of(rows))
    looks = {Arms(name): look for name, look in arm_style(sweep.arms).items()}
    return {alone: look for alone, look in looks.items() if alone in present}


def last(sweep: Sweep, rows: pd.DataFrame) -> pd.DataFrame:
    """The outcomes asked for, in their order, each at its last time in its scenario."""
    rows = rows[rows["outcome"].isin(sweep.outcomes) & rows["estimate"].notna()]
    rows = rows[rows["time"] == rows.groupby(["scenario", "outcome"])["time"].transform("max")]
    order = rows["outcome"].map(sweep.outcomes.index)
    return rows.loc[order.sort_values(kind="stable").index]


def compared(sweep: Sweep, rows: pd.DataFrame) -> pd.DataFrame:
    """The paired differences in the outcomes asked for, each at its last time."""
    return last(sweep, rows_with(rows, contrasts(sweep, rows)))


def cases(sweep: Sweep, rows: pd.DataFrame) -> list[Case]:
    """Every scenario and difference in some rows: scenarios as they come, differences by arm."""
    present = set(zip(rows["scenario"], map(Arms, rows["arm"], rows["against_arm"]), strict=True))
    every = [(s, pair) for s in rows["scenario"].unique() for pair in contrasts(sweep, rows)]
    return [Case(*case) for case in every if case in present]


def of_case(rows: pd.DataFrame, case: Case, outcome: str) -> pd.DataFrame:
    """The rows of one outcome in one scenario and difference."""
    is_case = (rows["scenario"] == case.scenario) & (rows["outcome"] == outcome)
    return rows_with(rows[is_case], [case.arms])


def ends(swept: Swept) -> pd.DataFrame:
    """One row for each result and parameter: the outcome at both ends of the interval and between.

    `low_from` to `low_to` is the interval of the outcome at the low end. `width` is how far the
    outcome is moved; `low_error` is the Monte Carlo error of the change at the low end, from
    `low_least` to `low_most` its 95 % interval; `base` and `high` likewise.
    """
    rows = compared(swept.sweep, swept.outcomes)
    parts = {role: rows[rows["role"] == role] for role in ("low", "base", "high")}
    table = parts["low"][[*ONE, "of"]].rename(columns={"of": "parameter"})
    for role, part in parts.items():
        own = {"estimate": role, "mc_error": f"{role}_mc", "low": f"{role}_from",
               "high": f"{role}_to"}  # fmt: skip
        key = ONE if role == "base" else [*ONE, "parameter"]
        part = part.rename(columns={"of": "parameter"})[[*key, *own]].rename(columns=own)
        table = table.merge(part, on=key)
    return _with_width(_with_errors(swept, with_names(swept, table)))


def are_paired(swept: Swept) -> bool:
    """Whether the errors of changes count that the patients are the same at every point."""
    return not swept.alone.empty


def _with_errors(swept: Swept, table: pd.DataFrame) -> pd.DataFrame:
    """How sure the changes at both ends are: paired, or as of independent simulations."""
    if not are_paired(swept):
        return table.assign(**{
            name: column for end in ("low", "high") for name, column in _apart(table, end)
        })  # fmt: skip
    known = last(swept.sweep, swept.alone.assign(estimate=swept.alone["base"]))
    known = known.rename(columns=CHANGES)
    key = ["scenario", *Arms._fields, "outcome", "parameter"]
    return table.merge(known[[*key, *CHANGES.values()]], on=key, how="left")


def _apart(table: pd.DataFrame, end: str) -> Iterator[tuple[str, Any]]:
    """Error and interval of the changes at an end, as if the points had other patients."""
    change = table[end] - table["base"]
    down = np.hypot(table[end] - table[f"{end}_from"], table["base_to"] - table["base"])
    up = np.hypot(table[f"{end}_to"] - table[end], table["base"] - table["base_from"])
    yield f"{end}_error", np.hypot(table["base_mc"], table[f"{end}_mc"])
    yield f"{end}_least", change - down
    yield f"{end}_most", change + up


def _with_width(table: pd.DataFrame) -> pd.DataFrame:
    """How far the outcome is moved; 0 for a difference from rounding alone."""
    values = table[["low", "base", "high"]].to_numpy(float)
    values = np.where(np.abs(values - values[:, 1:2]) <= UNCHANGED, values[:, 1:2], values)
    width = values.max(axis=1, initial=-np.inf) - values.min(axis=1, initial=np.inf)
    return table.assign(low=values[:, 0], high=values[:, 2], width=width)


def with_names(swept: Swept, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by parameter with its name, unit and values; the path stands in where it has no name."""
    ends = {end: f"{end}_value" for end in ("base", "low", "high")}
    known = swept.parameters[[*OF_A_PARAMETER]].rename(columns={"unit": "value_unit", **ends})
    rows = rows.drop(columns="name", errors="ignore")
    rows = rows.merge(known, on=["scenario", "parameter"], how="left")
    return rows.assign(
        name=rows["name"].where(rows["name"].notna(), rows["parameter"]),
        value_unit=rows["value_unit"].where(rows["value_unit"].notna(), ""),
        assumption=rows["assumption"].astype(str) == "True",
    )


def case_looks(every: Sequence[Case], looks: Mapping[Arms, ArmStyle]) -> dict[Case, ArmStyle]:
    """The look of each case: that of its difference; of one difference, its scenario's own."""
    scenarios = list(dict.fromkeys(case.scenario for case in every))
    if len(scenarios) == 1:
        return {case: looks[case.arms] for case in every}
    own = difference_style(scenarios)
    if len(looks) == 1:
        return {case: own[case.scenario] for case in every}
    return {case: own[case.scenario]._replace(color=looks[case.arms].color) for case in every}


def draws(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of draws of all parameters at once."""
    return rows[rows["role"].isin(DRAWN)]


def ordered(rows: pd.DataFrame, *columns: str, largest_first: bool = False) -> pd.DataFrame:
    """Rows by outcome, scenario and difference as they come, then by columns of numbers."""
    keys = {"outcome": ["outcome"], "scenario": ["scenario"], "arms": [*Arms._fields]}
    by = pd.DataFrame({name: rows.groupby(key, sort=False).ngroup() for name, key in keys.items()})
    by = by.assign(**{name: -rows[name] if largest_first else rows[name] for name in columns})
    order = by.sort_values([*by], kind="stable").index
    return rows.loc[order].reset_index(drop=True)
