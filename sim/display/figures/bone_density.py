"""Bone density in g/cm2 and as T-score at each visit, arm by arm, with three chosen patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from sim.display.figures import bands, bone_course, line_ends, months, multiples, style
from sim.display.figures.caption import Caption
from sim.display.figures.published import Fact
from sim.display.figures.saved import Saved
from sim.display.figures.texts import LINE, wrapped
from sim.results import Tables
from sim.vocabulary import BONES, DAYS_PER_MONTH, Event

OSTEOPOROSIS_T = -2.5
ROOM = multiples.Room(left=13.0, between=27.0, right=13.0, height=60.0, below=11.5)
ABOVE = f"above young adults: {bone_course.NOT_KNOWN}"
SHADED: dict[str, Any] = {"facecolor": style.PALEST, "linewidth": 0, "zorder": 0}
AT_ENTRY = {f"{bone}_t": bone for bone in BONES}


class Chosen(NamedTuple):
    """A patient whose own course is drawn, the month of what happened, and its name."""

    patient: int
    month: float | None
    name: str


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Measured bone density of spine and hip over time: medians, bands and three patients."""
    first = caption.arms[0]
    patients = chosen(saved.tables, first)
    numbers = courses(saved.tables, caption.arms, patients)
    reported, looks = scores(saved.facts, numbers, caption), caption.looks
    grid = bone_course.page(
        [(bone_course.NAMES[bone], "") for bone in BONES], ROOM, caption,
        _legend(reported, caption),
        caption.paragraphs(*_explained(saved, numbers, reported, caption)),
    )  # fmt: skip
    for axes, bone in zip(grid.panels, BONES, strict=True):
        course = numbers[numbers["bone"] == bone]
        bands.draw(axes, course, looks, bone_course.BANDS)
        bone_course.diamonds(axes, reported[reported["bone"] == bone], looks)
        own = [*_patients(axes, course[course["arm"] == first], patients)]
        ends = [*bone_course.medians(course, looks), *own]
        axes.set_ylabel("Measured BMD (g/cm²)")
        _shade(axes, bone, grid, caption, grid.width - line_ends.room([end.name for end in ends]))
        _t_scores(axes, *caption.reference[bone])
        bone_course.time(axes, grid, caption, ends)
    return grid.page.figure, pd.concat([numbers, reported], ignore_index=True)


def courses(tables: Tables, arms: tuple[str, ...], patients: list[Chosen]) -> pd.DataFrame:
    """One row for each bone, arm and visit: patients measured, medians, bands, chosen patients.

    The chosen patients are those of the first arm.
    """
    rows = []
    for bone in BONES:
        for arm in arms:
            single = [one.patient for one in patients] if arm == arms[0] else []
            values = bands.measured(tables, f"{bone}_g_cm2", arm)
            visits = bands.visits(values, bone_course.LEVELS, single)
            rows += [{"bone": bone, "arm": arm, **visit} for visit in visits]
    return pd.DataFrame(rows)


def chosen(tables: Tables, arm: str) -> list[Chosen]:
    """At most three patients of an arm: one who stopped, one with a fracture, a middle one.

    Each is the first who is measured at the last visit; the middle one ends nearest to the median
    of the spine.
    """
    last = bands.measured(tables, f"{BONES[0]}_g_cm2", arm).iloc[:, -1].dropna()
    events = tables.events[
        (tables.events["arm"] == arm) & tables.events["patient"].isin(last.index)
    ]
    stops = events[(events["event"] == Event.INTOLERANCE) & (events["value"] == 0)]
    found: dict[int, Chosen] = {}
    for rows, say in (
        (stops, "stopped {}"),
        (events[events["event"] == Event.FRACTURE], "{} fracture"),
    ):
        rows = rows[~rows["patient"].isin([*found])].sort_values(["patient", "day"], kind="stable")
        for row in rows.head(1).to_dict("records"):
            name = say.format(row["what"]).replace("other fracture", "fracture, other site")
            one = Chosen(row["patient"], row["day"] / DAYS_PER_MONTH, name)
            found[one.patient] = one
    others = last[~last.index.isin([*found])]
    if len(others):
        nearest = int(others.index.to_numpy()[(others - last.median()).abs().to_numpy().argmin()])
        found[nearest] = Chosen(nearest, None, f"middle patient ({BONES[0]})")
    return [*found.values()]


