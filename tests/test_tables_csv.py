"""The tables of patients as CSV files, on request: the same rows, for R and Excel."""

import json
import shutil

import pandas as pd
import pytest

import sim
from sim import results
from sim.errors import RequestError
from sim.experiments import forecast as forecasting
from sim.experiments.forecast import forecast
from sim.experiments.kinds import run as kept_run
from sim.outcomes.tables import Tables
from sim.results import tables_of_patients
from sim.scenario import load
from tests.one_of_each import BASE

SHORT = ("horizon=12 months", "visits.markers=[6 months]")
WORDS = ("--set", SHORT[0], "--set", SHORT[1], "--patients", 6, "--engine", "batch", "-q")
CSV = {f"{name}.csv" for name in Tables._fields}


def csv_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in CSV}


@pytest.fixture(scope="module")
def folder(mastosim, tmp_path_factory):
    out = tmp_path_factory.mktemp("csv")
    told = mastosim("run", BASE, *WORDS, "--keep", "tables", "--tables", "csv", "--out", out)
    assert told.returncode == 0, told.stderr
    return next(out.rglob("manifest.json")).parent


def test_the_files_have_the_rows_of_the_parquet_files(folder):
    assert csv_files(folder).keys() == CSV
    for name in Tables._fields:
        whole = pd.read_parquet(folder / f"{name}.parquet")
        text = pd.read_csv(folder / f"{name}.csv", dtype={"what": str}, keep_default_na=False,
                           na_values={"value": [""]})  # fmt: skip
        pd.testing.assert_frame_equal(text, whole, rtol=1e-5, check_dtype=False)


def test_the_files_are_plain_text_without_an_index(folder):
    for name, content in csv_files(folder).items():
        text = content.decode("utf-8")
        assert "\r" not in text
        assert not text.startswith((",", "\ufeff")), name
        widths = {line.count(",") for line in text.splitlines()}
        assert len(widths) == 1, name


def test_they_are_sealed_and_described(folder):
    manifest = results.open(folder).manifest
    assert set(manifest.files) >= CSV
    assert manifest.options["tables"] == "csv"
    described = pd.read_csv(folder / "dictionary.csv", keep_default_na=False)
    assert set(described["file"]) >= CSV
    assert (described["meaning"] != "").all()


def test_no_csv_file_unless_asked_for(folder_of):
    assert csv_files(folder_of["run"]) == {}


def test_done_again_and_extended_the_files_are_written_again(folder, mastosim, tmp_path):
    told = mastosim("rerun", folder, "--out", tmp_path, "-q")
    assert "identical  events.csv" in told.stdout
    assert "different" not in told.stdout
    more = sim.extend(folder, patients=9, out=tmp_path / "more")
    asked = kept_run.make(
        load(BASE, [*SHORT, "cohort.patients=9"]), tmp_path / "once", "tables", engine="batch",
        form="csv",
    )  # fmt: skip
    assert csv_files(more.folder) == csv_files(asked)


def test_groups_of_patients_change_no_byte(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(tables_of_patients, "PATIENTS_A_GROUP", 2)
    study = results.open(folder).study
    groups = kept_run.make(study, tmp_path, "tables", engine="batch", form="csv")
    assert csv_files(groups) == csv_files(folder)


def test_python_writes_the_files_of_the_command(folder, tmp_path):
    result = sim.run(
        BASE, patients=6, settings=dict(one.split("=") for one in SHORT), engine="batch",
        keep="tables", tables="csv", out=tmp_path,
    )  # fmt: skip
    again = next(tmp_path.rglob("manifest.json")).parent
    assert csv_files(again) == csv_files(folder)
    assert result.table_format == "csv"


def test_a_result_with_csv_files_is_not_replaced_by_one_without(folder, tmp_path):
    held = tmp_path / "laroche2011" / folder.name
    shutil.copytree(folder, held)
    study = results.open(folder).study
    assert kept_run.make(study, tmp_path, "tables", engine="batch") == held
    assert csv_files(held) == csv_files(folder)
    assert json.loads((held / "manifest.json").read_text())["options"]["tables"] == "csv"


def test_the_forecast_counts_the_text(folder):
    """Of many patients, so that the rows outweigh what every result takes."""
    study = load(BASE, ["cohort.patients=100000"])
    disk = [
        forecast([study], "batch", kept=kept_run.rows_of("tables", form)).disk
        for form in ("parquet", "csv")
    ]
    assert disk[1] > 4 * disk[0]
    written = sum(map(len, csv_files(folder).values()))
    rows = sum(len(pd.read_parquet(folder / f"{name}.parquet")) for name in Tables._fields)
    assert written < forecasting.BYTES_PER_ROW_AS_CSV * rows


def test_outcomes_alone_have_no_tables_to_write(mastosim, tmp_path):
    words = (*WORDS, "--keep", "outcomes", "--tables", "csv", "--out", tmp_path)
    told = mastosim("run", BASE, *words)
    assert told.returncode == 2
    assert "`outcomes` keeps no tables of patients" in " ".join(told.stderr.split())
    with pytest.raises(RequestError, match="leave out"):
        sim.run(BASE, patients=2, keep="outcomes", tables="csv")
    with pytest.raises(RequestError, match="parquet"):
        sim.run(BASE, patients=2, tables="xls")  # type: ignore[arg-type]
