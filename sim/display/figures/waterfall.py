"""The waterfall plot: how much spine bone each patient gained or lost, sorted, arm by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.display.figures.caption import Caption
from sim.display.figures.page import ONE_COLUMN, TWO_COLUMNS, Page
from sim.display.figures.saved import Saved
from sim.display.figures.style import DASHED, GRID, ZERO, arm_style
from sim.display.numbers import signed, typeset
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH

MOST = 300
"""Patients shown: a bar for each must not be thinner than print can show."""

QUANTITY = "spine_g_cm2"
ABREAST = 4
HEADING, PANEL, SCALE = 4.5, 52.0, 7.0
VALUES, BETWEEN = 11.5, 4.0
"""In mm: heights of a heading, a panel and its scale; widths of the values and between panels."""

ABOVE_ALL_BARS = 0.97


def figure(saved: Saved, caption: Caption) -> tuple[Figure, pd.DataFrame] | None:
    """Change of spine density from entry to the last measurement, a bar a patient.

    None where nobody was measured again after entry.
    """
    numbers = changes(saved.tables, caption.arms)
    if numbers.empty:
        return None
    arms = len(caption.arms)
    width = ONE_COLUMN if arms == 1 else TWO_COLUMNS
    abreast = min(arms, ABREAST)
    panel = (width - 2 - VALUES - BETWEEN * (abreast - 1)) / abreast
    lines = caption.paragraphs(*_explained(saved.tables, numbers, caption.arms))
    legend: list[list[Artist]] = [[Line2D([], [], label="median", **DASHED)]]
    height = HEADING + PANEL + SCALE
    page = Page(width, height * -(-arms // ABREAST), caption.title, legend, lines)
    limits = _limits(numbers["change_percent"])
    for place, (arm, look) in enumerate(arm_style(caption.arms).items()):
        row, column = divmod(place, ABREAST)
        left = VALUES + column * (panel + BETWEEN)
        axes = page.axes(left, HEADING + height * row, panel, PANEL)
        _draw(axes, numbers[numbers["arm"] == arm], look.color)
        axes.set_title(arm)
        axes.set_ylim(*limits)
        axes.tick_params(axis="y", labelleft=column == 0)
        axes.set_ylabel("Change of spine BMD (%)" if column == 0 else "")
    return page.figure, numbers


def changes(tables: Tables, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each arm and patient measured again: place from the largest gain, change.

    Percent of the measured entry value, up to the patient's last measurement in `month`.
    """
    first = sorted(tables.patients["patient"])[:MOST]
    rows = tables.measurements[tables.measurements["quantity"] == QUANTITY]
    rows = rows[rows["patient"].isin(first) & rows["arm"].isin(arms)].sort_values("day")
    ends = rows.groupby(["arm", "patient"]).agg(
        entry=("value", "first"), last=("value", "last"), day=("day", "last")
    )
    ends = ends[ends["day"] > 0].reset_index()
    found = pd.DataFrame(
        {
            "arm": ends["arm"],
            "patient": ends["patient"],
            "month": ends["day"] / DAYS_PER_MONTH,
            "change_percent": 100 * (ends["last"] / ends["entry"] - 1),
        }
    )
    found["arm"] = pd.Categorical(found["arm"], arms)
    found = found.sort_values(["arm", "change_percent"], ascending=[True, False], kind="stable")
    found.insert(1, "place", found.groupby("arm", observed=True).cumcount())
    return found.astype({"arm": str}).reset_index(drop=True)


def _draw(axes: Axes, own: pd.DataFrame, color: str) -> None:
    """One arm: bars side by side, a line at 0, the median, and both in words."""
    change = own["change_percent"]
    axes.bar(own["place"], change, width=1.0, color=color, linewidth=0, zorder=2)
    axes.axhline(0, zorder=3, **ZERO)
    axes.set_xlim(-0.01 * len(own) - 0.5, 1.01 * len(own) - 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel(f"{len(own)} patients, sorted")
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    if len(own):
        axes.axhline(float(change.median()), zorder=4, **DASHED)
        said = f"median {typeset(signed(float(change.median())))} %\n{_share(change)} % above 0"
        axes.text(ABOVE_ALL_BARS, ABOVE_ALL_BARS, said, transform=axes.transAxes,
                  ha="right", va="top", linespacing=1.35)  # fmt: skip


def _share(change: pd.Series[float]) -> str:
    """The share above zero; "100" and "0" only where it is everyone or nobody."""
    share = 100 * float((change > 0).mean())
    rounded = f"{share:.0f}"
    return rounded if share in (0, 100) or rounded not in ("0", "100") else f"{share:.1f}"


def _limits(change: pd.Series[float]) -> tuple[float, float]:
    """One scale for all arms, from 0 or below, with room for the words above the bars."""
    low, high = min(0.0, float(change.min())), max(0.0, float(change.max()))
    room = (high - low) or 1.0
    return low - 0.03 * room, high + 0.22 * room


def _explained(tables: Tables, numbers: pd.DataFrame, arms: tuple[str, ...]) -> list[str]:
    """Who is shown, what a bar is, and who is missing."""
    everyone = len(tables.patients)
    shown = f"the first {MOST} patients" if everyone > MOST else "all patients"
    missing = min(everyone, MOST) - numbers.groupby("arm").size().reindex(arms, fill_value=0)
    counts = ", ".join(f"{count} ({arm})" for arm, count in missing.items())
    absent = f"Without a second measurement and a bar: {counts}." if np.any(missing) else ""
    each = ", each arm in its own order" if len(arms) > 1 else ""
    return [
        f"Bars: {shown}, from the largest gain to the largest loss{each}.",
        "Change of measured BMD from entry to the patient's last measurement, measurement error"
        " included.",
        "Median and share above zero are those of the patients shown; nothing here is an interval.",
        absent,
    ]
