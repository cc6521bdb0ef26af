"""The cost-effectiveness plane: what each draw costs and gains beside the arm of comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.display.figures import scales, style
from sim.display.figures.steps import Floats
from sim.display.figures.worth.about import About, in_units, panel
from sim.vocabulary import Z95, Arms

MOST = 1000
"""Draws that are drawn: more would cover each other."""

QUADRANTS = ("more costly and more effective", "cheaper and more effective",
             "cheaper and less effective", "more costly and less effective")  # fmt: skip

EXPLAINED = (
    "Small dots: draws of the parameters. Large marks: their means, with 95 % Monte Carlo "
    "intervals of both. Dashed: a value of a {effect} of {threshold} {money}; draws below the line "
    "are worth their cost."
)


def figure(
    costs: Floats, effects: Floats, against: str, threshold: float, about: About,
    half_widths: Floats | None = None,
) -> style.Drawn:  # fmt: skip
    """A cloud of draws for each arm, with its mean, and the line of a value of a QALY.

    `costs` and `effects` have shape (draws, arms). `half_widths` are those of the 95 % Monte Carlo
    intervals of mean extra effect and extra cost, of shape (arms, 2); where left out, those of the
    chance of the draws.
    """
    reference = about.arms.index(against)
    extra = np.stack([_extra(effects, reference), _extra(costs, reference)], axis=2)
    others = [arm for arm in about.arms if arm != against]
    if half_widths is None:
        half_widths = Z95 * extra.std(axis=0, ddof=1) / len(extra) ** 0.5
    explained = EXPLAINED.format(
        effect=about.effect, threshold=f"{threshold:,.0f}", money=about.money
    )
    shares = [_shares(extra[:, about.arms.index(arm)], threshold) for arm in others]
    sentences = [_spoken(arm, share) for arm, share in zip(others, shares, strict=True)]
    shown = min(MOST, len(extra))
    drawn = f"{len(extra):,} draws" + (f", {shown:,} of them shown." if shown < len(extra) else ".")
    legend = [
        [style.entry(Arms(arm, against).label("−"), style.mark(about.looks[arm]), "none")]
        for arm in others
    ]
    page, axes, width = panel(about, legend, [drawn, explained, *sentences])
    factor, unit = in_units(extra[..., 1], about)
    scale = np.array([1.0, factor])
    for arm in others:
        i = about.arms.index(arm)
        _cloud(axes, extra[:, i] / scale, half_widths[i] / scale, about.looks[arm])
    _scales(axes, extra / scale, threshold / factor, width)
    axes.set_xlabel(f"{about.effect}s gained per patient")
    axes.set_ylabel(f"extra cost per patient, {unit}")
    table = pd.DataFrame(shares).assign(arm=others, against_arm=against)
    means = extra.mean(axis=0)[[about.arms.index(arm) for arm in others]]
    return page.figure, table.assign(extra_effect=means[:, 0], extra_cost=means[:, 1])


def _extra(values: Floats, reference: int) -> Floats:
    return np.asarray(values - values[:, [reference]])


def _shares(extra: Floats, threshold: float) -> dict[str, float]:
    """The share of draws in each quadrant, and of those that are worth their cost."""
    effect, cost = extra.T
    more, costly = effect >= 0, cost >= 0
    held = (more & costly, more & ~costly, ~more & ~costly, ~more & costly)
    shares = {name: float(each.mean()) for name, each in zip(QUADRANTS, held, strict=True)}
    return {**shares, "worth the cost": float((threshold * effect > cost).mean())}


def _spoken(arm: str, shares: dict[str, float]) -> str:
    parts = [f"{100 * share:.0f} % {name}" for name, share in shares.items() if share >= 0.005]
    return f"Draws of {arm}: {'; '.join(parts)}."


def _cloud(axes: Axes, extra: Floats, half: Floats, look: style.ArmStyle) -> None:
    """A dot for each draw, and the mean with its cross."""
    some = extra[:: max(1, -(-len(extra) // MOST))]
    axes.plot(*some.T, marker=".", markersize=2.2, linestyle="none", color=look.color,
              markeredgewidth=0, alpha=0.45, zorder=2)  # fmt: skip
    (effect, cost), mark = extra.mean(axis=0), style.mark(look)
    axes.errorbar([effect], [cost], half[1], half[0], elinewidth=0.9, **{**mark, "zorder": 5})


def _scales(axes: Axes, extra: Floats, threshold: float, width: float) -> None:
    """The scales with 0 in view, the lines at 0, and that of the value of a QALY."""
    axes.set_xlim(*scales.limits(extra[..., 0], zero=True))
    axes.set_ylim(*scales.limits(extra[..., 1], zero=True))
    axes.axhline(0, zorder=1, **style.ZERO)
    axes.axvline(0, zorder=1, **style.ZERO)
    axes.axline((0, 0), slope=threshold, zorder=1, **style.DASHED)
    scales.number_across(axes, width, 6)
    scales.number(axes, "y", 6)
