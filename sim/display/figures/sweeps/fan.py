"""The fan: the course of bone density in every draw of the parameters, as bands round a median."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.display.figures import months
from sim.display.figures.page import TWO_COLUMNS, Page
from sim.display.figures.style import ArmStyle, arm_style
from sim.display.figures.sweeps import multiples, words
from sim.display.figures.sweeps.saved import OVER_TIME, Swept
from sim.display.figures.sweeps.shown import draws

LEVELS = {
    "p025": 0.025, "p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p975": 0.975,
}  # fmt: skip
BANDS = (("p025", "p975", 0.08), ("p10", "p90", 0.13), ("p25", "p75", 0.22))
"""The middle 95, 80 and 50 % of draws, with how dark each is."""

ABREAST, LEFT, BETWEEN, RIGHT = 4, 10.0, 12.0, 3.0
BELOW, LEAST, MOST = 10.5, 20.0, 58.0
"""Panels side by side; in mm: left of the first, between them, right of the last; below a panel,
and its height."""

BASE: dict[str, Any] = {"color": "#222222", "linewidth": 0.7, "linestyle": (0, (2, 2))}
EXPLAINED = (
    "Lines with marks: medians over {draws} draws; bands: the middle 50, 80 and 95 % of them. They"
    " show what the uncertainty of the parameters does to the mean of many patients, not how"
    " patients differ, and hold the Monte Carlo error of a draw as well."
)


class Panel(NamedTuple):
    """A bone in one scenario."""

    row: int
    column: int
    outcome: str
    scenario: str


def figure(swept: Swept) -> tuple[Figure, pd.DataFrame] | None:
    """Spine and hip over time by arm, a column a scenario; None where nothing was drawn."""
    numbers = courses(swept)
    if numbers.empty:
        return None
    styles, simulated = arm_style(swept.sweep.arms), set(numbers["arm"])
    looks = {arm: look for arm, look in styles.items() if arm in simulated}
    panels = list(_panels(numbers))
    abreast = 1 + max(panel.column for panel in panels)
    width = (TWO_COLUMNS - LEFT - RIGHT - BETWEEN * (abreast - 1)) / abreast
    down = 1 + max(panel.row for panel in panels)
    heads = [words.head(numbers, p.outcome, p.scenario, p.column == 0) for p in panels]
    above = multiples.head_room([below for _, below in heads], width + RIGHT)
    height = multiples.height(down, above + BELOW, LEAST, MOST)
    rows = multiples.Rows(LEFT, width, BETWEEN, height, above, BELOW)
    explained = EXPLAINED.format(draws=words.counted(numbers["draws"]))
    lines = words.caption(swept.sweep, "draw", explained)
    page = Page(TWO_COLUMNS, rows.pitch * down, swept.sweep.title, _legend(looks), lines)
    for panel, head in zip(panels, heads, strict=True):
        axes = rows.axes(page, panel.row, panel.column)
        of_bone = numbers[numbers["outcome"] == panel.outcome]
        _draw(axes, of_bone[of_bone["scenario"] == panel.scenario], looks)
        _limits(axes, of_bone, width)
        multiples.head(axes, *head, width + RIGHT, above)
    return page.figure, numbers


def courses(swept: Swept) -> pd.DataFrame:
    """One row for each scenario, bone, arm and visit: quantiles over draws, and the base case.

    At entry nothing has changed yet.
    """
    rows = swept.outcomes[swept.outcomes["outcome"].isin(OVER_TIME)]
    rows = rows[rows["against_arm"] == ""]
    key = ["scenario", "outcome", "unit", "arm", "time"]
    base = rows[rows["role"] == "base"].set_index(key)["estimate"]
    found = []
    for at, drawn in draws(rows).groupby(key, sort=False):
        quantiles = np.quantile(drawn["estimate"].dropna(), [*LEVELS.values()])
        named = dict(zip([*key, *LEVELS], [*at, *quantiles], strict=True))
        found.append({**named, "base": base.get(at, np.nan), "draws": len(drawn)})
    numbers = pd.DataFrame(found, columns=[*key, *LEVELS, "base", "draws"])
    entry = numbers.drop_duplicates(["scenario", "outcome", "arm"])
    entry = entry.assign(**dict.fromkeys(["time", *LEVELS, "base"], 0.0))
    whole = pd.concat([entry, numbers], ignore_index=True).drop_duplicates(key)
    return whole.sort_values(["outcome", "time"], ascending=[False, True], kind="stable")


def _panels(numbers: pd.DataFrame) -> Iterator[Panel]:
    """Both bones side by side; where there are several scenarios, those, and bones below."""
    outcomes = [str(outcome) for outcome in numbers["outcome"].unique()]
    scenarios = [str(scenario) for scenario in numbers["scenario"].unique()]
    if len(scenarios) == 1:
        for column, outcome in enumerate(outcomes):
            yield Panel(0, column, outcome, scenarios[0])
        return
    for place, scenario in enumerate(scenarios):
        row, column = divmod(place, ABREAST)
        for below, outcome in enumerate(outcomes):
            yield Panel(row * len(outcomes) + below, column, outcome, scenario)


def _draw(axes: Axes, rows: pd.DataFrame, looks: dict[str, ArmStyle]) -> None:
    """Bands below, then their outer edges, the base case, and medians on top."""
    lightness = 2 / max(2, len(looks))
    for arm, look in looks.items():
        course = rows[rows["arm"] == arm]
        for low, high, opacity in BANDS:
            axes.fill_between(
                course["time"], course[low], course[high], color=look.color,
                alpha=opacity * lightness, linewidth=0, zorder=1,
            )  # fmt: skip
        edge: dict[str, Any] = {"color": look.color, "linestyle": look.linestyle, "linewidth": 0.5}
        axes.plot(course["time"], course[["p025", "p975"]], zorder=2, **edge)
        axes.plot(course["time"], course["median"], label=arm, zorder=4, **_mark(look))
        axes.plot(course["time"], course["base"], zorder=5, **BASE)


def _mark(look: ArmStyle) -> dict[str, Any]:
    return {**look._asdict(), "markeredgecolor": "white", "markeredgewidth": 0.5}


def _limits(axes: Axes, of_bone: pd.DataFrame, width: float) -> None:
    """One scale for a bone in all scenarios, and months along it."""
    low, high = of_bone["p025"].min(), of_bone["p975"].max()
    low, high = (min(low, of_bone["base"].min()), max(high, of_bone["base"].max()))
    room = 0.04 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.axhline(0, color="#222222", linewidth=0.6, zorder=0.5)
    last = float(of_bone["time"].max())
    axes.set_xlim(-0.02 * last, 1.02 * last)
    axes.set_xticks(months.ticks(last, width))
    axes.set_xlabel("Months since entry")


def _legend(looks: dict[str, ArmStyle]) -> list[list[Artist]]:
    shades = [("#bdbdbd", 50), ("#d9d9d9", 80), ("#efefef", 95)]
    return [
        [Line2D([], [], label=arm, **_mark(look)) for arm, look in looks.items()],
        [
            *(Patch(facecolor=shade, label=f"{share} % of draws") for shade, share in shades),
            Line2D([], [], label="base case", **BASE),
        ],
    ]
