"""The mean cumulative number of fractures per arm, all and by site; further ones count too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import (
    bands,
    bone_course,
    incidence,
    line_ends,
    months,
    multiples,
    scales,
    style,
)
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.saved import Saved
from sim.display.figures.uncertain import MONTE_CARLO
from sim.display.numbers import is_missing, number, typeset, with_interval
from sim.outcomes.mean_counts import mean_counts
from sim.results import Tables
from sim.vocabulary import CANNOT_OCCUR, DAYS_PER_MONTH, SITES, Event

PANELS = {f"{site or 'all'} fractures": site for site in (None, *SITES)}
"""The outcome of each panel, and its site; None is all of them."""

LEFT, BETWEEN, RIGHT, HEIGHT, BELOW = 13.0, 14.0, 2.0, 46.0, 11.5
LEAST_TOP = 1.0
"""Fractures per 100 patients that a scale shows at least."""

ROOM_OF_NAMES = 30.0
"""Millimetres that the names of all arms may take beside a panel: else they are in the legend."""

OPACITY = 0.16
DIFFERENCE = ["outcome", "arm", "against_arm", "months", "estimate", "low", "high"]

EXPLAINED = (
    "Mean number of fractures so far, further ones of the same patient included. Patients who"
    " died have no further fracture and stay among the patients.",
    "Areas: 95 % Monte Carlo intervals. They show simulation (Monte Carlo) error only, not the"
    " uncertainty of the published data.",
)
LOST = "Patients who were lost to follow-up count as without a fracture afterwards."
AT_THE_END = "Below each title: the difference at the end{}."
PAIRED = AT_THE_END.format(" with its paired 95 % Monte Carlo interval")


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Fractures per 100 patients over time: all, then each site."""
    never = incidence.never_happen(saved.summary, {name: name for name in PANELS})
    numbers, apart = courses(saved.tables, caption, never), differences(saved.effects)
    looks = caption.looks
    grid = multiples.grid(
        [(name.capitalize(), at_the_end(apart, name)) for name in PANELS],
        multiples.in_rows(len(PANELS), 2), _size(), caption.title, _legend(looks, caption),
        caption.paragraphs(*_explained(saved.tables, numbers, apart, caption)),
    )  # fmt: skip
    for axes, outcome in zip(grid.panels, PANELS, strict=True):
        course = numbers[numbers["outcome"] == outcome]
        axes.set_ylim(0, _top(course["high"].max()))
        scales.number(axes, "y", 5)
        axes.set_ylabel("Fractures per 100 patients")
        ends = [*_lines(axes, course, looks)]
        bone_course.time(axes, grid, caption, ends if _are_at_lines(looks) else [])
        if all((outcome, arm) in never for arm in caption.arms):
            middle = caption.horizon_months / 2, axes.get_ylim()[1] / 2
            axes.text(*middle, CANNOT_OCCUR, color=style.SECOND, ha="center")
    return grid.page.figure, pd.concat([numbers, apart], ignore_index=True)


def courses(
    tables: Tables, caption: Caption, never: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """One row for each outcome, arm, and day on which the count changes, with entry and the end.

    Counts are per 100 patients. An outcome in `never` cannot occur, and its count is 0 exactly.
    """
    rows = []
    end = round(caption.horizon_months * DAYS_PER_MONTH)
    fractures = tables.events[tables.events["event"] == Event.FRACTURE]
    for outcome, site in PANELS.items():
        of_site = fractures if site is None else fractures[fractures["what"] == site]
        for arm in caption.arms:
            own = of_site[of_site["arm"] == arm]
            patient, day = (own[column].to_numpy(np.int64) for column in ("patient", "day"))
            at = np.unique(np.concatenate([[0], day, [end]]))
            can_occur = (outcome, arm) not in never
            counts = mean_counts(patient, day, at, len(tables.patients), can_occur, caption.unit)
            estimates = {name: getattr(counts, name) for name in ("low", "high", "carriers")}
            rows.append(pd.DataFrame({
                "outcome": outcome, "arm": arm, "against_arm": "", "months": at / DAYS_PER_MONTH,
                "estimate": counts.value, **estimates,
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def differences(effects: pd.DataFrame | None) -> pd.DataFrame:
    """The paired differences of the mean counts, year by year, as the table of effects has them."""
    if effects is None:
        return pd.DataFrame(columns=DIFFERENCE)
    is_difference = effects["outcome"].isin([*PANELS]) & (effects["effect"] == "difference")
    is_count = effects["unit"] == "per 100 patients"
    found = effects[is_difference & is_count].rename(columns={"time": "months"})
    return found[[*DIFFERENCE, "carriers"]]


def at_the_end(apart: pd.DataFrame, outcome: str) -> str:
    """The difference at the end of follow-up in words, where two arms alone are compared."""
    rows = apart[apart["outcome"] == outcome]
    if rows.groupby(["arm", "against_arm"]).ngroups != 1 or rows["estimate"].isna().all():
        return ""
    last = rows.iloc[-1]
    ends = last["low"], last["high"]
    known = with_interval(last["estimate"], *ends)
    value = typeset(number(last["estimate"]) if is_missing(ends[0]) else known)
    return f"{last['arm']} − {last['against_arm']}: {value}"


def _lines(axes: Axes, numbers: pd.DataFrame, looks: style.Looks) -> Iterator[line_ends.End]:
    """The steps of each arm with their band and a mark at the end; yields where they end."""
    for arm, look in looks.items():
        own = numbers[numbers["arm"] == arm]
        time, count = own["months"], own["estimate"]
        ends, opacity = own[["low", "high"]], 2 * OPACITY / max(2, len(looks))
        bands.band(axes, time, ends, look, opacity, edge=0.4, are_steps=True)
        line = {"color": look.color, "linestyle": look.linestyle, "drawstyle": "steps-post"}
        axes.plot(time, count, label=arm, zorder=4, **line)
        axes.plot(time.iloc[-1], count.iloc[-1], **style.mark(look), clip_on=False)
        yield line_ends.End(time.iloc[-1], count.iloc[-1], arm, look.color)


def _are_at_lines(arms: Iterable[str]) -> bool:
    """Whether the names of the arms stand at the ends of their lines."""
    return line_ends.fit(arms, ROOM_OF_NAMES)


def _top(highest: float) -> float:
    """The end of a scale just above the highest interval."""
    return max(LEAST_TOP, 1.05 * highest)


def _size() -> multiples.Size:
    width = (TWO_COLUMNS - LEFT - RIGHT + BETWEEN) / 2 - BETWEEN
    return multiples.Size(LEFT, width, BETWEEN, BELOW, multiples.LEAST, HEIGHT)


def _legend(looks: style.Looks, caption: Caption) -> style.Legend:
    interval = style.area_entry(MONTE_CARLO, facecolor=style.BAND)
    arms = [] if _are_at_lines(looks) else style.arms_in_legend(looks)
    return [arms, [interval, *months.legend(caption)]]


def _explained(
    tables: Tables, numbers: pd.DataFrame, apart: pd.DataFrame, caption: Caption
) -> list[str]:
    """What the caption says about lines, bands and heads."""
    is_lost = bool((tables.events["event"] == Event.LOST).any())
    differs = numbers.groupby("outcome")["high"].max().map(_top).nunique() > 1
    is_said = at_the_end(apart, next(iter(PANELS))) != ""
    paired = PAIRED if apart["low"].notna().any() else AT_THE_END.format("")
    return [
        *EXPLAINED, LOST * is_lost, paired * is_said, incidence.DIFFERENT * differs,
        *months.explained(caption),
    ]  # fmt: skip
