"""Loss to follow-up in simulated trials: its law, and what is known of patients until then."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiments import runs
from sim.experiments.emulation import power
from sim.experiments.emulation.power.loss import until_lost
from sim.outcomes import records_by_arm
from sim.scenario import load
from sim.simulation import draws
from sim.vocabulary import DAYS_PER_YEAR
from tests.test_power import BASE, NOBODY_DIES
from tests.test_power_designs import LOSS, OFTEN, TRIALS, shown


def test_the_loss_is_exponential():
    """Without deaths the mean follow-up is (1 - exp(-loss x years)) / loss."""
    study = load(BASE, NOBODY_DIES, patients=4000)
    records = records_by_arm(study, range(4000), "batch")["pamidronate"]
    lost = until_lost(records, LOSS, seed=7, first=0)
    years = records.end / DAYS_PER_YEAR
    mean = -math.expm1(-LOSS * years) / LOSS
    assert abs(lost.years.mean() - mean) < 4 * lost.years.std() / math.sqrt(4000)
    measured = ~np.isnan(lost.measured["spine_g_cm2"])
    for day, share in zip(lost.visits["spine_g_cm2"], measured.mean(axis=0), strict=True):
        still = math.exp(-LOSS * day / DAYS_PER_YEAR)
        assert abs(share - still) <= 4 * math.sqrt(still * (1 - still) / 4000)


def test_a_share_lost_each_year_is_a_hazard():
    plan = power.prepare(BASE, trials=2, loss="10 %/year")
    assert plan.loss == pytest.approx(-math.log(0.9))
    assert power.prepare(BASE, trials=2, loss="10 % per year").loss == plan.loss


def test_means_rest_on_patients_who_were_measured_before_they_were_lost():
    plan = power.prepare(
        BASE,
        "spine change",
        (4,),
        TRIALS,
        settings=[*OFTEN[:3], *NOBODY_DIES],
        loss=f"{LOSS} per year",
    )
    rows = runs.follow(plan.study, engine="batch").measurements
    rows = rows[rows["quantity"] == "spine_g_cm2"]
    wide = rows.pivot(index=["arm", "patient"], columns="day", values="value")
    change = 100 * (wide.iloc[:, -1] / wide.iloc[:, 0] - 1)
    count = plan.study.scenario.cohort.patients
    lost = draws.column(1, "loss to follow-up", 0, "exponential", 0, count) / LOSS * DAYS_PER_YEAR
    day = float(wide.columns[-1])
    comparator, treated = (
        np.where(lost < day, np.nan, change[arm]).reshape(TRIALS, 2, 4) for arm in plan.arms
    )
    p = []
    for trial in range(TRIALS):
        arms = [c[~np.isnan(c)] for c in (treated[trial, 1], comparator[trial, 0])]
        if min(map(len, arms)) > 1:
            p.append(stats.ttest_ind(*arms, equal_var=False).pvalue)
    assert 0 < len(p) < TRIALS
    (row,) = power.run(plan).to_dict("records")
    assert row["power"] == pytest.approx(shown(p) * len(p) / TRIALS)
    assert 0 < row["power"] < 100
