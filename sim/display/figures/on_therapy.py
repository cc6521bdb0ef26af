"""Who is still on a course: time to stopping for intolerance, therapy by therapy."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sim.display.figures import months, multiples, steps
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.style import Drawn
from sim.display.figures.texts import millimetres, wrapped
from sim.results import Tables
from sim.vocabulary import DAYS_PER_MONTH, Event

ROWS = {"at_risk": "Still treated", "stopped": "Stopped", "censored": "Censored"}
ROOM = multiples.Room(steps.LABELS + 1.5, between=21.5, right=1.0, height=50.0, below=1.0)
COUNTED = 63.0
"""Millimetres of a scale at whose ticks the CSV has rows, however wide a panel is."""

EXPLAINED = (
    "Kaplan-Meier estimate among patients who began: intolerance counts as stopping; the planned"
    " end, death and the end of follow-up censor."
)
INTERVALS = "Areas: 95 % Monte Carlo intervals (log-log), without parameter uncertainty."


def figure(saved: Saved, caption: Caption) -> Drawn | None:
    """One panel for each therapy taken as a course, with its table; None where there is none."""
    numbers = courses(saved.tables, caption)
    if numbers is None:
        return None
    therapies = list(dict.fromkeys(numbers["therapy"]))
    taken = set(numbers["arm"])
    looks = {arm: look for arm, look in caption.looks.items() if arm in taken}
    table = steps.height(looks, len(ROWS), multiples.panel_width(ROOM, len(therapies)))
    room = ROOM._replace(below=ROOM.below + table, least=steps.least(looks))
    has_intervals = bool((numbers["low"] < numbers["high"]).any())
    grid = multiples.titled(
        [therapy[:1].upper() + therapy[1:] for therapy in therapies], room, caption.title,
        steps.legend(caption, has_intervals),
        caption.paragraphs(
            EXPLAINED, INTERVALS * has_intervals, *months.explained(caption), about_bone=False
        ),
    )  # fmt: skip
    for axes, therapy in zip(grid.panels, therapies, strict=True):
        course = numbers[numbers["therapy"] == therapy]
        last, start = course["months"].max(), course["start_day"].iloc[0] / DAYS_PER_MONTH
        at = steps.ticks(last, course["arm"].unique(), grid)
        steps.draw(axes, course, looks, at, ROWS, grid)
        months.draw_months(axes, caption, at, last, "the course began", start)
        axes.set_ylim(0, 100)
        axes.set_ylabel(_label(therapy, grid.height))
        steps.names(axes, course, looks, grid)
    return grid.page.figure, numbers


def _label(therapy: str, height: float) -> str:
    """What the axis shows; the title of the panel has the names that are longer than the axis."""
    label = f"Patients still on {therapy} (%)"
    fits = millimetres(label) <= height
    return label if fits else "\n".join(wrapped("Patients still treated (%)", height))


def courses(tables: Tables, caption: Caption) -> pd.DataFrame | None:
    """One row for each therapy, arm, and day on which anyone leaves or the table counts.

    Days and months count from the start of the course, `start_day` after entry. `share`, `low` and
    `high` are percent; the interval is empty where it is not defined (before the first stop, and
    where no patient is left), and for patients of clinics.
    """
    begun = tables.events[(tables.events["event"] == Event.COURSE) & (tables.events["value"] > 0)]
    rows = {}
    for therapy in sorted(begun["what"].unique()):
        by_arm = {arm: spells(tables, arm, therapy) for arm in caption.arms}
        taken = {arm: spell for arm, spell in by_arm.items() if len(spell)}
        last = max(spell["days"].max() for spell in taken.values())
        counted = months.days(months.ticks(last / DAYS_PER_MONTH, COUNTED))
        for arm, spell in taken.items():
            course = _course(spell, counted)
            if caption.clinics:  # the formula is one for patients who do not wait for each other
                course = course.assign(low=math.nan, high=math.nan)
            rows[therapy, arm] = course.assign(start_day=spell["start"].min())
    return steps.below_each_other(rows, "therapy") if rows else None


def spells(tables: Tables, arm: str, therapy: str) -> pd.DataFrame:
    """Each patient's time on a course: its `start`, its length in `days`, and who `stopped`.

    A course of dose 0 has ended by plan, an intolerance that leaves a dose of 0 has stopped it.
    """
    rows = tables.events[tables.events["arm"] == arm]
    own, zero = rows["what"] == therapy, rows["value"] == 0
    start = _first(rows[own & (rows["event"] == Event.COURSE) & ~zero])
    stop = _first(rows[own & (rows["event"] == Event.INTOLERANCE) & zero])
    plan = _first(rows[own & (rows["event"] == Event.COURSE) & zero])
    left = _first(rows[rows["event"].isin([Event.DEATH, Event.LOST, Event.END])])
    stop = stop.reindex(start.index)
    out = stop.fillna(pd.concat([plan, left], axis=1).min(axis=1))
    return pd.DataFrame({"start": start, "days": out - start, "stopped": stop.notna()})


def _first(rows: pd.DataFrame) -> pd.Series[int]:
    return rows.groupby("patient")["day"].min()


def _course(spell: pd.DataFrame, counted: steps.Days) -> pd.DataFrame:
    days, has_stopped = spell["days"].to_numpy(float), spell["stopped"].to_numpy(bool)
    day = np.union1d(days.astype(int), counted)
    share, low, high = survival(days, has_stopped, day)
    left = {
        "stopped": steps.so_far(np.where(has_stopped, days, np.inf), day),
        # Who leaves on a day is still at risk that day, as in any Kaplan-Meier estimate.
        "censored": steps.so_far(np.where(has_stopped, np.inf, days + 1), day),
    }
    return steps.course(day, len(spell), left, 100 * share, (100 * low, 100 * high))


def survival(
    days: steps.Floats, happened: npt.NDArray[np.bool_], at: steps.Days
) -> tuple[steps.Floats, steps.Floats, steps.Floats]:
    """The Kaplan-Meier estimate after each day of `at`, with its 95 % interval (log-log).

    NaN for the ends of the interval where the estimate is 0 or 1 and the formula says nothing.
    """
    data = stats.CensoredData(uncensored=days[happened], right=days[~happened])
    curve = stats.ecdf(data).sf
    share = curve.evaluate(at)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # said above
        interval: Any = curve.confidence_interval(method="log-log")
    defined = (share > 0) & (share < 1)
    low, high = (
        np.where(defined, end.evaluate(at), np.nan) for end in (interval.low, interval.high)
    )
    return share, low, high
