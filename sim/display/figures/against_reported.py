"""Reported against simulated: every published fact beside what the virtual patients show.

Facts that can be compared share a scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.display.figures import intervals, scales, style
from sim.display.figures.caption import Caption
from sim.display.figures.differences import label_of
from sim.display.figures.fact_scales import (
    AT_ENTRY,
    HEADINGS,
    UNITS,
    heading_of,
    limits_of,
    scale_of,
)
from sim.display.figures.intervals.parts import Block, Layout, Mark, Panel, Row, grouped
from sim.display.figures.page import ONE_COLUMN, TWO_COLUMNS
from sim.display.figures.published import Fact
from sim.display.figures.saved import Saved
from sim.display.figures.uncertain import MONTE_CARLO

ROW, SHIFT = 6.6, 1.1
"""In mm: the height of a fact; reported stands above the middle of its row, simulated below."""

FEW = 6
"""Facts that fit into one column."""

LAYOUT = Layout(labels=41.0, ticks=5)
SIMULATED = style.color(style.NOT_AN_ARM)
DOT: dict[str, Any] = {
    "marker": "o", "markersize": 3.6, "linestyle": "none", "zorder": 5, "color": SIMULATED,
    "clip_on": False,
}  # fmt: skip
BAR: dict[str, Any] = {"color": SIMULATED, "linewidth": 3.2, "alpha": 0.5}


class Look(NamedTuple):
    """How a fact is drawn: its published value, the simulated one, its whiskers, and letters."""

    published: dict[str, Any]
    dot: dict[str, Any]
    bar: dict[str, Any]
    whiskers: tuple[str, str]
    ink: str


PREDICTION = Look(
    style.diamond(True) | {"clip_on": False}, DOT, BAR, (style.INK, SIMULATED), style.INK
)
INPUT = Look(
    style.diamond() | {"markeredgecolor": style.NEUTRAL, "clip_on": False},
    DOT | {"color": style.NEUTRAL, "markerfacecolor": "white"},
    BAR | {"color": style.NEUTRAL}, (style.NEUTRAL, style.NEUTRAL), style.SECOND,
)  # fmt: skip

SPREAD = (
    "Thin whiskers: one standard deviation between patients, as printed or as simulated, cut off "
    "at values that are impossible."
)
BARS = "Thick bars: 95 % Monte Carlo interval of the simulated value; more patients narrow it."
NO_INTERVALS = "The uncertainty of the reported means is not drawn."
PRINTED = (
    "Where a 95 % interval is printed or follows from what is printed, the thin whiskers of the "
    "reported value are that interval. The uncertainty of other reported values is not drawn."
)
INPUTS = (
    "Grey and hollow: no prediction, but an input of the scenario, fixed by the design, or another "
    "fact in other words. This agreement checks the program, not the biology."
)


def figure(saved: Saved, caption: Caption) -> style.Drawn | None:
    """Reported values as diamonds, simulated ones as dots, each kind of fact on its own scale.

    None where no publication reports a fact that can be compared.
    """
    if saved.reported is None:
        return None
    facts = comparable(saved.reported, saved.facts, caption)
    if facts.empty:
        return None
    groups = list(grouped(facts, HEADINGS, "scale"))
    blocks = [_block(*group, saved.facts) for group in groups]
    is_narrow = len(facts) <= FEW or len(blocks) == 1
    columns = [blocks] if is_narrow else intervals.in_two_columns(blocks, LAYOUT)
    page = intervals.figure(
        columns, caption.title, _legend(facts, saved.facts), caption.paragraphs(*_said(facts)),
        LAYOUT,
        ONE_COLUMN if is_narrow else TWO_COLUMNS,
    )  # fmt: skip
    return page, pd.concat([rows for *_, rows in groups], ignore_index=True).drop(columns="scale")


def comparable(reported: pd.DataFrame, known: Mapping[str, Fact], caption: Caption) -> pd.DataFrame:
    """The facts worth a comparison: without those that only count patients.

    Adds label, heading, scale, and the ends of whiskers of one SD.
    """
    facts = reported[reported["reported"].notna()]
    facts = facts[np.array([known[fact].kind != "number" for fact in facts["fact"]], dtype=bool)]
    own = [known[fact] for fact in facts["fact"]]
    facts = facts.assign(
        label=[caption.labels.get(fact) or label_of(fact) for fact in facts["fact"]],
        heading=[heading_of(fact) for fact in own],
    )
    ends = _ends(facts, [limits_of(fact, caption.horizon_months) for fact in own])
    return facts.assign(**ends, scale=[scale_of(fact) for fact in own])


def _ends(
    facts: pd.DataFrame, limits: Sequence[tuple[float, float]]
) -> dict[str, pd.Series[float]]:
    """The ends of whiskers of one SD, cut off where no value can be.

    A published value may lie beyond what the simulated follow-up allows, so its upper end stays.
    """
    least, most = np.array(limits, float).reshape(-1, 2).T
    printed = np.where(facts["reported"] > most, np.inf, most)
    ends = {}
    for name, upper in (("reported", printed), ("simulated", most)):
        center, half = facts[name], facts[f"{name}_spread"]
        ends[f"{name}_low"] = (center - half).clip(lower=least)
        ends[f"{name}_high"] = (center + half).clip(upper=upper)
    if "reported_low" in facts:
        for end in ("reported_low", "reported_high"):
            ends[end] = facts[end].fillna(ends[end])
    return ends


def _block(heading: str, scale: str, facts: pd.DataFrame, known: Mapping[str, Fact]) -> Block:
    """The facts of one scale below each other, in the order of the publication."""
    values = facts.filter(regex="^(reported|simulated)$|low$|high$").to_numpy(float)
    own = [known[fact] for fact in facts["fact"]]
    is_count = heading != AT_ENTRY or scale == UNITS["fractures"]
    never_negative = all(limits_of(fact, np.inf)[0] == 0 for fact in own)
    low, high = scales.limits(values, zero=(is_count and never_negative) or None)
    drawn = Panel(
        rows=[
            _marks(row, look_of(fact)) for row, fact in zip(facts.itertuples(), own, strict=True)
        ],
        scale=scale,
        limits=(max(low, 0.0) if never_negative else low, high),
    )
    rows = zip(facts["label"], own, strict=True)
    return Block([Row(label, ROW, ink=look_of(fact).ink) for label, fact in rows], [drawn], heading)


def look_of(fact: Fact) -> Look:
    """Predictions are drawn in colour, all others grey and hollow."""
    return PREDICTION if fact.is_prediction else INPUT


def _marks(row: Any, look: Look) -> list[Mark]:
    """One fact: the reported value above, the simulated one below it."""
    low, high = row.reported_low, row.reported_high
    above, below = (_whisker(color) for color in look.whiskers)
    return [
        Mark(row.reported, low, high, look.published, above, -SHIFT),
        Mark(np.nan, row.simulated_low, row.simulated_high, {}, below, SHIFT),
        Mark(row.simulated, row.low, row.high, look.dot, look.bar, SHIFT),
    ]


def _has_spreads(facts: pd.DataFrame) -> bool:
    return bool(facts[["reported_spread", "simulated_spread"]].notna().any(axis=None))


def _has_intervals(facts: pd.DataFrame) -> bool:
    """Whether a whisker is a printed 95 % interval and not a spread."""
    return bool((facts["reported_low"].notna() & facts["reported_spread"].isna()).any())


def _said(facts: pd.DataFrame) -> tuple[str, ...]:
    """What the caption says of the whiskers and bars that are drawn."""
    spread = [SPREAD] if _has_spreads(facts) else []
    return (*spread, BARS, PRINTED if _has_intervals(facts) else NO_INTERVALS, INPUTS)


def _legend(facts: pd.DataFrame, known: Mapping[str, Fact]) -> style.Legend:
    """What diamond, dot, whisker and bar mean, for the kinds of facts that are there."""
    kinds = {known[fact].is_prediction for fact in facts["fact"]}
    usual = PREDICTION if True in kinds else INPUT
    values = {"published": usual.published, "simulated": usual.dot}
    if len(kinds) > 1:
        values["no prediction"] = INPUT.published
    whisker = [
        *(["± SD of patients"] if _has_spreads(facts) else []),
        *(["95 % interval of the published value"] if _has_intervals(facts) else []),
    ]
    lines = {", or ".join(whisker): _whisker(style.SECOND)} if whisker else {}
    lines[MONTE_CARLO] = usual.bar
    return [
        [style.line_entry(label, **look) for label, look in looks.items()]
        for looks in (values, lines)
    ]


def _whisker(color: str) -> dict[str, Any]:
    return {"color": color, "linewidth": 0.8}
