"""The course of the markers: percent of each patient's entry value, arm by arm."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from sim.display.figures import bands, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.differences import label_of
from sim.display.figures.saved import Saved
from sim.display.numbers import significant
from sim.results import Tables
from sim.vocabulary import BONES, MARKERS, QUANTITIES

QUANTITY_OF = dict(zip(MARKERS, QUANTITIES[len(BONES) :], strict=True))
LEVELS = {"p25": 0.25, "median": 0.5, "p75": 0.75}
BANDS = (("p25", "p75", 0.18, 0.5),)
"""The middle 50 % of patients, with how dark they are, and how wide the edges."""

ROOM = multiples.Room(14.0, between=5.0, right=5.0, height=56.0, below=9.5, abreast=len(MARKERS))
LEADING = {
    0.7: (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
    1.3: (1, 1.5, 2, 3, 5, 7),
    3.0: (1, 2, 5),
    math.inf: (1,),
}
"""Leading digits of the percents that are labelled, by the decades of the scale."""

SHOWN = (45.0, 130.0)
"""Percent of entry that the scale shows at least."""


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """One panel a measured marker, all on one logarithmic scale; None where none is measured."""
    numbers = courses(saved.tables, caption.arms)
    if numbers.empty:
        return None
    drawn = list(dict.fromkeys(numbers["marker"]))
    reported = changes(saved.reported, drawn).assign(months=_last_visit(numbers, caption))
    looks = style.arm_style(caption.arms)
    grid = multiples.titled(
        [label_of(marker) for marker in drawn], ROOM, caption.title,
        _legend(looks, reported, caption),
        caption.paragraphs(*_explained(reported, caption), about_bone=False),
    )  # fmt: skip
    # One scale round every band and every reported value.
    seen = [*SHOWN, *numbers["p25"], *numbers["p75"], *reported["reported"]]
    limits = min(seen) / 1.08, max(seen) * 1.08
    for axes, marker in zip(grid.panels, drawn, strict=True):
        bands.draw(axes, numbers[numbers["marker"] == marker], looks, BANDS)
        _axes(axes, caption, grid.width, limits)
        own = reported[reported["marker"] == marker]
        if len(own):
            axes.plot(own["months"], own["reported"], clip_on=False, **style.diamond())
        axes.tick_params(axis="y", labelleft=marker == drawn[0])
    grid.panels[0].set_ylabel("Percent of the entry value, log scale")
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


def changes(facts: pd.DataFrame | None, drawn: list[str]) -> pd.DataFrame:
    """The published changes of some markers in percent of entry: a change of -66 % leaves 34 %."""
    rows = []
    for row in [] if facts is None else facts.to_dict("records"):
        # A fact is called after its group and its marker; one at entry is in the marker's unit.
        markers = [marker for marker in drawn if marker in str(row["fact"]).split("_")]
        if markers and row["unit"] == "%" and row["reported"] > -100:
            left = 100 + float(row["reported"])
            rows.append({"marker": markers[0], "fact": row["fact"], "reported": left})
    return pd.DataFrame(rows, columns=["marker", "fact", "reported"])


def _last_visit(numbers: pd.DataFrame, caption: Caption) -> float:
    """The last visit that evidence reaches: a published change is not older than its study."""
    end = caption.evidence_months or caption.horizon_months
    return float(numbers.loc[numbers["months"] <= end + 0.1, "months"].max())


def _axes(axes: Axes, caption: Caption, width: float, limits: tuple[float, float]) -> None:
    """Months across; up, a logarithmic scale on which halving and doubling are as far."""
    last = caption.horizon_months
    months.draw_months(axes, caption, months.ticks(last, width), last)
    axes.axhline(100, zorder=2, **style.DASHED)
    axes.set_yscale("log")
    axes.set_ylim(*limits)
    axes.yaxis.set_major_locator(FixedLocator(_round_percents(*limits)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _round_percents(low: float, high: float) -> list[float]:
    """Round numbers on a logarithmic scale, fewer of them on a longer one."""
    decades = math.log10(high / low)
    leading = next(leading for longest, leading in LEADING.items() if decades <= longest)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    every = [first * 10.0**power for power in powers for first in leading]
    return [percent for percent in every if low <= percent <= high]


def _legend(looks: style.Looks, reported: pd.DataFrame, caption: Caption) -> style.Legend:
    """The arms, and what areas, diamonds and lines are."""
    diamonds = [style.line_entry("reported", **style.diamond())] if len(reported) else []
    return [
        style.arms_in_legend(looks),
        [
            style.area_entry("middle 50 %", facecolor=style.BAND),
            *diamonds,
            style.line_entry("entry value", **style.DASHED),
            *months.legend(caption),
        ],
    ]


def _explained(reported: pd.DataFrame, caption: Caption) -> list[str]:
    """What the caption says about lines, bands and diamonds."""
    sentences = [
        "Measured values, measurement error included, in percent of the patient’s own at entry;"
        " lines with markers are medians.",
        "Bands: the middle 50 % of virtual patients; they are not confidence intervals.",
    ]
    if len(reported):
        facts = (
            f"{caption.labels.get(fact, fact)}, {significant(left)} % of entry"
            for fact, left in zip(reported["fact"], reported["reported"], strict=True)
        )
        sentences.append(
            f"Reported, drawn at month {reported['months'].max():.0f}: {'; '.join(facts)}."
            " A reported change is a mean, and lies above the median where patients are skewed."
        )
    return [*sentences, *months.explained(caption)]
