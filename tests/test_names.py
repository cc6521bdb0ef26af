"""Names of arms, subgroups, therapies and reactions come back from files as they were written."""

import io

import pandas as pd
import pytest

from sim.experiments.sweeps import load_sweep
from sim.scenario import ScenarioError, load
from sim.simulation import lowering
from tests.test_limits import BASE
from tests.tiny_sweeps import SPINE, table, wrote

READ_AS_SOMETHING_ELSE = [
    "NA",
    "None",
    "nan",
    "null",
    "NULL",
    "TRUE",
    "false",
    "n/a",
    "1",
    "1e5",
    "0x1A",
    "2i",
    "T",
]
OF_WINDOWS = ["con", "NUL", "aux.csv", "COM1"]
WITH_SPACES = ["a ", " a", "  "]
FORMULAS = ["=1+1", "+a", "-a", "@a"]
WRONG = [*READ_AS_SOMETHING_ELSE, *OF_WINDOWS, *WITH_SPACES, *FORMULAS]
PLACES = {
    "arms": "arms={{'{}': [pamidronate], other: []}}",
    "subgroups": "subgroups={{'{}': {{sex: female}}}}",
    "therapies.pamidronate.reactions":
        "therapies.pamidronate.reactions={{'{}': {{first: 1 %, later: 1 %}}}}",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("path", PLACES)
def test_a_name_that_a_reader_or_a_folder_changes_is_refused(path, name):
    with pytest.raises(ScenarioError) as caught:
        load(BASE, [PLACES[path].format(name)])
    mistake = caught.value.mistakes[0]
    assert mistake.path == path
    assert "cannot name" in mistake.message


@pytest.mark.parametrize(
    "name", ["pamidronate, 90 mg i.v.", "A", "no drug", "arm 1", "naïve", "60+"]
)
def test_a_name_that_is_accepted_comes_back_from_a_csv_file(name):
    study = load(BASE, [PLACES[path].format(name) for path in ("arms", "subgroups")])
    assert name in study.scenario.arms
    text = pd.DataFrame({"arm": [name]}).to_csv(index=False)
    assert pd.read_csv(io.StringIO(text))["arm"].tolist() == [name]


@pytest.mark.parametrize("name", ["all", "alive in every arm"])
def test_subgroups_do_not_take_the_names_of_rows_of_results(name):
    with pytest.raises(ScenarioError, match=f"'{name}' cannot name a subgroup"):
        load(BASE, [PLACES["subgroups"].format(name)])


@pytest.mark.parametrize("name", ["con", "nul", "a."])
def test_a_study_has_a_name_that_a_folder_can_have_everywhere(name):
    with pytest.raises(ScenarioError, match="cannot name a folder of results"):
        load(BASE, [f"name={name}"])


@pytest.mark.parametrize("name", ["con", "nul", "a.", "lpt1.x"])
def test_a_sweep_has_a_name_by_the_same_rule(name, tmp_path):
    path = wrote(tmp_path, f"design: one_at_a_time\n{table({SPINE: ''})}", name=name)
    with pytest.raises(ScenarioError, match=f"'{name}' cannot name a folder of results"):
        load_sweep(path)


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
