"""Mean and SD from what papers print, against formulas of the literature and numbers of scipy."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.scenario import ScenarioError, load
from sim.scenario.protocol import protocol

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"


def words(study):
    return [*protocol(study.scenario, study.document)]


def cohort(*settings):
    return load(BASE, list(settings)).scenario.cohort


def refused(setting):
    """The messages about a scenario with this setting."""
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [setting])
    return [mistake.message for mistake in caught.value.mistakes]


# Median and quartiles


@pytest.mark.parametrize(
    ("median", "low", "high"), [(52, 44, 61), (30, 29.5, 30.25), (52, 50, 70), (0.9, 0.3, 2.1)]
)
def test_a_normal_variable_by_median_and_quartiles(median, low, high):
    """Wan et al., BMC Med Res Methodol 2014;14:135: (q1 + m + q3) / 3 and (q3 - q1) / 1.35."""
    variable = cohort(
        f"cohort.age={{normal: {{median: {median} years, iqr: [{low} years, {high} years]}}, "
        "within: [0 years, 120 years]}"
    ).age.normal
    assert variable.mean == pytest.approx((low + median + high) / 3)
    assert variable.sd == pytest.approx((high - low) / 1.35, rel=0.001)
    assert variable.sd == pytest.approx((high - low) / (2 * stats.norm.ppf(0.75)), rel=1e-12)


def test_quartiles_of_a_normal_variable_come_back():
    """For symmetrical quartiles the normal variable has exactly these."""
    shape = cohort("cohort.weight.normal={median: 70 kg, iqr: [62 kg, 78 kg]}").weight.normal
    found = stats.norm(shape.mean, shape.sd).ppf([0.25, 0.5, 0.75])
    assert found == pytest.approx([62, 70, 78])


@pytest.mark.parametrize(("low", "high"), [(210, 480), (150, 700)])
def test_a_lognormal_variable_by_median_and_quartiles(low, high):
    """The distribution with the mean and SD found has the median and the quartiles typed."""
    median = math.sqrt(low * high)
    shape = cohort(
        f"cohort.ctx={{lognormal: {{median: {median!r} ng/L, iqr: [{low} ng/L, {high} ng/L]}}}}"
    ).ctx.lognormal
    variance = math.log(1 + (shape.sd / shape.mean) ** 2)
    of_scipy = stats.lognorm(math.sqrt(variance), scale=shape.mean / math.exp(variance / 2))
    assert of_scipy.ppf([0.25, 0.5, 0.75]) == pytest.approx([low, median, high])
    assert of_scipy.mean() == pytest.approx(shape.mean)
    assert of_scipy.std() == pytest.approx(shape.sd)
    points = np.linspace(0.0005, 0.9995, 2000)  # the mean once more, by quantiles alone
    trimmed = np.exp(np.log(median) + np.log(high / low) / 1.349 * stats.norm.ppf(points))
    assert trimmed.mean() == pytest.approx(shape.mean, rel=0.01)


def test_the_median_alone_fixes_the_centre_of_a_lognormal_variable():
    shape = cohort("cohort.ctx.lognormal={median: 300 ng/L, iqr: [210 ng/L, 600 ng/L]}").ctx
    variance = math.log(1 + (shape.lognormal.sd / shape.lognormal.mean) ** 2)
    assert shape.lognormal.mean / math.exp(variance / 2) == pytest.approx(300)
    assert math.sqrt(variance) == pytest.approx(math.log(600 / 210) / (2 * stats.norm.ppf(0.75)))


def test_quartiles_stand_for_fracture_counts_and_for_effects():
    given = "{median: 4, iqr: [2, 7]}"
    counts = cohort(f"cohort.vertebral_fractures.negative_binomial={given}").vertebral_fractures
    assert counts.negative_binomial.mean == pytest.approx(13 / 3)
    assert counts.negative_binomial.sd == pytest.approx(5 / (2 * stats.norm.ppf(0.75)))
    row = "{median: 3 %/year, iqr: [1 %/year, 6 %/year]}"
    spine = load(BASE, [f"effects.pamidronate.spine={row}"]).scenario.effects["pamidronate"].spine
    assert (spine.mean, spine.sd) == pytest.approx((10 / 3, 5 / (2 * stats.norm.ppf(0.75))))


def test_the_median_of_counts_may_be_one_of_the_quartiles():
    given = "{negative_binomial: {median: 1, iqr: [1, 3]}, at_least: 0}"
    shape = cohort(f"cohort.vertebral_fractures={given}").vertebral_fractures.negative_binomial
    assert (shape.mean, shape.sd) == pytest.approx((5 / 3, 2 / (2 * stats.norm.ppf(0.75))))


# Standard error, and interval of a mean


@pytest.mark.parametrize(("se", "n"), [(1.98, 8), (0.7, 2), (2, 100)])
def test_a_standard_error_times_the_root_of_n_is_the_sd(se, n):
    shape = cohort(f"cohort.age.normal={{mean: 52 years, se: {se} years, n: {n}}}").age.normal
    assert (shape.mean, shape.sd) == pytest.approx((52, se * n**0.5))


@pytest.mark.parametrize("n", [2, 5, 10, 400])
def test_an_interval_of_a_mean_is_read_with_t(n):
    """The interval that scipy puts around the mean of n patients with the SD found is the typed."""
    shape = cohort(
        f"cohort.age.normal={{mean: 52 years, ci95: [49 years, 55 years], n: {n}}}"
    ).age.normal
    low, high = stats.t.interval(0.95, n - 1, loc=shape.mean, scale=shape.sd / n**0.5)
    assert (low, shape.mean, high) == pytest.approx((49, 52, 55))


def test_the_interval_of_ten_patients_by_a_printed_table_of_t():
    """t of 9 degrees of freedom is 2.262 in every table, so 3 wide on a side gives 4.19."""
    shape = cohort(
        "cohort.age.normal={mean: 52 years, ci95: [49 years, 55 years], n: 10}"
    ).age.normal
    assert shape.sd == pytest.approx(3 / 2.262 * 10**0.5, rel=1e-3)


def test_a_standard_error_of_a_lognormal_variable_is_of_its_mean():
    shape = cohort("cohort.ctx.lognormal={mean: 357 ng/L, se: 60 ng/L, n: 16}").ctx.lognormal
    assert (shape.mean, shape.sd) == pytest.approx((357, 240))


def test_units_are_those_of_the_variable():
    grams = cohort("cohort.ctx.lognormal={mean: 0.357 ng/mL, se: 0.06 ng/mL, n: 16}").ctx.lognormal
    assert (grams.mean, grams.sd) == pytest.approx((357, 240))


# As typed


def test_a_way_replaces_the_mean_and_sd_of_the_base():
    """`iqr` over the base's SD, `median` over its mean: nothing is left of the pair."""
    study = load(BASE, ["cohort.age.normal={median: 50 years, iqr: [45 years, 55 years]}"])
    assert set(study.document["cohort"]["age"]["normal"]) == {"median", "iqr"}
    texts = {number.path: number.text for number in study.numbers if "age.normal" in number.path}
    assert set(texts.values()) == {"50 years", "45 years", "55 years"}


