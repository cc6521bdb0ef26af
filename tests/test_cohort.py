"""The virtual patients: their distributions, their effects, and whose numbers are whose."""

import copy
import functools
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from sim.experiments import runs
from sim.scenario import ScenarioError, from_document, load
from sim.scenario.form.cohort import CORRELATED, Variable
from sim.scenario.form.enrolled import parent
from sim.simulation.draws import CHUNK
from sim.simulation.lowering import enrol, protocol
from sim.simulation.lowering.effects import by_subset
from sim.simulation.lowering.fractures import reference_t
from sim.simulation.records import (
    ARRIVES,
    BREAKS,
    COMES,
    ENROLS,
    FAILS,
    FATAL,
    FATAL_DELAY,
    LASTS,
    OTHERS,
    STREAMS,
    URGENT,
)
from sim.simulation.simulate import inputs_of
from sim.vocabulary import SITES

SCENARIO = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
N = 50_000
UNLIKELY = 2 * stats.norm.sf(4.5)  # of a false alarm
YEAR = 365.25
INTERFERON, PAMIDRONATE = "interferon", "pamidronate"


@functools.cache
def base():
    return load(SCENARIO).document


def study(changes=None):
    """The base case with texts at dotted paths; None takes a key away."""
    document = copy.deepcopy(base())
    for path, value in (changes or {}).items():
        *above, last = path.split(".")
        place = document
        for key in above:
            place = place.setdefault(key, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return from_document(document, ())


def cohort(changes=None, first=0, count=N, seed=1):
    return enrol(study(changes).scenario.cohort, seed, range(first, first + count))


def inputs(changes=None, first=0, count=2000, arm="combination", fractures=8):
    shared = protocol(study(changes).scenario, fractures)
    return inputs_of(shared, range(first, first + count))[arm]


@functools.cache
def everyone():
    return cohort()


def log_normal(mean, sd):
    """scipy's log-normal of this mean and SD."""
    sigma = math.sqrt(math.log(1 + (sd / mean) ** 2))
    wanted = stats.lognorm(sigma, scale=mean**2 / math.hypot(mean, sd))
    assert (wanted.mean(), wanted.std()) == pytest.approx((mean, sd))
    return wanted


def truncated(mean, sd, low, high):
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)


# --- what patients bring ----------------------------------------------------------------------

WANTED = {
    "age": truncated(52.5, 10, 18, 95),
    "weight": truncated(68, 13, 40, 120),
    "spine_t": stats.norm(-3, 1),
    "hip_t": stats.norm(-1.9, 0.7),
    "ctx": log_normal(357, 258),
    "balp": truncated(20, 3.2, 5, 60),
    "tryptase": log_normal(49, 36),
}


@pytest.mark.parametrize("name", WANTED)
def test_a_variable_has_its_mean_its_sd_and_its_distribution(name):
    values, wanted = everyone().values[name], WANTED[name]
    mean, variance, _, excess = map(float, wanted.stats("mvsk"))
    assert abs(values.mean() - mean) < 4.5 * math.sqrt(variance / N)
    assert abs(values.var() - variance) < 4.5 * variance * math.sqrt((excess + 2) / N)
    assert stats.kstest(values, wanted.cdf).pvalue > UNLIKELY


@pytest.mark.parametrize("response", ["spine", "hip", "ctx", "balp", "tryptase"])
def test_responses_are_standard_normal(response):
    assert stats.kstest(everyone().responses[response], stats.norm.cdf).pvalue > UNLIKELY


@pytest.mark.parametrize("share", ["0 %", "50 %", "73 %", "100 %"])
def test_the_share_of_women_is_the_one_stated(share):
    women = cohort({"cohort.female": share}).female
    expected = float(share.split()[0]) / 100
    assert set(women) <= {0, 1}
    assert abs(women.mean() - expected) <= 4.5 * math.sqrt(expected * (1 - expected) / N)


