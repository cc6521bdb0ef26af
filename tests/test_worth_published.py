"""Costs and health of published examples, to all their digits: the models are written out here.

Discounting and increments come from the program. The expectations are integrals over exact times of
events, or sums over cycles.
"""

import math

import numpy as np
import pytest
from scipy import stats

from sim.economics.discounting import NO_RATE, Rate, factor, integral
from sim.economics.incremental import standings
from sim.economics.ratios import icer
from tests.quadrature import nodes, over

# Death at rate 0.02 a year, fractures at 0.03, utility 0.8

DEATH, FRACTURES, UTILITY = 0.02, 0.03, 0.8
FIVE, FAR = (0.0, 5.0), np.linspace(0, 2000, 101)


def digits(value, decimals=10):
    """A number with decimals, as printed."""
    return f"{value:.{decimals}f}"


def until_death(edges, of_life):
    """The expectation of what a life of some length brings, cut off at the last edge."""
    died = over(edges, lambda t: DEATH * np.exp(-DEATH * t) * of_life(t))
    return died + math.exp(-DEATH * edges[-1]) * float(of_life(np.float64(edges[-1])))


@pytest.mark.parametrize(("rate", "edges", "target"), [
    (Rate(2.5), FAR, "17.9000500000"), (Rate(2.5), FIVE, "3.5845846886"),
    (NO_RATE, FAR, "40.0000000000"), (NO_RATE, FIVE, "3.8065032786"),
])  # fmt: skip
def test_death_at_a_rate_ends_a_flow(rate, edges, target):
    assert digits(UTILITY * until_death(edges, lambda t: integral(rate, 0, t))) == target


def test_fractures_at_a_rate_are_paid_on_their_day():
    def paid(rate):
        return over(FIVE, lambda t: FRACTURES * np.exp(-DEATH * t) * factor(rate, t))

    assert digits(paid(NO_RATE)) == "0.1427438729"
    assert digits(10_000 * paid(NO_RATE), 8) == "1427.43872946"
    assert digits(10_000 * paid(Rate(2.5)), 8) == "1344.21925821"


def utility_years(rate, fracture, end):
    """Utility of a life with a fracture: 0.72 of it for a year, 0.93 after."""
    later = np.minimum(fracture + 1, end)
    first_year = 0.72 * integral(rate, fracture, later)
    return integral(rate, 0, fracture) + first_year + 0.93 * integral(rate, later, end)


@pytest.mark.parametrize(("rate", "target"), [
    (NO_RATE, "3.7676850155"), (Rate(2.5), "3.5484828134"),
])  # fmt: skip
def test_a_fracture_has_a_first_year_and_a_time_after(rate, target):
    whole = until_death(FIVE, lambda t: np.exp(-FRACTURES * t) * integral(rate, 0, t))
    for fracture, weight in zip(*nodes(0, 4, 5), strict=True):
        ends, weights = nodes(*sorted({fracture, min(fracture + 1, 5.0), 5.0}))
        lives = utility_years(rate, fracture, ends)
        died = weights @ (DEATH * np.exp(-DEATH * ends) * lives)
        reached = math.exp(-DEATH * 5) * float(utility_years(rate, fracture, 5.0))
        whole += weight * FRACTURES * math.exp(-FRACTURES * fracture) * (died + reached)
    assert digits(UTILITY * whole) == target


# A teaching model: one hip fracture, then death; a treatment doubles the time to the fracture

HIP = stats.weibull_min(4, scale=10)
LIFE = stats.norm(12, 3)
LONGEST = 12 + 3 * 12.0