def test_a_check_shows_the_conversion():
    study = load(BASE, ["cohort.age.normal={median: 50 years, iqr: [45 years, 55 years]}"])
    told = "  cohort.age.normal: median 50 years, iqr 45 years to 55 years -> mean 50, SD 7.413"
    assert told in words(study)
    assert not [line for line in words(load(BASE)) if "->" in line]


def test_patients_have_the_quartiles_typed():
    """Drawn values, 4000 of them: three Monte Carlo errors of a quartile."""
    from sim.simulation.lowering import enrol

    given = "cohort.ctx.lognormal={median: 300 ng/L, iqr: [200 ng/L, 450 ng/L]}"
    values = enrol(cohort(given, "cohort.ctx.within="), 3, range(4000)).values["ctx"]
    sigma = math.log(450 / 200) / 1.349
    for share, quartile in ((0.25, 200), (0.5, 300), (0.75, 450)):
        density = stats.norm.pdf(stats.norm.ppf(share)) / sigma
        error = math.sqrt(share * (1 - share) / 4000) / density
        assert abs(math.log(np.quantile(values, share) / quartile)) < 3 * error


# Wrong

WAYS = "a mean and its spread are given as mean, sd; or median, iqr; or mean, se, n; or "


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{median: 50 years, iqr: [55 years, 45 years]}", "`iqr` has two values, the lower first"),
        ("{median: 50 years, iqr: [51 years, 55 years]}", "`iqr` has two values, the lower first"),
        ("{median: 50 years, iqr: [45 years]}", "`iqr` has two values, the lower first"),
        ("{median: 50 years, iqr: 45 years}", "`iqr` has two values, the lower first"),
        (
            "{mean: 50 years, ci95: [52 years, 48 years], n: 9}",
            "`ci95` has two values, the lower first",
        ),
        ("{mean: 50 years, se: 2 years, n: 1}", "`n` is the number of patients, 2 or more"),
        ("{mean: 50 years, se: 2 years, n: 8.5}", "`n` is the number of patients, 2 or more"),
        ("{mean: 50 years, ci95: [48 years, 52 years], n: 1}", "`n` is the number of patients"),
        ("{median: 50 years, iqr: [50 years, 50 years]}", "`iqr` has two values, the lower first"),
        ("{median: [50 years, 51 years], iqr: [45 years, 55 years]}", "`median` is one value"),
        ("{mean: 50 years, se: 2 years}", WAYS),
        ("{mean: 50 years, ci95: [48 years, 52 years]}", WAYS),
        ("{median: 50 years, sd: 3 years}", WAYS),
        ("{mean: 50 years, iqr: [45 years, 55 years]}", WAYS),
        ("{mean: 50 years, sd: 3 years, n: 10}", WAYS),
        ("{mean: 50 years, se: 2 years, n: nine}", "'nine' does not start with a number"),
        ("{mean: 50 kg, se: 2 kg, n: 9}", "'kg' is not a unit of age"),
    ],
)
def test_wrong_ways_are_refused(given, told):
    found = refused(f"cohort.age={given_in_place(given)}")
    assert any(told in message for message in found), found


