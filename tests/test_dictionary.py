"""Every file and column of a kept result has an entry, and every entry is of a file that exists."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim import results
from sim.experiments.visits import FILE
from sim.outcomes.visits import COLUMNS
from sim.results import dictionary, seals
from sim.results.manifest import KINDS
from sim.results.tables import columns_of
from tests import dictionary_page
from tests.conftest import without_pictures
from tests.one_of_each import BASE
from tests.tiny_sweeps import SPINE, STOPS, table, wrote

ROOT = BASE.parents[1]
COMMITTED = (
    ("run", "results/laroche2011"),
    ("run", "results/black1996"),
    ("run", "results/clinic-too-small"),
    ("emulation", "results/rossini2014"),
    ("sweep", "results/sweeps/*"),
)
"""Folders with the files that are committed, of which small results have some only."""

WITH_UNCERTAINTY = {"uncertain_low", "uncertain_high", "uncertain_from"}
TWO = {STOPS: "", SPINE: "{name: gain}"}

OF_OUTCOMES = ("clinical fracture", "half dose", "behind plan")
"""Events that no table of events has."""


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    """A run with sums, the way to its precision and tables as CSV; sweeps with other tables."""
    out = tmp_path_factory.mktemp("more")
    short = {"horizon": "12 months"}
    with without_pictures():
        sim.run(
            BASE, until={"spine.difference": 3}, settings=short, engine="batch", keep="tables",
            tables="csv", out=out,
        )  # fmt: skip
        worth = BASE.with_name("laroche2011-worth.yaml")
        women = {**short, "subgroups": "{women: {sex: female}}"}
        sim.run(worth, patients=8, settings=women, engine="batch", keep="outcomes", out=out)
        drawn = table({"economics.costs.measurements.dxa": "{low: 30 EUR, high: 50 EUR}"})
        path = wrote(
            out, f"design: {{probabilistic: {{draws: 2}}}}\n{drawn}", name="worth", scenario=worth
        )
        sim.sweep(path, out=out, patients=10)
        for design in ("indices: {draws: 2}", "morris: {trajectories: 2}"):
            name = design.partition(":")[0]
            path = wrote(out, f"design: {{{design}}}\n{table(TWO)}", name=name)
            sim.sweep(path, out=out, patients=10)
    return [path.parent for path in out.rglob("manifest.json")]


@pytest.fixture(scope="module")
def kept(folder_of, more):
    """Folders of results with their kinds."""
    kinds = [json.loads((folder / "manifest.json").read_text())["kind"] for folder in more]
    return [*folder_of.items(), *zip(kinds, more, strict=True)]


def test_every_file_and_column_of_a_result_is_described(kept):
    for kind, folder in kept:
        rows = dictionary.described(folder, kind)
        assert list(rows[rows["meaning"] == ""]["column"]) == [], folder
        assert list(rows[(rows["kind"] == "")]["column"]) == [], folder


@pytest.mark.parametrize(("kind", "folder"), COMMITTED)
def test_every_column_of_a_committed_figure_is_described(kind, folder):
    tables = dictionary.tables_of(kind)
    paths = [path for path in ROOT.glob(f"{folder}/*.csv") if path.stem in tables]
    assert paths
    for path in paths:
        assert [name for name in columns_of(path) if not tables[path.stem].of(name)] == [], path


def test_every_entry_is_of_a_file_that_a_result_has(kept):
    seen = {
        (kind, str(row.file).partition(".")[0], row.column)
        for kind, folder in kept
        for row in dictionary.described(folder, kind).itertuples()
    }
    for kind, folder in COMMITTED:
        for path in ROOT.glob(f"{folder}/*.csv"):
            seen |= {(kind, path.stem, column) for column in columns_of(path)}
    seen |= {("run", Path(FILE).stem, column) for column in COLUMNS}
    known = {
        (kind, name, entry.column)
        for kind in KINDS
        for name, held in dictionary.tables_of(kind).items()
        for entry in held.entries
        if entry.column != dictionary.ANY
    }
    assert {one for one in known - seen if one[2] not in WITH_UNCERTAINTY} == set()


def test_the_dictionary_lists_what_the_result_has_and_nothing_else(kept):
    for _, folder in kept:
        held = pd.read_csv(folder / dictionary.FILE, keep_default_na=False)
        paths = {path.name: path for path in folder.iterdir() if path.name != dictionary.FILE}
        data = {name: path for name, path in paths.items() if path.suffix in (".csv", ".parquet")}
        assert set(held["file"]) == set(data)
        for name, path in data.items():
            of_file = held[held["file"] == name]["column"]
            assert list(dict.fromkeys(column for column in of_file if column)) == columns_of(path)


def test_each_kind_of_event_and_quantity_says_what_its_value_is(more):
    run = next(folder for folder in more if (folder / "events.parquet").exists())
    rows = dictionary.described(run, "run")
    for name, by in (("events", "event"), ("measurements", "quantity")):
        found = pd.read_parquet(run / f"{name}.parquet")[by].unique()
        values = rows[(rows["file"] == f"{name}.parquet") & (rows["column"] == "value")]
        assert {f"{by} = {one}" for one in found} <= set(values["where"])
    events = dictionary.tables_of("run")["events"].of("value")
    assert {entry.where for entry in events} == {
        f"event = {event}" for event in sim.vocabulary.Event if event not in OF_OUTCOMES
    }


def test_a_spreadsheet_reads_every_text_of_the_dictionary():
    """Excel reads a CSV file without a mark as of its own code page, and runs what begins so."""
    for kind in KINDS:
        for held in dictionary.tables_of(kind).values():
            for text in (held.rows, *(text for entry in held.entries for text in entry)):
                assert text.isascii()
                assert not text.startswith(("=", "+", "-", "@"))


def test_a_column_without_an_entry_is_told_of(tmp_path):
    (tmp_path / "summary.csv").write_text("scenario,colour\na,b\n")
    (tmp_path / "mine.csv").write_text("x\n1\n")
    rows = dictionary.described(tmp_path, "run").set_index(["file", "column"])["meaning"]
    assert rows["summary.csv", "scenario"] != ""
    assert rows["summary.csv", "colour"] == rows["mine.csv", "x"] == ""


def test_the_dictionary_is_no_data_file(folder_of, tmp_path):
    """A result whose dictionary has other words is undamaged, and the same when done again."""
    folder = folder_of["run"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "dictionary" not in manifest["tables"]
    assert dictionary.FILE not in manifest["files"]
    held = shutil.copytree(folder, tmp_path / "laroche2011" / folder.name)
    (held / dictionary.FILE).write_text("file,column\n")
    assert [*seals.damage(results.open(held)), *seals.missing(results.open(held))] == []
    with without_pictures():
        again = sim.rerun(held, into=tmp_path / "again")
    assert again.is_identical
    assert dictionary.FILE not in again.files
    assert (again.folder / dictionary.FILE).read_bytes() == (folder / dictionary.FILE).read_bytes()


def test_the_page_has_the_entries_of_the_code():
    page = Path(dictionary_page.PAGE).read_text(encoding="utf-8")
    assert dictionary_page.with_tables(page) == page, "python -m tests.dictionary_page writes it"