@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"), [(52.5, 10, 50, 55), (52.5, 10, 52.5, 95), (60, 2, 18, 61)]
)
def test_a_normal_variable_that_is_cut_off_keeps_its_shape_within(mean, sd, low, high):
    age = {"normal": {"mean": f"{mean} years", "sd": f"{sd} years"},
           "within": [f"{low} years", f"{high} years"]}  # fmt: skip
    values = cohort({"cohort.age": age}).values["age"]
    assert low <= values.min()
    assert values.max() <= high
    assert stats.kstest(values, truncated(mean, sd, low, high).cdf).pvalue > UNLIKELY


def test_a_log_normal_variable_that_is_cut_off_keeps_its_shape_within():
    ctx = {"lognormal": {"mean": "357 pg/mL", "sd": "258 pg/mL"},
           "within": ["100 pg/mL", "0.5 ng/mL"]}  # fmt: skip
    values = cohort({"cohort.ctx": ctx}).values["ctx"]
    whole = log_normal(357, 258)
    low, high = whole.cdf([100, 500])
    assert values.min() >= 100 * (1 - 1e-12)
    assert values.max() <= 500 * (1 + 1e-12)
    assert stats.kstest(values, lambda x: (whole.cdf(x) - low) / (high - low)).pvalue > UNLIKELY


def test_without_a_spread_everyone_is_the_same():
    weight = {"normal": {"mean": "68 kg", "sd": "0 kg"}, "within": ["40 kg", "120 kg"]}
    ctx = {"lognormal": {"mean": "357 pg/mL", "sd": "0 pg/mL"}}
    values = cohort({"cohort.weight": weight, "cohort.ctx": ctx}, count=100).values
    assert set(values["weight"]) == {68.0}
    assert values["ctx"] == pytest.approx([357.0] * 100, rel=1e-14)


@pytest.mark.parametrize(
    ("mean", "sd", "at_least"), [(3.5, 3.6, 1), (4.4, 3.6, 0), (1.3, 0.7, 1), (2.2, 1.2, 1)]
)
def test_earlier_fractures_are_a_shifted_negative_binomial(mean, sd, at_least):
    given = {"negative_binomial": {"mean": f"{mean}", "sd": f"{sd}"}, "at_least": f"{at_least}"}
    counts = cohort({"cohort.vertebral_fractures": given}).vertebral_fractures
    extra = mean - at_least
    wanted = stats.nbinom(extra**2 / (sd**2 - extra), extra / sd**2, loc=at_least)
    assert (wanted.mean(), wanted.std()) == pytest.approx((mean, sd))
    assert counts.min() == at_least
    values = np.arange(at_least, counts.max() + 1)
    expected = N * wanted.pmf(values)
    seen = np.array([(counts == value).sum() for value in values])
    common = expected >= 20
    apart = [*seen[common], N - seen[common].sum()], [*expected[common], N - expected[common].sum()]
    assert stats.chisquare(*apart).pvalue > UNLIKELY
    excess = float(wanted.stats("k"))
    assert abs(counts.mean() - mean) < 4.5 * sd / math.sqrt(N)
    assert abs(counts.var() - sd**2) < 4.5 * sd**2 * math.sqrt((excess + 2) / N)


# --- correlations -----------------------------------------------------------------------------


def scores(baseline):
    """Normal scores of every variable that can be correlated, but for the counts."""
    by_name = {name: stats.norm.ppf(law.cdf(baseline.values[name])) for name, law in WANTED.items()}
    return by_name | {f"{name}_response": z for name, z in baseline.responses.items()}


def assert_correlations(baseline, stated):
    found = scores(baseline)
    for a, b in itertools.combinations(found, 2):
        rho = stated.get(frozenset((a, b)), 0.0)
        error = (1 - rho**2) / math.sqrt(N)
        assert abs(np.corrcoef(found[a], found[b])[0, 1] - rho) < 4.5 * error, (a, b)


def test_spine_and_hip_are_correlated_and_nothing_else_is():
    assert_correlations(everyone(), {frozenset(("spine_t", "hip_t")): 0.6})


