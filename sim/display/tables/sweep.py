"""The tables of a sweep: its parameters, those that its design is about, and what to beware of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.display.numbers import fine, number, significant, span, with_interval
from sim.display.tables import Printout, Sheet
from sim.vocabulary import Arms

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 15
"""Parameters that are printed; the file has all."""


PATIENTS = {
    "same": "Every point holds the same patients and random numbers; differences are paired.",
    "fresh": "Each draw holds patients of its own, the same in every arm; differences are paired.",
}


class Facts(NamedTuple):
    """Description of a sweep: its design, the outcomes asked for, and the patients of a point.

    `readings` say how the annual increase is read in each scenario, `patients_by_draw` whether all
    draws have the `same` patients. `in_vain` are scenario,
    parameter and reason of what changes no outcome; `failed` counts the points that failed.
    """

    design: str
    outcomes: Sequence[str]
    patients: int
    readings: Mapping[str, str]
    in_vain: Iterable[Sequence[str]] = ()
    failed: int = 0
    patients_by_draw: str = "same"


def printout(facts: Facts, tables: Mapping[str, pd.DataFrame | None]) -> Printout:
    """A table for every outcome that the sweep is about, and the notes.

    `tables` are those of the result by name: `parameters`, `summary`, `alone`, `indices`,
    `screening`, and of a grid `outcomes`.
    """
    about = {"one_at_a_time": _alone, "grid": _grid, "indices": _indices, "morris": _screening}
    return Printout(tuple(about.get(facts.design, _draws)(facts, tables)), tuple(_notes(facts)))


def _notes(facts: Facts) -> Iterator[str]:
    for scenario, path, why in facts.in_vain:
        yield f"No effect on any outcome ({scenario}): {path}: {why} in {facts.patients} patients"
    if facts.failed and facts.design in ("indices", "morris"):
        yield f"No indices of variance: they need every point, and {facts.failed} points failed"
    readings = "; ".join(f"{name}: {reading}" for name, reading in facts.readings.items())
    yield f"Annual increase read as: {readings}"
    yield PATIENTS[facts.patients_by_draw]


Tables = Mapping[str, Any]
Row = Mapping[Hashable, Any]


def _of_outcomes(facts: Facts, frame: pd.DataFrame | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each outcome that the sweep is about, of differences where there are any.

    A grid tells the arms as well: what both lose or gain alike shows in no difference. None of a
    table that the sweep does not have.
    """
    if frame is None:
        return
    rows = frame[frame["against_arm"] != ""]
    rows = frame if rows.empty or facts.design == "grid" else rows
    for outcome in facts.outcomes:
        by = rows[rows["outcome"] == outcome].groupby(["scenario", *Arms._fields], sort=False)
        for (scenario, *arms), of_arm in by:
            last = of_arm[of_arm["time"] == of_arm["time"].max()]
            if not last.empty:
                unit = last["unit"].iloc[0]
                yield f"{outcome}, {Arms(*map(str, arms)).label()}, {scenario} ({unit})", last


def _draws(facts: Facts, tables: Tables) -> Iterator[Sheet]:
    """Every outcome over the draws: mean, spread without the noise of patients, quantiles."""
    heads = ("over the draws", "unit", "base", "mean", "95 % of the mean", "SD",
             "SD of parameters", "95 % of draws", "above 0, %")  # fmt: skip
    summary = tables["summary"]
    asked = summary[summary["outcome"].isin(facts.outcomes)]
    last = asked.groupby(["scenario", "outcome"])["time"].transform("max")
    rows = [
        (
            f"{row['outcome']}, {Arms(row['arm'], row['against_arm']).label()}, {row['scenario']}",
            row["unit"], fine(row["base"], row["sd"]), fine(row["mean"], row["sd"]),
            span(row["mean_low"], row["mean_high"]), fine(row["sd"], row["sd"]),
            fine(row["sd_parameters"], row["sd"]), span(row["q2.5"], row["q97.5"]),
            number(row["above_0"]),
        )
        for row in asked[asked["time"] == last].to_dict("records")
    ]  # fmt: skip
    yield Sheet(heads, rows)


def _alone(facts: Facts, tables: Tables) -> Iterator[Sheet]:
    """The parameters that move each outcome most."""
    ends = tables["parameters"].drop_duplicates(["parameter", "scenario"])
    ends = ends.set_index(["parameter", "scenario"]).to_dict("index")
    for head, rows in _of_outcomes(facts, tables["alone"]):
        width = (rows["at_high"] - rows["at_low"]).abs()
        widest = rows.loc[width.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]]
        yield Sheet(
            (head, "", "low", "high", "at low", "at high", "change", "95 %"),
            [_change(row, ends[row["parameter"], row["scenario"]])
             for row in widest.to_dict("records")],
        )  # fmt: skip


