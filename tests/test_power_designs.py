"""Trials with unequal arms, loss to follow-up and each test, done again by hand from the tables."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.experiments import runs
from sim.experiments.emulation import power
from sim.simulation import draws
from sim.vocabulary import DAYS_PER_YEAR
from tests.test_power import BASE
from tests.test_significance import exact

OFTEN = [
    "horizon=24 months",
    "visits.dxa=[12 months, 24 months]",
    "fractures.base_rate=60 per 100 person-years",
    *(f"effects.interferon + pamidronate.{bone}.mean=60 %/year" for bone in ("spine", "hip")),
]
TRIALS, SIZE = 60, 12
LOSS = 0.4


@pytest.fixture(scope="module")
def followed():
    """Day of the first fracture, fractures and last day of each patient in each arm, by hand.

    Of each trial the first 12 patients are in the comparator, the other 24 in the other arm.
    """
    plan = planned("any fracture")
    tables = runs.follow(plan.study, engine="batch")
    count, days = plan.study.scenario.cohort.patients, plan.study.scenario.horizon
    lost = draws.column(1, "loss to follow-up", 0, "exponential", 0, count) / LOSS * DAYS_PER_YEAR
    arms = []
    for arm in plan.arms:
        events = tables.events[tables.events["arm"] == arm]
        died = events[events["event"] == "death"].set_index("patient")["day"]
        last = np.minimum(died.reindex(range(count)).fillna(days).to_numpy(), lost)
        broken = events[events["event"] == "fracture"]
        broken = broken[broken["day"] <= lost[broken["patient"]]]
        first = broken.groupby("patient")["day"].min().reindex(range(count)).fillna(math.inf)
        number = broken.groupby("patient").size().reindex(range(count)).fillna(0)
        columns = {"first": first.to_numpy(float), "number": number.to_numpy(float), "last": last}
        arms.append({name: column.reshape(TRIALS, 3 * SIZE) for name, column in columns.items()})
    return arms


def planned(outcome, test=None):
    loss = f"{LOSS} per year"
    return power.prepare(
        BASE, outcome, (SIZE,), TRIALS, settings=OFTEN, test=test, allocation="2:1", loss=loss
    )


def arms_of(followed, name, trial):
    """One column of 24 treated patients, of 12 in the comparator, and of the 24 without effect."""
    comparator, treated = (arm[name][trial] for arm in followed)
    return treated[SIZE:], comparator[:SIZE], comparator[SIZE:]


def row_of(outcome, test=None):
    (row,) = power.run(planned(outcome, test)).to_dict("records")
    assert (row["patients"], row["against_patients"], row["loss_per_year"]) == (24, 12, LOSS)
    return row


def shown(p_values):
    return 100 * np.mean(np.array(p_values) < 0.05)


def test_a_share_is_tested_by_fisher(followed):
    by_hand, alike, apart = [], [], []
    for trial in range(TRIALS):
        a, b, c = (int((number > 0).sum()) for number in arms_of(followed, "number", trial))
        by_hand.append(exact(a, 24, b, 12))
        alike.append(exact(c, 24, b, 12))
        apart.append(100 * (a / 24 - b / 12))
    row = row_of("any fracture")
    assert row["test"] == "fisher"
    assert row["mean_difference"] == pytest.approx(np.mean(apart))
    assert (row["power"], row["size"]) == pytest.approx((shown(by_hand), shown(alike)))
    assert row["power"] > 0


def test_the_time_to_the_first_fracture_is_tested_by_log_rank(followed):
    p: tuple[list[float], ...] = [], []
    for trial in range(TRIALS):
        first, last = (arms_of(followed, name, trial) for name in ("first", "last"))
        samples = [
            stats.CensoredData.right_censored(np.minimum(f, end), f > end)
            for f, end in zip(first, last, strict=True)
        ]
        for arm, p_values in zip((samples[0], samples[2]), p, strict=True):
            p_values.append(stats.logrank(arm, samples[1]).pvalue)
    for outcome in ("any fracture", "all fractures"):
        row = row_of(outcome, "log-rank")
        assert (row["power"], row["size"]) == pytest.approx((shown(p[0]), shown(p[1])))
        assert row["power"] > 0


def test_a_rate_is_tested_with_a_robust_variance(followed):
    p: tuple[list[float], ...] = [], []
    for trial in range(TRIALS):
        number, last = (arms_of(followed, name, trial) for name in ("number", "last"))
        for at, p_values in zip((0, 2), p, strict=True):
            events, days = (np.concatenate([c[at], c[1]]) for c in (number, last))
            residuals = events - days * events.sum() / days.sum()
            error = math.sqrt(24 * 12 / 36 * residuals.var(ddof=1))
            p_values.append(2 * stats.norm.sf(abs(residuals[:24].sum()) / error))
    row = row_of("all fractures")
    assert row["test"] == "robust"
    assert (row["power"], row["size"]) == pytest.approx((shown(p[0]), shown(p[1])))
    assert row["power"] > 0


@pytest.mark.validation
@pytest.mark.parametrize(
    ("outcome", "test"),
    [("all fractures", "robust"), ("all fractures", "log-rank"), ("any fracture", "fisher"),
     ("any fracture", "log-rank"), ("spine change", "welch")],
)  # fmt: skip
def test_every_test_keeps_its_size(outcome, test):
    """At most 5 % of trials without an effect, by a one-sided binomial test at 0.05 / 5."""
    trials, settings = 600, [*OFTEN, "arms.combination=[pamidronate]"]
    plan = power.prepare(BASE, outcome, (20,), trials, settings=settings, test=test,
                         allocation="2:1", loss="20 %/year")  # fmt: skip
    (row,) = power.run(plan).to_dict("records")
    assert row["size"] * trials / 100 <= stats.binom.ppf(1 - 0.05 / 5, trials, 0.05)


def test_fishers_power_is_that_of_two_binomials(followed):
    """Patients are independent, so the power is the sum over all tables that are significant."""
    shares = [np.mean(arm["number"][:, where] > 0) for arm, where in
              zip(followed, (slice(SIZE), slice(SIZE, None)), strict=True)]  # fmt: skip
    expected = sum(
        stats.binom.pmf(a, 24, shares[1]) * stats.binom.pmf(b, 12, shares[0])
        for a in range(25)
        for b in range(13)
        if exact(a, 24, b, 12) < 0.05
    )
    error = math.sqrt(expected * (1 - expected) / TRIALS)
    assert abs(row_of("any fracture")["power"] / 100 - expected) < 4 * error


def test_three_arms_have_patients_of_their_own_in_the_shares_of_the_file():
    settings = [*OFTEN, "arms.none=[]", "comparator=pamidronate"]
    plan = power.prepare(
        BASE, "any fracture", (3, 5), 10, settings=settings, allocation="4:2:6", test="log-rank"
    )
    places = [range(plan.per_trial)[plan.places(arm, 5)] for arm in plan.arms]
    assert plan.arms == ["pamidronate", "combination", "none"]
    assert [*map(len, places)] == [5, 10, 15]
    assert sorted(place for of_arm in places for place in of_arm) == [*range(30)]
    rows = power.run(plan)
    assert rows["arm"].tolist() == ["combination"] * 2 + ["none"] * 2
    assert rows["patients"].tolist() == [6, 10, 9, 15]
    assert rows["against_patients"].tolist() == [3, 5, 3, 5]


def test_a_plan_that_is_kept_is_shown_and_done_again(mastosim, tmp_path):
    words = ["--trials", 4, "--sizes", "4,6", "--allocation", "1:2", "--loss", "5 %/year",
             "--outcome", "all fractures", "--test", "log-rank", "--out", tmp_path]  # fmt: skip
    settings = [word for setting in OFTEN for word in ("--set", setting)]
    done = mastosim("power", BASE, *words, *settings, "-q", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [(row["patients"], row["against_patients"]) for row in rows] == [(4, 8), (6, 12)]
    shown = mastosim("show", "latest", "--out", tmp_path).stdout
    assert "4 and 8" in shown
    assert "Allocation: 1 combination for 2 pamidronate." in shown
    assert "the log-rank test of the time to the first event" in shown
    assert "Loss to follow-up: 0.0513 per patient-year" in shown
    assert mastosim("rerun", "latest", "--out", tmp_path).returncode == 0
    (figure,) = tmp_path.rglob("power.svg")
    assert "patients in the smallest arm" in figure.read_text()
    drawn = pd.read_csv(next(tmp_path.rglob("power.csv")))
    assert drawn["power_high"].gt(drawn["power"]).all()