def teaching_model(rate, treated):
    """Life-years, QALYs, cost and hip fractures per patient, by quadrature over both times."""
    stretch = 2.0 if treated else 1.0
    ends, of_ends = nodes(*np.linspace(0, LONGEST, 25))
    of_ends = of_ends * LIFE.pdf(ends)
    shares, of_shares = nodes(0, 1)
    hips = ends[:, None] * shares  # hip fractures before each death
    of_hips = ends[:, None] * of_shares * HIP.pdf(hips / stretch) / stretch
    alive = integral(rate, 0, ends)
    without = HIP.sf(ends / stretch) * alive
    before = (of_hips * integral(rate, 0, hips)).sum(axis=1)
    after = (of_hips * integral(rate, hips, ends[:, None])).sum(axis=1)
    life_years = of_ends @ alive
    qalys = 0.7 * (of_ends @ (without + before + 0.75 * after))
    paid = of_ends @ (of_hips * factor(rate, hips)).sum(axis=1)
    cost = 7_000 * paid + (500 * life_years if treated else 0.0)
    return life_years, qalys, cost, of_ends @ of_hips.sum(axis=1)


TEACHING = [
    (0.0, False, "12.00002144", "7.79597095", "5395.250065", "0.77075001"),
    (0.0, True, "12.00002144", "8.31710447", "7074.483484", "0.15349611"),
    (2.5, False, "10.30274579", "6.74816852", "4389.009985", None),
    (2.5, True, "10.30274579", "7.15058284", "5968.743181", None),
    (3.5, False, "9.72877345", "6.39160112", "4050.573154", None),
    (3.5, True, "9.72877345", "6.75557069", "5599.622755", None),
]


@pytest.mark.parametrize(("percent", "treated", "life_years", "qalys", "cost", "hips"), TEACHING)
def test_a_teaching_model_of_one_hip_fracture(percent, treated, life_years, qalys, cost, hips):
    found = teaching_model(Rate(percent), treated)
    assert (digits(found[0], 8), digits(found[1], 8), digits(found[2], 6)) == (
        life_years, qalys, cost,
    )  # fmt: skip
    assert hips in (None, digits(found[3], 8))


@pytest.mark.parametrize(("percent", "ratio"), [
    (0.0, "3222.2710"), (2.5, "3925.6386"), (3.5, "4255.9865"),
])  # fmt: skip
def test_the_teaching_model_has_a_price_of_a_qaly(percent, ratio):
    (_, qalys, cost, _), (_, more_qalys, more_cost, _) = (
        teaching_model(Rate(percent), arm) for arm in (False, True)
    )
    _, dear = standings([cost, more_cost], [qalys, more_qalys], ["none", "treated"])
    assert (dear.against, digits(dear.icer, 4)) == ("none", ratio)


# A published model of HIV in four states, in cycles of a year

COUNTS = np.array([[1251, 350, 116, 17], [0, 731, 512, 15], [0, 0, 1312, 437]], dtype=float)
CARE, ZIDOVUDINE, LAMIVUDINE = np.array([2756.0, 3052.0, 9007.0, 0.0]), 2278.0, 2087.0
ON_BOTH, RISK = 2, 0.509


CHANCES = np.vstack([COUNTS / COUNTS.sum(axis=1, keepdims=True), [0.0, 0, 0, 1]])
"""The probability of each state a year later, by row of counts."""


def transitions(chances, risk=1.0):
    """A risk below 1 makes progress rarer, and staying likelier."""
    progress = risk * np.triu(chances, 1)
    return progress + np.diag(1 - progress.sum(axis=1))


def hiv(lamivudine, chances=CHANCES, on_both=None):
    """Discounted cost and life-years per patient over 20 cycles, and with the half-cycle.

    On both drugs the probabilities are `on_both`, where another slip than in `chances` is meant.
    """
    treated = transitions(chances if on_both is None else on_both, RISK)
    people, alive, spent = np.array([1.0, 0, 0, 0]), [1.0], []
    for cycle in range(20):
        both = lamivudine and cycle < ON_BOTH
        people = people @ (treated if both else transitions(chances))
        alive.append(people[:3].sum())
        drugs = ZIDOVUDINE + (LAMIVUDINE if both else 0.0)
        spent.append(people @ CARE + alive[-1] * drugs)
    ends = np.arange(1, 21)
    years = np.array(alive)
    cost = float(np.array(spent) @ factor(Rate(6.0), ends))
    return cost, years[1:].sum(), ((years[1:] + years[:-1]) / 2).sum()