def given_in_place(given):
    """A normal variable that is given in a way, and nothing of the base's mean and SD."""
    return f"{{value: {{normal: {given}, within: [18 years, 95 years]}}}}"


@pytest.mark.parametrize(
    "given",
    ["{median: 50 years, iqr: [45 years, 55 months]}", "{median: 50 years, iqr: [45, 55]}",
     "{mean: 50 years, se: 2, n: 9}", "{mean: 50, ci95: [49 years, 51 years], n: 9}"],
)  # fmt: skip
def test_a_way_has_one_unit(given):
    names = [name for name in ("median", "iqr", "mean", "se", "ci95") if f"{name}:" in given]
    told = f"{', '.join(names)} have the same unit"
    assert refused(f"cohort.age={given_in_place(given)}") == [told]


def test_a_negative_standard_error_is_refused():
    for given in ("age.normal={mean: 50 years, se: -2 years, n: 9}",
                  "hip_t.normal={mean: -2, se: -0.2, n: 9}"):  # fmt: skip
        assert refused(f"cohort.{given}") == ["a standard error is 0 or more"]


@pytest.mark.parametrize("low", ["0 ng/L", "-20 ng/L"])
def test_quartiles_of_a_lognormal_variable_are_above_0(low):
    given = f"cohort.ctx.lognormal={{median: 300 ng/L, iqr: [{low}, 450 ng/L]}}"
    assert "quartiles of a log-normal variable are above 0" in refused(given)


def test_a_sum_of_ways_names_what_was_given():
    ways = "{mean: 50 years, se: 2 years, iqr: [45 years, 55 years]}"
    (message,) = refused(f"cohort.age={given_in_place(ways)}")
    assert message.endswith("given: mean, se, iqr")


def test_the_command_line_refuses_it_in_the_words_of_the_file(mastosim):
    setting = "cohort.age.normal={median: 50 years, iqr: [55 years, 45 years]}"
    told = mastosim("check", BASE, "--set", setting)
    assert told.returncode == 3
    assert "`iqr` has two values" in told.stderr
