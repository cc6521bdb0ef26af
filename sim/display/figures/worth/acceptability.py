"""Cost-effectiveness acceptability curves, with their frontier."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.display.figures import style
from sim.display.figures.worth.about import (
    About,
    best_in_words,
    curve,
    edge_entry,
    in_units,
    marked_in_words,
    name_thresholds,
    panel,
    wide_line,
)
from sim.economics.information.acceptability import Curves
from sim.vocabulary import Z95

TOP = 102.0

EXPLAINED = (
    "Lines: the share of draws in which an arm has the highest net benefit of all arms. Wide line: "
    "the frontier, along the arm with the highest mean net benefit, which need not be the arm that "
    "is best most often."
)


def figure(curves: Curves, draws: int, about: About) -> style.Drawn:
    """A curve for each arm over values of a QALY, and the frontier as a wide line below them.

    `curves` are those of `sim.economics.information.acceptability.curves`, from so many draws.
    """
    looks, shares = about.looks, 100 * curves.best
    error = 100 * Z95 * 0.5 / draws**0.5
    sentences = (
        f"{draws:,} draws.", EXPLAINED, marked_in_words(about),
        best_in_words(about, curves.thresholds, curves.chosen),
        f"Monte Carlo error: 95 % intervals of no more than ±{error:.1f} points.",
    )  # fmt: skip
    page, axes, width = panel(
        about, [style.arms_in_legend(looks), [edge_entry("frontier")]], sentences
    )
    places = curves.thresholds / in_units(curves.thresholds, about)[0]
    wide_line(axes, places, 100 * curves.frontier)
    for look, share in zip(looks.values(), shares.T, strict=True):
        curve(axes, look, places, share)
    axes.set_ylim(0, TOP)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y", color=style.GRID, linewidth=0.5)
    axes.set_ylabel("probability of being the best buy, %")
    name_thresholds(axes, about, curves.thresholds, width)
    return page.figure, _numbers(curves, about)


def _numbers(curves: Curves, about: About) -> pd.DataFrame:
    arms = np.array(about.arms)
    count = len(arms)
    return pd.DataFrame({
        "threshold": np.repeat(curves.thresholds, count),
        "arm": np.tile(arms, len(curves.thresholds)),
        "probability_best": curves.best.ravel(),
        "expected_loss": curves.loss.ravel(),
        "has_highest_mean": (np.arange(count) == curves.chosen[:, None]).ravel(),
    })  # fmt: skip
