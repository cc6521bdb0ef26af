"""The prices of a therapy, which may change at a time since enrolment, and what each pays for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sim.scenario.form.therapy_costs import LaterPrices, TherapyCosts

Weights = Mapping[str, float]
"""Weight of each quantity by its key; that of others is 0."""

PAID_PER = {
    "given": "per_infusion", "missed": "per_missed_infusion", "doses": "per_dose"
}  # fmt: skip
"""The price of each kind of quantity of a therapy."""


class Price(NamedTuple):
    """A price of a therapy, and the quantities that it is paid for, each with its sign.

    `name` is the quantity, with the day from which the price holds if it is a later one.
    """

    name: str
    amount: float
    counted: Weights

    @property
    def weights(self) -> Weights:
        """What each quantity adds to the cost."""
        return {key: self.amount * sign for key, sign in self.counted.items()}


def prices_of(therapy: str, prices: TherapyCosts) -> Iterator[Price]:
    """List the prices of a therapy, each with the quantities of the time in which it holds.

    Parameters
    ----------
    therapy, prices
        Name of the therapy, and its prices.

    Yields
    ------
    Price
        One for each kind of event and time: what was given in all, less what was given from the
        day of the next price on.
    """
    for kind, per in PAID_PER.items():
        price = getattr(prices, per)
        changes = [(0, price), *((day, getattr(one, per)) for day, one in changes_of(prices, per))]
        ends: list[int | None] = [day for day, _ in changes[1:]]
        for (day, own), end in zip(changes, [*ends, None], strict=True):
            if own is not None:
                less = {} if end is None else {key_from(kind, therapy, end): -1.0}
                name = f"{kind}: {therapy}" + (f", from day {day}" if day else "")
                yield Price(name, own.amount, {key_from(kind, therapy, day): 1.0} | less)


def changes_of(prices: TherapyCosts, per: str) -> list[tuple[int, LaterPrices]]:
    """The days on which one price of a therapy changes, with the entry that changes it."""
    own = [one for one in prices.later if getattr(one, per) is not None]
    return [(round(one.begin), one) for one in own]


def key_from(kind: str, therapy: str, day: int) -> str:
    """The key of what was given of a therapy from a day on; day 0 is all of it."""
    return f"{kind} from day {day}: {therapy}" if day else f"{kind}: {therapy}"
