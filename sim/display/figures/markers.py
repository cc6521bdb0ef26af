"""The course of the markers: percent of each patient's entry value, arm by arm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from sim.display.figures import bands, bone_course, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.differences import label_of
from sim.display.figures.published import Fact
from sim.display.figures.saved import Saved
from sim.display.numbers import significant, typeset
from sim.results import Tables
from sim.vocabulary import BONES, MARKERS, QUANTITIES

QUANTITY_OF = dict(zip(MARKERS, QUANTITIES[len(BONES) :], strict=True))
LEVELS = {"p25": 0.25, "median": 0.5, "p75": 0.75}
BANDS = (("p25", "p75", 0.18, 0.5),)
"""The middle 50 % of patients, with how dark they are, and how wide the edges."""

ROOM = multiples.Room(14.0, between=4.0, right=1.0, height=56.0, below=9.5, abreast=len(MARKERS))
LEADING = {0.7: (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8), 3.0: (1, 2, 5), math.inf: (1,)}
"""Leading digits of the percents that are labelled, by the decades of the scale."""

MEAN: dict[str, Any] = {
    "marker": "+", "markersize": 6.5, "markeredgewidth": 1.2, "linestyle": "none", "zorder": 6,
}  # fmt: skip
"""How a simulated mean looks: no mark of an arm, for those are medians."""

INTERVAL: dict[str, Any] = {"color": style.INK, "linewidth": 0.8, "zorder": 4.5}
"""How the printed interval of a published value looks."""

OF_CHANGE = ("percent_change", "mean_percent_change")
"""Statistics of a published change of a marker since entry."""

SHOWN = (45.0, 130.0)
"""Percent of entry that the scale shows at least."""


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """One panel per measured marker, all on one logarithmic scale; None where none is measured."""
    numbers = courses(saved.tables, caption.arms)
    if numbers.empty:
        return None
    drawn = list(dict.fromkeys(numbers["marker"]))
    reported = changes(saved.facts, drawn, numbers, caption)
    looks = caption.looks
    grid = multiples.titled(
        [label_of(marker) for marker in drawn], ROOM, caption.title,
        _legend(saved, reported, caption),
        caption.paragraphs(*_explained(reported, caption), about_bone=False),
    )  # fmt: skip
    # One scale round every band and every reported value.
    ends = [100 + end for fact in reported["fact"] for end in saved.facts[fact].interval]
    seen = [*SHOWN, *numbers["p25"], *numbers["p75"], *reported["reported"], *_above_0(ends)]
    limits = min(seen) / 1.08, max(seen) * 1.08
    for axes, marker in zip(grid.panels, drawn, strict=True):
        course = numbers[numbers["marker"] == marker]
        bands.draw(axes, course, looks, BANDS)
        _axes(axes, limits)
        for row in reported[reported["marker"] == marker].itertuples():
            _published(axes, saved, str(row.fact), row.months, looks)
        bone_course.time(axes, grid, caption, [*bone_course.medians(course, looks)])
        axes.tick_params(axis="y", labelleft=marker == drawn[0])
    grid.panels[0].set_ylabel("Change since entry (%), log scale")
    return grid.page.figure, pd.concat([numbers, reported], ignore_index=True)


def courses(tables: Tables, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each marker, arm and visit: patients measured, median and middle half.

    Values are percent of the patient's own first value. A marker that was not measured, or never
    again after entry, has no rows.
    """
    rows = []
    for marker, quantity in QUANTITY_OF.items():
        is_marker = tables.measurements["quantity"] == quantity
        if tables.measurements.loc[is_marker, "day"].nunique() < 2:
            continue
        for arm in arms:
            values = bands.measured(tables, quantity, arm)
            percent = 100 * values.div(values.iloc[:, 0], axis=0)
            visits = bands.visits(percent, LEVELS)
            rows += [{"marker": marker, "arm": arm, **visit} for visit in visits]
    return pd.DataFrame(rows)


