"""The course of bone density: what densitometry shows at each visit, arm by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from sim.display.figures import bands, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.results import Tables
from sim.vocabulary import BONES

OSTEOPOROSIS_T = -2.5
ROOM = multiples.Room(left=13.0, between=27.0, right=13.0, height=60.0, below=11.5)
SHOWN = 12
"""Patients whose own courses are drawn: more would hide the bands."""

LEVELS = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
BANDS = (("p05", "p95", 0.05, 0.6), ("p25", "p75", 0.18, 0.4))
"""The middle 90 and 50 % of patients, with how dark each is, and how wide its edges."""

NAMES = {"spine": "Lumbar spine", "hip": "Hip"}


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Measured bone density of spine and hip over time: medians, bands and a few patients."""
    numbers = courses(saved.tables, caption.arms)
    looks = style.arm_style(caption.arms)
    sentences = caption.paragraphs(*_explained(numbers, caption))
    titles, legend = [NAMES[bone] for bone in BONES], _legend(looks, caption)
    grid = multiples.titled(titles, ROOM, caption.title, legend, sentences)
    last = caption.horizon_months
    for axes, bone in zip(grid.panels, BONES, strict=True):
        bands.draw(axes, numbers[numbers["bone"] == bone], looks, BANDS)
        axes.set_ylabel("Measured BMD (g/cm²)")
        months.draw_months(axes, caption, months.ticks(last, grid.width), last)
        _t_scores(axes, *caption.reference[bone])
    return grid.page.figure, numbers


def courses(tables: Tables, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each bone, arm and visit: patients measured, medians, bands, single patients."""
    first = sorted(tables.patients["patient"])[:SHOWN]
    rows = [
        {"bone": bone, "arm": arm, **visit}
        for bone in BONES
        for arm in arms
        for visit in bands.visits(bands.measured(tables, f"{bone}_g_cm2", arm), LEVELS, first)
    ]
    return pd.DataFrame(rows)


def _t_scores(axes: Axes, mean: float, sd: float) -> None:
    """The same scale as T-scores on the right, with the threshold of osteoporosis."""
    axes.axhline(mean + OSTEOPOROSIS_T * sd, zorder=3.5, **style.DASHED)
    scales = (
        lambda bmd: (np.asarray(bmd, float) - mean) / sd,
        lambda t: mean + sd * np.asarray(t, float),
    )
    right = axes.secondary_yaxis("right", functions=scales)
    right.set_ylabel("T-score")
    bottom, top = axes.get_ylim()
    # Both steps put a tick at -2.5, so that the line is named where it ends and covers no data.
    right.yaxis.set_major_locator(MultipleLocator(0.5 if top - bottom < 5.5 * sd else 2.5))


def _legend(looks: style.Looks, caption: Caption) -> style.Legend:
    """The arms, and what lines and bands are, in grey because that holds for every arm."""
    edge = {"edgecolor": style.NEUTRAL, "linewidth": 0.6}
    return [
        style.arms_in_legend(looks),
        [
            style.area_entry("middle 50 %", facecolor=style.BAND),
            style.area_entry("middle 90 %", facecolor=style.PALEST, **edge),
            style.line_entry("single patients", color=style.NEUTRAL, linewidth=0.5),
            style.line_entry("T-score −2.5", **style.DASHED),
            *months.legend(caption),
        ],
    ]


def _explained(numbers: pd.DataFrame, caption: Caption) -> list[str]:
    """What the caption says about lines, bands and axes."""
    shown = numbers.filter(like="patient_").shape[1]
    last = numbers[(numbers["bone"] == BONES[0]) & (numbers["months"] == numbers["months"].max())]
    counts = ", ".join(f"{row.patients} ({row.arm})" for row in last.itertuples())
    scales = " and ".join(
        f"{mean:.3f} ± {sd:.3f} g/cm² ({bone})" for bone, (mean, sd) in caption.reference.items()
    )
    return [
        "Measured values, measurement error included; lines with markers are medians.",
        "Bands: the middle 50 % and 90 % of virtual patients; they are not confidence intervals.",
        f"Thin lines: the first {shown} of them.",
        f"Measured at month {numbers['months'].max():.0f}: {counts}.",
        f"T-score axis: young-adult reference of women and men mixed as in the cohort, {scales};"
        " each patient is scored on that of her or his sex.",
        *months.explained(caption),
    ]
