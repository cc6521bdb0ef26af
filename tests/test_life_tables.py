"""A user's own life table: read from a CSV file, kept with the study, refused by file and line."""

import math
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from sim import evidence, results
from sim.cli.check import check
from sim.display.citations import cited
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.experiments.sweeps.addresses import of
from sim.scenario import ScenarioError, load
from sim.simulation import draws, lowering
from sim.simulation.records import DEATH
from sim.simulation.simulate import simulate_arms
from sim.vocabulary import DAYS_PER_YEAR, SEXES
from tests.generated import BASE

HEADER = "sex,age,hazard\n"
TWO = f"{HEADER}female,0,0.02\nfemale,60,0.2\nmale,0,0.1\n"
MINE = """\
extends: laroche2011.yaml
name: mine
cohort:
  age: {normal: {mean: 57 years, sd: 0 years}, within: [18 years, 95 years]}
fractures: {base_rate: 0 per year}
mortality: {life_table: {file: mine.csv, source: assumption}}
"""


@pytest.fixture
def folder(tmp_path):
    shutil.copy(BASE, tmp_path)
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "mine.csv").write_text(TWO)
    return tmp_path


def test_the_day_of_death_follows_the_table(folder):
    """Women of 57 have 0.02 a year for three years, then 0.2; men 0.1."""
    study = load(folder / "mine.yaml", patients=2000)
    inputs, log = simulate_arms(lowering.protocol(study.scenario), range(2000), "batch")[
        "pamidronate"
    ]
    threshold = draws.column(1, "death", 0, "exponential", 0, 2000)
    women = inputs.patients["sex"] == 0
    early = np.minimum(threshold, 0.06) / 0.02
    years = np.where(women, early + np.maximum(threshold - 0.06, 0) / 0.2, threshold / 0.1)
    dead = log.kind == DEATH
    day = np.full(2000, math.inf)
    day[log.patient[dead]] = log.day[dead]
    expected = np.ceil(years * DAYS_PER_YEAR - 1e-9)
    assert np.array_equal(day, np.where(expected <= 1826, expected, math.inf))


