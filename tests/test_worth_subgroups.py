"""Costs and QALYs of subgroups: those of the members alone, whatever the blocks."""

import numpy as np
import pandas as pd
import pytest

from sim import results
from sim.economics.pricing import COST, QALYS, outcomes_of, priced
from sim.economics.quantities import economics_of, keys_of, quantities
from sim.economics.valued import of_everyone
from sim.experiments import runs
from sim.experiments import worth as of_worth
from sim.experiments.kinds import run as kept_run
from sim.outcomes import records_by_arm
from sim.results import quantities as on_disk
from sim.scenario import load

WORTH = "scenarios/laroche2011-worth.yaml"
GROUPS = ["subgroups={women: {sex: female}, old: {age: {at_least: 70 years}}}"]
PATIENTS = 300


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(WORTH, PATIENTS, None, GROUPS, engine="batch", outcomes_only=True)
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("worth")))


@pytest.fixture(scope="module")
def per_patient():
    """Cost and QALYs of each patient: by arm, patients x 2; and the sex of each."""
    study = load(WORTH)
    records = records_by_arm(study, range(PATIENTS), "batch")
    wanted = [one for one in outcomes_of(economics_of(study.scenario)) if one.name in (COST, QALYS)]
    values = {
        arm: priced(quantities(own, study.scenario), keys_of(study.scenario), wanted)
        for arm, own in records.items()
    }
    return values, records["pamidronate"].known["sex"]


@pytest.mark.parametrize("against", ["", "pamidronate"])
def test_a_subgroup_has_the_worth_of_its_members(kept, per_patient, against):
    table, (values, sex) = kept.table("worth"), per_patient
    rows = table[(table["subgroup"] == "women") & (table["arm"] == "combination")]
    rows = rows[rows["against_arm"] == against].set_index("outcome")
    own = values["combination"] - (values[against] if against else 0.0)
    women = own[sex == "female"]
    error = women.std(axis=0, ddof=1) / np.sqrt(len(women))
    for column, name in enumerate((COST, QALYS)):
        assert rows.loc[name, "estimate"] == pytest.approx(women[:, column].mean(), rel=1e-5)
        assert rows.loc[name, "mc_error"] == pytest.approx(error[column], rel=1e-4)


def test_everyone_has_the_worth_of_a_run_without_subgroups(kept):
    plain = runs.run(WORTH, PATIENTS, engine="batch", outcomes_only=True)
    own = of_everyone(kept.table("worth"))
    assert plain.worth is not None
    assert "subgroup" not in plain.worth
    assert own["estimate"].tolist() == pytest.approx(plain.worth["estimate"].tolist(), rel=1e-5)
    assert own.columns.tolist() == plain.worth.columns.tolist()


def test_the_command_prices_subgroups_from_the_kept_sums(kept):
    found = of_worth.worth(kept)
    assert not found.simulated
    pd.testing.assert_frame_equal(found.table, kept.table("worth"), check_dtype=False)
    heads = [sheet.heads[0] for sheet in found.printout.sheets]
    assert sum(head.startswith("women: worth") for head in heads) == 1
    assert sum(head.startswith("Net benefit") for head in heads) == 1


def test_members_are_kept_beside_everyone(kept, per_patient):
    own = on_disk.load(kept.folder)
    assert own.patients.sum() == PATIENTS
    assert own.subgroups["women"].patients.sum() == (per_patient[1] == "female").sum()
    assert [*own.subgroups] == ["women", "old"]


def test_a_run_extended_has_the_subgroups_of_one_of_all_patients(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.economics.groups.MOST", 1024)
    study = load(WORTH, ["horizon=6 months", *GROUPS])
    first, whole = (study.with_(patients=n) for n in (1024, 1500))
    folder = kept_run.make(first, tmp_path / "a", "outcomes", engine="batch")
    more = kept_run.extend(results.open(folder), tmp_path / "a", 1500)
    once = kept_run.make(whole, tmp_path / "b", "outcomes", engine="batch")
    for name in ("worth.csv", "quantities.parquet"):
        assert (more / name).read_bytes() == (once / name).read_bytes()
