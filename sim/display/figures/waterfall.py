"""The waterfall plot: how much spine bone each patient gained or lost, in one order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import multiples
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.style import (
    DASHED,
    GRID,
    NEUTRAL,
    ZERO,
    Drawn,
    Legend,
    area_entry,
    line_entry,
)
from sim.display.figures.swimmer import dose
from sim.display.figures.texts import wrapped
from sim.display.numbers import signed, typeset
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH, Event

MOST = 300
"""Patients shown: a bar for each must not be thinner than print can show."""

QUANTITY = "spine_g_cm2"
ROOM = multiples.Room(left=12.5, between=4.0, right=2.0, height=52.0, below=10.0, abreast=4)
LINE = 3.4
"""Millimetres of a line of the words above the bars."""

ORDERS = {True: "sorted by change", False: "ordered as in the first arm"}
"""What stands below the first arm, and below the others."""


def figure(saved: Saved, caption: Caption) -> Drawn | None:
    """Change of spine density from entry to the last measurement, one bar per patient.

    None where no patient was measured again after entry.
    """
    numbers = changes(saved.tables, caption.arms)
    if numbers.empty:
        return None
    grid = multiples.titled(
        caption.arms, ROOM, caption.title, _legend(saved.tables, numbers),
        caption.paragraphs(*_explained(saved.tables, numbers, caption.arms)),
    )  # fmt: skip
    said = {arm: _words(own, grid.width) for arm, own in numbers.groupby("arm")}
    words = LINE * max(map(len, said.values())) / grid.height
    limits, looks = _limits(numbers["change_percent"], words), caption.looks
    for i, (axes, arm) in enumerate(zip(grid.panels, caption.arms, strict=True)):
        own = numbers[numbers["arm"] == arm]
        _draw(axes, own, looks[arm].color, int(numbers["place"].max()))
        _name(axes, f"{plural(len(own))}, {ORDERS[i == 0]}", said.get(arm, []), grid.width)
        axes.set_ylim(*limits)
        begins_row = i % grid.abreast == 0
        axes.tick_params(axis="y", labelleft=begins_row)
        axes.set_ylabel("Change of spine BMD (%)" if begins_row else "")
    return grid.page.figure, numbers


def changes(tables: Tables, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each arm and patient measured again: place in every arm, change, and who stopped.

    Percent of the measured entry value, up to the patient's last measurement in `month`. Places are
    in the order of the first arm, from the largest gain; patients without a change there are
    last. `stopped` is True where intolerance ended a course before that measurement.
    """
    first = sorted(tables.patients["patient"])[:MOST]
    rows = tables.measurements[tables.measurements["quantity"] == QUANTITY]
    rows = rows[rows["patient"].isin(first) & rows["arm"].isin(arms)].sort_values("day")
    ends = rows.groupby(["arm", "patient"]).agg(
        entry=("value", "first"), last=("value", "last"), day=("day", "last")
    )
    ends = ends[ends["day"] > 0].reset_index()
    change = 100 * (ends["last"] / ends["entry"] - 1)
    stop = ends.merge(_stops(tables), how="left", on=["arm", "patient"])["stop"]
    changed = ends.assign(
        month=ends["day"] / DAYS_PER_MONTH, change_percent=change, stopped=stop < ends["day"],
        place=ends["patient"].map(_places(ends.assign(change=change), arms)),
        order=ends["arm"].map(arms.index),
    )  # fmt: skip
    changed = changed.sort_values(["order", "place"], ignore_index=True)
    return changed[["arm", "place", "patient", "month", "change_percent", "stopped"]]


def _stops(tables: Tables) -> pd.DataFrame:
    """The day of each patient's first stop for intolerance in each arm, in the column `stop`."""
    events = tables.events
    stops = events[(events["event"] == Event.INTOLERANCE) & (events["value"] == 0)]
    return stops.groupby(["arm", "patient"])["day"].min().rename("stop").reset_index()


