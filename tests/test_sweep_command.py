"""`mastosim sweep` as a user meets it: each design once, its table, its files, and its advice."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import progress
from sim.experiments.sweeps import advice, load_sweep, work
from sim.experiments.sweeps.noise import Cost
from sim.scenario import Mistake, ScenarioError, load
from sim.scenario.text import paths
from sim.vocabulary import Arms, arms_of, rows_with
from tests.arms import by_label
from tests.conftest import resealed
from tests.tiny_sweeps import BOTH, GIVEN, RATE, SHARES, SPINE, STOPS, TINY, table, wrote

TWO = {SPINE: "{name: gain of pamidronate}", STOPS: "{name: stops}"}
THREE = {**TWO, RATE: "{low: 30 per 100 person-years, high: 90 per 100 person-years}"}
DRAWS = "design: {probabilistic: {draws: 6}}\n" + table(THREE)
DIGITS = 2e-5
"""Six of them are written into CSV files."""

ARMS = ("combination", "pamidronate", "combination - pamidronate")


@pytest.fixture(autouse=True, scope="module")
def _without_figures_and_time():
    """No figures, which other tests draw; no progress, however long code takes to compile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.display.figures.draw", lambda *_, **__: [])
        patch.setattr(progress, "SECONDS_BETWEEN_LINES", math.inf)
        yield


