"""A sweep as it is printed: the tables that its design is about, and what to beware of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.cli.ending import records, table
from sim.display.tables import Sheet, number
from sim.scenario.protocol import accrual
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.sweeps import Swept

MOST_ROWS = 15
"""Parameters that are printed; the file has all."""


def as_json(swept: Swept) -> str:
    """Summary, parameters alone and indices as one JSON object; missing values are null."""
    form = swept.sweep.form
    frames = {"summary": swept.summary, "alone": swept.alone, "indices": swept.indices,
              "screening": swept.screening}  # fmt: skip
    held: dict[str, Any] = {
        "sweep": form.name,
        "design": form.design.name,
        "folder": str(swept.folder),
        "patients": swept.sweep.patients,
        "draws": swept.sweep.draws,
        "readings": _readings(swept),
        "in_vain": [list(one) for one in swept.in_vain],
        "failed": [[*point, why] for point, why in swept.failed.items()],
        **{name: None if frame is None else records(frame) for name, frame in frames.items()},
    }
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False)


def as_text(swept: Swept) -> str:
    """A table for every outcome that the sweep is about, and the notes."""
    design = swept.sweep.form.design.name
    tables = {"one_at_a_time": _alone, "grid": _grid, "indices": _indices, "morris": _screening}
    made = [*tables.get(design, _draws)(swept)]
    return "\n".join([*map(table, made), *_notes(swept)])


def _notes(swept: Swept) -> Iterator[str]:
    for scenario, path, why in swept.in_vain:
        yield f"In vain ({scenario}): {path}: {why} in {swept.sweep.patients} patients"
    if swept.failed and swept.sweep.form.design.name in ("indices", "morris"):
        yield f"Nothing of variance: that needs every point, and {len(swept.failed)} failed"
    readings = _readings(swept)
    yield "Annual increase read as: " + "; ".join(
        f"{name}: {how}" for name, how in readings.items()
    )
    yield "Every point holds the same patients and random numbers; differences are paired."
    yield f"Tables and figures: {swept.folder}"


def _readings(swept: Swept) -> dict[str, str]:
    studies = [one.study for one in swept.sweep.varied]
    return {study.scenario.name: accrual(study.scenario) for study in studies}


def _wanted(swept: Swept, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each outcome that the sweep is about, of differences where there are any.

    A grid tells the arms as well: what both lose or gain alike shows in no difference.
    """
    rows = frame[frame["against_arm"] != ""]
    rows = frame if rows.empty or swept.sweep.form.design.grid is not None else rows
    for outcome in swept.sweep.form.outcomes:
        for (scenario, arm, other), of_arm in rows[rows["outcome"] == outcome].groupby(
            ["scenario", *Arms._fields], sort=False
        ):
            last = of_arm[of_arm["time"] == of_arm["time"].max()]
            if not last.empty:
                unit = last["unit"].iloc[0]
                yield f"{outcome}, {Arms(str(arm), str(other)).label()}, {scenario} ({unit})", last


def _draws(swept: Swept) -> Iterator[Sheet]:
    """Every outcome over the draws: mean, spread without the noise of patients, and quantiles."""
    heads = ("over the draws", "unit", "base", "mean", "± SE", "SD", "SD of parameters",
             "95 % of draws", "above 0, %")  # fmt: skip
    wanted = swept.summary[swept.summary["outcome"].isin(swept.sweep.form.outcomes)]
    last = wanted.groupby(["scenario", "outcome"])["time"].transform("max")
    rows = [
        (
            f"{row['outcome']}, {Arms(row['arm'], row['against_arm']).label()}, {row['scenario']}",
            row["unit"], number(row["base"]),
            number(row["mean"]), number(row["mean_error"]), number(row["sd"]),
            number(row["sd_parameters"]), f"{number(row['q2.5'])} to {number(row['q97.5'])}",
            number(row["above_0"]),
        )
        for row in wanted[wanted["time"] == last].to_dict("records")
    ]  # fmt: skip
    yield Sheet(heads, rows)


def _alone(swept: Swept) -> Iterator[Sheet]:
    """The parameters that move each outcome most."""
    names = dict(zip(swept.parameters["parameter"], swept.parameters["name"], strict=True))
    for head, rows in _wanted(swept, swept.alone):
        width = (rows["at_high"] - rows["at_low"]).abs()
        widest = rows.loc[width.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]]
        heads = (head, "", "low", "high", "at low", "at high", "change", "± SE")
        yield Sheet(heads, [_changes(swept, names, row) for row in widest.to_dict("records")])


def _changes(swept: Swept, names: dict[str, str], row: dict[Any, Any]) -> tuple[str, ...]:
    ends = swept.parameters[
        (swept.parameters["parameter"] == row["parameter"])
        & (swept.parameters["scenario"] == row["scenario"])
    ].iloc[0]
    larger = "high" if abs(row["change_high"]) >= abs(row["change_low"]) else "low"
    return (
        names[row["parameter"]], str(ends["unit"]), *(_short(ends[end]) for end in ("low", "high")),
        *(number(row[at]) for at in ("at_low", "at_high")),
        number(row[f"change_{larger}"]), number(row[f"error_{larger}"]),
    )  # fmt: skip


def _grid(swept: Swept) -> Iterator[Sheet]:
    """The first axis down, the second across; further axes as tables of their own."""
    outcomes = swept.outcomes
    outcomes = outcomes[outcomes["role"] == "grid"]
    axes = [*dict.fromkeys(swept.parameters["parameter"])]
    names = dict(zip(swept.parameters["parameter"], swept.parameters["name"], strict=True))
    for head, rows in _wanted(swept, outcomes):
        across = axes[1] if len(axes) > 1 else None
        columns = [*dict.fromkeys(rows[across])] if across else [""]
        heads = [f"{names[across]} {_short(c)}" if across else "estimate" for c in columns]
        lines: dict[tuple[str, ...], list[str]] = {}
        for row in rows.to_dict("records"):
            others = [f"{names[axis]} {_short(row[axis])}" for axis in axes if axis != across]
            cell = f"{number(row['estimate'])} ± {number(row['mc_error'])}"
            lines.setdefault((", ".join(others), ""), []).append(cell)
        yield Sheet((head, "", *heads), [(*key, *cells) for key, cells in lines.items()])


def _indices(swept: Swept) -> Iterator[Sheet]:
    """First and total order of every parameter, and pairs where they were asked for."""
    if swept.indices is None:
        return
    for head, rows in _wanted(swept, swept.indices):
        lines = [
            (row["name"], row["order"] + (f" with {row['other']}" if row["other"] else ""),
             number(row["value"]), f"{number(row['low'])} to {number(row['high'])}")
            for row in rows.to_dict("records")
        ]  # fmt: skip
        yield Sheet((head, "order", "index", "95 %"), lines)


def _screening(swept: Swept) -> Iterator[Sheet]:
    """Mean absolute effect and SD of effects, largest first."""
    if swept.screening is None:
        return
    for head, rows in _wanted(swept, swept.screening):
        ordered = rows.sort_values("mean_absolute_effect", ascending=False, kind="stable")
        lines = [
            (row["name"], "", number(row["mean_absolute_effect"]),
             f"{number(row['low'])} to {number(row['high'])}", number(row["sd_effect"]))
            for row in ordered.to_dict("records")
        ]  # fmt: skip
        yield Sheet((head, "", "mean |effect|", "95 %", "SD of effects"), lines)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
