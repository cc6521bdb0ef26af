"""How often over the draws a difference is at least so large."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.display.figures import Drawn, multiples, scales, style
from sim.display.figures.differences import label_of
from sim.display.figures.incidence import exact_interval
from sim.display.figures.multiples import Size
from sim.display.figures.sweeps import shown, words
from sim.display.figures.sweeps.saved import Swept
from sim.vocabulary import Arms

PER_NUMBER = 11.0
"""Millimetres from number to number of a scale."""

STEPS = 201
"""Places along the axis."""

ABREAST = 3
SIZE = Size(left=11.0, width=48.67, between=11.0, below=11.0, least=28.0, most=50.0, beside=4.0)
"""Panels side by side; in mm."""

ROOM = 0.04
"""Share of the axis that is left beyond the values."""

WORDS = (("higher by ", "difference "), ("fewer by ", "reduction "))
"""What an axis counts, of more and of fewer: where it begins at 0, and where it goes below."""

SAMPLE = 5.0
"""Of a line in the legend, long enough that its mark hides no dot of it."""

EXPLAINED = (
    "Lines: the share of {draws} draws that reach at least the value on the axis. Shading: exact "
    "(Clopper-Pearson) pointwise 95 % intervals assuming independent draws (conservative for Latin "
    "hypercube and Sobol designs). Marks: the base case. The shares include the Monte Carlo error "
    "of each draw, and no value on the axis is a clinical threshold."
)


def figure(swept: Swept) -> Drawn | None:
    """A panel for each outcome, a line for each scenario; None without draws."""
    rows = shown.compared(swept.sweep, swept.outcomes)
    if shown.draws(rows).empty:
        return None
    every, looks = shown.cases(swept.sweep, rows), shown.contrasts(swept.sweep, rows)
    outcomes = [str(outcome) for outcome in rows["outcome"].unique()]
    numbers = pd.concat([_of_outcome(rows, every, outcome) for outcome in outcomes])
    heads = [(label_of(outcome), words.below(rows, outcome)) for outcome in outcomes]
    cells = multiples.in_rows(len(outcomes), ABREAST)
    explained = EXPLAINED.format(draws=words.counted(numbers["draws"]))
    caption = words.of_differences(swept.sweep, "draw", rows, looks, explained)
    own = shown.case_looks(every, looks)
    styles = {case: style.course(look, size=5) for case, look in own.items()}
    legend = [
        Line2D([], [], label=words.heading(case, every) or case.arms.label("−"), **look)
        for case, look in styles.items()
    ]
    grid = multiples.grid(heads, cells, SIZE, swept.sweep.title, [legend], caption, SAMPLE)
    for i, (axes, outcome) in enumerate(zip(grid.panels, outcomes, strict=True)):
        ends = _ends(numbers.loc[numbers["outcome"] == outcome, "at_least"])
        for case, look in styles.items():
            rows = shown.of_case(numbers, case, outcome)
            _draw(axes, rows, look, 0.6 / (1 + len(styles)), ends[0])
        _name(axes, outcome, every[0].arms, i % grid.abreast == 0, ends)
        scales.number(axes, "x", max(1, min(5, int(grid.width / PER_NUMBER))), 2)
    return grid.page.figure, numbers.reset_index(drop=True)


def is_fewer(outcome: str) -> bool:
    """Whether an outcome is one that treatment is meant to make fewer."""
    return "fracture" in outcome or outcome == "deaths"


def _of_outcome(rows: pd.DataFrame, every: list[shown.Case], outcome: str) -> pd.DataFrame:
    """The curves of all cases, at the same places; `at_least` counts fewer fractures upwards."""
    sign = -1.0 if is_fewer(outcome) and every[0].arms.against_arm else 1.0
    known = rows[rows["outcome"] == outcome]
    on_axis = pd.concat([shown.draws(known), known[known["role"] == "base"]])
    values = sign * on_axis["estimate"].to_numpy(float)
    places = np.linspace(*scales.limits(values, False, room=0.03), STEPS)
    of_cases = (shown.of_case(rows, case, outcome) for case in every)
    return pd.concat([_curve(rows, sign, places) for rows in of_cases if not rows.empty])


def _curve(rows: pd.DataFrame, sign: float, places: np.ndarray) -> pd.DataFrame:
    """The share of draws that reach each place, in percent, with its interval; the base last."""
    drawn = sign * shown.draws(rows)["estimate"].to_numpy(float)
    base = sign * rows.loc[rows["role"] == "base", "estimate"].to_numpy(float)
    at = np.r_[places, base]
    reached = (drawn[None, :] >= at[:, None]).sum(axis=1)
    low, high = exact_interval(reached, len(drawn))
    first = {name: rows[name].iloc[0] for name in shown.ONE}
    table = pd.DataFrame({
        "at_least": at, "share": 100 * reached / len(drawn), "low": 100 * low, "high": 100 * high,
    })  # fmt: skip
    return table.assign(**first, draws=len(drawn), is_base=np.arange(len(at)) >= len(places))


def _ends(values: pd.Series[float]) -> tuple[float, float]:
    """The ends of the axis with 0 in view, which is the end itself where nothing lies beyond."""
    low, high = float(values.min()), float(values.max())
    room = ROOM * (max(high, 0) - min(low, 0))
    return (low - room if low < 0 else 0.0), (high + room if high > 0 else 0.0)


def _draw(
    axes: Axes, rows: pd.DataFrame, look: dict[str, Any], opacity: float, left: float
) -> None:
    """A curve with its band from the left end of the axis on, and the base case on it."""
    curve, base = rows[~rows["is_base"]], rows[rows["is_base"]]
    if len(curve) and left < curve["at_least"].iloc[0]:  # all draws reach less, too
        curve = pd.concat([curve.iloc[:1].assign(at_least=left), curve])
    axes.fill_between(
        curve["at_least"], curve["low"], curve["high"], color=look["color"], alpha=opacity,
        linewidth=0,
    )  # fmt: skip
    axes.plot(curve["at_least"], curve["share"], **{**look, "marker": "", "zorder": 3})
    axes.plot(base["at_least"], base["share"], **{**look, "linestyle": "none"})


def _name(axes: Axes, outcome: str, arms: Arms, is_first: bool, ends: tuple[float, float]) -> None:
    """What the axes count, where neither way is called better; a line at 0 within the panel."""
    if ends[0] < 0:
        axes.axvline(0, zorder=1, **style.ZERO)
    axes.set_xlim(*ends)
    axes.set_ylim(0, 102)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y", color=style.GRID, linewidth=0.5)
    has_less = ends[0] < 0
    direction = WORDS[is_fewer(outcome)][has_less]
    axes.set_xlabel(direction * bool(arms.against_arm) + "at least")
    if is_first:
        axes.set_ylabel("Share of draws (%)")
