"""The waterfall plot: how much spine bone each patient gained or lost, sorted, arm by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import multiples
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.style import DASHED, GRID, ZERO, Drawn, arm_style, line_entry
from sim.display.numbers import signed, typeset
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH

MOST = 300
"""Patients shown: a bar for each must not be thinner than print can show."""

QUANTITY = "spine_g_cm2"
ROOM = multiples.Room(left=11.5, between=4.0, right=2.0, height=52.0, below=7.0, abreast=4)
ABOVE_ALL_BARS = 0.97


def figure(saved: Saved, caption: Caption) -> Drawn | None:
    """Change of spine density from entry to the last measurement, a bar a patient.

    None where nobody was measured again after entry.
    """
    numbers = changes(saved.tables, caption.arms)
    if numbers.empty:
        return None
    grid = multiples.titled(
        caption.arms, ROOM, caption.title, [[line_entry("median", **DASHED)]],
        caption.paragraphs(*_explained(saved.tables, numbers, caption.arms)),
    )  # fmt: skip
    limits, looks = _limits(numbers["change_percent"]), arm_style(caption.arms)
    for i, (axes, arm) in enumerate(zip(grid.panels, caption.arms, strict=True)):
        _draw(axes, numbers[numbers["arm"] == arm], looks[arm].color)
        axes.set_ylim(*limits)
        begins_row = i % grid.abreast == 0
        axes.tick_params(axis="y", labelleft=begins_row)
        axes.set_ylabel("Change of spine BMD (%)" if begins_row else "")
    return grid.page.figure, numbers


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
    change = 100 * (ends["last"] / ends["entry"] - 1)
    changed = ends.assign(month=ends["day"] / DAYS_PER_MONTH, change_percent=change)
    order = changed["arm"].map(arms.index)
    changed = changed.assign(order=order).sort_values(
        ["order", "change_percent"], ascending=[True, False], ignore_index=True
    )
    changed["place"] = changed.groupby("arm").cumcount()
    return changed[["arm", "place", "patient", "month", "change_percent"]]


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
        text = f"median {typeset(signed(float(change.median())))} %\n{_share(change)} % above 0"
        axes.text(ABOVE_ALL_BARS, ABOVE_ALL_BARS, text, transform=axes.transAxes,
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
        "Median and share above zero refer to the patients shown; the figure shows no intervals.",
        absent,
    ]
