"""The base rate that is solved from a printed share of patients without a fracture."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.experiments import runs
from sim.scenario import ScenarioError, load
from sim.simulation import lowering
from sim.simulation.lowering import lattice, planned_hazard
from sim.simulation.lowering.base_rate import share_without, solved
from tests.generated import BASE
from tests.reference.cohort import draw_cohort
from tests.reference.kinetics import Action
from tests.reference.plan import Plan

SCENARIOS = Path(__file__).parents[1] / "scenarios"

ONNES = "fractures.base_rate={free_of_fracture: 81.9 %, by: 60 months, on: pamidronate}"
PLAIN = ["fractures.sites.vertebral.gradient=1", "fractures.sites.hip.gradient=1",
         "fractures.sites.other.gradient=1", "fractures.frailty_variance=0"]  # fmt: skip


def rate(*settings):
    """Per 100 person-years."""
    return 100 * lowering.base_rate(load(BASE, settings).scenario)


def test_a_typed_rate_is_itself():
    assert rate("fractures.base_rate=4.2 per 100 person-years") == 4.2


def test_without_gradients_the_rate_is_that_of_an_exponential_time():
    assert rate(ONNES, *PLAIN) == pytest.approx(-100 * math.log(0.819) / (1826 / 365.25), rel=1e-9)


@pytest.mark.parametrize("variance", [0.5, 3.5])
def test_without_gradients_a_frailty_raises_the_rate_by_its_laplace_transform(variance):
    expected = 100 * (0.819**-variance - 1) / variance / (1826 / 365.25)
    assert rate(ONNES, *PLAIN, f"fractures.frailty_variance={variance}") == pytest.approx(expected)


def test_a_share_with_a_fracture_is_the_other_side_and_a_site_counts_alone():
    other = "fractures.base_rate={with_fracture: 18.1 %, by: 60 months, on: pamidronate}"
    assert rate(other) == pytest.approx(rate(ONNES), rel=1e-12)
    one = (
        "fractures.base_rate={free_of_fracture: 81.9 %, by: 60 months, on: pamidronate, site: hip}"
    )
    assert rate(one, *PLAIN) == pytest.approx(rate(ONNES, *PLAIN) / 0.01)  # its share of 1 %


def test_neither_seed_nor_size_nor_attendance_nor_deaths_move_the_rate():
    expected = rate(ONNES)
    for setting in ("seed=99", "cohort.patients=3", "therapies.pamidronate.given=50 %",
                    "therapies.pamidronate.reactions.acute_phase.ends_course=50 %",
                    "mortality.standardised_mortality_ratio=9", "horizon=12 months",
                    "therapies.interferon.intolerance=[{probability: 90 %, until: 3 months}]",
                    "therapies.pamidronate.start=12 months"):  # fmt: skip
        assert rate(ONNES, setting) == expected, setting


@pytest.mark.share(4)
@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["accrual=compound", "fractures.frailty_variance=3.5"],
        ["accrual={saturating: {time_constant: 9 months, window: 12 months}}"],
        ["accrual={plateau: {months: 24 months, then: 1 %/year}}",
         "beyond_evidence={after: 40 months, rate: -2 %/year}"],
        ["therapies.pamidronate.infusion=60 mg", "effects.pamidronate.spine.mean=6 %/year"],
        ["effects.pamidronate.fracture_ratio={vertebral: 0.5, other: 0.7}",
         "fractures.sites.other.per_decade_of_age=1.6", "cohort.age.normal.sd=14 years"],
        ["fractures.per_further_vertebral_fracture=1.15",
         "cohort.correlations={vertebral_fractures ~ spine_t: -0.5}"],
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("on", "patients"),
    [
        ("interferon + pamidronate", 2_000),
        pytest.param("pamidronate", 100_000, marks=pytest.mark.validation),
        pytest.param("interferon + pamidronate", 100_000, marks=pytest.mark.validation),
    ],
)
def test_simulated_as_planned_the_cohort_has_the_printed_share(settings, on, patients):
    """Simulated without chance in treatment and without deaths."""
    printed = f"fractures.base_rate={{free_of_fracture: 70 %, by: 60 months, on: {on}}}"
    of_arm = {"pamidronate": "[pamidronate]"}.get(on, "[interferon, pamidronate]")
    study = load(BASE, [
        printed, *settings, "therapies.interferon.intolerance=", f"arms={{combination: {of_arm}}}",
        "arms.pamidronate=", "mortality.standardised_mortality_ratio=0",
        *(f"fractures.sites.{site}.case_fatality=0 %" for site in ("vertebral", "hip")),
    ], patients=patients)  # fmt: skip
    summary = runs.run(study, engine="batch", outcomes_only=True).summary
    row = summary[(summary.outcome == "any fracture") & (summary.time == 60)].iloc[0]
    assert abs(row.estimate - 30) < 4 * 100 * math.sqrt(0.3 * 0.7 / patients)


def test_the_points_are_the_best_of_their_form():
    """The squared worst-case error of each generator, by its closed form for periodic functions."""
    n, columns = lattice.POINTS, len(lattice.STREAMS)
    k = np.arange(n)

    def error(generator):
        product = np.ones(n)
        for j in range(columns):
            x = k * pow(generator, j, n) % n / n
            product *= 1 + 2 * np.pi**2 * (x * x - x + 1 / 6) / (j + 1) ** 2
        return product.mean() - 1

    assert min(range(3, n // 2, 2), key=error) == lattice.GENERATOR


def test_each_column_of_the_points_is_evenly_spread():
    for column in range(len(lattice.STREAMS)):
        shares = np.sort(lattice.shares(column))
        assert shares[::2] == pytest.approx(
            (np.arange(lattice.POINTS / 2) * 2 + 1) / lattice.POINTS
        )


def test_an_independent_sum_over_days_gives_the_same_share():
    """10,000 random patients of the independent model, day by day."""
    scenario = solved(load(BASE, [ONNES, "fractures.frailty_variance=3.5"]).scenario)
    drawn = draw_cohort(scenario.cohort, 10_000, np.random.default_rng(5))
    people = {name: drawn[name].to_numpy() for name in drawn}
    plan = Plan(scenario, "pamidronate")
    therapy = plan.therapies["pamidronate"]
    action, days = Action(therapy.decay), set(therapy.days(0, 1826))
    total, rate = np.zeros(len(drawn)), lowering.base_rate(scenario)
    young = {sex: {bone: getattr(getattr(scenario.reference_bmd, bone), sex) for bone in
                   ("spine", "hip")} for sex in ("female", "male")}  # fmt: skip
    mean, sd = ({bone: np.array([getattr(young[sex][bone], value) for sex in people["sex"]])
                 for bone in ("spine", "hip")} for value in ("mean", "sd"))  # fmt: skip
    gained = {"spine": np.zeros(len(drawn)), "hip": np.zeros(len(drawn))}
    rows = scenario.effects
    for day in range(1826):
        if day in days:
            action.jump(day, 1 / therapy.mean_exposure)
        level = action.at(day + 0.5)
        for bone in gained:
            on, off = (getattr(rows[name], bone) for name in ("pamidronate", "none"))
            response = people[f"{bone}_response"]
            speed = level * (on.mean + on.sd * response) + (1 - level) * (
                off.mean + off.sd * response
            )
            gained[bone] += speed / 100 / 365.25
        for site, bone in (("vertebral", "spine"), ("hip", "hip"), ("other", "hip")):
            form = getattr(scenario.fractures.sites, site)
            entry = people[f"{bone}_t"]
            score = entry + (mean[bone] + entry * sd[bone]) * gained[bone] / sd[bone]
            hazard = form.share * form.gradient ** (plan.reference_t[site] - score)
            total += rate / 365.25 * hazard
    free = (1 + 3.5 * total) ** (-1 / 3.5)
    assert abs(free.mean() - 0.819) < 4 * free.std() / math.sqrt(len(drawn))


def test_a_frailty_of_no_variance_is_none():
    hazards = np.array([0.0, 0.3, 2.0])
    assert share_without(hazards, 1e-7) == pytest.approx(share_without(hazards, 0.0), rel=1e-6)


TYPED = "fractures.base_rate=4 per 100 person-years"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{free_of_fracture: 81.9 %, by: 60 months}", "free_of_fracture needs `on`"),
        ("{free_of_fracture: 81.9 %, on: pamidronate}", "free_of_fracture needs `by`"),
        ("{free_of_fracture: 81.9 %, by: 60 months, on: pamidronat}",
         "'pamidronat' is not a regimen of `effects`; did you mean 'pamidronate'?"),
        ("{free_of_fracture: 81.9 %, with_fracture: 18.1 %, by: 60 months, on: pamidronate}",
         "exactly one of rate, free_of_fracture, with_fracture"),
        ("{free_of_fracture: 100 %, by: 60 months, on: pamidronate}", "free_of_fracture"),
        ("{by: 60 months}", "exactly one of"),
        ("{rate: 4 per 100 person-years, by: 60 months}", "`by` belongs to"),
    ],
)  # fmt: skip
def test_what_makes_no_share_is_refused(value, message):
    with pytest.raises(ScenarioError) as refused:
        load(BASE, [TYPED, f"fractures.base_rate={value}"])
    assert message in str(refused.value)


def test_a_share_beyond_every_rate_is_refused_when_the_rate_is_solved():
    share = "{free_of_fracture: 0.1 %, by: 1 month, on: pamidronate}"
    study = load(BASE, [f"fractures.base_rate={share}", "fractures.frailty_variance=20"])
    with pytest.raises(ScenarioError, match=r"no rate up to 40 per person-year leaves 0\.1 %"):
        lowering.protocol(study.scenario)


def test_a_factor_per_earlier_fracture_without_a_mean_is_refused():
    with pytest.raises(ScenarioError, match=r"the mean rate of the cohort is infinite from 1\.239"):
        load(BASE, ["fractures.per_further_vertebral_fracture=1.24"])


@pytest.mark.parametrize("pair", [(TYPED, ONNES), (ONNES, TYPED)])
def test_the_last_of_two_ways_to_give_the_rate_holds(pair):
    assert rate(*pair) == rate(pair[-1])


AS_PLANNED = """
import hashlib, sys
from sim.scenario import load
from sim.simulation.lowering.planned_hazard import accumulated_as_planned
hazards = accumulated_as_planned(load(sys.argv[1]).scenario, "interferon", 1826.25)
print(hashlib.sha256(hazards.tobytes()).hexdigest())
"""


@pytest.mark.validation
def test_the_hazards_as_planned_do_not_depend_on_the_cores_of_the_machine():
    """A product of matrices that many threads share had other last digits where their parts met."""
    words = [sys.executable, "-c", AS_PLANNED, str(SCENARIOS / "rescue-on-fracture.yaml")]
    found = {
        subprocess.run(
            words, env={**os.environ, "OPENBLAS_NUM_THREADS": threads}, cwd=SCENARIOS.parent,
            capture_output=True, check=True,
        ).stdout
        for threads in ("1", "2", "3")
    }  # fmt: skip
    assert len(found) == 1


@pytest.mark.parametrize("name", ["rescue-on-fracture", "boonen2012"])
@pytest.mark.parametrize("points", [32, 128])
def test_the_hazards_as_planned_do_not_depend_on_how_many_points_are_computed_at_once(
    name, points, monkeypatch
):
    scenario = load(SCENARIOS / f"{name}.yaml").scenario
    planned = planned_hazard.Planned(
        planned_hazard._as_planned(scenario, [*scenario.effects][-1], 1826.25)
    )
    compute = planned_hazard._accumulated_in.__wrapped__
    as_usual = compute(planned)
    monkeypatch.setattr(planned_hazard, "AT_ONCE", points)
    np.testing.assert_array_equal(as_usual, compute(planned))


def test_the_hazards_of_stretches_jump_where_the_direct_ratio_jumps():
    """Log-hazards 1, 2, 3 on three days; the ratio rises by 4 within a stretch or between two."""
    log_hazard = np.array([[1.0], [2.0], [3.0]])
    within = np.array([[[0.0], [4.0]], [[4.0], [4.0]]])
    between = np.array([[[0.0], [0.0]], [[4.0], [4.0]]])
    for ratios, begins, ends in ((within, [1, 6], [6, 7]), (between, [1, 6], [2, 7])):
        found = planned_hazard._of_stretches(log_hazard, ratios)
        wanted = [begins, ends, np.exp(begins), np.exp(ends)]
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one[:, 0], other)