def test_any_two_scores_can_be_correlated():
    stated = {
        "spine_t ~ hip_t": 0.6,
        "hip_response ~ spine_response": 0.8,
        "age ~ spine_t": -0.3,
        "ctx ~ spine_response": 0.5,
        "tryptase_response ~ ctx_response": -0.8,
    }
    baseline = cohort({"cohort.correlations": {name: str(rho) for name, rho in stated.items()}})
    assert_correlations(
        baseline, {frozenset(name.split(" ~ ")): rho for name, rho in stated.items()}
    )


def test_counts_of_fractures_follow_the_score_that_they_are_correlated_with():
    """Against the same copula, drawn with scipy."""
    rho = -0.7
    baseline = cohort({"cohort.correlations": {"vertebral_fractures ~ spine_t": str(rho)}})
    found = stats.spearmanr(baseline.vertebral_fractures, baseline.values["spine_t"]).statistic
    z = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).rvs(N, random_state=3)
    size, p = 2.5**2 / (3.6**2 - 2.5), 2.5 / 3.6**2
    other = stats.spearmanr(stats.nbinom(size, p).ppf(stats.norm.cdf(z[:, 0])), z[:, 1]).statistic
    # A rank correlation's standard error is at most about (1 - rho^2) sqrt(1 + rho^2 / 2).
    error = (1 - found**2) * math.sqrt((1 + found**2 / 2) / N)
    assert abs(found - other) < 4.5 * math.sqrt(2) * error


@pytest.mark.parametrize(("earlier", "later"), [("age", "ctx"), ("ctx", "spine_response")])
def test_another_correlation_changes_the_later_variable_only(earlier, later):
    stated = {"spine_t ~ hip_t": "0.6"}
    before = everyone()
    after = cohort({"cohort.correlations": {**stated, f"{later} ~ {earlier}": "0.5"}})
    changed = {
        name
        for name in before.values
        if not np.array_equal(before.values[name], after.values[name])
    } | {
        f"{name}_response"
        for name in before.responses
        if not np.array_equal(before.responses[name], after.responses[name])
    }
    assert changed == {later}
    assert CORRELATED.index(earlier) < CORRELATED.index(later)
    assert np.array_equal(before.vertebral_fractures, after.vertebral_fractures)
    assert np.array_equal(before.female, after.female)


# --- who is who -------------------------------------------------------------------------------

BUSY = {
    "therapies.pamidronate.given": "80 %",
    "therapies.pamidronate.delay": {"probability": "30 %", "mean": "10 days"},
    "therapies.pamidronate.ends_course": "1 %",
    "therapies.pamidronate.reactions.acute_phase.ends_course": "10 %",
    "therapies.pamidronate.reactions.uveitis": {"first": "2 %", "later": "1 %"},
    "therapies.interferon.frailty_sd": "0.7",
    "therapies.interferon.on_intolerance": ["halve", "stop"],
    "fractures.sites.vertebral.clinical": "30 %",
    "loss": "0.1 per year",
}


def assert_same_patients(some, others):
    """Two blocks of inputs are the same to the last bit."""
    for name in some.patients.dtype.names:
        assert np.array_equal(some.patients[name], others.patients[name]), name
    assert np.array_equal(some.draws, others.draws)


def part(whole, first, last):
    return whole._replace(patients=whole.patients[first:last], draws=whole.draws[first:last])


def test_every_random_number_is_prepared_in_the_busy_scenario():
    """So that the tests below have something to compare."""
    busy = inputs(BUSY, count=3)
    for stream in {*range(STREAMS)} - {
        ENROLS,
        COMES,
        LASTS,
        ARRIVES,
        OTHERS,
        FAILS,
        URGENT,
    }:  # of clinics
        assert busy.params["draws"][stream].sum() > 0, stream
    assert busy.draws.shape == (3, busy.params["draws"].sum())
    assert np.isfinite(busy.draws).all()


