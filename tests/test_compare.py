"""Scenarios side by side: paired patient by patient, against the first, whole on disk."""

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

import sim
from sim.cli.compare import compare as command
from sim.display import figures
from sim.experiments import comparisons, runs
from sim.experiments.kinds import comparison
from sim.results import digest_of
from sim.scenario import ScenarioError
from sim.vocabulary import Arms, rows_with
from tests.conftest import without_pictures

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
POOR = SCENARIOS / "poor-attendance.yaml"
LONG = SCENARIOS / "ten-years.yaml"
WOMEN = SCENARIOS / "hernandez2010.yaml"
NUMBERS = ["estimate", "mc_error", "low", "high"]
SEED = 5
PEOPLE = 50


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The published study under another name, with a number and a seed of its own."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(BASE, folder)
    path = folder / "copy.yaml"
    path.write_text(f"extends: {BASE.name}\nname: copy\nseed: 77\ncohort: {{patients: 3000}}\n")
    return path


@pytest.fixture(scope="module")
def three(copy):
    """The study, itself under another name, and with infusions missed."""
    return sim.compare([BASE, copy, POOR], patients=PEOPLE, seed=SEED, engine="batch")


@pytest.fixture(scope="module")
def results(three):
    """Each of the three run alone, with its tables."""
    return [runs.run(study, engine="batch") for study in three.studies]


@pytest.fixture(scope="module")
def apart(three):
    """The rows of differences, by scenario, arm and outcome."""
    rows = three.summary[three.summary["against"] != ""]
    return rows.set_index(["scenario", "arm", "outcome"])


def test_every_scenario_has_the_patients_and_the_seed_of_the_first(results):
    alone = sim.run(BASE, patients=PEOPLE, seed=SEED)
    for result in results:
        assert (result.study.scenario.cohort.patients, result.study.scenario.seed) == (PEOPLE, SEED)
        pd.testing.assert_frame_equal(result.latent, alone.latent)
    pd.testing.assert_frame_equal(results[0].events, alone.events)


def test_numbers_not_given_are_those_of_the_first_file(copy):
    studies = comparisons.read([copy, BASE])
    assert [study.scenario.cohort.patients for study in studies] == [3000, 3000]
    assert [study.scenario.seed for study in studies] == [77, 77]
    assert [study.scenario.cohort.patients for study in comparisons.read([BASE, copy])] == [
        1000,
        1000,
    ]


def test_settings_are_laid_over_every_file(copy):
    studies = comparisons.read([BASE, copy], settings=["horizon=24 months"])
    assert {study.scenario.horizon for study in studies} == {24 * 365.25 / 12}


def test_rows_of_an_arm_are_those_of_its_own_summary_at_the_last_time(three, results):
    for result in results:
        whole = result.summary
        if "subgroup" in whole:
            whole = whole[whole["subgroup"] == "all"]
        name = result.study.scenario.name
        for arm in ("combination", "pamidronate"):
            rows = rows_with(whole, [Arms(arm)])
            last = rows.loc[rows.groupby("outcome")["time"].idxmax()].set_index("outcome")
            mine = three.summary[
                (three.summary["scenario"] == name) & (three.summary["arm"] == arm)
            ]
            mine = mine[mine["against"] == ""].set_index("outcome")
            assert set(mine.index) == set(last.index)
            columns = ["unit", "time", *NUMBERS]
            pd.testing.assert_frame_equal(mine[columns], last.loc[mine.index, columns])


def test_a_scenario_differs_from_its_renamed_copy_by_exactly_nothing(apart):
    rows = apart.loc["copy"]
    assert len(rows) > 30
    assert (rows["estimate"] == 0).all()
    assert (rows["mc_error"] == 0).all()
    assert (rows["low"] <= 0).all()
    assert set(rows["against"]) == {"laroche2011"}


def test_a_difference_is_that_of_the_same_patients(results, apart):
    """The mean change of those measured, worked out from the tables for each scenario."""
    base, _, poor = (result.measurements for result in results)
    for arm in ("combination", "pamidronate"):
        changes = [percent_change(table, arm) for table in (poor, base)]
        row = apart.loc[("poor-attendance", arm, "spine change")]
        assert row["unit"] == "percentage points"
        assert row["estimate"] == pytest.approx(changes[0].mean() - changes[1].mean())
        assert set(changes[0].index) == set(changes[1].index), "the same people were measured"
        each = changes[0] - changes[1]
        spread = np.sqrt(((each - each.mean()) ** 2).sum() * PEOPLE / (PEOPLE - 1)) / len(each)
        assert row["mc_error"] == pytest.approx(spread)
        half = stats.t.ppf(0.975, len(each) - 1) * spread
        assert (row["high"] - row["low"]) / 2 == pytest.approx(half)


