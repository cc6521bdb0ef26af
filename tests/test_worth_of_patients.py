"""Costs, QALYs and net benefit of each patient: their means are those of the run."""

import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim import results
from sim.cli.worth import worth as command
from sim.errors import RequestError
from sim.experiments import runs, valued_run
from sim.experiments.kinds import run as kept_run
from sim.experiments.worth_of_patients import FILE

PATIENTS = 30


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    result = runs.run(
        "scenarios/laroche2011-worth.yaml", PATIENTS, engine="batch", outcomes_only=True
    )
    return results.open(kept_run.keep(result, tmp_path_factory.mktemp("each")))


def test_means_of_patients_are_those_of_the_run_and_arms_are_paired(kept):
    each, table = sim.worth(kept.folder, by_patient=True).patients, kept.table("worth")
    assert each is not None
    assert each["patient"].tolist() == [n for n in range(PATIENTS) for _ in range(2)]
    assert each["arm"].tolist() == ["combination", "pamidronate"] * PATIENTS
    means = each.drop(columns="patient").groupby("arm").mean()
    for row in table[table["against_arm"] == ""].to_dict("records"):
        own = means.loc[row["arm"], row["outcome"]]
        assert own == pytest.approx(row["estimate"], rel=1e-5, abs=1e-9), row["outcome"]


def test_other_prices_are_those_of_each_patient(kept):
    free = {"economics.costs.therapies.interferon.per_dose": "0 EUR"}
    each = sim.worth(kept.folder, settings=free, by_patient=True).patients
    assert each is not None
    assert (each["cost of interferon"] == 0).all()


def test_the_command_writes_the_table(kept, tmp_path):
    into = tmp_path / "new" / "folder"
    shown = CliRunner().invoke(command, [str(kept.folder), "--by-patient", "--into", str(into)])
    assert shown.exit_code == 0, shown.output
    (file,) = into.iterdir()
    assert str(file) in shown.stdout
    assert len(pd.read_csv(file)) == 2 * PATIENTS


def test_without_a_folder_or_over_readings_it_is_refused(kept):
    found = CliRunner().invoke(command, [str(kept.folder), "--by-patient"])
    assert found.exit_code == 2
    assert "--into is the folder" in found.stderr
    with pytest.raises(RequestError, match="scenario's own reading"):
        sim.worth(kept.folder, by_patient=True, reading={"linear": 50, "plateau": 50})


def test_a_disk_that_fills_up_leaves_the_table_that_was_there(kept, tmp_path, monkeypatch):
    """A full disk stands for a kill at the same moment: half of the file is written."""

    def half(frame, path):
        path.write_text("patient,arm\n0,comb")
        raise OSError(28, "No space left on device", str(path))

    (tmp_path / FILE).write_text("before\n")
    valued = sim.worth(kept.folder, by_patient=True)
    monkeypatch.setattr(valued_run, "write_csv", half)
    for into in (tmp_path, tmp_path / "new"):
        with pytest.raises(OSError, match="No space left"):
            valued.save(into)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_text() == "before\n"
