"""The course of bone density: the change since entry at each visit, arm by arm, in per cent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from sim.display.figures import bands, line_ends, months, multiples, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.page import TWO_COLUMNS
from sim.display.figures.published import Fact
from sim.display.figures.saved import Saved
from sim.display.figures.texts import LINE
from sim.display.numbers import significant, typeset
from sim.vocabulary import BONES

ROOM = multiples.Room(left=13.0, between=14.0, right=2.0, height=60.0, below=11.5)
FURTHER = 4
"""Lines for names in a low panel, beside those of the arms."""

LEVELS = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
BANDS = (("p05", "p95", 0.12, 0.0), ("p25", "p75", 0.26, 0.0))
"""The middle 90 and 50 % of patients, and how dark each is; neither has edges."""

NAMES = {"spine": "Lumbar spine", "hip": "Hip"}
NOT_KNOWN = "no treatment is known to do this"
INPUT = style.diamond() | {"markeredgecolor": style.NEUTRAL}
OF_AN_INPUT = "published, an input of the scenario"
"""How a published value looks that is an input, and what it is called."""

CHANGES = ("mean_percent_change", "total_increase")
OF_A_FACT = ["bone", "arm", "months", "fact", "reported", "is_prediction"]


def figure(saved: Saved, caption: Caption) -> style.Drawn:
    """Change of measured bone density since entry: medians, bands and published changes."""
    numbers = courses(saved, caption.arms)
    reported = changes(saved.facts, numbers, caption)
    looks = caption.looks
    heads = [(NAMES[bone], above_young_adults(numbers, bone)) for bone in BONES]
    grid = page(heads, ROOM, caption, legend(reported, caption),
                caption.paragraphs(*_explained(numbers, reported, caption)))  # fmt: skip
    for axes, bone in zip(grid.panels, BONES, strict=True):
        course = numbers[numbers["bone"] == bone]
        axes.axhline(0, zorder=0.5, **style.ZERO)
        bands.draw(axes, course, looks, BANDS)
        diamonds(axes, reported[reported["bone"] == bone], looks)
        axes.set_ylabel("Change of BMD since entry (%)")
        scales.number(axes, "y", 6)
        time(axes, grid, caption, [*medians(course, looks)])
    return grid.page.figure, pd.concat([numbers, reported], ignore_index=True)


def courses(saved: Saved, arms: tuple[str, ...]) -> pd.DataFrame:
    """One row for each bone, arm and visit: patients measured, median and bands of the change.

    Changes are percent of the patient's own first value. `above_t_0` counts the patients whose
    T-score is above 0 at the visit, each on the reference of her or his sex.
    """
    rows = []
    for bone in BONES:
        for arm in arms:
            values = bands.measured(saved.tables, f"{bone}_g_cm2", arm)
            change = 100 * (values.div(values.iloc[:, 0], axis=0) - 1)
            above = (t_scores(values, saved, bone) > 0).sum()
            rows += [
                {"bone": bone, "arm": arm, **visit, "above_t_0": int(count)}
                for visit, count in zip(bands.visits(change, LEVELS), above, strict=True)
            ]
    return pd.DataFrame(rows)


def t_scores(values: pd.DataFrame, saved: Saved, bone: str) -> pd.DataFrame:
    """T-scores of bone densities, a row for each patient."""
    sex = saved.tables.patients.set_index("patient")["sex"].reindex(values.index)
    by_sex = saved.reference[bone]
    mean, sd = (sex.map({name: both[i] for name, both in by_sex.items()}) for i in range(2))
    return values.sub(mean.astype(float), axis=0).div(sd.astype(float), axis=0)


def changes(facts: Mapping[str, Fact], numbers: pd.DataFrame, caption: Caption) -> pd.DataFrame:
    """The published changes of bone density since entry, each at its visit.

    A published change per year stands as the change that it makes until then.
    """
    rows = []
    for fact in facts.values():
        if fact.of not in BONES or not fact.is_about(caption.arms):
            continue
        month = visit_of(fact, numbers, caption)
        years = {"annual_increase": month / 12, **dict.fromkeys(CHANGES, 1.0)}.get(fact.statistic)
        if years is not None:
            change = fact.value * years
            rows.append((fact.of, fact.arm, month, fact.name, change, fact.is_prediction))
    return pd.DataFrame(rows, columns=OF_A_FACT)


def visit_of(fact: Fact, numbers: pd.DataFrame, caption: Caption) -> float:
    """The visit of a fact: the last one up to its time, or up to the end of the evidence."""
    end = fact.month or caption.evidence_months or caption.horizon_months
    return float(numbers.loc[numbers["months"] <= end + 0.1, "months"].max())


def above_young_adults(numbers: pd.DataFrame, bone: str) -> str:
    """How many patients end above T 0, where any do."""
    rows = numbers[(numbers["bone"] == bone) & (numbers["above_t_0"] > 0)]
    last = rows[rows["months"] == numbers["months"].max()]
    if last.empty:
        return ""
    of_arms = [f"{row.above_t_0} of {row.patients}" for row in last.itertuples()]
    if numbers["arm"].nunique() == 1:
        return f"{of_arms[0]} patients end above T 0: {NOT_KNOWN}"
    named = ", ".join(f"{n} ({arm})" for n, arm in zip(of_arms, last["arm"], strict=True))
    return f"{named} patients end above T 0: {NOT_KNOWN}"


def page(
    heads: Sequence[tuple[str, str]], room: multiples.Room, caption: Caption,
    legend: style.Legend, sentences: Sequence[str],
) -> multiples.Grid:  # fmt: skip
    """The two panels with their heads."""
    width = (TWO_COLUMNS - room.left - room.right + room.between) / 2 - room.between
    least = min(room.height, LINE * (len(caption.arms) + FURTHER))
    size = multiples.Size(
        room.left, width, room.between, room.below, least, room.height, room.right
    )
    return multiples.grid(heads, multiples.in_rows(2, 2), size, caption.title, legend, sentences)


def medians(course: pd.DataFrame, looks: style.Looks) -> Iterator[line_ends.End]:
    """Where the median of each arm ends."""
    for arm, look in looks.items():
        last = course[course["arm"] == arm].iloc[-1]
        yield line_ends.End(last["months"], last["median"], arm, look.color)


def time(axes: Axes, grid: multiples.Grid, caption: Caption, ends: Sequence[line_ends.End]) -> None:
    """The months across, and the names of the lines right of them."""
    last = caption.horizon_months
    ticks = months.ticks(last, grid.width - line_ends.room([end.name for end in ends]))
    months.draw_months(axes, caption, ticks, last)
    line_ends.draw(axes, ends, axes.get_xlim()[1], grid.width, grid.height)


def diamonds(axes: Axes, reported: pd.DataFrame, looks: style.Looks) -> None:
    """The published values: those of predictions in the colour of their arm, inputs hollow."""
    for row in reported.to_dict("records"):
        look = style.diamond(True) | {"markerfacecolor": looks[row["arm"]].color}
        look = look if row["is_prediction"] else INPUT
        axes.plot(row["months"], row["reported"], clip_on=False, **look)


def published_in_legend(kinds: Collection[bool]) -> list[Artist]:
    """How published values look, predictions (True) and inputs as far as there are any."""
    looks = {True: ("published", style.diamond(True)), False: (OF_AN_INPUT, INPUT)}
    return [
        style.line_entry(label, **look) for kind, (label, look) in looks.items() if kind in kinds
    ]


def legend(reported: pd.DataFrame, caption: Caption) -> style.Legend:
    """The bands and diamonds, in grey because they hold for every arm."""
    return [
        [
            style.area_entry("middle 50 % of patients", facecolor=style.BAND),
            style.area_entry("middle 90 %", facecolor=style.GRID),
            *published_in_legend(set(reported["is_prediction"])),
            *months.legend(caption),
        ]
    ]


def alive(numbers: pd.DataFrame) -> str:
    """How many patients are alive and measured at the last visit."""
    last = numbers[(numbers["bone"] == BONES[0]) & (numbers["months"] == numbers["months"].max())]
    counts = ", ".join(f"{row.patients} ({row.arm})" for row in last.itertuples())
    return f"Alive and measured at month {numbers['months'].max():.0f}: {counts}."


def _explained(numbers: pd.DataFrame, reported: pd.DataFrame, caption: Caption) -> list[str]:
    """What the caption says about lines, bands and diamonds."""
    return [
        "Change from each patient’s own first value, measurement error included; lines: medians.",
        "Bands: the middle 50 % and 90 % of virtual patients; they are not confidence intervals.",
        *published_in_words(reported, caption, "%"),
        alive(numbers),
        *months.explained(caption),
    ]


def published_in_words(reported: pd.DataFrame, caption: Caption, unit: str) -> Iterator[str]:
    """The published values that are drawn, for the caption."""
    if len(reported):
        facts = (
            f"{caption.labels.get(row['fact'], row['fact'])}, "
            f"{typeset(significant(row['reported']))} {unit} at month {row['months']:.0f}"
            for row in reported.to_dict("records")
        )
        yield f"Published means: {'; '.join(facts)}."
