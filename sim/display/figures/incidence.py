"""Cumulative incidence of the first fracture and of death, arm by arm.

Every virtual patient is followed to death or to the end of the study: no patient is censored
before. The cumulative incidence, with death as the competing event of a fracture, is then the plain
share of patients with the event so far (what the Aalen-Johansen estimator becomes), and no
estimator of survival is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy import stats

from sim.display.figures import months, multiples, scales, steps
from sim.display.figures.caption import Caption
from sim.display.figures.saved import Saved
from sim.display.figures.style import SECOND, Drawn
from sim.display.figures.texts import wrapped
from sim.display.numbers import cannot_occur
from sim.outcomes.mean_counts import mean_counts
from sim.results import Tables
from sim.vocabulary import CANNOT_OCCUR, DAYS_PER_MONTH, EVERYONE, Event

NAMES: dict[str, str] = {Event.FRACTURE: "First fracture", Event.DEATH: "Death"}
OUTCOMES: dict[str, str] = {Event.FRACTURE: "any fracture", Event.DEATH: "deaths"}
"""The outcome of a summary for each event."""

ROWS: dict[str, dict[str, str]] = {
    Event.FRACTURE: {"at_risk": "At risk", "events": "Fractured", "died_before": "Died before"},
    Event.DEATH: {"at_risk": "At risk", "events": "Died"},
}
ROOM = multiples.Room(steps.LABELS + 1.5, between=21.5, right=1.0, height=52.0, below=1.0)
COUNTED = 65.0
"""Millimetres of a scale at whose ticks the CSV has rows, however wide a panel is."""

TICK = 6.0
"""Millimetres from number to number along a scale, at least."""

LEAST_TOP = 5.0
"""Percent that an axis shows at least: a single death shall not fill a panel."""

EXPLAINED = (
    "Cumulative incidence: the share of virtual patients with the event so far. All are followed to"
    " death or to the end; death before any fracture is a competing event."
)
INTERVALS = (
    "Areas: exact (Clopper-Pearson) 95 % Monte Carlo intervals, without the uncertainty of the"
    " published data. More virtual patients narrow them."
)
DIFFERENT = "The panels differ in scale."
SHARES: dict[str, str] = {
    Event.FRACTURE: "Patients with a first fracture (%)", Event.DEATH: "Patients who died (%)",
}  # fmt: skip


def figure(saved: Saved, caption: Caption) -> Drawn:
    """First fracture and death over time, each with its table of patients at risk."""
    never = never_happen(saved.summary)
    counted = months.ticks(caption.horizon_months, COUNTED)
    numbers = courses(saved.tables, caption, counted, never)
    looks = caption.looks
    tops = numbers.groupby("event")["high"].max().map(_top)
    grid = _grid(caption, numbers, tops.nunique() > 1)
    at = steps.ticks(caption.horizon_months, looks, grid)
    for axes, event in zip(grid.panels, NAMES, strict=True):
        course = numbers[numbers["event"] == event]
        steps.draw(axes, course, looks, at, ROWS[event], grid)
        months.draw_months(axes, caption, at, caption.horizon_months)
        _shares(axes, SHARES[event], tops[event], grid.height)
        if all((event, arm) in never for arm in caption.arms):
            axes.text(0.5, 0.5, CANNOT_OCCUR, color=SECOND, ha="center", transform=axes.transAxes)
        steps.names(axes, course, looks, grid)
    return grid.page.figure, numbers


def _grid(caption: Caption, numbers: pd.DataFrame, scales_differ: bool) -> multiples.Grid:
    """Panels with room for the tables below them."""
    has_intervals = bool((numbers["low"] < numbers["high"]).any())
    sentences = caption.paragraphs(
        EXPLAINED,
        _intervals(caption) * has_intervals,
        DIFFERENT * scales_differ,
        *months.explained(caption),
    )
    width = multiples.panel_width(ROOM, len(NAMES))
    tables = [steps.height(caption.arms, len(rows), width) for rows in ROWS.values()]
    spare = tables[0] - tables[-1] if multiples.abreast(ROOM.abreast) == 1 else 0.0
    least = steps.least(caption.arms)
    room = ROOM._replace(below=ROOM.below + tables[0], spare=spare, least=least)
    return multiples.titled(
        [*NAMES.values()], room, caption.title, steps.legend(caption, has_intervals), sentences
    )


def _intervals(caption: Caption) -> str:
    """What the areas are: exact for patients who do not meet, else from the shares of clinics."""
    return INTERVALS.replace("exact (Clopper-Pearson) ", "") if caption.clinics else INTERVALS


def never_happen(
    summary: pd.DataFrame, outcomes: Mapping[str, str] = OUTCOMES
) -> set[tuple[str, str]]:
    """The events that cannot occur, each with the arm; `outcomes` has the outcome of each event."""
    rows = summary[(summary["subgroup"] == EVERYONE) & (summary["against_arm"] == "")]
    ends = zip(rows["low"], rows["high"], rows["carriers"], strict=True)
    never = rows[[cannot_occur(*row) for row in ends]]
    names = {outcome: event for event, outcome in outcomes.items()}
    pairs = zip(never["outcome"], never["arm"], strict=True)
    return {(names[outcome], arm) for outcome, arm in pairs if outcome in names}


def courses(
    tables: Tables, caption: Caption, at: list[int], never: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """One row for each event, arm, and day on which anything changes or the table counts.

    `share`, `low` and `high` are percent of patients; `died_before` a fracture, so far. An event
    in `never` cannot occur, and its share is 0 exactly.
    """
    last = np.round(caption.horizon_months * DAYS_PER_MONTH)
    rows = {}
    for event in NAMES:
        for arm in caption.arms:
            happened = first_days(tables, arm, event)
            died = first_days(tables, arm, Event.DEATH)
            # Deaths compete with a fracture, and nothing competes with death.
            before = np.where(np.isinf(happened), died, np.inf)
            known = np.concatenate([happened, before, [last]])
            day = np.union1d(known[np.isfinite(known)].astype(int), months.days(at))
            course = _course(happened, before, day, caption.unit)
            rows[event, arm] = course.assign(high=0.0) if (event, arm) in never else course
    return steps.below_each_other(rows, "event")


def first_days(tables: Tables, arm: str, event: str) -> steps.Floats:
    """The day of each patient's first such event, inf for who has none."""
    rows = tables.events[(tables.events["arm"] == arm) & (tables.events["event"] == event)]
    days = rows.groupby("patient")["day"].min().reindex(tables.patients["patient"])
    return days.fillna(np.inf).to_numpy(float)


