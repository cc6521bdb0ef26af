"""How often the intervals of effects cover a truth that is known in closed form.

Fractures of a patient are Poisson: some happen in both arms, some in the first only, some in the
second only. Deaths come at a constant rate, on the same day in both arms.
`python -m tests.effect_coverage` prints the shares for several sizes and rates.
"""

from typing import NamedTuple

import numpy as np

from sim.outcomes import effects, hazard_ratio, kaplan_meier, ratios, survival
from sim.outcomes.definitions.named import count, share
from sim.outcomes.definitions.over_years import life_years
from sim.outcomes.labels import contrasts_of
from sim.outcomes.plan import line
from sim.outcomes.summed import Products, Signed, Sums
from sim.outcomes.sums import sum_table
from sim.outcomes.survival import FOLLOWED, FRACTURED, GONE
from sim.vocabulary import DAYS_PER_YEAR

YEARS = 5.0
END = round(YEARS * DAYS_PER_YEAR)
ARMS = ("first", "second")
AGAINST = {(0, ARMS[0]): 1.0, (0, ARMS[1]): -1.0}


class Rates(NamedTuple):
    """Fractures per year in both arms, in the first only, in the second only; deaths per year."""

    both: float
    first: float
    second: float
    death: float

    @property
    def of_arms(self):
        return self.both + self.first, self.both + self.second


class Drawn(NamedTuple):
    """Years lived, deaths, and of both arms the number of fractures and the year of the first."""

    years: np.ndarray
    died: np.ndarray
    fractures: np.ndarray
    at: np.ndarray


def drawn(rates, patients, rng):
    """Draw patients in both arms."""
    death = rng.exponential(1 / rates.death, patients)
    years = np.minimum(death, YEARS)
    numbers = [rng.poisson(rate * years) for rate in rates[:3]]
    firsts = [np.where(n > 0, years * (1 - rng.random(patients) ** (1 / np.maximum(n, 1))), np.inf)
              for n in numbers]  # fmt: skip
    return Drawn(
        years,
        death < YEARS,
        np.array([numbers[0] + numbers[1], numbers[0] + numbers[2]], float),
        np.array([np.minimum(firsts[0], firsts[1]), np.minimum(firsts[0], firsts[2])]),
    )


def curves_of(people):
    """The curves of drawn patients; of four endpoints the first, the others without a fracture."""
    last = np.where(people.died, np.ceil(people.years * DAYS_PER_YEAR), END)
    had = np.isfinite(people.at)
    at = np.ceil(np.where(had, people.at, 0) * DAYS_PER_YEAR)
    day, how = np.tile(last, (2, 4, 1)), np.tile(np.where(people.died, GONE, FOLLOWED), (2, 4, 1))
    day[:, 0], how[:, 0] = np.where(had, at, last), np.where(had, FRACTURED, how[:, 0])
    day = np.clip(day, 1, END).astype(np.int32)
    return survival.no_curves(2, [(0, 1)], END).plus(survival.Firsts(day, how.astype(np.int8)))


def coverage_of_ratios(rates, size, blocks, rng):
    """Share of blocks whose risk ratio, and whose rate ratio, is covered."""
    people = drawn(rates, size * blocks, rng)
    ones = np.ones(size * blocks)
    lines = [
        line((0, arm), "all", outcome, ones)
        for arm, number in zip(ARMS, people.fractures, strict=True)
        for outcome in (
            share("share", 0, np.sign(number)),
            count("rate", "", 0, number, people.years),
        )
    ]
    contrasts = contrasts_of([one.label for one in lines], [AGAINST])
    table = sum_table(lines, contrasts, part=size)
    of_share, of_rate = (_parts(table, weights) for weights in contrasts)
    one, other, products, _ = of_share
    limits = ratios.of_risk_ratio(one.y - products.yy, other.y - products.yy, products.yy)
    risks = [rate / (rate + rates.death) * -np.expm1(-(rate + rates.death) * YEARS)
             for rate in rates.of_arms]  # fmt: skip
    true_rates = rates.of_arms[0] / rates.of_arms[1]
    return _covered(limits, risks[0] / risks[1]), _covered(
        effects.count_ratio_limits(*of_rate), true_rates
    )