def test_a_copy_of_the_shipped_table_gives_the_same_patients(folder):
    lines = (BASE.parents[1] / "sim/evidence/france2019.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    columns = {"female": 2, "male": 1}
    text = "".join(f"{sex},{row[0]},{row[at]}\n" for sex, at in columns.items() for row in rows)
    (folder / "mine.csv").write_text("sex,age,probability\n" + text)
    own, shipped = (
        load(folder / "mine.yaml", more) for more in ([], ["mortality.life_table=france2019"])
    )
    one, other = (lowering.protocol(study.scenario).arms["pamidronate"] for study in (own, shipped))
    assert one.tobytes() == other.tobytes()
    assert own.digest != shipped.digest


def test_a_probability_is_a_constant_hazard_within_its_year(folder):
    (folder / "mine.csv").write_text("sex,age,probability\nmale,0,0.25\nfemale,0,0\n")
    params = lowering.protocol(load(folder / "mine.yaml").scenario).arms["pamidronate"]
    assert params["death_hazard"][1][[0, 50, 127]] == pytest.approx(-math.log(0.75))
    assert not params["death_hazard"][0].any()


def test_a_result_is_repeated_without_the_file(folder):
    study = load(folder / "mine.yaml", patients=60)
    result = runs.run(study, engine="batch")
    kept = kept_run.keep(result, folder / "results")
    (folder / "mine.csv").unlink()
    again = results.open(kept).study
    assert again.digest == study.digest
    assert runs.run(again, engine="batch").summary.equals(result.summary)


def test_other_rows_are_another_study_and_another_block(folder):
    before = load(folder / "mine.yaml")
    (folder / "mine.csv").write_text(TWO.replace("0.2", "0.3"))
    after = load(folder / "mine.yaml")
    assert before.digest != after.digest
    assert of(before.document, "pamidronate") != of(after.document, "pamidronate")


def test_the_protocol_names_the_table(folder):
    html = load(folder / "mine.yaml")._repr_html_()
    own = "Deaths from other causes: mine.csv, hazard by sex, ages 0 to 60 (source: assumption)"
    assert own in html


@pytest.mark.parametrize(
    ("name", "ages", "title"),
    [
        ("france2019", "0 to 99", "Table de mortalité de la France, 2019"),
        ("germany2016_2018", "0 to 100", "Deutschland, 2016/18"),
        ("usa2017", "0 to 119", "Period life table 2017"),
    ],
)
def test_check_names_a_shipped_table_with_its_period(name, ages, title):
    told = CliRunner().invoke(check, [str(BASE), "--set", f"mortality.life_table={name}"])
    (line,) = (line for line in told.stdout.splitlines() if line.startswith("Deaths from other"))
    assert f": {name}, probability by sex, ages {ages} (" in line
    assert title in line


@pytest.mark.parametrize("name", ["germany2016_2018", "usa2017"])
def test_a_shipped_table_gives_the_hazards_of_its_country(name):
    """The hazard −ln(1 − q) of each year of age; the last one holds for all later ages."""
    study = load(BASE, [f"mortality.life_table={name}"])
    params = lowering.protocol(study.scenario).arms["pamidronate"]
    for sex, hazards in zip(SEXES, params["death_hazard"], strict=True):
        q = evidence.life_table(name)[sex]
        expected = [-math.log1p(-q[min(age, len(q) - 1)]) for age in range(len(hazards))]
        assert hazards.tolist() == pytest.approx(expected, rel=1e-12)


def _with_source(folder, source, paper="title: Deaths in Ruritania"):
    """A study whose life table has a source, or none."""
    (folder / "ruritania.yaml").write_text(f"citation: {{{paper}}}\nseen: whole\nfacts: []\n")
    text = MINE.replace(", source: assumption", source)
    (folder / "mine.yaml").write_text(text)
    return load(folder / "mine.yaml", patients=60)


def test_the_source_of_a_table_is_printed_and_cited(folder):
    study = _with_source(folder, ", source: ruritania.yaml")
    assert "ages 0 to 60 (source: ruritania.yaml)" in study._repr_html_()
    (paper,) = (paper for paper in cited(study) if paper.key == "ruritania.yaml")
    assert paper.part("title") == "Deaths in Ruritania"
    assert paper.uses == "the life table"
    assert "france2019" not in {paper.key for paper in cited(study)}
    assert "mortality.life_table" not in {number.path for number in study.assumptions}


def test_a_source_of_a_table_and_of_numbers_has_both_uses(folder):
    both = _with_source(folder, "}, source: laroche2011, standardised_mortality_ratio: {value: 1")
    (paper,) = (paper for paper in cited(both) if paper.key == "laroche2011")
    assert paper.uses.startswith("the life table; ")
    assert "mortality.standardised_mortality_ratio" in paper.numbers
    assert "mortality.life_table" not in paper.numbers


def test_the_source_of_a_table_is_kept_with_a_result(folder):
    study = _with_source(folder, ", source: ruritania.yaml")
    kept = kept_run.keep(runs.run(study, engine="batch"), folder / "results")
    for name in ("mine.csv", "ruritania.yaml"):
        (folder / name).unlink()
    again = results.open(kept).study
    assert again.digest == study.digest
    assert cited(again) == cited(study)


@pytest.mark.parametrize("source", ["", ", source: assumption"])
def test_a_table_without_a_source_is_an_assumption(folder, source):
    study = _with_source(folder, source)
    (listed,) = (number for number in study.assumptions if number.path == "mortality.life_table")
    assert listed.text == "mine.csv"
    printed = "assumption" if source else "not stated"
    assert f"(source: {printed})" in study._repr_html_()


def test_a_table_set_over_the_file_does_not_inherit_its_source(folder):
    _with_source(folder, ", source: laroche2011")
    (folder / "other.csv").write_text(TWO)
    other = load(folder / "mine.yaml", ["mortality.life_table.file=other.csv"])
    assert "mortality.life_table" in {number.path for number in other.assumptions}
    shipped = load(folder / "mine.yaml", ["mortality.life_table=usa2017"])
    assert "usa2017" in {paper.key for paper in cited(shipped)}
    assert "mortality.life_table" not in {number.path for number in shipped.numbers}


def test_the_source_of_a_table_must_be_known(folder):
    with pytest.raises(ScenarioError, match="'laroche2010' is not a known source; did you mean"):
        _with_source(folder, ", source: laroche2010")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("sex;age;hazard\nmale;0;0.1\n", 1, "with commas"),
        ("sex,age,hazrd\nmale,0,0.1\n", 1, "did you mean 'hazard'?"),
        ("", 1, "the first line is"),
        ("sex,age,\nfemale,0,0.1\nmale,0,0.1\n", 1, "the first line is"),
        (f"{HEADER}male,0,0.1\n", 1, "no row of the sex 'female'"),
        (f"{HEADER}man,0,0.1\nfemale,0,0\n", 2, "'man' is not a sex; Allowed: female, male"),
        (f"{HEADER}male,0,0.1\nfemale,0.5,0\n", 3, "'0.5' is not an age; allowed: whole years"),
        (f"{HEADER}male,128,0.1\nfemale,0,0\n", 2, "'128' is not an age"),
        (f"{HEADER}male,9,0.1\nfemale,0,0\nmale,9,0\n", 4, "age 9 of male patients does not come"),
        (f"{HEADER}male,0,-0.1\nfemale,0,0\n", 2, "'-0.1' is not a hazard; allowed: a number"),
        (f"{HEADER}male,0,nan\nfemale,0,0\n", 2, "'nan' is not a hazard"),
        (f"{HEADER}male,0,101\nfemale,0,0\n", 2, "to 100 per year"),
        (f"{HEADER}male,0\nfemale,0,0\n", 2, "2 cells; allowed: 3"),
        ("sex,age,probability\nmale,0,1\nfemale,0,0\n", 2, "a closing 1 is left out"),
    ],
)
def test_mistakes_of_a_table_have_file_and_line(folder, text, line, message):
    (folder / "mine.csv").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load(folder / "mine.yaml")
    (mistake,) = caught.value.mistakes
    assert message in mistake.message
    assert (mistake.mark.file, mistake.mark.line) == (str(folder / "mine.csv"), line)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["mortality.life_table.file=mina.csv"], "no file 'mina.csv' beside the scenario; did you"),
        (["mortality.life_table.file=../mine.csv"], "no file '../mine.csv' beside"),
        (["mortality.life_table={file: mine.csv, shipped: france2019}"], "exactly one of"),
        (["mortality.life_table={name: a table}"], "stand together"),
    ],
)
def test_mistakes_of_the_name_of_a_table(folder, settings, message):
    with pytest.raises(ScenarioError) as caught:
        load(folder / "mine.yaml", settings)
    assert message in str(caught.value)


def test_a_table_that_begins_above_the_youngest_patient_is_refused(folder):
    (folder / "mine.csv").write_text(f"{HEADER}male,20,0.1\nfemale,18,0\n")
    with pytest.raises(
        ScenarioError, match="of male patients begins at 20 years, and patients can"
    ):
        load(folder / "mine.yaml")
