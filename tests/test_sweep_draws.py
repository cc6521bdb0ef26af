"""Draws of parameters against textbooks: each distribution, what varies together, and designs."""

import itertools
import math
import re

import numpy as np
import pytest
from pydantic_core import PydanticCustomError
from scipy import integrate
from scipy.special import ndtri

from sim.experiments.sweeps import designs, distributions, load_sweep
from sim.scenario import ScenarioError
from sim.scenario.form.amounts import amount
from sim.scenario.form.uncertainty import Uncertainty
from tests.tiny_sweeps import BOTH, GIVEN, RATE, SHARES, SPINE, STOPS, read, table, wrote

Z = 1.959963984540054
SURE = 4.5
"""So many standard errors are never passed by chance."""


def of(given, base):
    return distributions.of(Uncertainty.model_validate(given), amount(base))


# --- distributions against closed forms -------------------------------------------------------


def normal(x, mean, sd):
    return (1 + math.erf((x - mean) / sd / math.sqrt(2))) / 2


def erlang(x, shape, scale):
    """A sum of exponential times: 1 less the chance of fewer events of a Poisson process."""
    return 1 - sum(
        math.exp(-x / scale) * (x / scale) ** i / math.factorial(i) for i in range(shape)
    )


def beta(x, a, b):
    """The integral of the density, typed out."""
    constant = math.gamma(a + b) / math.gamma(a) / math.gamma(b)
    return integrate.quad(lambda t: constant * t ** (a - 1) * (1 - t) ** (b - 1), 0, x)[0]


def arcsine(x):
    return 2 / math.pi * math.asin(math.sqrt(x))


LOG_SD = math.sqrt(math.log(1 + (0.2 / 2.3) ** 2))
LOG_MEAN = math.log(2.3) - LOG_SD**2 / 2
MIDDLE, SPREAD = math.log(1.9 * 2.8) / 2, math.log(2.8 / 1.9) / 2 / Z

# what stands beside a value, the value, and of the values drawn: mean, SD, and the share below x
CLOSED_FORMS = {
    "normal": ({"normal": {"se": "0.5 %/year"}}, "2.4 %/year", 2.4, 0.5,
               lambda x: normal(x, 2.4, 0.5)),
    "normal, other unit": ({"normal": {"se": "30.4375 days"}}, "60 months", 60, 1,
                           lambda x: normal(x, 60, 1)),
    "normal, plain": ({"normal": {"se": "0.2"}}, "-3", -3, 0.2, lambda x: normal(x, -3, 0.2)),
    "normal, counts": ({"normal": {"se": "3 %"}}, "2 of 10", 20, 3, lambda x: normal(x, 20, 3)),
    "normal, a fraction": ({"normal": {"se": "3 %"}}, "3/20", 15, 3, lambda x: normal(x, 15, 3)),
    "beta, events": ({"beta": {"events": "2", "of": "10"}}, "20 %", 100 * 2.5 / 11,
                     100 * math.sqrt(2.5 * 8.5 / 12) / 11, lambda x: beta(x / 100, 2.5, 8.5)),
    "beta, nothing known": ({"beta": {"events": "0", "of": "0"}}, "50 %", 50, 100 / math.sqrt(8),
                            lambda x: arcsine(x / 100)),
    "beta, error": ({"beta": {"se": "10 %"}}, "20 %", 20, 10, lambda x: beta(x / 100, 3, 12)),
    "beta, plain": ({"beta": {"se": repr(1 / math.sqrt(12))}}, "0.5", 0.5, 1 / math.sqrt(12),
                    lambda x: x),
    "gamma, events": ({"gamma": {"events": "4", "person_years": "100"}},
                      "3 per 100 person-years", 4, 2, lambda x: erlang(x, 4, 1)),
    "gamma, a year": ({"gamma": {"events": "4", "person_years": "100"}}, "0.03 per year",
                      0.04, 0.02, lambda x: erlang(x, 4, 0.01)),
    "gamma, a month": ({"gamma": {"events": "4", "person_years": "100"}}, "0.003 per month",
                       0.04 / 12, 0.02 / 12, lambda x: erlang(x, 4, 0.01 / 12)),
    "gamma, error": ({"gamma": {"se": "0.03 per year"}}, "3 per 100 person-years", 3, 3,
                     lambda x: erlang(x, 1, 3)),
    "gamma, days": ({"gamma": {"se": "9 days"}}, "45 days", 45, 9, lambda x: erlang(x, 25, 1.8)),
    "log-normal, interval": (
        {"lognormal": {"ci95": ["1.9", "2.8"]}}, "2.3", math.exp(MIDDLE + SPREAD**2 / 2),
        math.exp(MIDDLE + SPREAD**2 / 2) * math.sqrt(math.exp(SPREAD**2) - 1),
        lambda x: normal(math.log(x), MIDDLE, SPREAD)),
    "log-normal, error": ({"lognormal": {"se": "0.2"}}, "2.3", 2.3, 0.2,
                          lambda x: normal(math.log(x), LOG_MEAN, LOG_SD)),
    "uniform": ({"uniform": {"low": "1 month", "high": "90 days"}}, "45 days",
                (30.4375 + 90) / 2, (90 - 30.4375) / math.sqrt(12),
                lambda x: (x - 30.4375) / (90 - 30.4375)),
}  # fmt: skip


