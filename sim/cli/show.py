"""A result as it is printed: two tables and where the rest is, or JSON."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import evidence
from sim.runs import Result
from sim.scenario.words import accrual, count_of_assumptions

if TYPE_CHECKING:
    import pandas as pd


WIDER_THAN_ANY = 2000
"""Columns a table may take; a number cut off is worse than a line that wraps."""


def as_text(result: Result, folder: Path) -> str:
    """The tables of a run, how much of it is assumed, and where the files are."""
    scenario = result.study.scenario
    parts = []
    if result.reported is not None and len(result.reported):
        parts += [_reported(result.reported), _reported_notes(result)]
    parts += [_arms(result), _arms_notes(result)]
    parts.append(
        f"{count_of_assumptions(result.study)}; `mastosim check` lists them.\n"
        f"Annual increase read as: {accrual(scenario)}.\n"
        "Fracture differences stand on this reading.\n"
        f"{_beyond(result)}"
        f"Tables and figures: {folder}"
    )
    return "\n".join(parts)


def as_json(result: Result, folder: Path) -> str:
    """Summary and reported facts as one JSON object; missing values are null."""
    held: dict[str, Any] = {
        "scenario": result.study.scenario.name,
        "folder": str(folder),
        "assumptions": len(result.study.assumptions),
        "numbers": len(result.study.numbers),
        "summary": _records(result.summary),
        "reported": None if result.reported is None else _records(result.reported),
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.to_dict("records")
    return [{str(k): None if _is_nan(v) else v for k, v in row.items()} for row in rows]


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _reported(reported: pd.DataFrame) -> str:
    labels = evidence.labels(reported["source"].iloc[0])
    heads = ("Reported against simulated", "unit", "reported", "simulated", "Monte Carlo error")
    rows = (
        (
            labels[row["fact"]],
            row["unit"],
            _as_printed(row["reported"], row["reported_spread"]),
            _with_spread(row["simulated"], row["simulated_spread"]),
            number(row["mc_error"]),
        )
        for row in reported.to_dict("records")
    )
    return _table(heads, rows)


def _reported_notes(result: Result) -> str:
    cited = evidence.short_citation(result.study.scenario.answers or "")
    return (
        f"Reported: {cited}. After ±: standard deviation between patients.\n"
        "Monte Carlo error: standard error of the simulated value; more virtual patients make it "
        "smaller.\n"
    )


def _arms(result: Result) -> str:
    """Every outcome at its last time: two arms beside their difference, more arms above theirs."""
    columns = [str(arm) for arm in dict.fromkeys(result.summary["arm"])]
    arms = list(result.study.scenario.arms)
    if len(arms) <= 2:
        return _outcomes(result, columns)
    differences = [column for column in columns if column not in arms]
    return _outcomes(result, arms) + "\n" + _outcomes(result, differences)


def _outcomes(result: Result, columns: list[str]) -> str:
    summary = result.summary[result.summary["arm"].isin(columns)]
    last = summary.loc[summary.groupby(["arm", "outcome"])["time"].idxmax()]
    cells = {(row["outcome"], row["arm"]): row for row in last.to_dict("records")}
    name, months = result.study.scenario.name, f"{last['time'].max():g}"
    rows = []
    for outcome in dict.fromkeys(summary["outcome"]):
        found = [cells.get((outcome, column)) for column in columns]
        unit = next(row["unit"] for row in found if row is not None)
        rows.append((outcome, unit, *(_cell(row) for row in found)))
    return _table([f"{name} at month {months}", "unit", *columns], rows)


def _arms_notes(result: Result) -> str:
    scenario = result.study.scenario
    paired = (
        "Differences are paired: the same patients, the same random numbers in every arm.\n"
        if len(scenario.arms) > 1
        else ""
    )
    return (
        f"Means over {scenario.cohort.patients} virtual patients with 95 % Monte Carlo intervals.\n"
        f"{paired}An interval says how well the simulation knows its own mean, not how well the\n"
        "published patients support it.\n"
    )


def _cell(row: Mapping[Hashable, Any] | None) -> str:
    if row is None or _is_nan(row["estimate"]):
        return "-"
    return f"{number(row['estimate'])} [{number(row['low'])}, {number(row['high'])}]"


def _beyond(result: Result) -> str:
    scenario = result.study.scenario
    if scenario.horizon <= scenario.beyond_evidence.after:
        return ""
    after = round(scenario.beyond_evidence.after / (365.25 / 12))
    rate = scenario.beyond_evidence.rate
    return f"Past month {after} no evidence reaches: bone density goes on at {rate:g} %/year.\n"


def _with_spread(value: float, spread: float) -> str:
    return number(value) if _is_nan(spread) else f"{number(value)} ± {number(spread)}"


def _as_printed(value: float, spread: float) -> str:
    """A published number with as many digits as it was published with."""
    return f"{value:g}" if _is_nan(spread) else f"{value:g} ± {spread:g}"


def number(value: float) -> str:
    """A number with three significant digits, and no more than two decimals."""
    if _is_nan(value):
        return "-"
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Columns aligned: words to the left, numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head, justify="left" if i < 2 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=WIDER_THAN_ANY, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines()) + "\n"
