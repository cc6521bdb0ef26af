"""The stock of a drug: whole vials taken, deliveries that fill up the stock, and shortages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from sim.simulation.clinic.visits import Visit
from sim.simulation.records import NEVER, WASTED

HALF = 0.5
"""Share of a dose that everyone gets where half doses make a drug last."""


class Supply(NamedTuple):
    """How a clinic gets a drug; days since the clinic began.

    Attributes
    ----------
    vials : tuple of float
        Sizes of vials, mg.
    stock : float
        Milligrams on the first day.
    begins : int
        Day of the first order.
    every : int
        Days between two orders; `NEVER` without deliveries.
    up_to : float
        Milligrams up to which an order fills the stock, with what is on the way.
    after : int
        Days from an order to its delivery.
    shortages : tuple of tuple of range and float
        Days of order on which a share of the order is delivered, and this share.
    half_below : float
        Milligrams in the morning of a day below which everyone gets half a dose; 0 for never.
    severe_first : bool
        Whether the most severe go first on a day on which the stock does not suffice.
    """

    vials: tuple[float, ...]
    stock: float
    begins: int = 0
    every: int = NEVER
    up_to: float = 0.0
    after: int = 0
    shortages: tuple[tuple[range, float], ...] = ()
    half_below: float = 0.0
    severe_first: bool = False


@lru_cache(10_000)
def whole_vials(dose: float, vials: tuple[float, ...]) -> float:
    """Milligrams of the whole vials for a dose, with the least waste.

    >>> whole_vials(68, (30, 60, 90)), whole_vials(90, (30, 60, 90)), whole_vials(68, (50,))
    (90.0, 90.0, 100.0)
    """
    reached, open_sums = {0.0}, [0.0]
    for total in open_sums:
        new = {total + vial for vial in vials if total < dose} - reached
        reached |= new
        open_sums += sorted(new)
    return min(total for total in reached if total >= dose)


class Store:
    """The stock of one drug.

    Attributes
    ----------
    on_hand, delivered, given, wasted : float
        Milligrams in stock, and sums of what came, what patients got, and what was thrown away.
    part : float
        Share of a dose that everyone gets today, 1 or a half.
    """

    def __init__(self, supply: Supply) -> None:
        self._of, self.on_hand = supply, supply.stock
        self.delivered = self.given = self.wasted = 0.0
        self.part = 1.0
        self._next_order = supply.begins if supply.every != NEVER else NEVER
        self._on_the_way: list[tuple[int, float]] = []

    def receive(self, day: int) -> None:
        """Order on each day of an order up to a day, take in what came, and see if it is short."""
        while self._next_order <= day:
            self._take_in(self._next_order)
            self._order(self._next_order)
            self._next_order += self._of.every
        self._take_in(day)
        self.part = HALF if self.on_hand < self._of.half_below else 1.0

    def keep(self, dose: float) -> bool:
        """Keep the vials of a dose for a visit; False if there are too few."""
        vials = whole_vials(dose, self._of.vials)
        if vials > self.on_hand:
            return False
        self.on_hand -= vials
        return True

    def give_back(self, dose: float) -> None:
        """Take back the vials of a visit that did not take place; nothing was opened."""
        self.on_hand += whole_vials(dose, self._of.vials)

    def use(self, dose: float) -> float:
        """Use the vials that were kept, and return the milligrams that are thrown away."""
        waste = whole_vials(dose, self._of.vials) - dose
        self.given += dose
        self.wasted += waste
        return waste

    def _order(self, day: int) -> None:
        wanted = self._of.up_to - self.on_hand - sum(amount for _, amount in self._on_the_way)
        share = next((share for days, share in self._of.shortages if day in days), 1.0)
        if wanted * share > 0:
            self._on_the_way.append((day + self._of.after, wanted * share))

    def _take_in(self, day: int) -> None:
        come = sum(amount for at, amount in self._on_the_way if at <= day)
        self._on_the_way = [(at, amount) for at, amount in self._on_the_way if at > day]
        self.on_hand += come
        self.delivered += come


class Stores:
    """The drugs of a clinic; one without a supply is always there.

    Attributes
    ----------
    supplies : mapping of int to Supply
        How the clinic gets each drug, by the slot of the therapy.
    by_therapy : dict of int to Store
        Stock by the slot of the therapy.
    """

    def __init__(self, supplies: Mapping[int, Supply]) -> None:
        self.supplies = supplies
        self.by_therapy = {therapy: Store(supply) for therapy, supply in supplies.items()}

    def receive(self, day: int) -> None:
        """Take in what was delivered up to a day."""
        for store in self.by_therapy.values():
            store.receive(day)

    def keep(self, visit: Visit) -> bool:
        """Keep the drug of a visit, as much as all get today; False if there is too little."""
        store = self.by_therapy.get(visit.therapy)
        if store is None:
            visit.part = 1.0
            return True
        visit.part = store.part
        return store.keep(visit.taken)

    def go_to_the_most_severe(self, therapies: Collection[int]) -> bool:
        """Whether a drug that does not suffice today is one that goes to the most severe first."""
        return any(self.supplies[therapy].severe_first for therapy in therapies)

    def give_back(self, visit: Visit) -> None:
        """Take back the drug of a visit that did not take place."""
        if visit.therapy in self.by_therapy:
            self.by_therapy[visit.therapy].give_back(visit.taken)

    def settle(self, booked: list[Visit]) -> None:
        """Use the drug of those who were treated, and take back that of the others."""
        for visit in booked if self.by_therapy else ():
            if visit.therapy not in self.by_therapy:
                continue
            if visit.served is None or not visit.comes:
                self.give_back(visit)
            else:
                waste = self.by_therapy[visit.therapy].use(visit.taken)
                visit.notes.append((WASTED, waste))
