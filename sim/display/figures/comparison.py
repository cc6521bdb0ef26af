"""Several scenarios on one page: a panel for each outcome, a row for each scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.artist import Artist

from sim.display.figures import intervals, scales, style, uncertain
from sim.display.figures.caption import ON_READING, spoken
from sim.display.figures.differences import label_of, scale_of
from sim.display.figures.intervals import parts
from sim.display.numbers import cannot_occur
from sim.vocabulary import CANNOT_OCCUR, Arms, rows_with

OUTCOMES = (
    "spine change", "hip change", "spine above T -2.5", "ctx change", "balp change",
    "tryptase change", "vertebral fractures", "all fractures", "deaths",
)  # fmt: skip
"""The outcomes shown, in the order of the panels."""

ABREAST = 3
LANE, BETWEEN_ROWS, MOST = 2.7, 1.9, 50.0
"""Heights in mm: of an arm, of the room between rows, and the most that a panel may take."""

LAYOUT = parts.Layout(
    labels=36.0, around=0.2, abreast=ABREAST, is_scale_below=True, are_rows_ruled=True
)


class Beside(NamedTuple):
    """Rows of a summary to be shown beside each other.

    `by` is the column that gives the rows of the panels, `first` the value of it that the others
    are compared with, `looks` are the arms or the differences that are marks in a row.
    """

    summary: pd.DataFrame
    by: str
    names: Mapping[str, str]
    first: str
    looks: style.Looks


def figure(
    summary: pd.DataFrame, title: str, sentences: Sequence[str] = (),
    uncertainty: pd.DataFrame | None = None,
) -> style.Drawn | None:  # fmt: skip
    """The main outcomes of every scenario and arm, with Monte Carlo intervals.

    `summary` is that of a comparison (`sim.experiments.comparisons`); its rows of differences are
    left out. The caption opens with `sentences`. `uncertainty` has the interval of each outcome
    over the draws of the sweeps of some scenarios. None where no outcome of the figure is in the
    summary.
    """
    of_arms = summary.assign(against_arm="")
    summary = uncertain.beside(of_arms, uncertainty, "scenario").drop(columns="against_arm")
    rows = summary[(summary["against"] == "") & summary["outcome"].isin(list(OUTCOMES))]
    if rows.empty:
        return None
    scenarios = [str(name) for name in rows["scenario"].unique()]
    names = {name: name for name in scenarios}
    looks = {Arms(arm): look for arm, look in style.arm_style(list(rows["arm"].unique())).items()}
    beside = Beside(rows.assign(against_arm=""), "scenario", names, scenarios[0], looks)
    caption = spoken(*sentences, *_explained(rows, scenarios))
    blocks = blocks_of(beside, OUTCOMES, MOST)
    page = intervals.figure(
        [blocks], title, [legend(beside), interval(rows, "scenario")], [caption], LAYOUT
    )
    return page, summary


def blocks_of(beside: Beside, outcomes: Sequence[str], most: float) -> list[parts.Block]:
    """A panel no higher than `most` mm for each of some outcomes that the summary has."""
    lanes = LANE * len(beside.looks) + BETWEEN_ROWS
    height = min(lanes, most / len(beside.names))
    rows = [parts.Row(name, height) for name in beside.names.values()]
    known = set(rows_with(beside.summary, beside.looks)["outcome"])
    shown = [outcome for outcome in outcomes if outcome in known]
    panels = [_panel(beside, outcome, LANE * height / lanes) for outcome in shown]
    return [parts.Block(rows, panels[i : i + ABREAST]) for i in range(0, len(panels), ABREAST)]


def legend(beside: Beside) -> list[Artist]:
    """The arms, or the differences."""
    return [style.entry(arms.label("−"), style.mark(look)) for arms, look in beside.looks.items()]


def interval(rows: pd.DataFrame, by: str) -> list[Artist]:
    """What the lines of the marks are, and what they leave out in which scenario or reading."""
    if uncertain.is_in(rows):
        left_out = uncertain.left_out(rows, by)
        return [*uncertain.legend(), *(style.line_entry(said, color="none") for said in left_out)]
    return [style.line_entry(uncertain.MONTE_CARLO, **parts.line(style.INK))]


def _panel(beside: Beside, outcome: str, lane: float) -> parts.Panel:
    """One outcome: arms below each other within a row, and lines to compare with."""
    summary = beside.summary
    shown = rows_with(summary[summary["outcome"] == outcome], beside.looks)
    label, uprights = label_of(outcome), [*_references(beside, shown)]
    are_differences = all(arms.against_arm for arms in beside.looks)
    if are_differences:
        label = f"Δ {label[0].lower()}{label[1:]}"
        uprights.append(parts.Upright(0, style.ZERO))
    return parts.Panel(
        rows=[list(_marks(beside, shown[shown[beside.by] == name], lane)) for name in beside.names],
        scale=scale_of(outcome, shown["unit"].iloc[0]),
        limits=limits_of(
            outcome, shown.filter(["estimate", "low", "high", *uncertain.ENDS]), are_differences
        ),
        title=label,
        uprights=uprights,
    )


def limits_of(outcome: str, values: pd.DataFrame, are_differences: bool) -> tuple[float, float]:
    """The ends of a scale: counts, rates and shares of arms begin at 0, their lowest value."""
    is_count = "fracture" in outcome or outcome == "deaths"
    low, high = scales.limits(values, are_differences or is_count or None)
    has_least = not are_differences and (is_count or " above " in outcome)
    return (max(low, 0.0) if has_least else low), high


def _marks(beside: Beside, rows: pd.DataFrame, lane: float) -> Iterator[parts.Part]:
    """The arms of one row, each at its own height; a word for what cannot occur."""
    lanes = list(beside.looks)
    for row in rows.itertuples():
        arms = Arms(str(row.arm), str(row.against_arm))
        look, down = beside.looks[arms], lane * (lanes.index(arms) - (len(lanes) - 1) / 2)
        estimate, low, high = (float(getattr(row, name)) for name in ("estimate", "low", "high"))
        if cannot_occur(low, high, float(str(row.carriers))):
            yield parts.Word(0.0, CANNOT_OCCUR, down)
            continue
        symbol = style.mark(look) | {"clip_on": False}
        yield from uncertain.marks(row, look.color, down)
        yield parts.Mark(estimate, low, high, symbol, _line(rows, look.color), down)


def _line(rows: pd.DataFrame, color: str) -> parts.Look:
    """The line of a Monte Carlo interval: thicker where a thin line may stand beside it."""
    return {**uncertain.THICK, "color": color} if uncertain.is_in(rows) else parts.line(color)


def _references(beside: Beside, rows: pd.DataFrame) -> Iterator[parts.Upright]:
    """A dotted line at every estimate of the row that the others are compared with."""
    for row in rows[rows[beside.by] == beside.first].itertuples():
        color = beside.looks[Arms(str(row.arm), str(row.against_arm))].color
        dotted = {"color": color, "linewidth": 0.6, "linestyle": (0, (1, 1.5)), "zorder": 1}
        yield parts.Upright(float(str(row.estimate)), dotted)


def _explained(rows: pd.DataFrame, scenarios: list[str]) -> list[str]:
    """What marks and lines are, and when the outcomes were measured."""
    last = rows.groupby("scenario")["time"].max().reindex(scenarios)
    usual = last.mode()[0]
    others = last[last != usual].items()
    other = "".join(f", month {month:g} in {name}" for name, month in others)
    lines = "thick lines" if uncertain.is_in(rows) else "lines"
    return [
        f"Outcomes at month {usual:g}{other}.",
        f"Marks: estimates; {lines}: 95 % Monte Carlo intervals; dotted: {scenarios[0]}.",
        *of_sweeps(rows, "scenario"),
        f"{'Thick lines' if uncertain.is_in(rows) else 'Intervals'} show simulation (Monte Carlo) "
        "error only, not the uncertainty of the published "
        "data. Scenarios share their random numbers, so paired differences are more precise than "
        "the intervals of the single scenarios suggest.",
        ON_READING,
    ]


def of_sweeps(rows: pd.DataFrame, by: str) -> list[str]:
    """What the thin lines are, and which scenarios or readings have none."""
    if not uncertain.is_in(rows):
        return []
    return [uncertain.explained(rows, by), *(f"{said}." for said in uncertain.left_out(rows, by))]
