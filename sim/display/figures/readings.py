"""The four readings of an annual increase on one page: what they say of arms and differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from sim.display.figures import intervals, uncertain
from sim.display.figures.comparison import LAYOUT, Beside, blocks_of, interval, legend, of_sweeps
from sim.display.figures.style import Drawn, arm_style, difference_style
from sim.vocabulary import arms_of

OUTCOMES = (
    "spine T-score", "hip T-score", "spine above T -2.5", "spine change", "vertebral fractures",
    "all fractures",
)  # fmt: skip
"""The outcomes shown, in the order of the panels."""

MOST = 30.0
"""The most that a panel may take, in mm."""

EXPLAINED = (
    "Above: the arms at the last visit, fractures over the whole follow-up. Below, as Δ: paired "
    "differences of the arms, with the same patients and random numbers; the vertical line marks "
    "0.",
    "Marks: estimates; {lines}: 95 % Monte Carlo intervals, which show simulation (Monte Carlo) "
    "error only, not the uncertainty of the published data; dotted: the scenario's own reading.",
    "Each fracture difference depends on the reading named beside it.",
)


def figure(
    summary: pd.DataFrame, own: str, title: str, sentences: Sequence[str] = (),
    uncertainty: pd.DataFrame | None = None,
) -> Drawn:  # fmt: skip
    """The main outcomes under every reading, and below them the differences of the arms.

    `summary` is that of `sim.experiments.readings`, `own` the scenario's own reading. The caption
    opens with `sentences`, a paragraph each. `uncertainty` has the interval of each outcome over
    the draws of a sweep of the scenario, under its own reading or another.
    """
    summary = uncertain.beside(summary, uncertainty, "reading")
    rows = summary[(summary["against"] == "") & summary["outcome"].isin(list(OUTCOMES))]
    bands = list(_bands(rows, own))
    blocks = [block for band in bands for block in blocks_of(band, OUTCOMES, MOST)]
    lines = "thick lines" if uncertain.is_in(rows) else "lines"
    explained = [text.format(lines=lines) for text in EXPLAINED]
    caption = [*sentences, *explained, *of_sweeps(rows, "reading")]
    legends = [*(legend(band) for band in bands), interval(rows, "reading")]
    return intervals.figure([blocks], title, legends, caption, LAYOUT), summary


def _bands(rows: pd.DataFrame, own: str) -> Iterator[Beside]:
    """The arms, then their differences, in ink."""
    every = arms_of(rows)
    names = {name: f"{name} (own)" if name == own else name for name in rows["reading"].unique()}
    for is_difference in (False, True):
        shown = [arms for arms in every if bool(arms.against_arm) == is_difference]
        if shown:
            styles = arm_style([arms.arm for arms in shown])
            arm_looks = {arms: styles[arms.arm] for arms in shown}
            looks = difference_style(shown) if is_difference else arm_looks
            yield Beside(rows, "reading", names, own, looks)