def test_a_patient_is_the_same_in_every_block():
    whole = inputs(BUSY, count=CHUNK + 50)
    for first, count in [(0, 1), (0, 500), (500, 500), (999, 1), (CHUNK - 3, 6), (CHUNK, 10)]:
        block = inputs(BUSY, first=first, count=count)
        assert_same_patients(part(whole, first, first + count), block)


def test_a_larger_cohort_begins_with_the_smaller_one():
    small = inputs({**BUSY, "cohort.patients": "300"}, count=300)
    large = inputs({**BUSY, "cohort.patients": "600"}, count=600)
    assert_same_patients(small, part(large, 0, 300))


def test_patients_are_the_same_in_every_arm():
    arms = inputs_of(protocol(study(BUSY).scenario), range(50))
    assert_same_patients(arms["combination"], arms["pamidronate"])


def test_more_fractures_prepared_leave_the_first_ones_as_they_were():
    few, many = inputs(count=40, fractures=2), inputs(count=40, fractures=9)
    for stream, width in ((BREAKS, 3), (FATAL, 2), (FATAL_DELAY, 2)):
        for site in range(len(SITES)):
            some, more = few.numbers(stream, site), many.numbers(stream, site)
            assert some.shape[1] == width
            assert np.array_equal(some, more[:, :width])


def test_another_seed_is_another_cohort():
    seeds = [inputs({**BUSY, "seed": seed}, count=5) for seed in ("0", "1", "2")]
    for some, others in itertools.combinations(seeds, 2):
        assert not np.isclose(some.patients["age"], others.patients["age"]).any()
        assert not np.isclose(some.draws, others.draws).any()


def test_no_two_streams_of_a_patient_share_a_number():
    numbers = inputs(BUSY, count=1).draws.ravel()
    assert len(np.unique(numbers)) == len(numbers)


def test_the_order_of_therapies_in_the_file_changes_nothing_for_a_patient():
    therapies = base()["therapies"]
    second = dict(copy.deepcopy(therapies["pamidronate"]), given="60 %")
    three = {**copy.deepcopy(therapies), "zoledronate": second}
    rows = base()["effects"]
    effects = {
        "none": rows["none"],
        **{
            " + ".join(sorted(names)): rows[
                " + ".join(sorted({n.replace("zoledronate", PAMIDRONATE) for n in names}))
            ]
            for size in (1, 2, 3)
            for names in itertools.combinations([INTERFERON, PAMIDRONATE, "zoledronate"], size)
        },
    }
    events = []
    for names in itertools.permutations(three):
        changes = {
            "therapies": {name: three[name] for name in names},
            "effects": effects,
            "arms": {"all": list(names)},
            "cohort.patients": "40",
            "horizon": "14 months",
        }
        tables = runs.follow(study(changes))
        kept = [tables.events, tables.measurements.rename(columns={"quantity": "what"})]
        events.append([t.sort_values(["patient", "day", "what"]) for t in kept])
    assert (events[0][0]["event"] == "intolerance").any()
    assert (events[0][0]["event"] == "missed infusion").any()
    for other, measured in events[1:]:
        for column in ("patient", "day", "event", "what"):
            assert (other[column].to_numpy() == events[0][0][column].to_numpy()).all()
        for column in ("patient", "day", "what"):
            assert (measured[column].to_numpy() == events[0][1][column].to_numpy()).all()
        expected = events[0][1]["value"].to_numpy()
        assert measured["value"].to_numpy() == pytest.approx(expected, rel=1e-12)


# --- effects ----------------------------------------------------------------------------------


def multilinear(rows, actions):
    """Weighted mean of the rows at the corners, each corner weighted by its own actions."""
    total = 0.0
    for corner, row in enumerate(rows):
        weight = 1.0
        for therapy, action in enumerate(actions):
            weight *= action if corner >> therapy & 1 else 1 - action
        total += weight * row
    return total