NODES, WEIGHTS = (part / 2 for part in np.polynomial.legendre.leggauss(200))


def moments(distribution):
    """Mean and SD of what is drawn, by Gauss's rule over the shares."""
    values = distribution.at(NODES + 0.5)
    mean = (WEIGHTS * values).sum()
    return mean, math.sqrt((WEIGHTS * (values - mean) ** 2).sum())


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_a_distribution_is_that_of_the_textbook(name):
    given, base, mean, sd, below = CLOSED_FORMS[name]
    found = of(given, base)
    assert moments(found) == pytest.approx((mean, sd), rel=1e-3)
    assert [*map(below, found.ends)] == pytest.approx([0.025, 0.975], rel=1e-6)
    inner = found.at(np.array([0.1, 0.5, 0.8]))
    assert [*map(below, inner)] == pytest.approx([0.1, 0.5, 0.8], rel=1e-6)


def test_the_interval_of_two_in_ten_is_the_published_one():
    """Brown, Cai and DasGupta, Statistical Science 2001;16:101: Jeffreys, n = 10, x = 2."""
    assert of({"beta": {"events": "2", "of": "10"}}, "20 %").ends == pytest.approx(
        (4.4, 50.3), abs=0.05
    )


def test_a_log_normal_interval_comes_back():
    assert of({"lognormal": {"ci95": ["1.9", "2.8"]}}, "2.3").ends == pytest.approx((1.9, 2.8))


def test_a_normal_cut_off_at_both_ends():
    """Johnson, Kotz and Balakrishnan 1994, 13.10: mean and variance of a doubly truncated one."""
    cut = distributions.cut(of({"normal": {"se": "10 %"}}, "20 %"), 5, 60)
    a, b = -1.5, 4.0
    density = [math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) for z in (a, b)]
    left = normal(b, 0, 1) - normal(a, 0, 1)
    shift = (density[0] - density[1]) / left
    variance = 1 + (a * density[0] - b * density[1]) / left - shift**2
    assert moments(cut) == pytest.approx((20 + 10 * shift, 10 * math.sqrt(variance)), rel=1e-4)
    shares = normal(a, 0, 1) + np.array([0.025, 0.975]) * left
    assert cut.ends == pytest.approx(20 + 10 * ndtri(shares))
    assert cut.at(np.array([0.0, 1.0])) == pytest.approx([5, 60], abs=1e-4)