def _change(row: Row, parameter: Row) -> tuple[str, ...]:
    larger = "high" if abs(row["change_high"]) >= abs(row["change_low"]) else "low"
    numbers, width = ("at_low", "at_high", f"change_{larger}"), abs(row[f"change_{larger}"])
    return (
        str(parameter["name"]), str(parameter["unit"]),
        stated(parameter["low"]), stated(parameter["high"]),
        *(fine(row[name], width) for name in numbers),
        span(row[f"from_{larger}"], row[f"to_{larger}"]),
    )  # fmt: skip


def _grid(facts: Facts, tables: Tables) -> Iterator[Sheet]:
    """The first axis down, the second across; further axes as tables of their own."""
    outcomes, parameters = tables["outcomes"], tables["parameters"]
    names = dict(zip(parameters["parameter"], parameters["name"], strict=True))
    across = [*names][1] if len(names) > 1 else None
    for head, rows in _of_outcomes(facts, outcomes[outcomes["role"] == "grid"]):
        columns = [*dict.fromkeys(rows[across])] if across else [""]
        heads = [f"{names[across]} {stated(c)}" if across else "estimate" for c in columns]
        lines: dict[tuple[str, ...], list[str]] = {}
        for row in rows.to_dict("records"):
            others = [f"{names[axis]} {stated(row[axis])}" for axis in names if axis != across]
            cell = with_interval(row["estimate"], row["low"], row["high"])
            lines.setdefault((", ".join(others), ""), []).append(cell)
        yield Sheet((head, "", *heads), [(*key, *cells) for key, cells in lines.items()])


def _indices(facts: Facts, tables: Tables) -> Iterator[Sheet]:
    """First and total order of every parameter, and pairs where they were asked for."""
    for head, rows in _of_outcomes(facts, tables["indices"]):
        yield Sheet((head, "order", "index", "95 %"), [
            (row["name"], row["order"] + (f" with {row['other']}" if row["other"] else ""),
             number(row["value"]), span(row["low"], row["high"]))
            for row in rows.to_dict("records")
        ])  # fmt: skip


def _screening(facts: Facts, tables: Tables) -> Iterator[Sheet]:
    """Mean absolute effect and SD of effects, largest first."""
    for head, rows in _of_outcomes(facts, tables["screening"]):
        ordered = rows.sort_values("mean_absolute_effect", ascending=False, kind="stable")
        yield Sheet((head, "", "mean |effect|", "95 %", "SD of effects"), [
            (row["name"], "", number(row["mean_absolute_effect"]),
             span(row["low"], row["high"]), number(row["sd_effect"]))
            for row in ordered.to_dict("records")
        ], _of_a_step(rows))  # fmt: skip


def _of_a_step(screening: pd.DataFrame) -> tuple[str, ...]:
    """How far a parameter moves for an effect."""
    step = significant(100 * float(screening["step"].iloc[0]), 2)
    return (f"An effect is that of one step, {step} % of the inner 95 % of a parameter's draws.",)


def design(parameters: pd.DataFrame, scenarios: Sequence[str]) -> Iterator[Sheet]:
    """Before a sweep is simulated, a table for each scenario: the interval of every parameter.

    `parameters` is the table `parameters.csv` of a sweep.
    """
    for scenario in scenarios:
        rows = parameters[parameters["scenario"] == scenario].to_dict("records")
        yield Sheet((scenario, "drawn from", "base", "low", "high", "unit"), [
            (row["parameter"] + " (assumption)" * bool(row["assumption"]), row["distribution"],
             *(stated(row[end]) for end in ("base", "low", "high")), row["unit"])
            for row in rows
        ])  # fmt: skip


def stated(value: object) -> str:
    """The value of a parameter: a number, or words."""
    return significant(value, 4) if isinstance(value, float | int) else str(value)


def pilot(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """How large a pilot found the noise, and the draws and patients that it recommends.

    `found` is a pilot as the manifest of a sweep holds it.
    """
    split, advice = facts["split"], facts["advice"]
    spread, alike, differing = (
        significant(split[part] ** 0.5) for part in ("parameters", "patients", "together")
    )
    error, target = significant(advice["error"], 2), significant(facts["target"], 2)
    arms = Arms(facts["arm"], facts["against_arm"]).label()
    return (
        f"Pilot, {facts['outcome']}, {arms} ({facts['unit']}):",
        f"  SD between draws, without Monte Carlo noise: {spread}",
        f"  SD between patients: {alike} common to all draws, {differing} specific to each draw",
        f"  {advice['draws']} draws of {advice['patients']} patients give the mean a standard "
        f"error of {error} (target {target}) in about {advice['seconds']:.0f} s on one core",
    )