def ask(mastosim, path, *words, code=0):
    """The command about a sweep on one core."""
    done = mastosim("sweep", path, "--out", path.parent / "out", "--workers", 1, *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def folder_in(told):
    """The folder that the last line names."""
    return Path(told.stdout.splitlines()[-1].removeprefix("Tables and figures: "))


def told_as_json(text):
    """A JSON object as any reader takes it: NaN is none."""

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def same_as_alone(frame, scenario, document, patients):
    """Asserts that the rows of one point are those of a run of a scenario with other values."""
    settings = [
        f"{path}={text}" for path in (SPINE, STOPS, RATE, BOTH, GIVEN, "accrual")
        if (text := paths.value_at(document, paths.parts_of(path))) is not None
    ]  # fmt: skip
    alone = sim.run(load(scenario, settings, patients)).summary
    keys = [*Arms._fields, "outcome", "time"]
    both = frame.merge(alone[alone["subgroup"] == "all"], on=keys, suffixes=("", "_alone"))
    assert len(both) == len(frame) > 50
    assert both["estimate"].to_numpy() == pytest.approx(
        both["estimate_alone"].to_numpy(), rel=1e-12, abs=1e-12, nan_ok=True
    )
    assert (both["unit"] == both["unit_alone"]).all()


# --- each design ------------------------------------------------------------------------------

# design and parameters; words of the table; points of the design's own; files besides
DESIGNS = {
    "one_at_a_time": (
        "design: one_at_a_time\n" + table(TWO),
        ["combination - pamidronate, tiny (%/year)", "at low", "at high", "change",
         "gain of pamidronate", "stops"], 0, []),
    "grid": (
        "design: grid\n" + table({
            "accrual": "{values: [linear, compound]}",
            GIVEN: "{name: given, values: [50 %, 100 %]}",
        }), ["given 50", "given 100", "accrual linear", "accrual compound"], 4, []),
    "probabilistic": (
        "design: {probabilistic: {draws: 4}}\n" + table(TWO),
        ["over the draws", "base", "mean", "SD of parameters", "95 % of draws"], 4, []),
    "latin_hypercube": (
        "design: {latin_hypercube: {draws: 3}}\n" + table(TWO), ["over the draws"], 3, []),
    "sobol": ("design: {sobol: {draws: 2}}\n" + table(TWO), ["over the draws"], 2, []),
    "indices": (
        "design: {indices: {draws: 2}}\n" + table(TWO),
        ["order", "index", "first", "total", "stops"], 2 * 4, ["indices.csv"]),
    "morris": (
        "design: {morris: {trajectories: 2}}\n" + table(TWO),
        ["mean |effect|", "SD of effects", "stops"], 2 * 3, ["screening.csv"]),
}  # fmt: skip


@pytest.mark.share(3)
@pytest.mark.parametrize("name", DESIGNS)
def test_each_design_prints_its_table_and_keeps_its_files(mastosim, tmp_path, name):
    text, words, own, files = DESIGNS[name]
    path = wrote(tmp_path, text)
    told = ask(mastosim, path)
    assert told.stderr == ""
    for word in words:
        assert word in told.stdout, word
    assert "Every point holds the same patients and random numbers" in told.stdout
    assert "Annual increase read as: tiny: linear, a constant share of the entry" in told.stdout
    folder = folder_in(told)
    assert folder.parent == tmp_path / "out" / "sweeps" / "case"
    held = {file.name for file in folder.iterdir() if file.is_file()}
    assert {"outcomes.csv", "outcomes.parquet", "parameters.csv", "alone.csv", "summary.csv",
            "noise.csv", "manifest.json", *files} <= held  # fmt: skip
    assert {"indices.csv", "screening.csv"} & held == {*files}
    again = ask(mastosim, path, "--json")
    found = told_as_json(again.stdout)
    assert (found["sweep"], found["design"], found["patients"]) == ("case", name, 20)
    assert found["draws"] == own
    assert found["folder"] == str(folder)
    assert found["readings"].keys() == {"tiny"}
    for table_, missing in (("indices", name != "indices"), ("screening", name != "morris")):
        assert (found[table_] is None) == missing
    summary = pd.read_csv(folder / "summary.csv")
    for row, kept in zip(found["summary"], summary.to_dict("records"), strict=True):
        assert Arms(row["arm"], row["against_arm"]).label() in ARMS
        assert row["base"] == pytest.approx(kept["base"], rel=DIGITS)
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    around = 1 + 2 * len(pd.read_csv(folder / "parameters.csv"))
    assert {*outcomes["point"]} == {*range(around + own)}


@pytest.fixture(scope="module")
def drawn(mastosim, tmp_path_factory):
    """Six draws, crossed with two readings of the annual increase."""
    folder = tmp_path_factory.mktemp("drawn")
    others = {"other.yaml": "extends: tiny.yaml\nname: other\naccrual: compound\n"}
    path = wrote(folder, DRAWS, others, scenario=None, scenarios="[tiny.yaml, other.yaml]")
    return folder, ask(mastosim, path)


# --- the tidy table ---------------------------------------------------------------------------


def test_the_tidy_table_has_a_row_for_each_point_arm_outcome_and_time(drawn):
    folder = folder_in(drawn[1])
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    assert [*outcomes.columns] == [
        "scenario", "point", "role", "of", SPINE, STOPS, RATE, *Arms._fields, "outcome", "unit",
        "time", "estimate", "mc_error", "low", "high",
    ]  # fmt: skip
    keys = ["scenario", "point", "arm", "outcome", "time"]
    assert not by_label(outcomes).duplicated(keys).any()
    points = outcomes.groupby(["scenario", "point"]).size()
    assert len(points) == 2 * (1 + 2 * 3 + 6)
    assert points.nunique() == 1
    assert {arms.label() for arms in arms_of(outcomes)} == {*ARMS}
    csv = pd.read_csv(folder / "outcomes.csv", keep_default_na=False, na_values=[""])
    assert [*csv.columns] == [*outcomes.columns]
    assert (csv["role"] == outcomes["role"]).all()
    for column in (SPINE, STOPS, RATE, "time", "estimate", "mc_error", "low", "high"):
        assert csv[column].to_numpy() == pytest.approx(
            outcomes[column].to_numpy(), rel=DIGITS, abs=1e-9, nan_ok=True
        )
    outcomes = by_label(outcomes)
    apart = outcomes[outcomes["arm"] == ARMS[2]].set_index(keys)["estimate"]
    for arm, sign in ((ARMS[0], 1), (ARMS[1], -1)):
        one = outcomes[outcomes["arm"] == arm].assign(arm=ARMS[2]).set_index(keys)["estimate"]
        apart = apart - sign * one.reindex(apart.index)
    assert apart.dropna().abs().max() < 1e-9


def test_parameters_stand_beside_the_outcomes_as_they_were(drawn):
    outcomes = pd.read_parquet(folder_in(drawn[1]) / "outcomes.parquet")
    one = outcomes[(outcomes["scenario"] == "tiny") & (outcomes["outcome"] == "deaths")]
    one = rows_with(one, [Arms(ARMS[0])]).set_index("point")
    assert [*one["role"]] == ["base", *["low", "high"] * 3, *["draw"] * 6]
    assert [*one["of"]] == ["", SPINE, SPINE, STOPS, STOPS, RATE, RATE, *[""] * 6]
    assert (one.loc[0, SPINE], one.loc[0, STOPS], one.loc[0, RATE]) == (2.4, 20, 60)
    assert (one.loc[5, RATE], one.loc[6, RATE]) == (30, 90)
    assert (one.loc[5:6, [SPINE, STOPS]] == [2.4, 20]).all(axis=None)
    assert one.loc[7:, [SPINE, STOPS, RATE]].nunique().tolist() == [6, 6, 6]
    other = outcomes[(outcomes["scenario"] == "other") & (outcomes["outcome"] == "deaths")]
    other = rows_with(other, [Arms(ARMS[0])]).set_index("point")
    assert (other[[SPINE, STOPS, RATE]] == one[[SPINE, STOPS, RATE]]).all(axis=None)


@pytest.mark.parametrize(("scenario", "point"), [("tiny", 0), ("tiny", 3), ("other", 9)])
def test_a_point_is_a_run_of_the_scenario_with_its_values(drawn, scenario, point):
    """The same patients and the same random numbers, whatever else the sweep holds."""
    from sim.experiments.sweeps import load_sweep

    folder, told = drawn
    varied = load_sweep(folder / "case.yaml").varied[["tiny", "other"].index(scenario)]
    outcomes = pd.read_parquet(folder_in(told) / "outcomes.parquet")
    rows = outcomes[(outcomes["scenario"] == scenario) & (outcomes["point"] == point)]
    document = varied.document(varied.points[point])
    same_as_alone(rows, folder / f"{scenario}.yaml", document, 20)


def test_a_grid_over_a_choice_in_words_holds_runs_under_each(mastosim, tmp_path):
    told = ask(mastosim, wrote(tmp_path, DESIGNS["grid"][0]))
    outcomes = pd.read_parquet(folder_in(told) / "outcomes.parquet")
    grid = outcomes[outcomes["role"] == "grid"]
    assert set(grid["accrual"]) == {"linear", "compound"}
    assert set(grid[GIVEN]) == {50.0, 100.0}
    rows = grid[(grid["accrual"] == "compound") & (grid[GIVEN] == 50)]
    document = {"accrual": "compound", "therapies": {"pamidronate": {"given": "50 %"}}}
    same_as_alone(rows, tmp_path / "tiny.yaml", document, 20)
    assert rows["estimate"].sum() != grid[grid["accrual"] == "linear"]["estimate"].sum()


def test_a_value_is_given_to_other_paths_too(mastosim, tmp_path):
    both = {SPINE: f"{{low: 1 %/year, high: 3 %/year, also: [{BOTH}]}}"}
    told = ask(mastosim, wrote(tmp_path, f"design: one_at_a_time\n{table(both)}"))
    outcomes = pd.read_parquet(folder_in(told) / "outcomes.parquet")
    document = {"effects": {
        "interferon + pamidronate": {"spine": {"mean": "3.0 %/year"}},
        "pamidronate": {"spine": {"mean": "3.0 %/year"}},
    }}  # fmt: skip
    same_as_alone(outcomes[outcomes["point"] == 2], tmp_path / "tiny.yaml", document, 20)


def test_points_that_have_other_outcomes_stand_in_no_table(mastosim, tmp_path):
    """An arm that loses its therapy has no line of how many stopped it."""
    arms = table({"arms.combination": "{values: [[pamidronate], [interferon, pamidronate]]}"})
    told = ask(mastosim, wrote(tmp_path, f"design: grid\n{arms}"), code=3)
    assert "arms.combination: point 1 has other outcomes than the base case" in told.stderr
    assert not [*(tmp_path / "out").rglob("manifest.json")]


def test_scenarios_that_end_at_different_times_are_both_printed(mastosim, tmp_path):
    others = {"longer.yaml": "extends: tiny.yaml\nname: longer\nhorizon: 12 months\n"}
    text = f"design: {{probabilistic: {{draws: 2}}}}\n{table({SPINE: ''})}"
    path = wrote(tmp_path, text, others, scenario=None, scenarios="[tiny.yaml, longer.yaml]")
    told = ask(mastosim, path)
    for scenario, months in (("tiny", 6), ("longer", 12)):
        for arm in ARMS:
            assert f" spine annual increase, {arm}, {scenario} " in told.stdout
        outcomes = pd.read_parquet(folder_in(told) / "outcomes.parquet")
        rows = outcomes[outcomes["scenario"] == scenario]
        assert set(rows[rows["outcome"] == "deaths"]["time"]) == {months}


# --- tables -----------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_tidy_one(drawn):
    folder = folder_in(drawn[1])
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    alone, summary = (pd.read_csv(folder / f"{name}.csv") for name in ("alone", "summary"))
    keys = {"scenario": "other", "arm": ARMS[2], "outcome": "spine annual increase"}

    def of(frame):
        frame = by_label(frame)
        for key, value in keys.items():
            frame = frame[frame[key] == value]
        return frame

    values = of(outcomes).set_index("point")["estimate"]
    (row,) = of(alone)[of(alone)["parameter"] == STOPS].to_dict("records")
    assert (row["base"], row["at_low"], row["at_high"]) == pytest.approx(
        tuple(values[[0, 3, 4]]), rel=DIGITS
    )
    assert row["change_high"] == pytest.approx(values[4] - values[0], rel=DIGITS)
    assert 0 <= row["error_high"] < of(outcomes).set_index("point").loc[4, "mc_error"]
    (row,) = of(summary).to_dict("records")
    draws = values[7:]
    assert (row["draws"], row["mean"], row["sd"]) == pytest.approx(
        (6, draws.mean(), draws.std()), rel=DIGITS
    )
    assert row["median"] == pytest.approx(draws.median(), rel=DIGITS)
    assert (row["q2.5"], row["q97.5"]) == pytest.approx(
        tuple(np.quantile(draws, [0.025, 0.975])), rel=DIGITS
    )
    assert row["above_0"] == 100 * (draws > 0).mean()
    assert row["mean_error"] > row["sd_parameters"] / np.sqrt(6)
    (split,) = of(pd.read_csv(folder / "noise.csv")).to_dict("records")
    variances = [split[f"variance_{part}"] for part in ("parameters", "patients", "together")]
    assert row["mean_error"] ** 2 == pytest.approx(
        variances[0] / 6 + variances[1] / 20 + variances[2] / 120, rel=DIGITS
    )
    assert row["error_of_patients"] ** 2 == pytest.approx(
        (variances[1] + variances[2]) / 20, rel=DIGITS
    )
    parameters = pd.read_csv(folder / "parameters.csv").set_index(["scenario", "parameter"])
    kept = parameters.loc[("tiny", STOPS)].to_dict()
    assert (kept["name"], kept["unit"], kept["base"]) == ("stops", "%", 20)
    assert kept["distribution"] == "beta, 2 of 10"
    assert not kept["assumption"]


def test_what_is_not_known_is_null_in_json(mastosim, tmp_path):
    """Ten patients are one group, which has no error."""
    path = wrote(
        tmp_path, "design: {probabilistic: {draws: 1}}\n" + table({SPINE: ""}), patients=10
    )
    found = told_as_json(ask(mastosim, path, "--json").stdout)
    row = found["summary"][0]
    assert row["base_error"] is None
    assert row["sd"] is None
    assert row["sd_parameters"] is None
    assert row["mean"] is not None


# --- what is said besides ---------------------------------------------------------------------


@pytest.fixture
def talkative(monkeypatch):
    """Every piece of work is told of, and every forecast."""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr(progress, "SECONDS_BEFORE_A_LINE", 0.0)
    module = __import__("sim.cli.sweep", fromlist=["WORTH_SAYING"])
    monkeypatch.setattr(module, "WORTH_SAYING", 0.0)


def test_progress_and_forecast_are_told_on_the_error_channel_alone(mastosim, tmp_path, talkative):
    path = wrote(tmp_path, "design: one_at_a_time\n" + table(THREE))
    told = ask(mastosim, path)
    assert "The remaining points take about " in told.stderr
    # seven points of two arms of twenty, less an arm that has no interferon, at two of them
    assert "of 240 patient courses, about " in told.stderr
    assert "7 of 7 points combined" in told.stderr
    assert "about" not in told.stdout
    again = ask(mastosim, path, "--quiet")
    assert again.stderr == ""
    assert again.stdout == told.stdout
    fresh = wrote(tmp_path, "design: one_at_a_time\n" + table(THREE), name="fresh")
    assert ask(mastosim, fresh, "-q").stderr == ""


@pytest.mark.parametrize("limit", [1e-6, math.nan])
def test_more_than_the_limit_is_refused_and_what_is_done_is_kept(mastosim, tmp_path, limit):
    path = wrote(tmp_path, "design: {probabilistic: {draws: 60}}\n" + table({SPINE: ""}))
    told = ask(mastosim, path, "--limit", limit, code=2)
    assert told.stdout == ""
    said = " ".join(told.stderr.split())
    assert "the remaining points would take about" in said
    assert f"allowed are {limit} hours (--limit, in Python most_hours): ask for fewer" in said
    assert "--shard" in said
    assert said.endswith("Finished blocks are kept")
    assert len([*(tmp_path / "out").rglob("*_0_20.parquet")]) >= 4
    assert not [*(tmp_path / "out").rglob("manifest.json")]


def test_tiny_work_is_within_any_limit(mastosim, tmp_path):
    path = wrote(tmp_path, "design: one_at_a_time\n" + table({SPINE: ""}))
    assert folder_in(ask(mastosim, path, "--limit", 1e-9)).is_dir()


def test_a_share_is_done_and_the_command_without_it_puts_all_together(mastosim, tmp_path):
    path = wrote(tmp_path, "design: one_at_a_time\n" + table({SPINE: ""}))
    for number in (1, 2):
        told = ask(mastosim, path, "--shard", f"{number}/2")
        assert told.stdout.startswith(f"Share {number} of 2 is done")
    assert not [*(tmp_path / "out").rglob("manifest.json")]
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*_0_20.parquet")}
    assert folder_in(ask(mastosim, path)).is_dir()
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*_0_20.parquet")} == before


def test_numbers_of_the_command_stand_before_those_of_the_file(mastosim, tmp_path):
    words = ["--draws", 3, "--patients", 12, "--seed", 8]
    manifest = manifest_of(ask(mastosim, wrote(tmp_path, DRAWS), *words))
    held = manifest["details"]["sweep"]
    assert (held["draws"], held["patients"], held["seed"]) == (3, 12, 8)
    outcomes = sim.sweep(
        tmp_path / "case.yaml", patients=12, draws=3, seed=8, out=tmp_path / "out"
    ).outcomes
    assert outcomes["point"].max() == 9
    document = manifest["studies"][0]["document"]
    assert (document["seed"], document["cohort"]["patients"]) == ("8", "12")


def manifest_of(told):
    return json.loads((folder_in(told) / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_says_everything(drawn):
    told = drawn[1]
    held = manifest_of(told)
    assert held["mastosim"] == sim.__version__
    assert held["options"]["engine"] == "batch"
    assert held["command"].startswith("mastosim sweep ")
    assert held["seconds"] >= 0
    assert folder_in(told).name.startswith(held["digest"][:8])
    assert (held["details"]["in_vain"], held["details"]["failed"]) == ([], [])
    assert held["details"]["sweep"] | {"readings": 0} == {
        "name": "case", "title": "A title", "question": "A question?", "design": "probabilistic",
        "outcomes": ["spine annual increase", "all fractures"],
        "arms": ["combination", "pamidronate"], "comparator": "pamidronate", "patients": 20,
        "draws": 6, "seed": 1, "patients_by_draw": "same", "readings": 0,
    }  # fmt: skip
    assert held["details"]["sweep"]["readings"]["other"].startswith("compound")
    assert held["options"]["specification"]["parameters"][STOPS] == {"name": "stops"}
    assert [study["name"] for study in held["studies"]] == ["tiny", "other"]
    one = held["studies"][1]
    assert one["document"]["accrual"] == "compound"
    assert one["uncertainty"][STOPS] == {"beta": {"events": "2.0", "of": "10.0"}}
    assert held["model"]
    assert held["written"]


# --- parameters in vain -----------------------------------------------------------------------

IDLE = table({
    STOPS: "", BOTH: "", "beyond_evidence.rate": "{low: 0 %/year, high: 2 %/year}", SPINE: "",
})  # fmt: skip
WHY = {
    STOPS: "never read",
    BOTH: "never read",
    "beyond_evidence.rate": "read, but changes no outcome",
}


def test_parameters_that_do_nothing_are_named_everywhere_and_others_are_not(mastosim, tmp_path):
    """No arm has interferon, and nobody is followed beyond the evidence of sixty months."""
    alone = {"tiny.yaml": TINY + "arms: {combination: }\n"}
    for design in ("one_at_a_time", "{probabilistic: {draws: 2}}"):
        path = wrote(tmp_path, f"design: {design}\n{IDLE}", alone)
        told = ask(mastosim, path)
        lines = [line for line in told.stdout.splitlines() if line.startswith("No effect")]
        assert lines == [
            f"No effect on any outcome (tiny): {parameter}: {why} in 20 patients"
            for parameter, why in WHY.items()
        ]
        named = [["tiny", *pair] for pair in WHY.items()]
        assert manifest_of(told)["details"]["in_vain"] == named
    assert told_as_json(ask(mastosim, path, "--json").stdout)["in_vain"] == named


def test_in_an_arm_that_has_the_therapy_they_matter(mastosim, tmp_path):
    told = ask(mastosim, wrote(tmp_path, f"design: one_at_a_time\n{IDLE}"))
    assert manifest_of(told)["details"]["in_vain"] == [["tiny", *[*WHY.items()][2]]]


def test_a_grid_of_the_base_alone_is_not_in_vain(mastosim, tmp_path):
    told = ask(mastosim, wrote(tmp_path, f"design: grid\n{table({STOPS: '{values: [20 %]}'})}"))
    assert manifest_of(told)["details"]["in_vain"] == []


# --- points that cannot be simulated ----------------------------------------------------------


def test_indices_that_a_failed_point_leaves_out_are_missed(mastosim, tmp_path, monkeypatch):
    simulated = work.simulated

    def but_for_high_rates(document, *others):
        if float(paths.value_at(document, paths.parts_of(RATE)).split()[0]) > 80:
            raise ScenarioError([Mistake("fractures", "too many")])
        return simulated(document, *others)

    monkeypatch.setattr(work, "simulated", but_for_high_rates)
    text = f"design: {{indices: {{draws: 2}}}}\n{table({SPINE: '', RATE: THREE[RATE]})}"
    told = ask(mastosim, wrote(tmp_path, text), code=4)
    failed = len(manifest_of(told)["details"]["failed"])
    assert (
        f"No indices of variance: they need every point, and {failed} points failed" in told.stdout
    )


@pytest.mark.parametrize(
    ("design", "words"), [("probabilistic: {draws: 4}", ["--pilot"]), ("one_at_a_time: {}", [])]
)
def test_where_nothing_can_be_simulated_that_is_what_is_told(
    mastosim, tmp_path, monkeypatch, cheap, design, words
):
    def never(*_):
        raise ScenarioError([Mistake("fractures", "too many")])

    monkeypatch.setattr(work, "simulated", never)
    path = wrote(tmp_path, f"design: {{{design}}}\n{table({RATE: ''})}")
    told = ask(mastosim, path, *words, code=2)
    said = " ".join(told.stderr.split())
    assert "no point of the design could be simulated in 'tiny': fractures: too many" in said


def test_draws_may_be_given_to_a_design_of_one_word(mastosim, tmp_path):
    path = wrote(tmp_path, f"design: probabilistic\n{table({RATE: ''})}")
    assert manifest_of(ask(mastosim, path, "--draws", 3))["details"]["sweep"]["draws"] == 3


@pytest.mark.parametrize(
    "design", ["probabilistic: {draws: 4}", "indices: {draws: 2}", "morris: {trajectories: 2}"]
)
def test_a_point_that_cannot_be_simulated_is_told_and_the_others_are_kept(
    mastosim, tmp_path, monkeypatch, design
):
    """As where a patient has more fractures than anybody: no draw's numbers tell it before."""
    simulated = work.simulated

    def sometimes(document, *others):
        if float(paths.value_at(document, paths.parts_of(RATE)).split()[0]) > 80:
            raise ScenarioError([Mistake("fractures", "too many")])
        return simulated(document, *others)

    monkeypatch.setattr(work, "simulated", sometimes)
    varied = table({SPINE: "", RATE: THREE[RATE]})
    told = ask(mastosim, wrote(tmp_path, f"design: {{{design}}}\n{varied}"), code=4)
    lines = told.stderr.splitlines()
    assert "point 4 of tiny could not be simulated: fractures: too many" in lines
    held = manifest_of(told)
    assert [row[:2] for row in held["details"]["failed"]] == [
        ["tiny", int(line.split()[1])] for line in lines if line.startswith("point ")
    ]
    outcomes = pd.read_parquet(folder_in(told) / "outcomes.parquet")
    assert outcomes[RATE].max() <= 80
    assert {*outcomes["point"]} & {row[1] for row in held["details"]["failed"]} == set()


def test_a_design_of_which_nothing_can_be_simulated_is_refused(mastosim, tmp_path, monkeypatch):
    simulated = work.simulated

    def the_base_alone(document, *others):
        if paths.value_at(document, paths.parts_of(RATE)) != base:
            raise ScenarioError([Mistake("fractures", "too many")])
        return simulated(document, *others)

    path = wrote(tmp_path, f"design: {{probabilistic: {{draws: 2}}}}\n{table({RATE: THREE[RATE]})}")
    base = paths.value_at(load_sweep(path).varied[0].study.document, paths.parts_of(RATE))
    monkeypatch.setattr(work, "simulated", the_base_alone)
    told = ask(mastosim, path, code=2)
    said = " ".join(told.stderr.split())
    assert "no point of the design could be simulated in 'tiny': fractures: too many" in said
    assert not [*(tmp_path / "out").rglob("manifest.json")]


# --- the same, another one, or checked ---------------------------------------------------------


def test_a_scenario_that_is_less_certain_is_another_sweep(mastosim, tmp_path):
    """The uncertainty beside a number decides every draw, though no patient feels it."""
    path = wrote(tmp_path, f"design: {{probabilistic: {{draws: 2}}}}\n{table({RATE: ''})}")
    one = folder_in(ask(mastosim, path))
    scenario = tmp_path / "tiny.yaml"
    scenario.write_text(scenario.read_text().replace("{se: 6 per", "{se: 9 per"))
    assert folder_in(ask(mastosim, path)) != one
    scenario.write_text(scenario.read_text().replace("{se: 9 per", "{se: 6 per"))
    assert folder_in(ask(mastosim, path)) == one


@pytest.mark.parametrize("stands_there", [True, False])
def test_a_rerun_simulates_every_block_again(mastosim, tmp_path, drawn, monkeypatch, stands_there):
    """Those that are there are what is to be checked."""
    folder, told = drawn
    simulated, points = work.simulated, []

    def counted(document, *others):
        points.append(document)
        return simulated(document, *others)

    monkeypatch.setattr(work, "simulated", counted)
    out = folder / "out" if stands_there else tmp_path / "out"
    done = mastosim("rerun", folder_in(told), "--out", out, "-q")
    assert done.returncode == 0, done.stderr
    assert "Identical data files: " in done.stdout
    assert len(points) == 2 * (1 + 2 * 3 + 6)
    (there,) = out.glob("sweeps/case/*/manifest.json")
    assert there.parent.name == folder_in(told).name
    assert done.stdout.splitlines()[-1].endswith(str(there.parent))
    assert [*out.glob("sweeps/case/blocks")] == ([out / "sweeps/case/blocks"] * stands_there)
    assert not [*out.glob("again-*")]


def test_a_rerun_of_a_sweep_that_other_sources_made_says_so(mastosim, tmp_path, drawn):
    kept = Path(shutil.copytree(folder_in(drawn[1]), tmp_path / "kept"))
    resealed(kept, model="other")
    done = mastosim("rerun", kept, "--out", tmp_path / "out", "-q")
    assert "The result was made by other sources (model other, not " in done.stdout
    assert "The manifest was changed" not in done.stdout


def test_a_rerun_that_is_too_much_is_refused_in_its_own_words(
    mastosim, tmp_path, drawn, monkeypatch
):
    monkeypatch.setattr("sim.experiments.sweeps.running.SHARE_OF_MEMORY", 0)
    done = mastosim("rerun", folder_in(drawn[1]), "--out", tmp_path / "out", "-q")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "`mastosim sweep` on its file repeats it in parts" in said
    assert "--workers" not in said
    assert not (tmp_path / "out").exists()


def test_a_manifest_tells_with_what_it_was_made(drawn):
    held = manifest_of(drawn[1])
    assert {"python", "machine", "libraries"} <= held.keys()
    assert held["model"]
    assert "numpy" in held["libraries"]


@pytest.mark.parametrize(("words", "said"), [
    (["--auto", "--shard", "1/2"], "--auto and --shard"),
    (["--pilot", "--draws", 5], "--pilot and --draws"),
    (["--auto", "--patients", 50], "--auto and --patients"),
    (["--cluster", "tcp://127.0.0.1:1"], "--cluster and --workers"),
])  # fmt: skip
def test_options_of_which_one_would_be_ignored_are_refused(mastosim, tmp_path, words, said):
    told = ask(mastosim, wrote(tmp_path, DRAWS), *words, code=2)
    assert f"{said} do not go together" in " ".join(told.stderr.split())
    assert not (tmp_path / "out").exists()


def test_a_share_is_told_as_json_too(mastosim, tmp_path):
    told = ask(mastosim, wrote(tmp_path, DRAWS), "--shard", "2/5", "--json")
    assert told_as_json(told.stdout) == {"shard": "2-of-5", "failed": []}


# --- advice -----------------------------------------------------------------------------------

WANTED = "target: {outcome: spine annual increase, standard_error: 0.8}"


@pytest.fixture
def cheap(monkeypatch):
    """A smaller pilot, and a cost that does not depend on the machine."""
    monkeypatch.setattr(advice, "DRAWS", 8)
    monkeypatch.setattr(advice, "PATIENTS", 40)
    monkeypatch.setattr(advice, "cost_of", lambda *_: Cost(0.04, 0.0002))


def test_a_pilot_says_what_it_recommends_and_does_no_more(mastosim, tmp_path, cheap):
    path = wrote(tmp_path, f"design: {{probabilistic: {{draws: 500}}}}\n{table(TWO)}\n{WANTED}")
    told = ask(mastosim, path, "--pilot")
    head, spread, noise, last = told.stdout.splitlines()
    assert head == "Pilot, spine annual increase, combination - pamidronate (%/year):"
    found = told_as_json(ask(mastosim, path, "--pilot", "--json").stdout)
    split, recommended = found["split"], found["advice"]
    assert spread.endswith(f"Carlo noise: {split['parameters'] ** 0.5:.3g}")
    assert f"{split['patients'] ** 0.5:.3g} common to all draws" in noise
    assert f"  {recommended['draws']} draws of {recommended['patients']} patients give" in last
    assert (found["target"], found["cost"]["a_point"]) == (0.8, 0.04)
    assert recommended["error"] <= 0.8
    again = sum(
        split[part] / n for part, n in (
            ("parameters", recommended["draws"]), ("patients", recommended["patients"]),
            ("together", recommended["draws"] * recommended["patients"]),
        )
    )  # fmt: skip
    assert recommended["error"] ** 2 == pytest.approx(again)
    assert not [*(tmp_path / "out").rglob("manifest.json")]
    assert len([*(tmp_path / "out").rglob("*_0_40.parquet")]) > 8


@pytest.mark.parametrize("design", ["probabilistic", "sobol"])
def test_auto_goes_on_with_what_was_recommended(mastosim, tmp_path, cheap, design):
    path = wrote(tmp_path, f"design: {{{design}: {{draws: 4}}}}\n{table(TWO)}\n{WANTED}")
    told = ask(mastosim, path, "--auto")
    assert told.stderr.startswith("Pilot, spine annual increase, combination - pamidronate")
    held = manifest_of(told)["details"]
    recommended = held["pilot"]["advice"]
    assert f"{recommended['draws']} draws of {recommended['patients']} patients" in told.stderr
    assert (held["sweep"]["draws"], held["sweep"]["patients"]) == (
        recommended["draws"], recommended["patients"],
    )  # fmt: skip
    assert held["pilot"]["target"] == 0.8
    if design == "sobol":
        assert recommended["draws"] in {2**n for n in range(20)}
    summary = pd.read_csv(folder_in(told) / "summary.csv")
    row = summary[summary["against_arm"].notna() & (summary["outcome"] == "spine annual increase")]
    assert row["draws"].iloc[0] == recommended["draws"]


def test_a_target_that_no_patients_give_is_refused(mastosim, tmp_path, cheap):
    wanted = "target: {outcome: spine annual increase, standard_error: 0.0001}"
    told = ask(mastosim, wrote(tmp_path, f"{DRAWS}\n{wanted}"), "--pilot", code=2)
    assert "a standard error of 0.0001 takes more than 1000000 patients; allowed: above 0.0" in (
        " ".join(told.stderr.split())
    )


def test_a_pilot_wants_an_outcome_that_has_a_difference(mastosim, tmp_path, cheap):
    text = f"design: {{probabilistic: {{draws: 4}}}}\n{table({STOPS: ''})}"
    path = wrote(tmp_path, f"{text}\noutcomes: [off interferon]")
    told = ask(mastosim, path, "--pilot", code=2)
    assert "'off interferon' is not an outcome of both arms" in " ".join(told.stderr.split())


@pytest.mark.parametrize("word", ["--pilot", "--auto"])
def test_a_pilot_gives_no_advice_on_what_few_patients_carry(mastosim, tmp_path, cheap, word):
    """Of forty patients in half a year hardly one breaks a hip: neither ten draws nor any other."""
    target = "target: {outcome: hip fractures, standard_error: 0.5}"
    path = wrote(tmp_path, f"design: {{probabilistic: {{draws: 4}}}}\n{table(TWO)}\n{target}")
    told = ask(mastosim, path, word, code=2)
    said = " ".join(told.stderr.split())
    assert "'hip fractures' (combination - pamidronate) rests on 0 of the 40 patients" in said
    assert "need 10 or more, so nothing is recommended" in said
    assert not [*(tmp_path / "out").rglob("manifest.json")]


def test_an_outcome_without_spread_needs_a_target(mastosim, tmp_path, cheap):
    """How much a hip's density matters for its fractures is nothing to the density itself."""
    text = f"design: {{probabilistic: {{draws: 4}}}}\n{table({'fractures.sites.hip.gradient': ''})}"
    told = ask(mastosim, wrote(tmp_path, text), "--pilot", code=2)
    said = " ".join(told.stderr.split())
    assert "the spread of 'spine annual increase' in the pilot does not exceed" in said
    assert "add `target: {outcome: spine annual increase, standard_error: ...}`" in said


def test_a_bug_does_not_pass_for_a_mistake_of_use(mastosim, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ValueError("operands could not be broadcast")

    monkeypatch.setattr("sim.experiments.sweeps.simulate", broken)
    told = mastosim("sweep", wrote(tmp_path, DRAWS), "--out", tmp_path / "out")
    assert told.returncode == 1
    assert "a bug: ValueError: operands could not be broadcast" in told.stderr


def test_a_file_of_one_draw_has_a_pilot_of_more(mastosim, tmp_path, cheap):
    path = wrote(
        tmp_path, f"design: {{probabilistic: {{draws: 1}}}}\n{table({SPINE: ''})}\n{WANTED}"
    )
    assert told_as_json(ask(mastosim, path, "--pilot", "--json").stdout)["split"]["parameters"] > 0


def test_the_cost_of_a_point_and_of_a_patient_are_told_apart(tmp_path, monkeypatch):
    """A clock that goes by 3 s a simulation and 0.01 s a patient."""
    from sim.experiments.sweeps import load_sweep

    now = [0.0]

    def slow(document, patients, engine, arms, columns):
        now[0] += 3 + 0.01 * len(patients)

    monkeypatch.setattr(work, "simulated", slow)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    cost = advice.cost_of(load_sweep(wrote(tmp_path, DRAWS)), "simpy")
    assert cost == pytest.approx((3, 0.01))


def test_shares_that_add_up_are_drawn_into_scenarios_that_are_valid(mastosim, tmp_path):
    pairs = ", ".join(f"{path}: {n}" for path, n in zip(SHARES, (8.0, 1.5, 4.5), strict=True))
    text = f"design: {{probabilistic: {{draws: 3}}}}\ndirichlet: {{sites: {{{pairs}}}}}"
    outcomes = pd.read_parquet(folder_in(ask(mastosim, wrote(tmp_path, text))) / "outcomes.parquet")
    assert abs(outcomes[SHARES].sum(axis=1) - 100).max() < 1e-10
    assert outcomes[outcomes["role"] == "draw"][SHARES[0]].nunique() == 3


@pytest.mark.parametrize(("many", "lines"), [(1, 1), (10**6, 0)])
def test_looking_up_many_points_is_said_before_it_takes_long(
    many, lines, mastosim, tmp_path, monkeypatch
):
    module = __import__("sim.cli.sweep", fromlist=["MANY_POINTS"])
    monkeypatch.setattr(module, "MANY_POINTS", many)
    told = ask(mastosim, wrote(tmp_path, "design: one_at_a_time\n" + table({SPINE: ""})))
    said = [line for line in told.stderr.splitlines() if line.startswith("Looking up which of ")]
    assert len(said) == lines
