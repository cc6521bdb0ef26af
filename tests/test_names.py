"""Names of users come out of a CSV file as they went in, and no spreadsheet carries them out."""

import io

import pandas as pd
import pytest

from sim.results import write_csv
from sim.scenario import ScenarioError, load
from sim.scenario.form.names import is_name
from sim.simulation import lowering
from tests.architecture import ROOT

BASE = ROOT / "scenarios" / "laroche2011.yaml"
TAKEN_FOR_ANOTHER = [
    "=1+1", "=cmd|'/C calc'!A0", "+1", "-x", "- pamidronate", "@SUM(A1)", " =1", "NA", "None",
    "nan", "null", "n/a", "#N/A", "<NA>", "1", "007", "1e5", "-0.5", "inf", "Infinity", "1_000",
    "T", "F", "TRUE", "false", "", " ", "women ", " women",
]  # fmt: skip
NAMES = [
    "NAs", "T + F", "1st", "none", "30 mg", "a=b", "a@b", "pamidronate - placebo", "Łódź", "a,b",
    'a"b', "a;=1", "x-1", "nan-free", "all but one", "'quoted'",
]  # fmt: skip

PLACES = {
    "arms": "arms: {%s: [pamidronate]}",
    "subgroups": "subgroups: {%s: {sex: female}}",
    "therapies.pamidronate.reactions": (
        "therapies: {pamidronate: {reactions: {%s: {first: 5 %%, later: 1 %%}}}}"
    ),
}


def study(tmp_path, text):
    (tmp_path / "base.yaml").write_bytes(BASE.read_bytes())
    path = tmp_path / "case.yaml"
    path.write_text(f"extends: base.yaml\nname: case\n{text}\n", encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("name", ["=1+1", "@x", "NA", "007", "women "])
def test_a_name_that_a_reader_takes_for_another_thing_is_refused(tmp_path, where, name):
    with pytest.raises(ScenarioError) as caught:
        study(tmp_path, PLACES[where] % f'"{name}"')
    said = [str(mistake) for mistake in caught.value.mistakes]
    assert len(said) == 1
    assert f"{where}.{name.strip()}" in said[0]
    assert f"'{name}' cannot be a name: a program that reads a table takes it for" in said[0]


@pytest.mark.parametrize("where", PLACES)
def test_other_names_are_allowed(tmp_path, where):
    study(tmp_path, PLACES[where] % '"T + F = 1"')


@pytest.mark.parametrize("name", TAKEN_FOR_ANOTHER)
def test_what_is_taken_for_another_thing(name):
    assert not is_name(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_from_a_table_as_it_is(tmp_path, name):
    """As a reader with its own defaults reads it, alone in its column."""
    assert is_name(name)
    write_csv(pd.DataFrame({"arm": [name], "value": [1.5]}), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text(encoding="utf-8")
    assert list(pd.read_csv(io.StringIO(text))["arm"]) == [name]
    assert not text.splitlines()[1].lstrip('" ').startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("name", ["con", "NUL", "aux.csv", "COM1"])
def test_a_name_that_windows_keeps_for_itself_is_refused(tmp_path, where, name):
    with pytest.raises(ScenarioError, match=f"'{name}' cannot be a name: Windows"):
        study(tmp_path, PLACES[where] % f'"{name}"')


@pytest.mark.parametrize("name", ["all", "alive in every arm"])
def test_subgroups_do_not_take_the_names_of_rows_of_results(name):
    with pytest.raises(ScenarioError, match="cannot name a subgroup"):
        load(BASE, [f"subgroups={{{name}: {{sex: female}}}}"])


@pytest.mark.parametrize("name", ["con", "nul", "a."])
def test_a_study_has_a_name_that_a_folder_can_have_everywhere(name):
    with pytest.raises(ScenarioError, match="cannot name a folder of results"):
        load(BASE, [f"name={name}"])


def test_reactions_have_names_of_their_own_however_they_are_called():
    """`fever` of two therapies carries their names, also beside a `pamidronate fever`."""
    same = "{first: 1 %, later: 1 %}"
    second = (
        "therapies.zoledronate={infusion: 4 mg, schedule: [{every: 6 months}], exposure: "
        "{half_life: 90 days, action_1: {infusion: 4 mg, schedule: [{every: 6 months}], over: 60 "
        f"months}}}}, reactions: {{fever: {same}, pamidronate fever: {same}, rash: {same}}}}}"
    )
    study = load(BASE, [f"therapies.pamidronate.reactions={{fever: {same}}}", second])
    names = lowering.reaction_names(study.scenario)
    assert names == (
        "acute_phase", "pamidronate fever", "zoledronate fever", "zoledronate pamidronate fever",
        "rash",
    )  # fmt: skip
