"""Trials with random allocation: each one tested by hand, and as often wrong as it may be."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

from sim.cli.main import commands
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.emulation import power

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
NOBODY_DIES = [
    "mortality.standardised_mortality_ratio=0",
    *(f"fractures.sites.{site}.case_fatality=0 %" for site in ("vertebral", "hip")),
]
NEVER = [word for setting in NOBODY_DIES for word in ("--set", setting)]
SHORT = ["horizon=12 months", "visits.dxa=[12 months]", *NOBODY_DIES]
SIZES = (3, 8)
ENDS = ("", "_low", "_high")


@pytest.fixture(scope="module")
def plan():
    return power.prepare(BASE, "spine change", SIZES, 40, settings=SHORT)


@pytest.fixture(scope="module")
def found(plan):
    return power.run(plan)


def changes(plan):
    """Spine change of each patient in each arm, from the tables; the comparator first."""
    rows = runs.follow(plan.study, engine="batch").measurements
    rows = rows[rows["quantity"] == "spine_g_cm2"]
    wide = rows.pivot(index=["arm", "patient"], columns="day", values="value")
    change = 100 * (wide.iloc[:, -1] / wide.iloc[:, 0] - 1)
    return [change[arm].to_numpy().reshape(40, 2, 8) for arm in plan.arms]


def test_every_trial_is_tested_as_by_welch(plan, found):
    """Of each trial the first 8 patients are in one arm and the other 8 in the other one."""
    assert plan.arms == ["pamidronate", "combination"]
    comparator, treated = changes(plan)
    for size in SIZES:
        one, other = treated[:, 1, :size], comparator[:, 0, :size]
        assert not np.isnan(one).any()
        tested = [stats.ttest_ind(a, b, equal_var=False) for a, b in zip(one, other, strict=True)]
        widths = [np.diff(t.confidence_interval(0.95))[0] for t in tested]
        apart = one.mean(axis=1) - other.mean(axis=1)
        (row,) = found[found["patients_per_arm"] == size].to_dict("records")
        assert row["mean_difference"] == pytest.approx(apart.mean())
        assert row["interval_width"] == pytest.approx(np.median(widths))
        assert row["power"] == pytest.approx(100 * np.mean([t.pvalue < 0.05 for t in tested]))
        assert (row["low"], row["high"]) == pytest.approx(np.quantile(apart, (0.025, 0.975)))


@pytest.mark.validation
def test_arms_alike_exclude_nothing_more_often_than_the_test_may():
    """Two arms of the same therapy: a difference in one trial of twenty, but for its error."""
    settings = [*SHORT, "arms.combination=[pamidronate]"]
    trials = 1000
    plan = power.prepare(BASE, "spine change", (20,), trials, settings=settings)
    (row,) = power.run(plan).to_dict("records")
    error = 100 * math.sqrt(0.05 * 0.95 / trials)
    assert abs(row["power"] - 5) < 4 * error
    assert row["low"] < 0 < row["high"]
    assert [row[f"size{end}"] for end in ENDS] == [row[f"power{end}"] for end in ENDS]


def test_the_size_does_not_depend_on_the_treatment(found):
    """It is the power of trials in which all patients have the treatment of the comparator."""
    alike = power.prepare(
        BASE, "spine change", SIZES, 40, settings=[*SHORT, "arms.combination=[pamidronate]"]
    )
    assert found["size"].tolist() == power.run(alike)["power"].tolist()
    assert found["power"].tolist() != found["size"].tolist()


def test_power_and_size_have_the_intervals_of_clopper_and_pearson(found):
    for row in found.to_dict("records"):
        for of in ("power", "size"):
            shown = stats.binomtest(round(row[of] * 40 / 100), 40)
            ends = shown.proportion_ci(0.95, "exact")
            assert (row[f"{of}_low"], row[f"{of}_high"]) == pytest.approx(
                (100 * ends.low, 100 * ends.high)
            )


def test_more_patients_narrow_the_interval(found):
    widths = found.set_index("patients_per_arm")["interval_width"]
    assert widths[8] < widths[3] / 1.3


def test_no_number_depends_on_workers_or_on_the_larger_sizes(
    plan, found, monkeypatch, workers_here
):
    monkeypatch.setattr("sim.experiments.emulation.trials.PIECE", 200)
    pd.testing.assert_frame_equal(power.run(plan, workers=2), found, check_exact=True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--outcome", "spine chang"],
            "'spine chang' is not an outcome of every arm; did you mean",
        ),
        (["--outcome", "off interferon"], "not an outcome of every arm"),
        (["--sizes", "1,5"], "1 patient per arm gives no standard error; allowed: 2 or more"),
        (["--sizes", "ten"], "'ten' is not a list of whole numbers"),
        (["--set", "arms.combination="], "between two arms or more"),
        (["--outcome", "deaths", *NEVER], "'deaths' cannot occur in combination or in pamidronate"),
        (
            ["--set", "visits.dxa=[24 months]", "--set", "horizon=12 months"],
            "'spine annual increase' was measured in none of 64 patients of pamidronate",
        ),
        (["--test", "fisher"], "'fisher' is not a test of 'spine annual increase'; allowed: welch"),
        (
            [
                "--outcome",
                "off interferon",
                "--set",
                "arms.pamidronate=[interferon]",
                "--test",
                "log-rank",
            ],
            "'log-rank' is not a test of 'off interferon'; allowed: fisher (Fisher's exact test), "
            "welch (Welch's t)",
        ),
        (["--test", "chi2"], "'chi2' is not one of 'welch', 'fisher', 'robust', 'log-rank'"),
        (
            ["--allocation", "2:1:1"],
            "'2:1:1' is not an allocation to the 2 arms combination, pamidronate; allowed: a whole "
            "number from 1 to 9999 for each arm in this order, like 2:1",
        ),
        (["--allocation", "2:0"], "'2:0' is not an allocation"),
        (["--allocation", "1.5:1"], "'1.5:1' is not an allocation"),
        (
            ["--allocation", "3:2", "--sizes", "10,15"],
            "an allocation of 3:2 with 15 patients in the smallest arm leaves parts of patients in "
            "another arm; allowed sizes: multiples of 2",
        ),
        (["--loss", "10 %"], "loss to follow-up: '10 %': '%' is not a unit of hazard"),
        (["--loss", "120 %/year"], "'120 %' is not allowed here; allowed: 0 % to 99 %"),
        (["--loss", "-1 per year"], "allowed: 0 per year to 100 per year"),
        (["--loss", "much"], "loss to follow-up: 'much' does not start with a number"),
        (
            ["--loss", "100 per year"],
            "'spine annual increase' was measured in none of 64 patients of pamidronate",
        ),
    ],
)
def test_what_is_no_trial_is_refused(mastosim, words, message):
    done = mastosim("power", BASE, "--trials", 5, *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sizes": ()}, "no number of patients per arm is given"),
        ({"trials": 0}, "0 trials have no power; allowed: 1 trial or more"),
        ({"test": "chi2"}, "'chi2' is not a test of 'spine annual increase'; allowed: welch"),
    ],
)
def test_python_refuses_in_a_sentence_too(asked, message):
    with pytest.raises(RequestError, match=message):
        power.prepare(BASE, **asked)


def test_the_command_prints_writes_and_says_its_reading(tmp_path):
    words = ["power", str(BASE), "--trials", "20", "--sizes", "4", "--csv", str(tmp_path / "p.csv")]
    settings = [word for setting in SHORT for word in ("--set", setting)]
    done = CliRunner().invoke(commands, [*words, *settings, "-q"])
    assert done.exit_code == 0, done.output
    assert "20 trials of each size, allocated at random" in done.output
    assert "Annual increase read as: linear" in done.output
    table = pd.read_csv(tmp_path / "p.csv")
    told = json.loads(CliRunner().invoke(commands, [*words, *settings, "-q", "--json"]).output)
    assert told["rows"][0]["power"] == pytest.approx(table["power"][0])
    assert told["reading"].startswith("linear")


def test_sizes_that_are_given_twice_are_all_simulated(mastosim):
    settings = [word for setting in SHORT for word in ("--set", setting)]
    sizes = ("--sizes", "2,4", "--sizes", "3")
    done = mastosim("power", BASE, "--trials", 2, *sizes, *settings, "-q", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["patients_per_arm"] for row in rows] == [2, 4, 3]
