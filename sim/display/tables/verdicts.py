"""What each arm is worth, in words: its net benefit at each threshold first, its ratio last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.economics.compared import Compared

if TYPE_CHECKING:
    import pandas as pd

AT = "net benefit at "
STANDINGS = ("is worth its cost", "is not worth its cost", "may or may not be worth its cost")
"""Of an arm whose interval of net benefit lies above 0, below 0, or around it."""


def of_net_benefit(worth: pd.DataFrame, compared: Sequence[Compared]) -> Iterator[str]:
    """Say of each arm what it costs and gains, and where it is worth its cost.

    Parameters
    ----------
    worth
        The rows of `sim.economics.valued` about everyone.
    compared
        Each arm beside the comparator.

    Yields
    ------
    str
        Two sentences or more for each arm: whether it is dominated, or what it costs and gains.
    """
    nets = worth[worth["outcome"].str.startswith(AT)]
    for one in compared:
        arm, against = one.arms
        said = one.quadrant.replace(",", " and") if one.has_ratio else one.verdict
        yield f"{arm} {said}, beside {against}."
        rows = nets[(nets["arm"] == arm) & (nets["against_arm"] == against)]
        found: dict[str, list[str]] = {standing: [] for standing in STANDINGS}
        for name, low, high in zip(rows["outcome"], rows["low"], rows["high"], strict=True):
            found[_standing(low, high)].append(str(name).removeprefix(AT))
        for standing, thresholds in found.items():
            if thresholds:
                yield f"It {standing} if a QALY is worth {_listed(thresholds)}."


def _standing(low: float, high: float) -> str:
    worth, not_worth, unknown = STANDINGS
    return worth if low > 0 else not_worth if high < 0 else unknown


def _listed(names: Sequence[str]) -> str:
    """Names in a row, the last after `or`.

    >>> _listed(["20 EUR", "50 EUR", "90 EUR"]), _listed(["20 EUR"])
    ('20 EUR, 50 EUR or 90 EUR', '20 EUR')
    """
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def of_ratio(compared: Sequence[Compared]) -> Iterator[str]:
    """Say of each arm the extra cost per extra QALY with its interval, or that there is none."""
    for one in compared:
        arm, against = one.arms
        yield f"Extra cost per extra QALY: {arm} {one.verdict}, beside {against}."
        yield f"  95 % Monte Carlo interval: {one.interval}."