def percent_change(measurements, arm):
    """Change of spine density in percent at the last visit, by patient."""
    rows = measurements[(measurements["arm"] == arm) & (measurements["quantity"] == "spine_g_cm2")]
    wide = rows.pivot(index="patient", columns="day", values="value")
    return (100 * (wide.iloc[:, -1] / wide.iloc[:, 0] - 1)).dropna()


def test_pairing_knows_a_small_change_better(three, apart):
    alone = three.summary[three.summary["against"] == ""].set_index(["scenario", "arm", "outcome"])
    for arm in ("combination", "pamidronate"):
        paired = apart.loc[("poor-attendance", arm, "spine change"), "mc_error"]
        errors = [alone.loc[(name, arm, "spine change"), "mc_error"]
                  for name in ("laroche2011", "poor-attendance")]  # fmt: skip
        unpaired = np.hypot(*errors)
        assert 0 < paired < 0.7 * unpaired
    gain = alone.loc[("laroche2011", "combination", "spine change"), "mc_error"]
    assert apart.loc[("poor-attendance", "combination", "spine change"), "mc_error"] < gain / 10


def test_the_order_changes_only_what_others_are_held_against(three):
    turned = comparisons.simulate(three.studies[::-1]).summary
    by = ["scenario", "arm", "outcome"]
    for summary in (three.summary, turned):
        assert list(summary.columns) == ["scenario", "arm", "against", *summary.columns[3:]]
    plain = [frame[frame["against"] == ""].set_index(by).sort_index()
             for frame in (three.summary, turned)]  # fmt: skip
    pd.testing.assert_frame_equal(plain[0], plain[1])
    here = three.summary[three.summary["against"] == "laroche2011"].set_index(by)
    there = turned[turned["against"] == "poor-attendance"].set_index(by)
    one, other = here.loc["poor-attendance"], there.loc["laroche2011"]
    other = other.loc[one.index]
    np.testing.assert_allclose(one["estimate"], -other["estimate"])
    np.testing.assert_allclose(one["mc_error"], other["mc_error"])
    np.testing.assert_allclose(one["low"], -other["high"])


def test_other_people_and_lengths_are_said_and_compared_only_where_they_meet():
    found = sim.compare([BASE, LONG, WOMEN], patients=20, seed=SEED)
    rows = found.summary[found.summary["against"] != ""]
    months = rows.groupby("scenario")["time"].unique().map(list)
    assert months.to_dict() == {"ten-years": [60.0], "hernandez2010": [12.0]}
    longer = rows[rows["scenario"] == "ten-years"]
    assert (longer["estimate"] == 0).all(), "the first five years are the same"
    assert "all fractures" not in set(longer["outcome"])
    assert set(rows.loc[rows["scenario"] == "hernandez2010", "arm"]) == {"pamidronate"}
    said = " ".join(comparisons.remarks(found.studies))
    assert "hernandez2010 differ from those of laroche2011 (in female, age)" in said
    assert "ten-years are not" not in said
    assert (
        "Other follow-up than laroche2011 (60 months): ten-years (120 months), hernandez2010"
        in said
    )


def test_readings_are_said_once_or_by_name(copy):
    same = comparisons.read([BASE, copy])
    assert comparisons.remarks(same) == [
        "Annual increase read as: linear, a constant share of the entry value."
    ]
    other = comparisons.read([BASE, POOR, SCENARIOS / "laroche2011-compound.yaml"])
    (said,) = comparisons.remarks(other)
    assert "(laroche2011, poor-attendance); compound" in said
    assert said.endswith("(laroche2011-compound).")


def test_progress_counts_all_scenarios_together(copy):
    told = []
    sim.compare(
        [BASE, copy], patients=5, seed=SEED, settings={"horizon": "6 months"},
        progress=lambda done, all_: told.append((done, all_)),
    )  # fmt: skip
    assert {all_ for _, all_ in told} == {20}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (20, 20)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([BASE], "two scenario files or more"),
        ([], "two scenario files or more"),
        ([BASE, POOR, BASE], r"two scenarios are called 'laroche2011'; give .* a `name:`"),
    ],
)
def test_what_cannot_be_compared_is_refused(files, said):
    with pytest.raises(ValueError, match=said):
        sim.compare(files, patients=5)