def _course(
    happened: steps.Floats, before: steps.Floats, day: steps.Days, unit: int
) -> pd.DataFrame:
    events, competing = steps.so_far(happened, day), steps.so_far(before, day)
    left = {"events": events, "died_before": competing}
    if unit > 1:
        ends = _over_clinics(happened, day, unit)
    else:
        low, high = exact_interval(events, len(happened))
        ends = 100 * low, 100 * high
    return steps.course(day, len(happened), left, 100 * events / len(happened), ends)


def _over_clinics(
    happened: steps.Floats, day: steps.Days, unit: int
) -> tuple[steps.Floats, steps.Floats]:
    """The 95 % interval of a share in percent, from the shares of clinics of `unit` patients."""
    had = np.flatnonzero(np.isfinite(happened))
    counts = mean_counts(had, happened[had].astype(int), day, len(happened), unit=unit, once=True)
    return counts.low, counts.high


def exact_interval(events: steps.Days, patients: int) -> tuple[steps.Floats, steps.Floats]:
    """The 95 % interval of a share of patients by Clopper and Pearson (Biometrika 1934)."""
    others = patients - events
    # The quantiles of a beta distribution; at no events, or all, one end is the bound itself.
    low = np.where(events == 0, 0, stats.beta.ppf(0.025, np.maximum(events, 1), others + 1))
    high = np.where(others == 0, 1, stats.beta.ppf(0.975, events + 1, np.maximum(others, 1)))
    return low, high


def _top(highest: float) -> float:
    """The end of a scale just above the highest interval."""
    return min(100, max(LEAST_TOP, 1.05 * highest))


def _shares(axes: Axes, label: str, top: float, height: float) -> None:
    """A scale from 0, named after the event, in a panel `height` mm high."""
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(min(6, int(height / TICK)), steps=scales.STEPS))
    axes.set_ylabel("\n".join(wrapped(label, height)))
