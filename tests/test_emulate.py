"""The published series done again: each trial counted by hand, and what its scores say."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim.cli.main import commands
from sim.errors import RequestError
from sim.experiments import emulation, runs
from sim.experiments.emulation.scores import coverage, digits_of, scored
from sim.outcomes import facts_of
from sim.scenario import load
from tests.conftest import without_pictures

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
SHIPPED = ("laroche2011", "rossini2014", "heijckmann2001", "heijckmann2009", "hernandez2010")


@pytest.fixture(scope="module")
def emulated():
    return sim.emulate(BASE, trials=60)


def by_name(scores):
    return {(row["fact"], row["statistic"]): row for row in scores.to_dict("records")}


def of(trials, fact):
    return trials[trials["fact"] == fact].set_index("trial")


def test_each_trial_is_ten_patients_grouped_by_tolerance(emulated):
    """From the tables of the same patients: 10 to a trial, none in two."""
    study = emulated.emulation.study
    assert study.scenario.cohort.patients == 600
    tables = runs.follow(study, engine="batch")
    events = tables.events[tables.events["arm"] == "combination"]
    stopped = set(events.loc[events["event"] == "intolerance", "patient"])
    rows = tables.measurements
    rows = rows[(rows["arm"] == "combination") & (rows["quantity"] == "spine_g_cm2")]
    first = rows[rows["day"] == 0].set_index("patient")
    later = rows[rows["day"] > 0].groupby("patient").last()
    yearly = 100 * (later["value"] / first["value"] - 1) / (later["day"] / 365.25)
    for group, inside in (("combination", False), ("pamidronate_alone", True)):
        mine = yearly[[(patient in stopped) == inside for patient in yearly.index]]
        each = mine.groupby(mine.index // 10)
        found = of(emulated.trials, f"{group}_spine")
        known = found.dropna(subset=["value"])
        pd.testing.assert_series_equal(
            known["value"], each.mean(), check_names=False, check_index_type=False
        )
        spread = each.std().dropna()
        np.testing.assert_allclose(known["spread"].dropna(), spread, rtol=1e-9)
        assert found["value"].isna().sum() == 60 - each.ngroups
    ended = events[events["event"].isin(["end", "death"])].set_index("patient")["day"]
    months = 12 * ended / 365.25
    np.testing.assert_allclose(
        of(emulated.trials, "follow_up")["value"], months.groupby(months.index // 10).mean()
    )


def test_trials_stay_what_they_are_with_more_of_them_and_more_workers(
    emulated, monkeypatch, workers_here
):
    monkeypatch.setattr("sim.experiments.emulation.trials.PIECE", 250)
    more = sim.emulate(BASE, trials=75, workers=2).trials
    first = more[more["trial"] < 60].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, emulated.trials, check_exact=True)


def test_trials_without_a_value_are_counted(emulated):
    nobody = sim.emulate(BASE, trials=20, settings={"therapies.interferon.intolerance": None})
    scores = by_name(nobody.scores)
    row = scores["pamidronate_alone_spine", "value"]
    assert (row["trials"], row["empty"], row["single"]) == (0, 20, 0)
    assert math.isnan(row["mean"])
    assert not row["covered"]
    assert scores["pamidronate_alone_patients", "value"]["trials"] == 20
    scores = by_name(emulated.scores)
    members = of(emulated.trials, "pamidronate_alone_patients")["value"]
    for statistic, single in (("value", 0), ("SD", (members == 1).sum())):
        row = scores["pamidronate_alone_spine", statistic]
        assert row["empty"] == (members == 0).sum() > 0
        assert row["single"] == single
        assert row["trials"] + row["empty"] + row["single"] == 60


def test_ten_patients_without_a_fracture_are_as_likely_as_poisson_says():
    """A constant rate, nobody dies: 0 in ten patients of five years is exp(-50 rate)."""
    trials, rate = 1500, 0.02
    settings = [
        f"fractures.base_rate={rate} per year", "fractures.frailty_variance=0",
        "mortality.standardised_mortality_ratio=0",
        "fractures.sites.vertebral.imminent=",
        *(f"fractures.sites.{site}.gradient=1" for site in ("vertebral", "hip", "other")),
        *(f"fractures.sites.{site}.case_fatality=0 %" for site in ("vertebral", "hip", "other")),
    ]  # fmt: skip
    found = of(sim.emulate(load(BASE, settings), trials=trials).trials, "fractures_on_treatment")
    days = round(60 * 365.25 / 12)
    expected = math.exp(-10 * rate * days / 365.25)
    error = math.sqrt(expected * (1 - expected) / trials)
    assert abs((found["value"] == 0).mean() - expected) < 4 * error


def test_a_trial_of_two_arms_has_other_patients_in_each(tmp_path):
    (tmp_path / "laroche2011.yaml").write_text(BASE.read_text())
    (tmp_path / "mine.yaml").write_text(
        "citation: {title: Mine}\n"
        "design: {patients: {combination: 3, pamidronate: 2}, follow_up: 24 months,\n"
        "  visits: {dxa: [24 months]}}\n"
        "groups: {a: {arm: combination}, b: {arm: pamidronate}}\n"
        "facts:\n"
        "  - {fact: one, label: One, value: 52, unit: years,\n"
        "     simulated: {statistic: entry, of: age, group: a}}\n"
        "  - {fact: other, label: Other, value: 52, unit: years,\n"
        "     simulated: {statistic: entry, of: age, group: b}}\n"
        "  - {fact: gain, label: Gain, value: 20, unit: '%',\n"
        "     simulated: {statistic: total_increase, of: spine, group: a}}\n"
    )
    study = tmp_path / "two.yaml"
    study.write_text("extends: laroche2011.yaml\nname: two\nanswers: mine.yaml\n")
    found = sim.emulate(study, trials=4)
    held = found.emulation.study.scenario
    assert held.cohort.patients == 20
    assert round(held.horizon) == round(24 * 365.25 / 12)
    assert found.emulation.design.patients == {"combination": 3, "pamidronate": 2}
    ages = runs.follow(found.emulation.study, engine="batch").patients["age_years"].to_numpy()
    for fact, places in (("one", slice(0, 3)), ("other", slice(3, 5))):
        expected = ages.reshape(4, 5)[:, places].mean(axis=1)
        np.testing.assert_allclose(of(found.trials, fact)["value"], expected)
        assert (of(found.trials, fact)["members"] == places.stop - places.start).all()
    assert of(found.trials, "gain")["value"].notna().all()


def fact(value, spread=None, statistic="annual_increase"):
    held = {"fact": "f", "label": "F", "unit": "%", "value": value,
            "simulated": {"statistic": statistic}}  # fmt: skip
    return held | ({"spread": spread, "spread_is": "sd"} if spread is not None else {})


def trials_of(values, spreads=None, measured=5.0):
    count = len(values)
    return pd.DataFrame({
        "trial": range(count), "fact": "f", "value": values,
        "spread": spreads if spreads is not None else [1.0] * count,
        "members": 5.0, "measured": measured,
    })  # fmt: skip


def test_interval_percentile_and_cover_are_those_of_the_trials():
    values = np.arange(1000) / 10  # 0.0 to 99.9
    (row,) = scored(trials_of(values), [fact(30.0)]).to_dict("records")
    assert (row["low"], row["high"]) == (2.4, 97.4)
    assert row["mean"] == pytest.approx(49.95)
    assert row["covered"]
    # printed without decimals, 29.5 to 30.5 are all 30 (halves to the even number)
    assert row["percentile"] == pytest.approx(100 * (295 + 11 / 2) / 1000)
    (row,) = scored(trials_of(values), [fact(97.6)]).to_dict("records")
    assert not row["covered"]
    (row,) = scored(trials_of(values), [fact(97.0)]).to_dict("records")
    assert row["covered"]


def test_a_published_sd_is_scored_like_a_value():
    spreads = np.r_[np.full(10, math.nan), np.linspace(1, 2, 90)]
    measured = np.r_[np.zeros(4), np.ones(6), np.full(90, 3.0)]
    values = np.r_[np.full(4, math.nan), np.linspace(0, 1, 96)]
    scores = scored(trials_of(values, spreads, measured), [fact(0.5, 3.3)])
    value, sd = scores.to_dict("records")
    assert (value["trials"], value["empty"], value["single"]) == (96, 4, 0)
    assert (sd["trials"], sd["empty"], sd["single"]) == (90, 4, 6)
    assert value["covered"]
    assert not sd["covered"]
    assert sd["percentile"] == 100
    assert coverage(scores) == (1, 2)


def test_what_the_design_fixes_is_no_success():
    scores = scored(trials_of([10.0] * 50), [fact(10, statistic="patients")])
    assert scores["covered"].tolist() == [True]
    assert coverage(scores) == (0, 0)
    wrong = scored(trials_of([10.0] * 50), [fact(9, statistic="patients")])
    assert coverage(wrong) == (0, 1)


@pytest.mark.parametrize(("value", "digits"), [(10, 0), (12.6, 1), (1.93, 2), (-3, 0), (0, 0)])
def test_digits_are_those_printed(value, digits):
    assert digits_of(value) == digits


@pytest.mark.parametrize("name", SHIPPED)
def test_every_series_of_known_size_can_be_done_again(name):
    found = sim.emulate(SCENARIOS / f"{name}.yaml", trials=3)
    facts = {fact["fact"] for fact in facts_of(found.emulation.study)}
    assert set(found.trials["fact"]) == facts
    assert len(found.trials) == 3 * len(facts)
    assert (found.trials["trial"].value_counts() == len(facts)).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answers: ", "names no publication to compare with"),
        ("answers: boonen2012", "does not say how many patients"),
    ],
)
def test_what_cannot_be_emulated_is_refused_with_the_reason(mastosim, text, message, tmp_path):
    (tmp_path / "laroche2011.yaml").write_text(BASE.read_text())
    path = tmp_path / "mine.yaml"
    arms = "" if "boonen" not in text else "arms: {zoledronate: [pamidronate], placebo: []}\n"
    path.write_text(f"extends: laroche2011.yaml\nname: mine\n{text}\n{arms}")
    with pytest.raises(ValueError, match=message):
        emulation.prepare(path, 10)
    done = mastosim("emulate", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_command_prints_scores_and_keeps_everything(tmp_path):
    words = ["emulate", str(BASE), "--trials", "40", "--out", str(tmp_path), "--quiet"]
    with without_pictures("pdf", "png"):
        done = CliRunner().invoke(commands, words)
    assert done.exit_code == 0, done.output
    assert "1 of 1 predicted numbers lie" in done.output.replace("\n", " ")
    assert "40 simulated trials of 10 patients (10 in combination)" in done.output
    (folder,) = (tmp_path / "laroche2011").iterdir()
    assert done.output.splitlines()[-1].endswith(str(folder))
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "trials.parquet",
        "scores.csv",
        "manifest.json",
        "ABOUT.txt",
        "dictionary.csv",
    } | {f"emulation.{kind}" for kind in ("svg", "pdf", "png", "csv")}
    held = json.loads((folder / "manifest.json").read_text())
    assert held["options"] == {
        "trials": 40, "patients_per_trial": {"combination": 10}, "seed": 1,
        "interval": "patients only",
    }  # fmt: skip
    refused = CliRunner().invoke(commands, ["extend", str(folder), "--patients", "999"])
    assert isinstance(refused.exception, RequestError)
    assert "trials cannot be added to an emulation" in str(refused.exception)
    with without_pictures():
        told = json.loads(CliRunner().invoke(commands, [*words, "--json"]).output)
    assert told["trials"] == 40
    assert len(told["scores"]) == len(pd.read_csv(folder / "scores.csv"))


def test_a_study_that_answers_for_longer_is_followed_as_long_as_the_paper():
    held = emulation.prepare(SCENARIOS / "ten-years.yaml", 2)
    assert held.study.scenario.horizon == load(BASE).scenario.horizon
    longer = emulation.prepare(SCENARIOS / "ten-years.yaml", 2, settings=["horizon=72 months"])
    assert round(longer.study.scenario.horizon) == round(72 * 365.25 / 12)
