"""Direct fracture ratios: a published ratio comes back over its plan, and wanes as described."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.experiments import checking, remarks
from sim.scenario import ScenarioError
from sim.simulation.lowering import protocol
from sim.simulation.lowering.ratios import mean_ratio
from sim.simulation.model.ratio import kept_beyond, log_ratio_on, ratio_review
from sim.simulation.plain import plain
from sim.simulation.records import FRACTURE, STATE
from tests.test_model import CERTAIN, FLAT, ONE_SITE, QUIET, follow, study

YEAR = 365.25
HALF_LIFE = 26  # days, denosumab
PRINTED = 0.317
AS_ACTION = "with the action"
HALF_YEARLY = {
    "arms": {"pamidronate": ["pamidronate"], "untreated": []},
    "therapies.pamidronate.infusion": "60 mg",
    "therapies.pamidronate.schedule": [{"every": "6 months"}],
    "therapies.pamidronate.exposure.half_life": f"{HALF_LIFE} days",
    "therapies.pamidronate.exposure.action_1": {
        "infusion": "60 mg", "schedule": [{"every": "6 months"}], "over": "36 months",
    },
    "effects.pamidronate.fracture_ratio": {"vertebral": str(PRINTED)},
    "horizon": "36 months",
}  # fmt: skip
FREQUENT = {"fractures.base_rate": "4 per year"}


def record(scenario):
    return plain(protocol(scenario).arms["pamidronate"])


def dosed(params, since=0):
    """A patient with one dose on a day, as many doses of action as the plan gives."""
    state = plain(np.zeros((), STATE))
    state.since, state.action = since, [1 / exposure(params), 0.0, 0.0, 0.0]
    return state


def exposure(params):
    """Mean exposure by summation over days: six doses, six months apart, for three years."""
    k = math.log(2) / HALF_LIFE
    days = [0, 183, 365, 548, 730, 913]
    return sum((1 - math.exp(-k * (1096 - day))) / k for day in days) / 1096


def hazards_ratio(acts):
    """Fractures on the drug over fractures without, in the mean over three years."""
    n, changes = 1500, {"therapies.pamidronate.fracture_ratio_acts": acts}
    number = {}
    for arm in ("pamidronate", "untreated"):
        _, log = follow(
            CERTAIN, QUIET, FLAT, ONE_SITE, HALF_YEARLY, FREQUENT, changes,
            patients=n, arm=arm, fractures=60,
        )  # fmt: skip
        number[arm] = int((log.kind == FRACTURE).sum())
    return number["pamidronate"] / number["untreated"], number["pamidronate"]


def test_a_printed_ratio_comes_back_from_the_regimen_it_was_printed_for():
    """0.317 on a half-yearly drug with a half-life of 26 days; with the action it was 0.53."""
    found, number = hazards_ratio("as printed")
    assert abs(found - PRINTED) < 4.5 * PRINTED / math.sqrt(number)
    found, number = hazards_ratio(AS_ACTION)
    assert abs(found - 0.53) < 0.02


def test_the_mean_over_a_plan_is_the_integral_over_it():
    scenario = study(HALF_YEARLY).scenario
    assert mean_ratio(scenario, frozenset({"pamidronate"}), "vertebral", True) == pytest.approx(
        PRINTED, abs=1e-9
    )
    by_action = study(HALF_YEARLY, {"therapies.pamidronate.fracture_ratio_acts": AS_ACTION})
    k, dose = math.log(2) / HALF_LIFE, 1 / exposure(record(scenario))
    times = np.arange(0.5, 1096)
    action = sum(
        np.where(times >= day, dose * np.exp(-k * (times - day)), 0)
        for day in (0, 183, 365, 548, 730, 913)
    )
    mean = mean_ratio(by_action.scenario, frozenset({"pamidronate"}), "vertebral", True)
    assert mean == pytest.approx(float(np.mean(PRINTED**action)), abs=1e-3)


def test_a_ratio_acts_in_full_until_the_next_dose_is_due_and_then_wanes_with_the_half_life():
    params = record(study(HALF_YEARLY).scenario)
    state = dosed(params)
    full = math.log(PRINTED)
    for day, share in ((0, 1.0), (100, 1.0), (182, 1.0), (183 + 26, 0.5), (183 + 52, 0.25)):
        assert log_ratio_on(day, 0, state, params) == pytest.approx(full * share, rel=1e-6)
    assert ratio_review(170, 200, state, params) in (182, 183)
    assert ratio_review(190, 200, state, params) == 200


def test_no_more_than_the_printed_ratio_is_reached_however_much_is_given():
    params = record(study(HALF_YEARLY, {"therapies.pamidronate.infusion": "600 mg"}).scenario)
    state = dosed(params)
    state.action[0] *= 10
    assert log_ratio_on(0, 0, state, params) == math.log(PRINTED)


def test_ratios_wane_on_a_line_after_the_evidence():
    changes = {"beyond_evidence": {
        "after": "24 months", "rate": "0 %/year", "ratios_wane_over": "500 days"}}  # fmt: skip
    params = record(study(HALF_YEARLY, changes).scenario)
    end = params.evidence_day
    kept = [kept_beyond(end + days, params) for days in (-10, 0, 125, 500, 900)]
    assert kept == [1.0, 1.0, 0.75, 0.0, 0.0]
    params = record(study(HALF_YEARLY).scenario)
    assert kept_beyond(10**6, params) == 1.0


def test_check_says_what_each_ratio_comes_to():
    (sentence,) = remarks.fracture_ratios(checking.check("scenarios/boonen2012.yaml"))
    assert sentence == (
        "zoledronate, vertebral: 0.33 in the file; "
        "0.33 over `action_1`, 0.33 over the plan of this study"
    )
    acts = f"therapies.zoledronate.fracture_ratio_acts={AS_ACTION}"
    (sentence,) = remarks.fracture_ratios(checking.check("scenarios/boonen2012.yaml", [acts]))
    assert "0.345 over `action_1`" in sentence


def test_a_dose_of_which_nothing_is_left_cannot_carry_a_ratio():
    short = "therapies.zoledronate.exposure.half_life=0.2 days"
    with pytest.raises(ScenarioError, match="nothing of a dose is left"):
        checking.check("scenarios/boonen2012.yaml", [short])