def test_mistakes_of_all_files_are_told_together(tmp_path):
    shutil.copy(BASE, tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {BASE.name}\nname: {name}\nsed: 1\n")
    with pytest.raises(ScenarioError) as caught:
        comparisons.read([tmp_path / "one.yaml", BASE, tmp_path / "two.yaml"])
    assert [Path(m.mark.file).name for m in caught.value.mistakes] == ["one.yaml", "two.yaml"]


def test_a_comparison_is_whole_on_disk_and_names_its_scenarios(three, tmp_path, monkeypatch):
    with without_pictures("pdf", "png"):
        folder = comparison.keep(three, tmp_path, "mastosim compare ...", 1.0)
    assert folder == tmp_path / "comparison" / digest_of(three.studies)
    assert {path.name for path in folder.iterdir()} == {
        "ABOUT.txt", "comparison.csv", "comparison.svg", "comparison.pdf", "comparison.png",
        "dictionary.csv", "manifest.json",
    }  # fmt: skip
    table = pd.read_csv(folder / "comparison.csv", keep_default_na=False)
    assert list(table["against"]) == list(three.summary["against"])
    np.testing.assert_allclose(table["estimate"], three.summary["estimate"], rtol=1e-5)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "comparison"
    assert [one["name"] for one in manifest["studies"]] == [
        "laroche2011", "copy", "poor-attendance",
    ]  # fmt: skip
    for one, study in zip(manifest["studies"], three.studies, strict=True):
        assert one["document"] == study.document
        assert one["document"]["seed"] == str(SEED)
    svg_only = partial(figures.draw, formats=("svg",))
    monkeypatch.setattr(comparison, "draw_in_all_formats", svg_only)
    again = comparison.keep(three, tmp_path / "again")
    for name in ("comparison.csv", "comparison.svg"):
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name


def test_the_digest_depends_on_scenarios_and_their_order(copy):
    one, other = comparisons.read([BASE, copy]), comparisons.read([BASE, copy], seed=6)
    digests = {digest_of(studies) for studies in (one, one[::-1], other)}
    assert len(digests) == 3


@pytest.fixture
def invoke(tmp_path, no_pictures):
    def run(*words):
        return CliRunner().invoke(command, [*map(str, words), "-q", "--out", str(tmp_path)])

    return run


def test_the_command_prints_estimates_then_differences(invoke, copy):
    told = invoke(BASE, copy, "--patients", 10, "--seed", SEED)
    assert told.exit_code == 0, told.output
    heads = [line for line in told.output.splitlines() if " unit " in line]
    assert [head.split("  ")[0].strip() for head in heads] == [
        "combination at month 60",
        "pamidronate at month 60",
        "combination: difference from laroche2011 at month 60",
        "pamidronate: difference from laroche2011 at month 60",
    ]
    assert "cannot occur" in told.output  # doses missed, as all are given
    assert "[0, 0]" not in told.output
    assert "Intervals show simulation (Monte Carlo) error only" in told.output
    folder = Path(told.output.strip().splitlines()[-1].removeprefix("Table and figure: "))
    assert (folder / "comparison.csv").is_file()


def test_the_command_as_json_is_one_object(invoke, copy):
    settings = ("--set", "horizon=12 months")
    told = invoke(BASE, copy, "--patients", 10, "--json", *settings)
    held = json.loads(told.output)
    assert held["against"] == "laroche2011"
    assert [one["scenario"] for one in held["scenarios"]] == ["laroche2011", "copy"]
    assert {row["time"] for row in held["summary"]} == {12.0}
    apart = [row for row in held["summary"] if row["against"]]
    assert {row["estimate"] for row in apart} <= {0.0, None}


def test_wrong_usage_of_the_command_is_told_in_a_line(mastosim, invoke):
    mistakes: tuple[tuple[list[Path], str], ...] = (
        ([BASE], "two scenario files or more"),
        ([BASE, BASE], "`name:`"),
        ([], "SCENARIOS"),
    )
    for words, said in mistakes:
        told = mastosim("compare", *words)
        assert told.returncode == 2
        assert said in told.stderr
    told = invoke(BASE, "nowhere.yaml")
    assert isinstance(told.exception, ScenarioError), "exit code 3 of the group"
