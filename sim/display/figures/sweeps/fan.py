"""The fan: the course of bone density in every draw of the parameters, as bands round a median."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.display.figures import Drawn, bands, months, multiples, scales, style
from sim.display.figures.multiples import Size
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.sweeps import words
from sim.display.figures.sweeps.saved import OVER_TIME, Swept
from sim.display.figures.sweeps.shown import draws

LEVELS = {
    "p025": 0.025, "p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p975": 0.975,
}  # fmt: skip
BANDS = (("p025", "p975", 0.08, 0.5), ("p10", "p90", 0.13, 0.0), ("p25", "p75", 0.22, 0.0))
"""The middle 95, 80 and 50 % of draws, with how dark each is, and how wide its edges."""

ABREAST, LEFT, BETWEEN, RIGHT = 4, 10.0, 12.0, 3.0
BELOW, LEAST, MOST = 10.5, 20.0, 58.0
"""Panels side by side; in mm: left of the first, between them, right of the last; below a panel,
and its height."""

EXPLAINED = (
    "Lines with marks: medians over {draws} draws; bands: the middle 50, 80 and 95 % of them: what "
    "uncertain parameters do to the mean over patients, not how patients differ, with the Monte "
    "Carlo error of each draw. The base case has every parameter at its stated value, which need "
    "not be the middle of its draws."
)
LEAST_GAP = 5.0
"""Millimetres from tick to tick that a number of two digits needs."""


def figure(swept: Swept) -> Drawn | None:
    """Spine and hip over time by arm, one column per scenario; None without draws."""
    numbers = courses(swept)
    if numbers.empty:
        return None
    styles, simulated = style.arm_style(swept.sweep.arms), set(numbers["arm"])
    looks = {arm: look for arm, look in styles.items() if arm in simulated}
    panels = _panels(numbers)
    cells = [cell for cell, _, _ in panels]
    abreast = 1 + max(column for _, column in cells)
    width = (TWO_COLUMNS - LEFT - RIGHT - BETWEEN * (abreast - 1)) / abreast
    size = Size(LEFT, width, BETWEEN, BELOW, LEAST, MOST, beside=RIGHT)
    heads = [words.head(numbers, outcome, s, column == 0) for (_, column), outcome, s in panels]
    explained = EXPLAINED.format(draws=words.counted(numbers["draws"]))
    caption = words.caption(swept.sweep, "draw", explained)
    grid = multiples.grid(heads, cells, size, swept.sweep.title, _legend(looks), caption)
    for axes, (_, outcome, scenario) in zip(grid.panels, panels, strict=True):
        of_bone = numbers[numbers["outcome"] == outcome]
        _draw(axes, of_bone[of_bone["scenario"] == scenario], looks)
        _limits(axes, of_bone, width)
    return grid.page.figure, numbers


def courses(swept: Swept) -> pd.DataFrame:
    """One row for each scenario, bone, arm and visit: quantiles over draws, and the base case.

    The change at entry is 0.
    """
    rows = swept.outcomes[swept.outcomes["outcome"].isin(OVER_TIME)]
    rows = rows[rows["against_arm"] == ""]
    key = ["scenario", "outcome", "unit", "arm", "time"]
    base = rows[rows["role"] == "base"].set_index(key)["estimate"]
    visits = []
    for at, drawn in draws(rows).groupby(key, sort=False):
        quantiles = np.quantile(drawn["estimate"].dropna(), [*LEVELS.values()])
        named = dict(zip([*key, *LEVELS], [*at, *quantiles], strict=True))
        visits.append({**named, "base": base.get(at, np.nan), "draws": len(drawn)})
    numbers = pd.DataFrame(visits, columns=[*key, *LEVELS, "base", "draws"])
    entry = numbers.drop_duplicates(["scenario", "outcome", "arm"])
    entry = entry.assign(**dict.fromkeys(["time", *LEVELS, "base"], 0.0))
    whole = pd.concat([entry, numbers], ignore_index=True).drop_duplicates(key)
    return whole.sort_values(["outcome", "time"], ascending=[False, True], kind="stable")


def _panels(numbers: pd.DataFrame) -> list[tuple[tuple[int, int], str, str]]:
    """Row and column, bone and scenario of each panel.

    Both bones side by side; where there are several scenarios, those, and bones below.
    """
    outcomes, scenarios = (numbers[name].unique() for name in ("outcome", "scenario"))
    if len(scenarios) == 1:
        return [((0, column), outcome, scenarios[0]) for column, outcome in enumerate(outcomes)]
    return [
        ((i // ABREAST * len(outcomes) + below, i % ABREAST), outcome, scenario)
        for i, scenario in enumerate(scenarios)
        for below, outcome in enumerate(outcomes)
    ]


def _draw(axes: Axes, rows: pd.DataFrame, looks: dict[str, style.ArmStyle]) -> None:
    """Bands below, then their outer edges, the base case, and medians on top."""
    bands.draw(axes, rows.rename(columns={"time": "months"}), looks, BANDS)
    for arm in looks:
        course = rows[rows["arm"] == arm]
        axes.plot(course["time"], course["base"], zorder=5, **style.DASHED)


def _limits(axes: Axes, of_bone: pd.DataFrame, width: float) -> None:
    """One scale for a bone in all scenarios, and months along it."""
    axes.set_ylim(*scales.limits(of_bone[["p025", "p975", "base"]], False, room=0.04))
    scales.number(axes, "y", 5, 2)
    axes.axhline(0, zorder=0.5, **style.ZERO)
    last = float(of_bone["time"].max())
    axes.set_xlim(-0.02 * last, 1.02 * last)
    axes.set_xticks(_ticks(last, width))
    axes.set_xlabel("Months since entry")


def _ticks(last: float, width: float) -> list[float]:
    """Round months, and the last: where that is too near to a round one, in its place."""
    at: list[float] = [*months.ticks(last, width)]
    if at[-1] == last:
        return at
    is_near = (last - at[-1]) / (1.04 * last) * width < LEAST_GAP
    return [*at[: -1 if is_near and len(at) > 1 else None], last]


def _legend(looks: dict[str, style.ArmStyle]) -> list[list[Artist]]:
    shades = zip(style.SHADES, (50, 80, 95), strict=True)
    areas = [Patch(facecolor=shade, label=f"{share} % of draws") for shade, share in shades]
    base = Line2D([], [], label="base case", **style.DASHED)
    return [style.arms_in_legend(looks), [*areas, base]]