def in_subsets(coefficients, actions):
    """Sum over the subsets of coefficient times the product of their actions."""
    return sum(
        c * math.prod(a for i, a in enumerate(actions) if subset >> i & 1)
        for subset, c in enumerate(coefficients)
    )


@pytest.mark.parametrize("therapies", [0, 1, 2, 3, 4])
def test_the_subset_form_meets_every_row_at_its_corner_and_is_multilinear_between(therapies):
    rng = np.random.default_rng(therapies)
    rows = [rng.normal(size=3) for _ in range(2**therapies)]
    coefficients = by_subset(rows)
    assert coefficients.shape == (3, 16)
    assert (coefficients[:, 2**therapies :] == 0).all()
    for patient in range(3):
        own = [row[patient] for row in rows]
        for corner, row in enumerate(own):
            at = [corner >> i & 1 for i in range(therapies)]
            assert in_subsets(coefficients[patient], at) == pytest.approx(row, abs=1e-12)
        for _ in range(20):
            actions = rng.uniform(0, 2.5, therapies)
            expected = multilinear(own, actions)
            assert in_subsets(coefficients[patient], actions) == pytest.approx(expected, abs=1e-11)
    assert all(np.isfinite(row).all() for row in rows)


def corner(coefficients, which):
    """What the regimen of all therapies in `which` (bits) adds up to."""
    return sum(coefficients[..., subset] for subset in range(16) if subset & ~which == 0)


# regimen -> bits: pamidronate stands first in the file, interferon second
REGIMENS = {"none": 0, "pamidronate": 1, "interferon": 2, "interferon + pamidronate": 3}
YEARLY = {
    "none": [(-0.5, 0.5), (-0.5, 0.5)],
    "pamidronate": [(2.4, 0.1), (0, 0.1)],
    "interferon": [(10.2, 5.5), (1.93, 0.9)],
    "interferon + pamidronate": [(12.6, 5.6), (1.93, 0.9)],
}
CHANGES = {
    "none": (0, 0, 0),
    "pamidronate": (-0.66, -0.25, 0),
    "interferon": (0, 0, -0.34),
    "interferon + pamidronate": (-0.66, -0.25, -0.34),
}


@pytest.mark.parametrize("regimen", REGIMENS)
@pytest.mark.parametrize(("bone", "name"), [(0, "spine"), (1, "hip")])
def test_a_patient_responds_alike_in_every_regimen(regimen, bone, name):
    assert list(base()["therapies"]) == [PAMIDRONATE, INTERFERON]
    response = cohort(count=2000).responses[name]
    mean, sd = YEARLY[regimen][bone]
    daily = corner(inputs().patients["bone_effect"][:, bone], REGIMENS[regimen])
    assert daily == pytest.approx((mean + sd * response) / 100 / YEAR, abs=1e-15)
    compound = corner(
        inputs({"accrual": "compound"}).patients["bone_effect"][:, bone], REGIMENS[regimen]
    )
    assert np.exp(YEAR * compound) == pytest.approx(1 + (mean + sd * response) / 100, rel=1e-12)


@pytest.mark.parametrize("regimen", REGIMENS)
@pytest.mark.parametrize(
    ("marker", "name", "spread"), [(0, "ctx", 0.4), (1, "balp", 0.15), (2, "tryptase", 0.3)]
)
def test_the_change_of_a_marker_keeps_its_mean_and_varies_where_there_is_one(
    regimen, marker, name, spread
):
    z = cohort(count=2000).responses[name]
    change = CHANGES[regimen][marker]
    log_ratio = corner(inputs().patients["marker_effect"][:, marker], REGIMENS[regimen])
    if change == 0:
        assert (np.abs(log_ratio) < 1e-12).all()
        return
    expected = (1 + change) * np.exp(spread * z) / math.exp(spread**2 / 2)
    assert np.exp(log_ratio) == pytest.approx(expected, rel=1e-12)
    sd = (1 + change) * math.sqrt(math.exp(spread**2) - 1)
    assert abs(np.exp(log_ratio).mean() - (1 + change)) < 4.5 * sd / math.sqrt(2000)


