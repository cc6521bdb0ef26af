"""Convergence: the main outcomes and their Monte Carlo intervals over more and more patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import multiples, scales
from sim.display.figures.caption import ON_READING, Caption
from sim.display.figures.differences import label_of, pairs_of, scale_of
from sim.display.figures.multiples import Size
from sim.display.figures.saved import Saved
from sim.display.figures.style import DASHED, ZERO, ArmStyle, Drawn, difference_style, line_entry
from sim.display.numbers import cannot_occur, typeset, with_interval
from sim.outcomes.definitions.of_arm import outcomes_of
from sim.outcomes.estimates import Estimate
from sim.outcomes.labels import Label, Line, contrasts_of
from sim.outcomes.plan import line
from sim.outcomes.read_tables import records_in
from sim.outcomes.summary import in_months, unit_of_difference, without_rounding
from sim.outcomes.sums import SumTable, plus, sum_table
from sim.vocabulary import EVERYONE, Arms, arms_of, rows_with

MAIN = ("spine annual increase", "hip annual increase", "all fractures", "deaths")
"""The outcomes that are shown, where the run has them."""

STEPS = 60
"""Numbers of patients at which outcomes are computed, at most."""

FIRST = 0.1
"""The share of the patients from which on intervals lie within the scale."""

SIZE = Size(left=13.0, width=74.0, between=15.0, below=10.5, least=16.0, most=46.0, beside=4.0)
EXPLAINED = (
    "Lines: the outcome over the patients from the first to the number on the axis; bands: its "
    "95 % Monte Carlo interval, which shows how exactly these patients are simulated and not the "
    "uncertainty of the parameters. Dashed: the outcome over all patients. Bands of fewer than a "
    "tenth of the patients may leave the panel."
)


def figure(saved: Saved, caption: Caption) -> Drawn | None:
    """Differences against the number of patients, a panel per outcome; of one arm, the arm itself.

    None for fewer patients than two, or where no main outcome can occur.
    """
    looks = _looks(saved, caption)
    numbers = course(saved, [*looks], caption.unit)
    if numbers.empty:
        return None
    outcomes = [str(outcome) for outcome in numbers["outcome"].unique()]
    heads = [(label_of(outcome), _below(numbers, outcome)) for outcome in outcomes]
    pairs = [arms.label("−") for arms in looks if arms.against_arm]
    paired = f"Paired differences: {', '.join(pairs)}." if pairs else ""
    breaks = ON_READING if "all fractures" in outcomes else ""
    lines = caption.paragraphs(paired, EXPLAINED, breaks)
    legend = [[_entry(arms, look) for arms, look in looks.items()]]
    cells = multiples.in_rows(len(outcomes), 2)
    grid = multiples.grid(heads, cells, SIZE, caption.title, legend, lines)
    for axes, outcome in zip(grid.panels, outcomes, strict=True):
        _draw(axes, numbers[numbers["outcome"] == outcome], looks)
    return grid.page.figure, numbers


def course(saved: Saved, shown: list[Arms], unit: int = 1) -> pd.DataFrame:
    """One row for each main outcome, arm or difference, and number of patients.

    Patients of a `unit` follow each other, and a row is over whole units.
    """
    possible = [name for name in MAIN if _can_occur(saved.summary, name)]
    names = list(dict.fromkeys(arm for arms in shown for arm in arms if arm))
    lines = [one for arm in names for one in _lines(saved, arm, possible)]
    count = len(saved.tables.patients) // unit
    columns = ["outcome", *Arms._fields, "unit", "time", "patients", *Estimate._fields]
    if count < 2 or not lines:
        return pd.DataFrame(columns=columns)
    weights = [{(0, arm): 1.0, (0, other): -1.0} for arm, other in shown if other]
    contrasts = contrasts_of([one.label for one in lines], weights)
    table = sum_table(lines, contrasts, part=-(-count // STEPS), unit=unit)
    parts = accumulate((table.part(i) for i in range(len(table.own))), plus)
    rows = [row for part in parts for row in _rows(part, shown)]
    numbers = pd.DataFrame(rows, columns=columns).dropna(subset=["low", "high"])
    order = numbers.assign(
        outcome=numbers["outcome"].map(possible.index),
        arm=[shown.index(arms) for arms in map(Arms, numbers["arm"], numbers["against_arm"])],
    )
    by = order.sort_values(["outcome", "arm", "patients"], kind="stable").index
    return numbers.loc[by].rename(columns={"value": "estimate"}).reset_index(drop=True)


def _looks(saved: Saved, caption: Caption) -> Mapping[Arms, ArmStyle]:
    """The differences of the run in ink; of a run with one arm, the arm."""
    present = set(arms_of(saved.summary))
    looks = difference_style([pair for pair in pairs_of(caption.arms) if pair in present])
    return looks or {Arms(arm): look for arm, look in caption.looks.items()}


def _can_occur(summary: pd.DataFrame, name: str) -> bool:
    """Whether a run has an outcome, and the outcome can occur in any arm."""
    rows = summary[(summary["outcome"] == name) & (summary["subgroup"] == EVERYONE)]
    rows = rows[rows["against_arm"] == ""][["low", "high", "carriers"]]
    return any(not cannot_occur(*map(float, row)) for row in rows.to_numpy())


def _lines(saved: Saved, arm: str, names: list[str]) -> Iterator[Line]:
    """The main outcomes of an arm, patient by patient."""
    everyone = np.ones(len(saved.tables.patients))
    for outcome in outcomes_of(records_in(saved.tables, arm)):
        if outcome.name in names:
            yield line((0, arm), EVERYONE, outcome, everyone)


def _rows(table: SumTable, shown: list[Arms]) -> Iterator[tuple[object, ...]]:
    """The outcomes over the patients of a table, of the arms and differences that are shown."""
    for at, label in enumerate(table.labels):
        if Arms(label.arm[1]) in shown:
            yield _row(label, "", label.unit, table, table.estimate(at))
    for weights in table.contrasts:
        label, other = (table.labels[at] for at in weights)
        unit = unit_of_difference(label.unit)
        yield _row(label, other.arm[1], unit, table, table.contrast(weights))


def _row(
    label: Label, against: str, unit: str, table: SumTable, estimate: Estimate
) -> tuple[object, ...]:
    head = (label.name, label.arm[1], against, unit, in_months(label.day), table.patients)
    return (*head, *without_rounding(estimate))


def _below(numbers: pd.DataFrame, outcome: str) -> str:
    """The scale of an outcome, and the outcome over all patients where one line shows it."""
    rows = numbers[numbers["outcome"] == outcome]
    last = rows.iloc[-1]
    scale = scale_of(outcome, str(last["unit"]))
    if len(set(arms_of(rows))) > 1:
        return scale
    result = with_interval(*(float(last[name]) for name in ("estimate", "low", "high")))
    return f"{scale}; in all {typeset(result)}"


def _entry(arms: Arms, look: ArmStyle) -> Artist:
    return line_entry(arms.label("−"), color=look.color, linestyle=look.linestyle)


def _draw(axes: Axes, rows: pd.DataFrame, looks: Mapping[Arms, ArmStyle]) -> None:
    """Lines with bands, the values over all patients, and a scale that begins after the noise."""
    for arms, look in looks.items():
        own = rows_with(rows, [arms])
        if own.empty:
            continue
        x, ends = own["patients"], (own["low"], own["high"])
        axes.fill_between(x, *ends, color=look.color, alpha=0.18, linewidth=0)
        axes.plot(x, own["estimate"], color=look.color, linestyle=look.linestyle, zorder=3)
        axes.axhline(own["estimate"].iloc[-1], zorder=2, **DASHED)
    last = rows["patients"].max()
    settled = rows[rows["patients"] >= FIRST * last]
    axes.set_ylim(*scales.limits(settled[["low", "high"]]))
    axes.set_xlim(0, 1.02 * last)
    if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
        axes.axhline(0, zorder=1, **ZERO)
    scales.number(axes, "x", 4)
    scales.number(axes, "y", 5)
    axes.set_xlabel("Patients per arm")