def test_a_published_model_of_hiv():
    mono, both = hiv(lamivudine=False), hiv(lamivudine=True)
    assert (digits(mono[0], 4), digits(mono[1], 6), digits(mono[2], 6)) == (
        "44663.4536", "7.991207", "8.475325",
    )  # fmt: skip
    assert (digits(both[0], 4), digits(both[1], 6), digits(both[2], 6)) == (
        "50602.5593", "8.937389", "9.416785",
    )  # fmt: skip
    cost, years, half = np.subtract(both, mono)
    assert (digits(cost, 4), digits(years, 6)) == ("5939.1058", "0.946182")
    ratios = [icer(cost, gain).ratio for gain in (years, half)]
    assert [digits(ratio, 4) for ratio in ratios] == ["6276.9153", "6308.3970"]


def test_roundings_and_a_slip_of_others_are_told_from_it():
    """A published copy divides one count by the total of another row, on both drugs alone."""
    rounded = CHANCES.round(3)
    slip = CHANCES.copy()
    slip[0, 2] = COUNTS[0, 2] / COUNTS[2].sum()
    mono = hiv(lamivudine=False)

    def ratio(one, other):
        (cost, years, _), (more_cost, more_years, _) = one, other
        _, dear = standings([cost, more_cost], [years, more_years], ["mono", "both"])
        return digits(dear.icer, 4)

    assert ratio(hiv(False, rounded), hiv(True, rounded)) == "6278.7372"
    assert ratio(mono, hiv(True, on_both=slip)) == "6264.0038"
    assert ratio(mono, hiv(True)) == "6276.9153"


# A published model of two hip prostheses, in cycles of a year, women of 60 years

DEATHS = {55: 6.7e-3, 65: 19.3e-3, 75: 53.5e-3, 85: 154.8e-3}
"""Probability of dying within a year, from an age on."""

OPERATION, AGAIN, REVISION = 0.02, 0.04, 5294.0
"""Risk of dying of an operation, of another revision each year, and the cost of a revision."""

HAZARD, SHAPE = math.exp(-5.490935 - 60 * 0.0367022), math.exp(0.3740968)
UTILITIES = np.array([0, 0.85, 0.3, 0.75])
"""Of the year of the operation, after it, in a revision, and after that."""


def prosthesis(price, ratio):
    """Discounted cost and QALYs over 60 years; costs at 6 %, QALYs at 1.5 %."""
    people, states = np.array([1.0, 0, 0, 0]), []
    for year in range(1, 61):
        revised = 1 - math.exp(ratio * HAZARD * ((year - 1) ** SHAPE - year**SHAPE))
        died = DEATHS[max(age for age in DEATHS if age <= 60 + year)]
        people = people @ np.array([
            [0, 1 - OPERATION, 0, 0],
            [0, 1 - revised - died, revised, 0],
            [0, 0, 0, 1 - OPERATION - died],
            [0, 0, AGAIN, 1 - AGAIN - died],
        ])  # fmt: skip
        states.append(people)
    years, alive = np.arange(1, 61), np.array(states)
    cost = price + REVISION * float(alive[:, 2] @ factor(Rate(6.0), years))
    return cost, float((alive @ UTILITIES) @ factor(Rate(1.5), years))


def test_a_published_model_of_hip_prostheses():
    """Costs and health have rates of their own."""
    standard, new = prosthesis(394.0, 1.0), prosthesis(579.0, math.exp(-1.344474))
    assert (digits(standard[0], 6), digits(standard[1], 7)) == ("512.434658", "14.6531896")
    assert (digits(new[0], 6), digits(new[1], 7)) == ("610.311818", "14.6977099")
    costs, qalys = zip(standard, new, strict=True)
    _, dear = standings(costs, qalys, ["standard", "new"])
    assert digits(dear.icer, 3) == "2198.487"