def test_a_compound_loss_beyond_everything_leaves_a_hundredth_a_year():
    effect = {"effects.none.spine": {"mean": "-90 %/year", "sd": "60 %/year"}}
    baseline = cohort(count=500)
    patients = inputs({**effect, "accrual": "compound"}, count=500).patients
    factor = np.exp(YEAR * patients["bone_effect"][:, 0, 0])
    wanted = 1 + (-90 + 60 * baseline.responses["spine"]) / 100
    assert (wanted < 0.01).any()
    assert factor == pytest.approx(np.maximum(wanted, 0.01), rel=1e-12)


# --- what is fixed for a patient --------------------------------------------------------------


def test_bone_density_is_the_mean_of_the_sex_and_its_sds_by_the_t_score():
    baseline = cohort(count=2000)
    patients = inputs().patients
    table = {  # spine, hip: mean and SD
        1: [(1.047, 0.110), (0.942, 0.122)],
        0: [(1.091, 0.110), (1.041, 0.144)],
    }
    for i, (patient, female) in enumerate(zip(patients, baseline.female, strict=True)):
        assert patient["sex"] == 1 - female  # women first
        for bone, name in enumerate(("spine_t", "hip_t")):
            mean, sd = table[female][bone]
            expected = mean + baseline.values[name][i] * sd
            assert patient["bmd"][bone] == pytest.approx(expected, rel=1e-14)
            assert (patient["reference_mean"][bone], patient["reference_sd"][bone]) == (mean, sd)


@pytest.mark.parametrize("factor", [0.7, 1.15, 1.2])
def test_earlier_fractures_raise_the_rate_relative_to_the_mean_of_the_cohort(factor):
    changes = {"fractures.per_further_vertebral_fracture": str(factor),
               "fractures.frailty_variance": "0"}  # fmt: skip
    patients = inputs(changes).patients
    extra = stats.nbinom(2.5**2 / (3.6**2 - 2.5), 2.5 / 3.6**2)  # beyond the one that all have
    counts = np.arange(2000)
    mean = (factor ** (counts + 1.0)) @ extra.pmf(counts)
    expected = factor ** patients["vertebral_fractures"] / mean
    assert np.exp(patients["log_risk"]) == pytest.approx(expected, rel=1e-9)
    assert (inputs({"fractures.frailty_variance": "0"}).patients["log_risk"] == 0).all()


def test_a_frailty_is_gamma_distributed_with_mean_1():
    n = 20_000
    frailty = np.exp(inputs({"fractures.frailty_variance": "3.5"}, count=n).patients["log_risk"])
    assert stats.kstest(frailty, stats.gamma(1 / 3.5, scale=3.5).cdf).pvalue > 0.001
    assert abs(frailty.mean() - 1) < 4 * math.sqrt(3.5 / n)


def test_age_raises_the_rate_relative_to_the_mean_of_the_cohort():
    n = 20_000
    drawn = inputs({"fractures.sites.hip.per_decade_of_age": "1.6"}, count=n)
    log_age = drawn.params["log_age"]
    assert log_age == pytest.approx([0, math.log(1.6) / 10, 0], rel=1e-14)
    without = inputs(count=1).params["log_base"][1]
    ratio = np.exp(drawn.params["log_base"][1] - without + log_age[1] * drawn.patients["age"])
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / math.sqrt(n)


def published_mean_exposure():
    """Mean of the exposure over the published 60 months, infusion by infusion, by quadrature."""
    rate, end = math.log(2) / 45, 1826
    days = [round(month * YEAR / 12) for month in (*range(24), *range(24, 60, 3))]
    areas = [quad(lambda t: math.exp(-rate * t), 0, end - day, epsabs=1e-13)[0] for day in days]
    return sum(areas) / end


