"""The patients at entry: a histogram of each variable, with the row of the baseline table."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import multiples, style
from sim.display.figures.baseline import BAR, COUNTED, PUBLISHED, SHARE, SUMMARY, table
from sim.display.figures.bone_course import INPUT, published_in_legend
from sim.display.figures.caption import Caption
from sim.display.figures.differences import label_of
from sim.display.figures.published import Fact
from sim.display.figures.saved import Saved
from sim.display.numbers import fixed, significant, typeset

SIZE = multiples.Size(left=11.5, width=49.0, between=10.0, below=7.5, least=14.0, most=26.0)
ABREAST = 3
SPELT = {"ug/L": "µg/L", "fractures": "vertebral", "T-score": ""}
"""Units in the head of a panel, where its title does not say them."""

TICK = 11.0
"""Millimetres from tick to tick that a label needs."""

NAMES = {"spine_t": "Spine T-score", "hip_t": "Hip T-score", COUNTED: "Earlier fractures"}
MOST_DECIMALS = 3
AT_ENTRY = (
    "Their values at entry are the same too: chance makes no difference between the arms there."
)
MEASURED = "T-scores and markers are measured values, with measurement error."
DRAWN, REPORTED = (
    "Below each title: mean ± SD of the patients drawn",
    ", and what the publication reports",
)


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """A panel for each variable at entry, and published means as diamonds."""
    numbers = table(saved.tables, saved.facts, caption.arms)
    variables = [*numbers.loc[numbers["item"] == SUMMARY, "variable"]]
    reported = numbers[numbers["item"] == PUBLISHED]
    grid = multiples.grid(
        [(NAMES.get(name, label_of(name)), _head(numbers, name)) for name in variables],
        multiples.in_rows(len(variables), ABREAST), SIZE, caption.title,
        [_legend(reported, saved)], caption.paragraphs(*_explained(numbers, caption),
                                                       about_bone=False),
    )  # fmt: skip
    for i, (axes, name) in enumerate(zip(grid.panels, variables, strict=True)):
        _draw(axes, numbers[numbers["variable"] == name], saved, grid.width)
        axes.set_ylabel("Patients (%)" * (i % grid.abreast == 0))
    return grid.page.figure, numbers


def _head(numbers: pd.DataFrame, name: str) -> str:
    """The row of the table: mean and SD of the patients drawn, and what was reported."""
    rows = numbers[numbers["variable"] == name]
    own = rows[rows["item"] == SUMMARY].to_dict("records")[0]
    unit = SPELT.get(own["unit"], own["unit"])
    every = [f"{with_sd(own['mean'], own['sd'])} {unit}".strip()]
    facts = rows[rows["item"] == PUBLISHED]
    for fact in facts.to_dict("records"):
        printed = typeset(significant(fact["reported"], 4))
        spread = "" if math.isnan(fact["reported_sd"]) else f" ± {fact['reported_sd']:g}"
        arm = f" ({fact['arm']})" if len(facts) > 1 else ""
        every.append(f"reported {printed}{spread}{arm}")
    return "; ".join(every)


def with_sd(mean: float, sd: float) -> str:
    """A mean and an SD between patients, with two digits of the SD.

    Examples
    --------
    >>> with_sd(53.4062, 9.96555), with_sd(332.9, 221.2), with_sd(3.0, float("nan"))
    ('53.4 ± 10.0', '333 ± 221', '3')
    """
    if math.isnan(sd) or sd <= 0:
        return typeset(significant(mean))
    decimals = min(MOST_DECIMALS, max(0, 1 - math.floor(math.log10(sd))))
    return f"{typeset(fixed(mean, decimals))} ± {fixed(sd, decimals)}"


def _draw(axes: Axes, own: pd.DataFrame, saved: Saved, width: float) -> None:
    """Bars, the mean of the patients drawn as a line, published means and SDs above them."""
    bars, top = own[own["item"] == BAR], own["percent"].max()
    axes.bar(bars["from"], bars["percent"], bars["to"] - bars["from"], align="edge",
             facecolor=style.FAINT, edgecolor="white", linewidth=0.4, zorder=2)  # fmt: skip
    mean = own.loc[own["item"] == SUMMARY, "mean"].iloc[0]
    axes.plot([mean, mean], [0, 1.04 * top], color=style.INK, linewidth=0.9, zorder=3)
    facts = own[own["item"] == PUBLISHED].to_dict("records")
    for i, fact in enumerate(facts):
        look = style.diamond(True) if saved.facts[fact["fact"]].is_prediction else INPUT
        up, spread = (1.12 + 0.14 * i) * top, fact["reported_sd"]
        if not math.isnan(spread):
            ends = [fact["reported"] - spread, fact["reported"] + spread]
            axes.plot(ends, [up, up], color=style.NEUTRAL, linewidth=0.7, zorder=3)
        axes.plot(fact["reported"], up, **look)
    axes.set_ylim(0, top * (1.1 + 0.16 * len(facts)))
    whole = own["variable"].iloc[0] == COUNTED
    axes.locator_params(axis="x", nbins=max(2, int(width / TICK)), integer=whole)
    axes.set_yticks(_ticks(top))


def _ticks(top: float) -> list[float]:
    """Zero and a round share near the highest bar."""
    step = 10.0 ** math.floor(math.log10(top))
    return [0.0, float(np.floor(top / step) * step)]


def _legend(reported: pd.DataFrame, saved: Saved) -> list[Artist]:
    """The mean of the patients drawn, and published values."""
    facts: list[Fact] = [saved.facts[fact] for fact in reported["fact"]]
    line = style.line_entry("mean of the patients drawn", color=style.INK, linewidth=0.9)
    return [line, *published_in_legend({fact.is_prediction for fact in facts})]


def _explained(numbers: pd.DataFrame, caption: Caption) -> list[str]:
    """What the caption says: shares that have no panel, and what heads and lines are."""
    shares = numbers[numbers["item"] == SHARE].set_index("variable")
    women, fractured = (significant(shares.loc[name, "percent"]) for name in shares.index)
    spreads = numbers["reported_sd"].notna().any()
    return [
        AT_ENTRY * (len(caption.arms) > 1),
        f"Women: {women} %; with a vertebral fracture before entry: {fractured} %.",
        f"{DRAWN}{REPORTED * bool(numbers['reported'].notna().any())}.",
        "Grey lines through diamonds: ± SD as reported." * bool(spreads),
        MEASURED,
    ]
