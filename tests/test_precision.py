"""As many patients as a precision needs, and more patients later: always the run done at once."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim import results
from sim.cli.main import commands
from sim.display.tables import run as printed
from sim.experiments import blocks, precision, runs
from sim.experiments.kinds import run as kept_run
from sim.experiments.precision import Goal
from sim.outcomes import CELL, MARK
from sim.scenario import load
from sim.simulation.simulate import read_arms
from tests.arms import by_label

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
SHORT = ["horizon=12 months"]
DATA = (".csv", ".parquet")


@pytest.fixture(scope="module")
def study():
    return load(BASE, SHORT)


def test_a_precision_is_read_as_it_is_written():
    assert precision.read(
        ["spine.difference:0.1", "deaths:2", "all fractures.pamidronate:0.5"]
    ) == [
        Goal("spine annual increase", "difference", 0.1),
        Goal("deaths", "", 2),
        Goal("all fractures", "pamidronate", 0.5),
    ]


@pytest.mark.parametrize(
    "text", ["spine", "spine:0", "spine:-1", ":1", "spine:wide", "spine:nan", "spine:inf"]
)
def test_another_form_is_refused(text):
    with pytest.raises(ValueError, match="allowed: OUTCOME:HALF-WIDTH"):
        precision.read([text])


def test_patients_are_added_until_the_interval_is_narrow_enough(study):
    goals = precision.read(["spine.difference:0.35", "deaths.combination:1"])
    result, course = precision.until(study, goals)
    count = result.study.scenario.cohort.patients
    assert count % MARK == 0
    assert course["patients"].max() == count
    of_all = result.summary[result.summary["subgroup"] == "all"]
    last_day = by_label(of_all).groupby(["arm", "outcome"]).last()
    ends = last_day[["estimate", "mc_error", "low", "high"]]
    for arm, outcome in (("combination - pamidronate", "spine annual increase"),
                         ("combination", "deaths")):  # fmt: skip
        held = course[(course["outcome"] == outcome) & (by_label(course)["arm"] == arm)]
        last = held.iloc[-1]
        sides = ends.loc[(arm, outcome)]
        longer = max(sides["estimate"] - sides["low"], sides["high"] - sides["estimate"])
        assert last["half_width"] == pytest.approx(longer)
        assert last["half_width"] <= last["goal"]
    before = course[course["patients"] == count - MARK]
    assert len(before) == 2, "it took more than one block"
    assert (before["half_width"] > before["goal"]).any()
    at_once = runs.run(load(BASE, [*SHORT, f"cohort.patients={count}"]), engine="batch",
                       outcomes_only=True)  # fmt: skip
    np.testing.assert_array_equal(result.sums.own, at_once.sums.own)
    pd.testing.assert_frame_equal(result.summary, at_once.summary, check_exact=True)
    assert result.study.digest == at_once.study.digest


def test_without_an_arm_the_widest_interval_counts(study):
    result = runs.run(load(BASE, [*SHORT, "cohort.patients=300"]), engine="batch",
                      outcomes_only=True)  # fmt: skip
    (goal,) = precision.read(["deaths:1"])
    found = precision.reached(goal, result.sums)
    deaths = result.summary[result.summary["outcome"] == "deaths"]
    longer = np.maximum(deaths["estimate"] - deaths["low"], deaths["high"] - deaths["estimate"])
    assert found.half_width == pytest.approx(longer.max())


def test_events_that_were_not_seen_are_not_known(study):
    """No fracture of the hip in a block leaves an upper limit, so the run goes on."""
    goals = precision.read(["hip fractures.combination:0.2"])
    _, course = precision.until(study, goals)
    first = course.iloc[0]
    assert (first["estimate"], len(course) > 1) == (0, True)
    assert first["half_width"] > 0.2


@pytest.mark.parametrize(
    ("settings", "text", "message"),
    [
        ("fractures.base_rate=0 per year", "all fractures:1", "cannot occur"),
        ("therapies.pamidronate.given=100 %", "pamidronate doses missed:1", "cannot occur"),
    ],
)
def test_what_cannot_occur_is_refused(settings, text, message):
    study = load(BASE, [*SHORT, settings])
    with pytest.raises(ValueError, match=message):
        precision.until(study, precision.read([text]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spin.difference:1", "'spin' is not an outcome; did you mean 'spine'"),
        ("spine.placebo:1", "has no 'placebo'"),
        ("off interferon.difference:1", "has no 'difference'"),
    ],
)
def test_a_goal_that_the_scenario_cannot_have_is_refused(study, text, message):
    with pytest.raises(ValueError, match=message):
        precision.until(study, precision.read([text]))


def test_a_run_that_never_gets_there_stops_and_says_so(study, monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "MOST", 2 * MARK)
    words = ["run", str(BASE), "--set", SHORT[0], "--until", "spine.difference:0.0001"]
    done = CliRunner().invoke(
        commands, [*words, "--keep", "outcomes", "--workers", "1", "--out", str(tmp_path), "-q"]
    )
    assert done.exit_code == 0, done.output
    (line,) = (line for line in done.output.splitlines() if "goal ±" in line)
    assert line.startswith("spine annual increase, combination - pamidronate: ")
    assert f"with {2 * MARK} patients; goal ± 0.0001, not reached: no run has more" in line
    (folder,) = (tmp_path / "laroche2011").iterdir()
    course = pd.read_csv(folder / "precision.csv")
    assert course["patients"].tolist() == [MARK, 2 * MARK]
    assert (course["half_width"] > course["goal"]).all()


@pytest.mark.share(2)
@pytest.mark.parametrize("kept", ["tables", "outcomes"])
@pytest.mark.parametrize(
    ("before", "after"), [(MARK + CELL + 9, 2 * MARK + 5), (300, 2 * CELL * 3)]
)
def test_more_patients_later_are_the_run_done_at_once(kept, before, after, tmp_path):
    few, many = (load(BASE, [*SHORT, f"cohort.patients={n}"]) for n in (before, after))
    folder = kept_run.make(few, tmp_path / "few", kept, engine="batch")
    extended = kept_run.extend(results.open(folder), tmp_path / "more", after)
    at_once = kept_run.make(many, tmp_path / "once", kept, engine="batch")
    names = {path.name for path in at_once.iterdir() if path.suffix in DATA}
    assert names == {path.name for path in extended.iterdir() if path.suffix in DATA}
    for name in names:
        assert (extended / name).read_bytes() == (at_once / name).read_bytes(), name
    assert folder.exists()


def test_the_first_patients_are_not_simulated_again(tmp_path, monkeypatch):
    few = load(BASE, [*SHORT, f"cohort.patients={MARK}"])
    folder = kept_run.make(few, tmp_path, "outcomes", engine="batch")
    asked, simulate = [], read_arms

    def watched(study, patients, *how, **columns):
        asked.append(patients)
        return simulate(study, patients, *how, **columns)

    monkeypatch.setattr(blocks, "read_arms", watched)
    kept_run.extend(results.open(folder), tmp_path, MARK + 10)
    assert asked == [range(MARK, MARK + 10)]


def test_the_command_extends_and_refuses_fewer_patients(mastosim, tmp_path):
    study = load(BASE, [*SHORT, "cohort.patients=200"])
    folder = kept_run.make(study, tmp_path, "outcomes", engine="batch")
    words = ["extend", str(folder), "--out", str(tmp_path), "-q"]
    done = CliRunner().invoke(commands, [*words, "--patients", "260"])
    assert done.exit_code == 0, done.output
    manifests = [json.loads(path.read_text()) for path in tmp_path.rglob("manifest.json")]
    assert {m["options"]["patients"] for m in manifests} == {200, 260}
    fewer = mastosim(*words, "--patients", 200)
    assert fewer.returncode == 2
    assert "the result has 200 patients; ask for more than that" in fewer.stderr
    assert mastosim("extend", tmp_path / "no", "--patients", 9).returncode == 2


def test_half_widths_shrink_as_the_root_of_the_patients(study):
    _, course = precision.until(study, precision.read(["spine.combination:0.12"]))
    first, last = course.iloc[0], course.iloc[-1]
    ratio = first["half_width"] / last["half_width"]
    assert ratio == pytest.approx(math.sqrt(last["patients"] / first["patients"]), rel=0.1)


def test_patients_and_time_are_said_after_the_first_block(study):
    told: list[int] = []
    goals = precision.read(["spine.difference:0.35", "deaths.combination:1"])
    result, course = precision.until(study, goals, tell=told.append)
    (expected,) = told
    assert course["patients"].min() < expected
    assert expected == pytest.approx(result.study.scenario.cohort.patients, rel=0.5)
    precision.until(study, precision.read(["spine.combination:100"]), tell=told.append)
    assert len(told) == 1, "one block was enough"


def test_the_command_says_it_and_refuses_what_would_take_too_long(mastosim, tmp_path, monkeypatch):
    words = ["run", BASE, "--set", SHORT[0], "--keep", "outcomes", "--workers", 1]
    until = ["--until", "spine.difference:0.35"]
    done = mastosim(*words, *until, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("About "))
    assert "patients are needed. This takes about " in line
    monkeypatch.setattr("sim.experiments.bounds.MOST_HOURS", 1e-4)
    done = mastosim(*words, *until, "--out", tmp_path / "other", "-q")
    assert done.returncode == 2
    assert "this would take about " in done.stderr
    assert mastosim(*words, *until, "--out", tmp_path / "yes", "-q", "--yes").returncode == 0


@pytest.mark.parametrize(("carriers", "lines"), [(9, 2), (10, 1)])
def test_few_patients_who_carry_an_outcome_are_said_and_are_no_bar(carriers, lines):
    row = {"patients": 1024, "outcome": "deaths", "arm": "combination", "against_arm": "",
           "estimate": 0.5, "half_width": 0.4, "goal": 1.0, "carriers": carriers}  # fmt: skip
    said = printed.precision(pd.DataFrame([row]))
    assert len(said) == lines
    assert "not reached" not in said[0]
    if lines == 2:
        assert said[1].startswith("deaths, combination: 9 patients carry this outcome")


def test_carriers_are_those_of_the_estimate(study):
    _, course = precision.until(study, precision.read(["hip fractures.combination:0.2"]))
    assert course["carriers"].iloc[0] == 0
    assert (course["carriers"].diff().dropna() >= 0).all()
