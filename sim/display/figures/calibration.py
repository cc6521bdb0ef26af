"""Calibration: the published numbers of several series against the mean of simulated trials."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import line_ends, multiples, scales, style
from sim.display.figures.caption import spoken
from sim.display.figures.fact_scales import COURSE, heading_of, scale_of
from sim.display.figures.multiples import Size
from sim.display.figures.published import facts_for
from sim.display.figures.texts import LINE, wrapped
from sim.display.figures.trials import COUNTED, NOT_COUNTED, PREDICTION, covered
from sim.scenario import Study
from sim.vocabulary import Interval

LEAST = 3
"""Numbers without a prediction among them that are worth a panel."""

NAMED_SERIES = 3
"""Series that a title names; of more it tells the number."""

DESIGN = "design"
PANEL = ["heading", "scale"]
SIZE = Size(left=12.0, width=74.0, between=14.0, below=11.0, least=26.0, most=58.0, beside=4.0)
EXPLAINED = (
    "Each mark: a published number against the mean of the simulated trials of the same size, with "
    "their 95 % predictive interval ({interval}). Black: predictions; grey and hollow: inputs, and "
    "numbers that tell the same as another. Diagonal: found as predicted. Named: the predictions "
    "farthest outside their intervals, as many as there is room for.{more} Agreement of inputs "
    "checks the program and not the biology."
)
IN_CSV = " Few inputs of a kind have no panel: {count}, in the CSV file."


def figure(
    scores: pd.DataFrame, interval: Interval | str, title: str, sentences: Sequence[str] = ()
) -> style.Drawn | None:
    """A panel for each kind and scale of facts; None where the design fixes every number.

    `scores` are those that `joined` puts together, `interval` says what their intervals hold; the
    caption opens with `sentences`.
    """
    numbers = points(scores)
    if not numbers["drawn"].any():
        return None
    drawn = numbers[numbers["drawn"]]
    panels = [rows for _, rows in drawn.groupby(PANEL, sort=False)]
    heads = [(str(rows["heading"].iloc[0]), _told(rows)) for rows in panels]
    hidden = len(numbers) - len(drawn)
    more = IN_CSV.format(count=hidden) if hidden else ""
    caption = spoken(*sentences, EXPLAINED.format(interval=interval, more=more))
    cells = multiples.in_rows(len(panels), 2)
    title, legend = f"{title}: {covered(scores)}", [_legend(drawn)]
    grid = multiples.grid(heads, cells, SIZE, title, legend, [caption])
    for axes, rows in zip(grid.panels, panels, strict=True):
        _draw(axes, rows, grid)
    return grid.page.figure, numbers


def joined(series: Sequence[tuple[Study, pd.DataFrame]]) -> pd.DataFrame:
    """The scores of several emulations below each other, with what each number is.

    `scores` are those of `sim.experiments.emulation`. `scenario` names the series; `heading` and
    `scale` say where a number stands.
    """
    tables = []
    for study, scores in series:
        facts = facts_for(study)
        known = [facts.get(str(name)) for name in scores["fact"]]
        tables.append(scores.assign(
            scenario=study.scenario.name,
            heading=[heading_of(fact) if fact else COURSE for fact in known],
            scale=[scale_of(fact) if fact else str(unit)
                   for fact, unit in zip(known, scores["unit"], strict=True)],
        ))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def of_several(scores: pd.DataFrame) -> str:
    """The title of several series."""
    names = [*scores["scenario"].unique()]
    return ", ".join(names) if len(names) <= NAMED_SERIES else f"{len(names)} published series"


def points(scores: pd.DataFrame) -> pd.DataFrame:
    """The published values that trials spread around, panels with most predictions first.

    `drawn` is whether the kind and scale of a number have a panel.
    """
    is_open = (scores["trials"] > 1) & (scores["low"] < scores["high"])
    rows = scores[is_open & (scores["statistic"] == "value") & (scores["counts_as"] != DESIGN)]
    of_panel = rows.assign(is_one=rows["counts_as"] == PREDICTION).groupby(PANEL)["is_one"]
    predictions, count = of_panel.transform("sum"), of_panel.transform("size")
    rows = rows.assign(drawn=(predictions > 0) | (count >= LEAST))
    order = rows[PANEL].assign(predictions=-predictions, count=-count)
    order = order.sort_values(["predictions", "count", *PANEL], kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


def misses(rows: pd.DataFrame) -> pd.DataFrame:
    """The predictions outside their intervals, the farthest first, by half-widths of these."""
    missed = rows[(rows["counts_as"] == PREDICTION) & ~rows["covered"].astype(bool)]
    half = (missed["high"] - missed["low"]) / 2
    away = (missed["published"] - missed["mean"]).abs() / half
    return missed.loc[away.sort_values(ascending=False, kind="stable").index]


def _told(rows: pd.DataFrame) -> str:
    """The scale of a panel, and how many of its numbers are predictions."""
    predictions = int((rows["counts_as"] == PREDICTION).sum())
    return f"{rows['scale'].iloc[0]}; {predictions} of {len(rows)} are predictions"


def _draw(axes: Axes, rows: pd.DataFrame, grid: multiples.Grid) -> None:
    """The diagonal, intervals and marks, and the names of misses at the right."""
    low, high = scales.limits(rows[["published", "low", "high"]], False)
    axes.plot([low, high], [low, high], zorder=1, **style.DASHED)
    for is_counted, look in ((False, NOT_COUNTED), (True, COUNTED)):
        own = rows[(rows["counts_as"] == PREDICTION) == is_counted]
        color = look.published["markeredgecolor"]
        axes.vlines(own["published"], own["low"], own["high"], color=color, linewidth=0.9)
        axes.plot(own["published"], own["mean"], **look.published)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    scales.number(axes, "y", 5)
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    axes.set_xticks(ticks)
    axes.grid(axis="x", color=style.GRID, linewidth=0.5)
    axes.set_xlabel("Published")
    axes.set_ylabel("Simulated mean")
    every = [_end(row) for row in misses(rows).itertuples()]
    heights = accumulate(LINE * len(wrapped(end.name, line_ends.WIDEST)) for end in every)
    ends = [end for end, height in zip(every, heights, strict=True) if height <= grid.height]
    if ends:
        line_ends.draw(axes, ends, high, grid.width, grid.height)


def _end(row: Any) -> line_ends.End:
    """The name of a miss, at its mark."""
    name = f"outside: {row.scenario}, {row.label}"
    return line_ends.End(row.published, row.mean, name, style.INK)


def _legend(rows: pd.DataFrame) -> list[Artist]:
    """Predictions and others, those that are there."""
    kinds = set(rows["counts_as"] == PREDICTION)
    named = ((True, "prediction", COUNTED), (False, "input, or told by another", NOT_COUNTED))
    marks = [
        style.line_entry(name, **look.published) for kind, name, look in named if kind in kinds
    ]
    return [*marks, style.line_entry("found as predicted", **style.DASHED)]