@pytest.mark.parametrize(
    ("infusion", "plan", "mg", "ratio"),
    [
        ("1 mg/kg", "1 mg/kg", lambda kg: kg, lambda kg: 1 + 0 * kg),
        ("0.5 mg/kg", "1 mg/kg", lambda kg: kg / 2, lambda kg: 0.5 + 0 * kg),
        ("60 mg", "1 mg/kg", lambda kg: 60 + 0 * kg, lambda kg: 60 / kg),
        ("60 mg", "30 mg", lambda kg: 60 + 0 * kg, lambda kg: 2 + 0 * kg),
        ("2 mg/kg", "60 mg", lambda kg: 2 * kg, lambda kg: 2 * kg / 60),
    ],
)
def test_an_infusion_adds_its_dose_over_the_dose_and_the_mean_of_the_published_plan(
    infusion, plan, mg, ratio
):
    changes = {
        "therapies.pamidronate.infusion": infusion,
        "therapies.pamidronate.exposure.action_1.infusion": plan,
    }
    patients = inputs(changes, count=200).patients
    weight = patients["weight"]
    assert patients["dose"][:, 0] == pytest.approx(mg(weight), rel=1e-14)
    expected = ratio(weight) / published_mean_exposure()
    assert patients["dose_action"][:, 0] == pytest.approx(expected, rel=1e-11)


def test_a_schedule_that_is_changed_keeps_the_published_plan_as_its_yardstick():
    changes = {"therapies.pamidronate.schedule": [{"every": "2 months"}], "horizon": "30 months"}
    patients = inputs(changes, count=3).patients
    assert patients["dose_action"][:, 0] == pytest.approx(1 / published_mean_exposure(), rel=1e-11)


# --- mean and SD of those enrolled --------------------------------------------------------------

ELIGIBLE = "cohort.spine_t={normal: {mean: -3.2, sd: SD}, within: [-6, -2.5], of: enrolled}"


@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"),
    [(-3.2, 0.6, -6, -2.5), (-2.9, 0.35, -6, -2.5), (-3, 0.2, -6, 0), (70, 4, 60, 90),
     (52.5, 9, 18, 95), (1e-3, 1e-4, 0, 1)],
)  # fmt: skip
def test_the_normal_before_eligibility_has_the_printed_mean_and_sd_after_it(mean, sd, low, high):
    centre, spread = parent(mean, sd, low, high)
    law = stats.truncnorm((low - centre) / spread, (high - centre) / spread, centre, spread)
    assert law.mean() == pytest.approx(mean, rel=1e-9)
    assert law.std() == pytest.approx(sd, rel=1e-6)


def test_patients_have_the_mean_and_sd_of_those_enrolled_and_the_base_rate_as_their_mean():
    study = load("scenarios/laroche2011.yaml", [ELIGIBLE.replace("SD", "0.6")])
    t = enrol(study.scenario.cohort, 1, range(50_000)).values["spine_t"]
    assert t.max() <= -2.5
    assert t.mean() == pytest.approx(-3.2, abs=4 * 0.6 / 50_000**0.5)
    assert t.std() == pytest.approx(0.6, rel=0.02)
    reference = reference_t(study.scenario.cohort.spine_t, math.log(2.3))
    assert np.mean(2.3 ** (reference - t)) == pytest.approx(1, rel=0.01)
    assert study.document["cohort"]["spine_t"]["normal"] == {"mean": "-3.2", "sd": "0.6"}


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        (ELIGIBLE.replace("SD", "2"), "the SD of those enrolled is smaller"),
        (ELIGIBLE.replace("SD", "0"), "their SD above 0"),
        (ELIGIBLE.replace("SD", "0.6").replace("-3.2", "-2"), "between the limits"),
        ("cohort.spine_t.of=enrolled", "`of: enrolled` stands beside `normal`"),
        ("cohort.tryptase.of=enrolled", "`of: enrolled` stands beside `normal`"),
        ("cohort.age={normal: {mean: 52 years, sd: 9 years}, within: [18 years, 900 months], "
         "of: enrolled}", "have the same unit"),
    ],
)  # fmt: skip
def test_mean_and_sd_that_nobody_enrolled_can_have_are_refused(setting, part):
    with pytest.raises(ScenarioError, match=part):
        load("scenarios/laroche2011.yaml", [setting])