def changes(
    facts: Mapping[str, Fact], drawn: list[str], numbers: pd.DataFrame, caption: Caption
) -> pd.DataFrame:
    """The published changes of some markers in percent of entry: a change of -66 % leaves 34 %."""
    rows = [
        (fact.of, fact.name, 100 + fact.value, bone_course.visit_of(fact, numbers, caption))
        for fact in facts.values()
        if fact.statistic in OF_CHANGE and fact.of in drawn and fact.is_about(caption.arms)
        if fact.value > -100
    ]
    return pd.DataFrame(rows, columns=["marker", "fact", "reported", "months"])


def _published(axes: Axes, saved: Saved, name: str, month: float, looks: style.Looks) -> None:
    """A published change with its printed interval, and the simulated mean at the same visit."""
    fact = saved.facts[name]
    look = style.diamond(True) if fact.is_prediction else bone_course.INPUT
    axes.plot(month, 100 + fact.value, clip_on=False, **look)
    ends = _above_0([100 + end for end in fact.interval])
    if len(ends) == 2:
        axes.plot([month] * 2, ends, clip_on=False, **INTERVAL)
    if (mean := simulated(saved, name)) is not None:
        axes.plot(month, 100 + mean, color=looks[fact.arm].color, clip_on=False, **MEAN)


def simulated(saved: Saved, fact: str) -> float | None:
    """The simulated change of a published one in percent; None where it was not computed."""
    if saved.reported is None:
        return None
    rows = saved.reported.loc[saved.reported["fact"] == fact, "simulated"].dropna()
    return float(rows.iloc[0]) if len(rows) and rows.iloc[0] > -100 else None


def _above_0(percents: Iterable[float]) -> list[float]:
    """Those that a logarithmic scale can show."""
    return [percent for percent in percents if percent > 0]


def _axes(axes: Axes, limits: tuple[float, float]) -> None:
    """A logarithmic scale, on which halving and doubling are as far."""
    axes.axhline(100, zorder=2, **style.DASHED)
    axes.set_yscale("log")
    axes.set_ylim(*limits)
    axes.yaxis.set_major_locator(FixedLocator(_round_percents(*limits)))
    axes.yaxis.set_major_formatter(lambda percent, _: change_in_words(percent))
    axes.yaxis.set_minor_locator(NullLocator())


def change_in_words(percent: float) -> str:
    """Percent of the entry value as a change since entry."""
    return typeset(f"{percent - 100:+g}") if percent != 100 else "0"


def _round_percents(low: float, high: float) -> list[float]:
    """Round numbers on a logarithmic scale, fewer of them on a longer one."""
    decades = math.log10(high / low)
    leading = next(leading for longest, leading in LEADING.items() if decades <= longest)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    every = [first * 10.0**power for power in powers for first in leading]
    return [percent for percent in every if low <= percent <= high]


def _legend(saved: Saved, reported: pd.DataFrame, caption: Caption) -> style.Legend:
    """What areas, diamonds, crosses and lines are."""
    facts = [saved.facts[fact] for fact in reported["fact"]]
    crosses = any(simulated(saved, fact.name) is not None for fact in facts)
    intervals = any(fact.interval[0] > -100 for fact in facts)
    return [
        [
            style.area_entry("middle 50 %", facecolor=style.BAND),
            *bone_course.published_in_legend({fact.is_prediction for fact in facts}),
            *[style.line_entry("published 95 % interval", **INTERVAL)] * intervals,
            *[style.line_entry("simulated mean", color=style.INK, **MEAN)] * crosses,
            style.line_entry("entry value", **style.DASHED),
            *months.legend(caption),
        ]
    ]


def _explained(reported: pd.DataFrame, caption: Caption) -> list[str]:
    """What the caption says about lines, bands and diamonds."""
    sentences = [
        "Measured values, measurement error included, as change from the patient’s own at entry;"
        " lines with markers are medians.",
        "Bands: the middle 50 % of virtual patients; they are not confidence intervals.",
    ]
    if len(reported):
        facts = (
            f"{caption.labels.get(fact, fact)}, {typeset(significant(left - 100))} % at month"
            f" {month:.0f}"
            for fact, left, month in zip(
                reported["fact"], reported["reported"], reported["months"], strict=True
            )
        )
        sentences.append(
            f"Published: {'; '.join(facts)}."
            " A published change is a mean: compare it with the cross, not with the line."
        )
    return [*sentences, *months.explained(caption)]