def _places(ends: pd.DataFrame, arms: tuple[str, ...]) -> dict[int, int]:
    """The place of each patient, by the change in the first arm."""
    leading = ends[ends["arm"] == arms[0]].sort_values("change", ascending=False, kind="stable")
    others = ends.loc[~ends["patient"].isin(leading["patient"]), "patient"]
    patients = [*leading["patient"], *sorted(set(others))]
    return {patient: place for place, patient in enumerate(patients)}


def _draw(axes: Axes, own: pd.DataFrame, color: str, last: int) -> None:
    """One arm: bars side by side, a line at 0, the median, and both in words."""
    change, stopped = own["change_percent"], own["stopped"]
    faces = {False: color, True: dose(color, reduced=True)["facecolor"]}
    for has_stopped, face in faces.items():
        bars = own[stopped == has_stopped]
        axes.bar(
            bars["place"], bars["change_percent"], width=1.0, color=face, linewidth=0, zorder=2
        )
    axes.axhline(0, zorder=3, **ZERO)
    axes.set_xlim(-0.01 * last - 0.5, 1.01 * last + 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    if len(own):
        axes.axhline(float(change.median()), zorder=4, **DASHED)


def _name(axes: Axes, across: str, above: list[str], width: float) -> None:
    """What stands across, and above all bars what they come to, in a panel of `width` mm."""
    axes.set_xlabel("\n".join(wrapped(across, width)))
    axes.text(0.97, 0.99, "\n".join(above), transform=axes.transAxes, ha="right", va="top",
              linespacing=1.25)  # fmt: skip


def _words(own: pd.DataFrame, width: float) -> list[str]:
    """The median, how many gained, and the median of those who stopped, in lines."""
    change, stopped = own["change_percent"], own["stopped"]
    gained = f"{(change > 0).sum()} of {len(own)} above 0"
    left = f"{stopped.sum()} stopped: median {_signed(change[stopped])} %" if stopped.any() else ""
    words = [f"median {_signed(change)} %", gained, left]
    return [line for text in words for line in wrapped(text, 0.94 * width)]


def plural(patients: int) -> str:
    """So many patients, in words."""
    return "1 patient" if patients == 1 else f"{patients} patients"


def _signed(change: pd.Series[float]) -> str:
    return typeset(signed(float(change.median())))


def _limits(change: pd.Series[float], words: float) -> tuple[float, float]:
    """One scale for all arms, from 0 or below, with a share of it for the words above the bars."""
    low, high = min(0.0, float(change.min())), max(0.0, float(change.max()))
    room = (high - low) or 1.0
    low -= 0.03 * room
    return low, low + (high - low) / (1 - words - 0.03)


def _legend(tables: Tables, numbers: pd.DataFrame) -> Legend:
    """The line at the median, and light bars where anyone stopped."""
    entries: list[Artist] = [line_entry("median", **DASHED)]
    if numbers["stopped"].any():
        stops = tables.events[tables.events["event"] == Event.INTOLERANCE]
        names = stops.loc[stops["value"] == 0, "what"].unique()
        name = names[0] if len(names) == 1 else "a course"
        light = dose(NEUTRAL, reduced=True)["facecolor"]
        entries.append(area_entry(f"stopped {name} for intolerance", facecolor=light))
    return [entries]


def _explained(tables: Tables, numbers: pd.DataFrame, arms: tuple[str, ...]) -> list[str]:
    """Who is shown, what a bar is, and who is missing."""
    everyone = len(tables.patients)
    shown = f"the first {MOST} patients" if everyone > MOST else "all patients"
    missing = min(everyone, MOST) - numbers.groupby("arm").size().reindex(arms, fill_value=0)
    counts = ", ".join(f"{count} ({arm})" for arm, count in missing.items())
    absent = f"Without a second measurement and a bar: {counts}." if np.any(missing) else ""
    each = ", each at the same place in every arm" if len(arms) > 1 else ""
    return [
        f"Bars: {shown}{each}.",
        "Change of measured BMD from entry to the patient's last measurement, measurement error"
        " included.",
        "Medians and counts refer to the patients shown; the figure shows no intervals.",
        absent,
    ]