def coverage_of_curves(rates, size, blocks, rng):
    """Share of blocks whose Kaplan-Meier share, difference, and hazard ratio are covered.

    The hazard ratio among the blocks in which it can be estimated, and their number.
    """
    first, second = rates.of_arms
    one, other = (-np.expm1(-rate * YEARS) for rate in rates.of_arms)
    truths = one, one - other, first / second
    covered = []
    for _ in range(blocks):
        curves = curves_of(drawn(rates, size, rng))
        estimates = (
            kaplan_meier.share(curves, 0, 0, END),
            kaplan_meier.difference(curves, 0, 0, END),
            hazard_ratio.hazard_ratio(curves, 0, 0),
        )
        covered.append([
            one.low <= truth <= one.high if one.low == one.low else np.nan
            for one, truth in zip(estimates, truths, strict=True)
        ])  # fmt: skip
    shares = np.array(covered, float)
    ratios_covered = shares[np.isfinite(shares[:, 2]), 2]
    covered_ratios = ratios_covered.mean() if len(ratios_covered) else np.nan
    return *shares[:, :2].mean(axis=0), covered_ratios, len(ratios_covered)


def coverage_of_life_years(shared, more, size, blocks, rng):
    """Share of blocks whose mean life-years in the second arm, and difference, are covered.

    Deaths per year: `shared` in both arms, and `more` in the second arm.
    """
    patients = size * blocks
    first = np.minimum(rng.exponential(1 / shared, patients), YEARS)
    second = np.minimum(rng.exponential(1 / more, patients), first)
    lines = [
        line((0, arm), "all", life_years(years, END), np.ones(patients))
        for arm, years in zip(ARMS, (first, second), strict=True)
    ]
    table = sum_table(lines, contrasts_of([one.label for one in lines], [AGAINST]), part=size)
    truths = [-np.expm1(-rate * YEARS) / rate for rate in (shared, shared + more)]
    alone = [table.estimate(1, part) for part in range(blocks)]
    apart = [table.contrast(table.contrasts[0], part) for part in range(blocks)]
    pairs = ((alone, truths[1]), (apart, truths[0] - truths[1]))
    return [np.mean([e.low <= truth <= e.high for e in estimates]) for estimates, truth in pairs]


def _parts(table, weights):
    """Sums of both arms, their products and signed sums, an array over the parts for each."""
    first, second = weights
    own = [Sums(*np.moveaxis(table.own[:, :, at], 0, -1)) for at in (first, second)]
    products = Products(*table.paired[:, :, table.pairs.index((first, second))].T)
    return *own, products, Signed(*table.signed[:, :, table.contrasts.index(weights)].T)


def _covered(limits, truth):
    """Share of intervals that hold the truth, among those of blocks with an event."""
    low, high = (limit[np.isfinite(limits[0])] for limit in limits)
    return float(np.mean((low <= truth) & (truth <= high)))


def main():
    """Print the coverage of every effect."""
    for rates in (Rates(0.015, 0.002, 0.01, 0.02), Rates(0.005, 0.03, 0.03, 0.05)):
        for size in (30, 100, 1000):
            rng = np.random.default_rng([size, 1])
            print(size, rates, *coverage_of_ratios(rates, size, 1000, rng),
                  *coverage_of_curves(rates, size, 1000, rng))  # fmt: skip
    for shared, more in ((0.01, 0.002), (0.05, 0.03)):
        for size in (30, 100, 1000):
            rng = np.random.default_rng([size, 2])
            print(size, shared, more, *coverage_of_life_years(shared, more, size, 1000, rng))


if __name__ == "__main__":
    main()