def test_an_exponential_cut_off_at_both_ends():
    cut = distributions.cut(of({"gamma": {"se": "3"}}, "3"), 3, 6)
    first, last = math.exp(-1), math.exp(-2)
    below = [-3 * math.log(first - share * (first - last)) for share in (0.025, 0.975)]
    assert cut.ends == pytest.approx(below)
    mean = (first * (3 + 3) - last * (6 + 3)) / (first - last)
    assert moments(cut)[0] == pytest.approx(mean)


REFUSED = {
    "a share too wide": ({"beta": {"se": "40 %"}}, "20 %", "SD is below 40.0 %"),
    "a share of nothing": ({"beta": {"se": "1 %"}}, "0 %", "above 0 % and below 100 %, not 0.0 %"),
    "a share of all": ({"beta": {"se": "1 %"}}, "100 %", "not 100.0 %"),
    "a share above all": ({"beta": {"se": "1 %"}}, "120 %", "not 120.0 %"),
    "a share of days": ({"beta": {"events": "1", "of": "9"}}, "45 days", "not 45.0 days"),
    "a rate of nothing": ({"gamma": {"se": "1"}}, "0", "a mean above 0, not 0.0"),
    "a rate below 0": ({"gamma": {"se": "1 %"}}, "-66 %", "a mean above 0, not -66.0 %"),
    "events of days": ({"gamma": {"events": "1", "person_years": "9"}}, "45 days",
                       "not 45.0 days"),
    "a ratio of nothing": ({"lognormal": {"se": "1"}}, "0", "log-normal distribution has a mean"),
    "no error": ({"normal": {"se": "0 %/year"}}, "2 %/year", "'0 %/year': a standard error is"),
    "an error below 0": ({"gamma": {"se": "-1"}}, "3", "'-1': a standard error is above 0"),
    "an error of a log-normal": ({"lognormal": {"se": "0"}}, "3", "'0': a standard error is"),
    "an error of a share": ({"beta": {"se": "0 %"}}, "3 %", "'0 %': a standard error is above 0"),
    "another unit": ({"normal": {"se": "2 kg"}}, "45 days", "'2 kg' should have the unit of the "
                     "value: days"),
    "no unit": ({"normal": {"se": "2"}}, "45 days", "'2' should have the unit of the value"),
    "a unit of a number": ({"normal": {"se": "2 %"}}, "3", "unit of the value: no unit"),
    "ends of another unit": ({"uniform": {"low": "2 %", "high": "3 %"}}, "2 days", "'2 %' should"),
    "the low end above": ({"uniform": {"low": "3 days", "high": "2 days"}}, "2 days",
                          "low is below high; given: 3 days and 2 days"),
    "ends that are one": ({"uniform": {"low": "3 days", "high": "3 days"}}, "3 days", "low is"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_distribution_can_be_is_refused(name):
    given, base, told = REFUSED[name]
    with pytest.raises(PydanticCustomError) as caught:
        of(given, base)
    assert told in caught.value.message()


@pytest.mark.parametrize(("low", "high"), [(60, 70), (25, 15), (20, 20)])
def test_a_distribution_of_which_nothing_is_left_is_refused(low, high):
    with pytest.raises(PydanticCustomError) as caught:
        distributions.cut(of({"uniform": {"low": "10 %", "high": "30 %"}}, "20 %"), low, high)
    assert caught.value.message().endswith(f"no values between {low} and {high}")


# --- draws against the specification ----------------------------------------------------------

DRAWS = 20_000
PROBABILISTIC = "design: {probabilistic: {draws: 4}}\n"
EVENLY = {
    GIVEN: "{low: 20 %, high: 60 %}",
    STOPS: "{low: 10 %, high: 50 %}",
    RATE: "{low: 30 per 100 person-years, high: 80 per 100 person-years}",
}


def drawn(one):
    """The draws of a design: draws x parameters, by path."""
    rows = [point.values for point in one.points if point.role == "draw"]
    paths = [parameter.path for parameter in one.joint.parameters]
    return {path: np.array([row[i] for row in rows]) for i, path in enumerate(paths)}


def test_draws_of_different_families_have_their_moments_and_the_correlation_of_their_scores(
    tmp_path,
):
    families = {
        STOPS: ("beta: {se: 10 %}", 20, 10),
        SPINE: ("normal: {se: 0.5 %/year}", 2.4, 0.5),
        RATE: ("gamma: {se: 12 per 100 person-years}", 60, 12),
        "fractures.sites.hip.gradient": ("lognormal: {se: 0.4}", 2.6, 0.4),
        GIVEN: ("uniform: {low: 20 %, high: 80 %}", 50, 60 / math.sqrt(12)),
    }
    wanted = dict(zip(itertools.combinations(families, 2),
                      (0.5, -0.3, 0.2, 0.6, 0, 0.1, -0.2, 0.3, 0, 0.4), strict=True))  # fmt: skip
    text = table({path: f"{{uncertainty: {{{law}}}}}" for path, (law, *_) in families.items()})
    pairs = "\n".join(f"  {a} ~ {b}: {rho}" for (a, b), rho in wanted.items() if rho)
    found = drawn(read(tmp_path, f"{PROBABILISTIC}{text}\ncorrelations:\n{pairs}", DRAWS))
    for path, (_, mean, sd) in families.items():
        kurtosis = np.mean(((found[path] - mean) / sd) ** 4)
        assert abs(found[path].mean() - mean) < SURE * sd / math.sqrt(DRAWS), path
        error = sd * math.sqrt((kurtosis - 1) / 4 / DRAWS)
        assert abs(found[path].std() - sd) < SURE * error, path
    scores = {p: ndtri((v.argsort().argsort() + 0.5) / DRAWS) for p, v in found.items()}
    for (a, b), rho in wanted.items():
        seen = np.corrcoef(scores[a], scores[b])[0, 1]
        assert abs(seen - rho) < SURE * (1 - rho**2) / math.sqrt(DRAWS), (a, b)


def test_a_covariance_comes_back(tmp_path):
    names = [BOTH, SPINE, "effects.pamidronate.hip.mean"]
    matrix = np.array([[4.0, 0.6, -0.3], [0.6, 0.25, 0.1], [-0.3, 0.1, 0.5]])
    text = f"covariance: {{parameters: [{', '.join(names)}], matrix: {matrix.tolist()}}}"
    values = np.stack([*drawn(read(tmp_path, PROBABILISTIC + text, DRAWS)).values()])
    errors = np.sqrt((np.outer(matrix.diagonal(), matrix.diagonal()) + matrix**2) / DRAWS)
    assert (abs(np.cov(values) - matrix) < SURE * errors).all()
    means = abs(values.mean(axis=1) - [12.6, 2.4, 0])
    assert (means < SURE * np.sqrt(matrix.diagonal() / DRAWS)).all()


def test_shares_that_add_up(tmp_path):
    """Moments of a Dirichlet variable: Johnson, Kotz and Balakrishnan 2000, chapter 49."""
    counts = np.array([8.0, 1.5, 4.5])
    pairs = ", ".join(f"{path}: {n}" for path, n in zip(SHARES, counts, strict=True))
    one = read(tmp_path, f"{PROBABILISTIC}dirichlet: {{sites: {{{pairs}}}}}", DRAWS)
    values = np.stack([*drawn(one).values()])
    assert abs(values.sum(axis=0) - 100).max() < 1e-10
    shares, known = values / 100, counts / counts.sum()
    covariance = (np.diag(known) - np.outer(known, known)) / (counts.sum() + 1)
    variances = covariance.diagonal()
    assert (abs(shares.mean(axis=1) - known) < SURE * np.sqrt(variances / DRAWS)).all()
    about = shares - known[:, None]
    for i, j in itertools.product(range(3), repeat=2):
        products = about[i] * about[j]
        error = products.std() / math.sqrt(DRAWS)
        assert abs(products.mean() - covariance[i, j]) < SURE * error, (i, j)
    for parameter, n in zip(one.joint.parameters, counts, strict=True):
        low, high = parameter.distribution.ends
        found = [beta(end / 100, n, counts.sum() - n) for end in (low, high)]
        assert found == pytest.approx([0.025, 0.975], rel=1e-5)


def test_a_share_that_is_moved_alone_leaves_the_others_in_their_ratio(tmp_path):
    pairs = ", ".join(f"{path}: 5" for path in SHARES)
    one = read(tmp_path, f"{PROBABILISTIC}dirichlet: {{sites: {{{pairs}}}}}")
    for point in one.points[1:7]:
        moved = SHARES.index(point.of)
        values = [point.values[place] for place in range(3)]
        assert sum(values) == pytest.approx(100, abs=1e-10)
        bases = [62.5, 1, 36.5]
        others = [values[i] / bases[i] for i in range(3) if i != moved]
        assert others[0] == pytest.approx(others[1])
        assert values[moved] in one.joint.parameters[moved].distribution.ends


def test_a_parameter_more_changes_no_draw_of_the_others(tmp_path):
    fewer = drawn(read(tmp_path, PROBABILISTIC + table({GIVEN: EVENLY[GIVEN]}), 50))
    more = drawn(read(tmp_path, PROBABILISTIC + table(dict(reversed(EVENLY.items()))), 50))
    assert (fewer[GIVEN] == more[GIVEN]).all()
    assert abs(np.corrcoef([*more.values()]) - np.eye(3)).max() < SURE / math.sqrt(50)


def test_a_parameter_that_varies_alone_changes_no_draw_of_those_that_vary_together(tmp_path):
    pair = {path: EVENLY[path] for path in (STOPS, RATE)}
    together = f"\ncorrelations:\n  {STOPS} ~ {RATE}: 0.7"
    two = drawn(read(tmp_path, PROBABILISTIC + table(pair) + together, 50))
    three = drawn(read(tmp_path, PROBABILISTIC + table(EVENLY) + together, 50))
    assert all((two[path] == three[path]).all() for path in pair)
    assert np.corrcoef(two[STOPS], two[RATE])[0, 1] > 0.4


@pytest.mark.parametrize("design", ["probabilistic", "sobol"])
def test_more_draws_begin_with_the_same(tmp_path, design):
    text = f"design: {{{design}: {{draws: 4}}}}\n{table(EVENLY)}"
    few, many = drawn(read(tmp_path, text, 16)), drawn(read(tmp_path, text, 32))
    for path in EVENLY:
        assert (few[path] == many[path][:16]).all()
        assert len({*many[path]}) == 32


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_every_stratum_has_one_draw(tmp_path, design):
    one = read(tmp_path, f"design: {{{design}: {{draws: 4}}}}\n{table(EVENLY)}", 64)
    found = drawn(one)
    for path, (low, high) in {GIVEN: (20, 60), STOPS: (10, 50), RATE: (30, 80)}.items():
        strata = np.floor(64 * (found[path] - low) / (high - low)).astype(int)
        assert sorted(strata) == [*range(64)]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
@pytest.mark.parametrize("rho", [-0.95, 0.6])
def test_a_correlation_leaves_each_parameter_its_strata(tmp_path, design, rho):
    """One draw in each of 256 parts of every parameter, and the correlation of the scores."""
    text = f"design: {{{design}: {{draws: 256}}}}\n{table(EVENLY)}"
    alone = drawn(read(tmp_path, text))
    pair = (GIVEN, RATE)
    found = drawn(read(tmp_path, f"{text}\ncorrelations:\n  {GIVEN} ~ {RATE}: {rho}"))
    for path, values in found.items():
        assert (np.sort(values) == np.sort(alone[path])).all()
        low, high = (float(part.split()[0]) for part in re.findall(r": ([\d.]+)", EVENLY[path]))
        strata = np.floor((values - low) / (high - low) * 256)
        assert len({*strata}) == 256
    scores = [ndtri((found[path].argsort().argsort() + 0.5) / 256) for path in pair]
    assert abs(np.corrcoef(scores)[0, 1] - rho) < SURE * (1 - rho**2) / math.sqrt(256)


@pytest.mark.parametrize("design", ["probabilistic", "latin_hypercube", "sobol"])
def test_draws_are_those_of_the_seed(tmp_path, design):
    text = f"design: {{{design}: {{draws: 8}}}}\n{table(EVENLY)}"
    first, again, other = (drawn(read(tmp_path, text, seed=seed)) for seed in (3, 3, 4))
    for path in EVENLY:
        assert (first[path] == again[path]).all()
        assert (first[path] != other[path]).all()


def test_scenarios_that_are_crossed_have_the_same_points(tmp_path):
    other = "extends: tiny.yaml\nname: other\naccrual: compound\n"
    path = wrote(tmp_path, PROBABILISTIC + table(EVENLY), {"other.yaml": other}, scenario=None,
                 scenarios="[tiny.yaml, other.yaml]")  # fmt: skip
    one, two = load_sweep(path).varied
    assert one.points == two.points
    assert one.document(one.points[-1])["accrual"] == "linear"
    assert two.document(two.points[-1])["accrual"] == "compound"
    written = f"{one.points[-1].values[0]!r} %"
    assert all(o.document(o.points[-1])["therapies"]["pamidronate"]["given"] == written
               for o in (one, two))  # fmt: skip


# --- designs ----------------------------------------------------------------------------------


def test_one_at_a_time_moves_one_parameter_to_its_ends(tmp_path):
    uncertain = {
        GIVEN: "{low: 20 %, high: 60 %}",
        SPINE: "{uncertainty: {normal: {se: 0.5 %/year}}}",
    }
    one = read(tmp_path, "design: one_at_a_time\n" + table(uncertain))
    assert [(p.number, p.role, p.of) for p in one.points] == [
        (0, "base", ""), (1, "low", GIVEN), (2, "high", GIVEN), (3, "low", SPINE),
        (4, "high", SPINE),
    ]  # fmt: skip
    assert [p.values for p in one.points[:3]] == [{}, {0: 20}, {0: 60}]
    ends = [p.values[1] for p in one.points[3:]]
    assert ends == pytest.approx([2.4 - 0.5 * Z, 2.4 + 0.5 * Z])


def test_levels_lie_evenly_between_the_base_and_the_ends(tmp_path):
    text = "design: {one_at_a_time: {levels: 7}}\n" + table({GIVEN: "{low: 70 %, high: 106 %}"})
    with pytest.raises(ScenarioError, match=r"106\.0 %"):
        read(tmp_path, text)
    found = read(tmp_path, text.replace("106", "100")).points[1:]
    assert [p.values[0] for p in found] == [70, 80, 90, 100, 100, 100]
    assert [p.role for p in found] == ["low", "level", "level", "high", "level", "level"]


def test_a_grid_holds_every_combination(tmp_path):
    axes = {"accrual": "{values: [linear, compound]}", GIVEN: "{values: [40 %, 60 %, 100 %]}"}
    one = read(tmp_path, "design: grid\n" + table(axes))
    found = [tuple(p.values.values()) for p in one.points if p.role == "grid"]
    assert found == [*itertools.product(["linear", "compound"], ["40 %", "60 %", "100 %"])]
    document = one.document(one.points[-1])
    assert (document["accrual"], document["therapies"]["pamidronate"]["given"]) == (
        "compound", "100 %",
    )  # fmt: skip


def test_indices_mix_two_samples_column_by_column(tmp_path):
    text = "design: {indices: {draws: 8, second_order: yes}}\n" + table(EVENLY)
    one = read(tmp_path, text)
    by_role = {
        role: np.array([[p.values[i] for i in range(3)] for p in one.points if p.role == role])
        for role in ("A", "B", "AB", "BA")
    }
    a, b = by_role["A"], by_role["B"]
    for mixed, own, other in (("AB", a, b), ("BA", b, a)):
        for place in range(3):
            rows = by_role[mixed][8 * place : 8 * place + 8]
            assert (rows[:, place] == other[:, place]).all()
            rest = [i for i in range(3) if i != place]
            assert (rows[:, rest] == own[:, rest]).all()
    assert len({*a[:, 0], *b[:, 0]}) == 16


@pytest.mark.parametrize("design", [
    "one_at_a_time", "{one_at_a_time: {levels: 7}}", "{probabilistic: {draws: 5}}",
    "{latin_hypercube: {draws: 6}}", "{sobol: {draws: 8}}", "{indices: {draws: 4}}",
    "{indices: {draws: 4, second_order: yes}}", "{morris: {trajectories: 3}}", "grid",
])  # fmt: skip
def test_the_points_of_a_design_are_counted_before_they_are_made(tmp_path, design):
    values = {GIVEN: "{values: [40 %, 60 %, 100 %]}", STOPS: "{values: [0 %, 50 %]}"}
    text = f"design: {design}\n{table(values if design == 'grid' else EVENLY)}"
    sweep = load_sweep(wrote(tmp_path, text))
    one = sweep.varied[0]
    assert designs.size(sweep.form.design, one.joint) == len(one.points)


def test_a_walk_moves_one_parameter_at_each_step(tmp_path):
    one = read(tmp_path, "design: {morris: {trajectories: 5}}\n" + table(EVENLY))
    walk = [p for p in one.points if p.role == "trajectory"]
    assert len(walk) == 5 * (3 + 1)
    for first in range(0, 20, 4):
        steps = walk[first : first + 4]
        moved = []
        for before, after in itertools.pairwise(steps):
            (changed,) = (i for i in range(3) if before.values[i] != after.values[i])
            assert after.of == [*EVENLY][changed]
            moved.append(changed)
        assert sorted(moved) == [0, 1, 2]
    for place, (low, high) in enumerate([(20, 60), (10, 50), (30, 80)]):
        shares = {round((p.values[place] - low) / (high - low), 9) for p in walk}
        levels = {round(0.025 + 0.95 * level / 3, 9) for level in range(4)}
        assert shares <= levels


def test_a_value_may_be_given_to_other_paths_too(tmp_path):
    text = table({SPINE: "{low: 1 %/year, high: 3 %/year, also: [effects.none.spine.mean]}"})
    one = read(tmp_path, "design: one_at_a_time\n" + text)
    effects = one.document(one.points[2])["effects"]
    assert effects["pamidronate"]["spine"]["mean"] == effects["none"]["spine"]["mean"]
    assert effects["none"]["spine"] == {"mean": "3.0 %/year", "sd": "0.5 %/year"}
    assert one.study.document["effects"]["none"]["spine"]["mean"] == "-0.5 %/year"


def test_without_a_list_every_uncertain_number_varies(tmp_path):
    one = read(tmp_path, "design: one_at_a_time")
    names = {parameter.path for parameter in one.joint.parameters}
    assert names == {
        STOPS, BOTH, SPINE, RATE, "effects.interferon + pamidronate.hip.mean",
        "fractures.frailty_variance",
        *(f"fractures.sites.{site}.gradient" for site in ("vertebral", "hip", "other")),
    }  # fmt: skip


def test_what_the_sweep_says_stands_before_what_the_scenario_says(tmp_path):
    mine = {RATE: "{uncertainty: {uniform: {low: 1 per year, high: 2 per year}}}", STOPS: ""}
    rate, stops = read(tmp_path, "design: one_at_a_time\n" + table(mine)).joint.parameters
    assert rate.distribution.ends == pytest.approx((102.5, 197.5))
    assert [beta(end / 100, 2.5, 8.5) for end in stops.distribution.ends] == pytest.approx(
        [0.025, 0.975], rel=1e-5
    )
    within = {RATE: "{within: [0.5 per year, 0.7 per year]}"}
    (rate,) = read(tmp_path, "design: one_at_a_time\n" + table(within)).joint.parameters
    assert 50 < rate.distribution.ends[0] < 54 < 66 < rate.distribution.ends[1] < 70