def scores(facts: Mapping[str, Fact], numbers: pd.DataFrame, caption: Caption) -> pd.DataFrame:
    """The published T-scores in g/cm2, each at its visit, on the reference of the T-score axis."""
    rows = []
    for fact in facts.values():
        bone = AT_ENTRY.get(fact.of) if fact.statistic == "entry" else fact.of
        if fact.statistic not in ("entry", "t_final") or not fact.is_about(caption.arms):
            continue
        if bone not in BONES:
            continue
        month = bone_course.visit_of(fact, numbers, caption) if fact.statistic != "entry" else 0.0
        mean, sd = caption.reference[bone]
        bmd = mean + sd * fact.value
        rows.append((bone, fact.arm, month, fact.name, bmd, fact.is_prediction))
    return pd.DataFrame(rows, columns=bone_course.OF_A_FACT)


def _patients(axes: Axes, course: pd.DataFrame, patients: list[Chosen]) -> Iterator[line_ends.End]:
    """The courses of the chosen patients, with a cross where something happened to them."""
    for one in patients:
        own = course[["months", f"patient_{one.patient}"]].dropna()
        time, values = own.iloc[:, 0].to_numpy(), own.iloc[:, 1].to_numpy()
        axes.plot(time, values, color=style.SECOND, linewidth=0.7, zorder=3)
        if one.month is not None:
            axes.plot(one.month, np.interp(one.month, time, values), marker="x", markersize=4,
                      color=style.INK, zorder=5)  # fmt: skip
        yield line_ends.End(time[-1], values[-1], one.name, style.SECOND)


def _t_scores(axes: Axes, mean: float, sd: float) -> None:
    """The same scale as T-scores on the right, and the threshold of osteoporosis."""
    axes.axhline(mean + OSTEOPOROSIS_T * sd, zorder=3.5, **style.DASHED)
    scales = (
        lambda bmd: (np.asarray(bmd, float) - mean) / sd,
        lambda t: mean + sd * np.asarray(t, float),
    )
    right = axes.secondary_yaxis("right", functions=scales)
    right.set_ylabel("T-score")
    bottom, top = axes.get_ylim()
    # Every step puts a tick at -2.5, so that the line is named where it ends and covers no data.
    right.yaxis.set_major_locator(MultipleLocator(0.5 if top - bottom < 5.5 * sd else 2.5))


def _shade(axes: Axes, bone: str, grid: multiples.Grid, caption: Caption, width: float) -> None:
    """The area above the mean of young adults, where the scale reaches it, with room for words.

    The words stand above the lines, which are `width` mm long.
    """
    (bottom, top), young = axes.get_ylim(), caption.reference[bone][0]
    if top <= young:
        return
    lines = wrapped(ABOVE, width - 2)
    words = (LINE * len(lines) + 1.5) / grid.height  # share of the panel
    top = max(top, (young - words * bottom) / (1 - words))
    axes.set_ylim(bottom, top)
    last = 1.02 * caption.horizon_months
    axes.fill_between([-0.02 * caption.horizon_months, last], young, top, **SHADED)
    axes.text(0.015, 1 - 0.7 / grid.height, "\n".join(lines), transform=axes.transAxes, va="top",
              color=style.SECOND, zorder=6)  # fmt: skip


def _legend(reported: pd.DataFrame, caption: Caption) -> style.Legend:
    """The legend of the course, and the threshold."""
    (entries,) = bone_course.legend(reported, caption)
    return [[*entries, style.line_entry("T-score −2.5", **style.DASHED)]]


def _explained(
    saved: Saved, numbers: pd.DataFrame, reported: pd.DataFrame, caption: Caption
) -> list[str]:
    """What the caption says about lines, bands and axes."""
    of_one_sex = saved.reference[BONES[0]].values()
    is_mixed = caption.reference[BONES[0]] not in of_one_sex
    mixed = " of women and men mixed as in the cohort" * is_mixed
    scales = " and ".join(
        f"{mean:.3f} ± {sd:.3f} g/cm² ({bone})" for bone, (mean, sd) in caption.reference.items()
    )
    own = "; each patient is scored on that of her or his sex" * is_mixed
    return [
        "Measured values, measurement error included; lines with markers are medians.",
        "Bands: the middle 50 % and 90 % of virtual patients; they are not confidence intervals.",
        f"Grey lines: chosen patients ({caption.arms[0]}); a cross marks what happened.",
        *bone_course.published_in_words(reported, caption, "g/cm²"),
        bone_course.alive(numbers),
        f"T-score axis: young-adult reference{mixed}, {scales}{own}.",
        *months.explained(caption),
    ]
