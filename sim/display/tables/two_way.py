"""The table of a two-way threshold: the second price at which the verdict changes, by the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sim.display.numbers import significant
from sim.display.tables import Sheet
from sim.economics.ratios import amount
from sim.economics.two_way import Boundary

PLACES = 5
"""Prices of the first range at which the second one is shown."""


class Varied(Protocol):
    """A price that is varied over a range."""

    @property
    def path(self) -> str:
        """Where it stands in the scenario."""

    @property
    def unit(self) -> str:
        """Its unit."""

    def at(self, share: float) -> float:
        """The price at a share of the range."""


def sheets(first: Varied, second: Varied, lines: Sequence[Boundary], money: str) -> Iterator[Sheet]:
    """Show at which second price each arm is just worth its cost, for values of the first.

    Parameters
    ----------
    first, second
        The two prices.
    lines
        Where the net benefit is 0.
    money
        The currency of the scenario.
    """
    for arms in dict.fromkeys(line.arms for line in lines):
        own = [line for line in lines if line.arms == arms]
        shares = [place / (PLACES - 1) for place in range(PLACES)]
        rows = [
            (significant(first.at(share), 4), first.unit or "1",
             *(_second(line, share, second) for line in own))
            for share in shares
        ]  # fmt: skip
        worths = [f"a QALY worth {amount(line.threshold)} {money}" for line in own]
        yield Sheet((f"{first.path}, {arms.label()}", "unit", *worths), rows, _notes(second, own))


def _second(line: Boundary, share: float, second: Varied) -> str:
    at = line.second_at(share)
    if at is None:
        return "any price" if line.net + share * line.first >= 0 else "no price"
    price = second.at(at)
    if price < 0:
        return "no price" if line.is_worth_below else "any price"
    return significant(price, 4)


def _notes(second: Varied, own: Sequence[Boundary]) -> tuple[str, ...]:
    unit = f", {second.unit}" if second.unit else ""
    shown = f"In the columns: {second.path}{unit}, at which the net benefit of"
    side = "below" if own[0].is_worth_below else "above"
    arm, against = own[0].arms
    return (
        shown, f"{arm} over {against} is 0; {side} it {arm} is worth its cost. Any or no price: it",
        "is, or is not, worth its cost whatever this price from 0 up is.",
    )  # fmt: skip
