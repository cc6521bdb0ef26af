"""What limits need of the units of an outcome: sums, squares, products, and the largest."""

from __future__ import annotations

from typing import NamedTuple


class Sums(NamedTuple):
    """Sums over units of a numerator y and a denominator x, of their squares and their product.

    `units` is the number of independent units, patients unless a function says otherwise;
    `carriers` how many of them add to what was counted (`sim.outcomes.limits.carried`), and
    `largest` the most that one of them adds, of an amount the largest amount.
    """

    units: float
    y: float
    x: float
    yy: float
    xy: float
    xx: float
    carriers: float
    largest: float


class Products(NamedTuple):
    """Sums over units of products of the y and x of one arm with those of another arm."""

    yy: float
    yx: float
    xy: float
    xx: float


class Signed(NamedTuple):
    """Sums over units of what a weighted sum of numerators adds up to, above 0 and below 0.

    `differing` is the number of units whose numerators or denominators are not all alike. `most_up`
    and `most_down` are the largest that one unit adds.
    """

    differing: float
    up: float
    up_squares: float
    down: float
    down_squares: float
    most_up: float
    most_down: float