# --- the base rate of fractures ---------------------------------------------------------------


@pytest.mark.parametrize("gradient", [1.0, 1.5, 2.3, 2.6, 0.8])
@pytest.mark.parametrize("within", [None, (-4.0, 1.0), (-3.2, -2.9), (-3.0, 5.0)])
def test_at_the_reference_t_score_a_patient_has_the_mean_rate_of_the_cohort(gradient, within):
    normal = {"mean": "-3", "sd": "1.2"}
    given = {"normal": normal} | ({"within": [str(end) for end in within]} if within else {})
    reference = reference_t(
        Variable[float, float].model_validate(_numbers(given)), math.log(gradient)
    )
    low, high = within or (-3 - 12 * 1.2, -3 + 12 * 1.2)
    law = truncated(-3, 1.2, low, high)
    mean, _ = quad(lambda t: gradient ** (reference - t) * law.pdf(t), low, high, epsabs=1e-13)
    assert mean == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("gradient", [100.0, 30.0, 0.01])
@pytest.mark.parametrize("within", [(-3.0, 5.0), (-8.0, -3.0), (-3.0001, -3.0), (-10.0, 10.0)])
def test_the_reference_t_score_keeps_its_digits_in_the_tails(gradient, within):
    given = {"normal": {"mean": "-3", "sd": "5"}, "within": [str(end) for end in within]}
    variable = Variable[float, float].model_validate(_numbers(given))
    reference = reference_t(variable, math.log(gradient))
    law = truncated(-3, 5, *within)
    mean, _ = quad(
        lambda t: gradient ** (reference - t) * law.pdf(t), within[0], within[1], limit=500
    )
    assert mean == pytest.approx(1, rel=1e-6)


def test_the_reference_t_score_between_limits_that_hardly_differ_is_there():
    given = {"normal": {"mean": "-3", "sd": "5"}, "within": ["-3.00000001", "-3"]}
    variable = Variable[float, float].model_validate(_numbers(given))
    assert reference_t(variable, math.log(2.3)) == pytest.approx(-3, abs=1e-6)


def _numbers(given):
    """The same with numbers where the form of a whole scenario reads texts."""
    if isinstance(given, dict):
        return {key: _numbers(value) for key, value in given.items()}
    return [float(v) for v in given] if isinstance(given, list) else float(given)


def test_without_a_gradient_or_a_spread_the_reference_t_score_is_no_more_than_the_mean():
    same = Variable[float, float].model_validate(_numbers({"normal": {"mean": "-3", "sd": "0"}}))
    assert reference_t(same, math.log(2.3)) == -3


@pytest.mark.parametrize("cut", [False, True])
def test_the_mean_rate_of_the_cohort_at_entry_is_the_base_rate(cut):
    n = 20_000
    changes: dict[str, Any] = {"fractures.base_rate": "3.2714 per 100 person-years"}
    changes |= {"cohort.spine_t.within": ["-3.5", "-1"]} if cut else {}
    drawn = inputs(changes, count=n)
    patients, params = drawn.patients, drawn.params
    t = (patients["bmd"] - patients["reference_mean"]) / patients["reference_sd"]
    if cut:
        assert t[:, 0].min() >= -3.5
        assert t[:, 0].max() <= -1
    sites = {0: (0.625, 2.3, 0), 1: (0.01, 2.6, 1), 2: (0.365, 1.5, 1)}
    for site, (share, gradient, bone) in sites.items():
        rates = YEAR * np.exp(params["log_base"][site] - math.log(gradient) * t[:, bone])
        assert params["log_gradient"][site] == pytest.approx(math.log(gradient))
        error = rates.std() / math.sqrt(n)
        assert abs(rates.mean() - 0.032714 * share) < 4.5 * error
        assert error < 0.03 * rates.mean()
