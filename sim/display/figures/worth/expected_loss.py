"""What each arm loses on average by not being the best; the lower edge is the EVPI."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.display.figures import scales, style
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

NO_STAKE = 0.001
"""An EVPI below this share of the largest expected loss would be a line at 0."""

HIGHEST = 8.0
"""How many times the highest EVPI the scale reaches, where an arm loses more than that."""

EXPLAINED = (
    "Lines: the mean over the draws of the net benefit that an arm lacks to the best arm of the "
    "draw. Wide line: the lower edge, the expected value of perfect information (EVPI) per patient."
)


def figure(curves: Curves, draws: int, about: About) -> style.Drawn | None:
    """The expected loss of each arm; None where no decision hangs on the draws."""
    most = float(curves.evpi.max())
    if most <= NO_STAKE * float(curves.loss.max()):
        return None
    looks, top = about.looks, min(float(curves.loss.max()), HIGHEST * most)
    beyond = top < curves.loss.max()
    sentences = (
        f"{draws:,} draws.", EXPLAINED, marked_in_words(about),
        best_in_words(about, curves.thresholds, curves.chosen),
        "Larger losses lie above the panel." if beyond else "",
    )  # fmt: skip
    page, axes, width = panel(about, [style.arms_in_legend(looks), [edge_entry("EVPI")]], sentences)
    places = curves.thresholds / in_units(curves.thresholds, about)[0]
    factor, unit = in_units(top, about)
    wide_line(axes, places, curves.evpi / factor)
    for look, loss in zip(looks.values(), curves.loss.T, strict=True):
        curve(axes, look, places, loss / factor)
    axes.set_ylim(0, 1.04 * top / factor)
    scales.number(axes, "y", 5)
    axes.set_ylabel(f"expected loss per patient, {unit}")
    name_thresholds(axes, about, curves.thresholds, width)
    return page.figure, _numbers(curves, about)


def _numbers(curves: Curves, about: About) -> pd.DataFrame:
    count, rows = len(about.arms), len(curves.thresholds)
    return pd.DataFrame({
        "threshold": np.repeat(curves.thresholds, count),
        "arm": np.tile(np.array(about.arms), rows),
        "expected_loss": curves.loss.ravel(),
        "evpi": np.repeat(curves.evpi, count),
    })  # fmt: skip
