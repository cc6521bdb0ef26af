"""The workbook read back: every number of the CSV tables, formulas recomputed, and no text runs."""

import functools
import math
import re
import shutil
import warnings
import zipfile

import openpyxl
import pandas as pd
import pytest

import sim
from sim import results
from sim.display import workbook
from sim.display.workbook import tables
from sim.display.workbook.sheet import Column, Sheet, named, unique
from sim.errors import RequestError
from sim.outcomes.tables import Tables
from sim.reports import page as page_of_report
from sim.results.manifest import KINDS
from sim.results.tables import write_csv
from tests.one_of_each import BASE

HEADS, UNITS, FIRST = 1, 2, 3
"""Rows of a sheet: heads, units, and the first row of values."""

OWN = {
    "arm_estimate", "against_estimate", "arm_minus_against", "simulated_minus_reported", "label",
    "counts_as", "difference_of_rows",
}  # fmt: skip
"""Columns that no CSV file has."""

CELL = re.compile(r"(?:'((?:[^']|'')+)'!)?\$?([A-Z]+)\$?(\d+)")


@pytest.fixture(scope="module")
def written(folder_of, tmp_path_factory):
    """The workbook of each kind: formulas, and the values that stand beside them."""
    out = tmp_path_factory.mktemp("workbooks")

    def of(kind):
        path = workbook.write([results.open(folder_of[kind])], out / f"{kind}.xlsx")
        return [openpyxl.load_workbook(path, data_only=values) for values in (False, True)]

    return functools.cache(of)


def columns_of(page):
    """The values of each column by its head, without the units."""
    return {
        head.value: [row[at].value for row in page.iter_rows(min_row=FIRST)]
        for at, head in enumerate(page[HEADS])
    }


def same(text, number):
    return (text == "inf" and number == math.inf) or text == pytest.approx(number, abs=1e-300)


def compare(page, frame):
    """Every value of a table stands in the column of its name."""
    held = columns_of(page)
    assert set(frame.columns) <= set(held)
    assert set(held) - set(frame.columns) <= OWN
    for name, values in frame.items():
        for cell, value in zip(held[name], values, strict=True):
            if isinstance(value, str):
                assert (cell or "") == value
            elif pd.isna(value):
                assert cell is None
            else:
                assert same(cell, value), (page.title, name)


@pytest.mark.share(3)
@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_that_of_the_csv_tables(kind, written, folder_of):
    kept = results.open(folder_of[kind])
    _, book = written(kind)
    for name in kept.manifest.tables:
        if not kept.has(name):
            continue
        frame = kept.table(name)
        if kind == "run" and name == "summary":
            alone = frame["against_arm"] == ""
            compare(book["Outcomes"], frame[alone].drop(columns="against_arm"))
            compare(book["Differences"], frame[~alone])
        else:
            compare(book[name.capitalize()], frame)


@pytest.mark.share(3)
@pytest.mark.parametrize("kind", KINDS)
def test_formulas_give_the_values_beside_them(kind, written):
    formulas, values = written(kind)
    counted = 0
    for page in formulas:
        for row in page.iter_rows(min_row=FIRST):
            for cell in row:
                if cell.data_type == "f":
                    own = values[page.title][cell.coordinate].value
                    assert computed(cell.value, values, page.title) == own
                    counted += 1
    assert counted >= 2


def computed(formula, book, title):
    """What a spreadsheet makes of the formulas of a workbook: a cell, a difference, or a count."""
    if match := re.fullmatch(r"=(COUNTA|COUNTIF)\('(.+)'!([^,)]+)(?:,TRUE)?\)", formula):
        cells = [cell.value for (cell,) in book[match[2]][match[3].replace("$", "")]]
        return sum(cell is True if match[1] == "COUNTIF" else cell is not None for cell in cells)
    parts = [book[of or title][f"{at}{row}"].value for of, at, row in CELL.findall(formula)]
    assert CELL.sub("x", formula) in ("=x", "=x-x"), formula
    return parts[0] - sum(parts[1:])


def test_differences_are_arm_minus_comparator(written):
    page = columns_of(written("run")[1]["Differences"])
    pairs = [(a, b) for a, b in zip(page["estimate"], page["arm_minus_against"], strict=True)
             if b is not None]  # fmt: skip
    assert len(pairs) > 20
    for estimate, difference in pairs:
        assert difference == pytest.approx(estimate, rel=1e-3, abs=1e-2)


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [("comparison", "Comparison", ["against"]),
     ("readings", "Readings", ["against", "against_arm"]),
     ("sweep", "Outcomes", ["against_arm"])],
)  # fmt: skip
def test_differences_of_scenarios_readings_and_arms_are_computed(kind, name, by, written):
    page = pd.DataFrame(columns_of(written(kind)[1][name]))
    is_difference = page[by].notna().any(axis=1)
    assert page.loc[~is_difference, "difference_of_rows"].isna().all()
    assert "difference_of_rows" not in columns_of(written("run")[1]["Effects"])
    rows = page[is_difference & page["estimate"].notna()]
    assert len(rows) > 5
    assert rows["difference_of_rows"].to_numpy(float) == pytest.approx(
        rows["estimate"].to_numpy(float), rel=1e-3, abs=1e-2
    )


@pytest.mark.parametrize("kind", KINDS)
def test_heads_stay_and_columns_are_filtered_and_wide_enough(kind, written):
    for page in written(kind)[0]:
        assert page.freeze_panes == "B3"
        assert page.auto_filter.ref.startswith("A2:")
        assert len(page.title) <= 31
        widths = [held.width for held in page.column_dimensions.values()]
        assert all(7 <= width <= 62 for width in widths)


def test_units_stand_in_a_row_of_their_own(written):
    book = written("run")[0]
    units = dict(zip(*([cell.value for cell in book["Outcomes"][row]] for row in (1, 2)),
                     strict=True))  # fmt: skip
    assert (units["time"], units["carriers"], units["estimate"]) == ("months", "patients", None)
    assert columns_of(book["Outcomes"])["unit"][0] == "%"
    of_power = written("power")[0]["Power"]
    units = dict(zip(*([cell.value for cell in of_power[row]] for row in (1, 2)), strict=True))
    assert units["mean_difference"] == "%/year"
    assert units["power"] == "%"


def test_decimals_come_from_the_half_width_of_the_interval(written):
    page = written("run")[1]["Outcomes"]
    heads = [cell.value for cell in page[HEADS]]
    at = {name: heads.index(name) for name in ("estimate", "low", "high")}
    looked = 0
    for row in page.iter_rows(min_row=FIRST):
        low, high = (row[at[end]].value for end in ("low", "high"))
        if low is None or not 1 <= (high - low) / 2 < 10 or min(abs(low), abs(high)) < 1:
            continue
        assert {row[place].number_format for place in at.values()} == {"0.0"}
        looked += 1
    assert looked > 5


def test_inputs_have_value_unit_uncertainty_source_and_note(written, folder_of):
    study = results.open(folder_of["run"]).study
    page = columns_of(written("run")[1]["Inputs"])
    assert page["path"] == [
        *(number.path for number in study.numbers), *(one.path for one in study.premises)
    ]  # fmt: skip
    rows = {path: at for at, path in enumerate(page["path"])}
    at = rows["effects.interferon + pamidronate.spine.mean"]
    got = [page[name][at] for name in ("value", "number", "unit", "uncertainty", "sources")]
    assert got == ["12.6 %/year", 12.6, "%/year", "normal: se 1.98 %/year", "laroche2011"]
    changed = rows["therapies.pamidronate.given"]
    assert (page["value"][changed], page["value_in_file"][changed]) == ("80 %", "100 %")
    assert sum(page["assumed"]) == len(study.assumptions) + len(study.premises)
    stated = [text for text in page["uncertainty"] if text]
    assert len(stated) >= len(study.uncertainty) - 1


def test_patients_have_their_events_and_what_each_value_is(written, folder_of):
    page = pd.DataFrame(columns_of(written("run")[1]["Patients"]))
    events = pd.read_parquet(folder_of["run"] / "events.parquet")
    measured = page["event"] == "measured"
    assert (~measured).sum() == len(events[events["patient"] < 10])
    assert page["meaning"].notna().all()
    doses = page[page["event"] == "infusion"]
    assert set(doses["unit"]) == {"mg"}
    assert doses["value"].sum() == pytest.approx(events[events["event"] == "infusion"].value.sum())
    assert page["patient"].is_monotonic_increasing


def test_a_result_of_outcomes_says_what_is_absent(tmp_path):
    sim.run(BASE, patients=3, keep="outcomes", out=tmp_path)
    folder = next(tmp_path.rglob("manifest.json")).parent
    path = workbook.write([results.open(folder)], tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    assert "keeps outcomes only" in book["Patients"]["A3"].value
    assert "without `--keep outcomes`" in book["Patients"]["A3"].value
    told = columns_of(book["About"])
    again = dict(zip(told["item"], told["value"], strict=True))["Do it again"]
    assert again.startswith(f"mastosim rerun {folder.name} ")


def test_the_same_results_give_the_same_bytes(folder_of, tmp_path):
    kept = [results.open(folder_of[kind]) for kind in ("run", "sweep")]
    one, other = (workbook.write(kept, tmp_path / f"{name}.xlsx") for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        core = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {kept[0].manifest.written}


def test_several_results_have_sheets_of_their_own(folder_of, tmp_path):
    kept = [results.open(folder_of[kind]) for kind in ("run", "run", "comparison")]
    path = workbook.write(kept, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    assert {"Outcomes", "Outcomes 2", "Inputs 3", "Comparison 3"} < set(book.sheetnames)
    formula = next(cell for cell in book["Differences 2"][FIRST] if cell.data_type == "f").value
    assert formula.startswith("='Outcomes 2'!")
    assert set(columns_of(book["About"])["result"]) == {1, 2, 3, None}


HOSTILE = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "http://example.org", "<script>")


def test_no_text_of_a_user_is_run(folder_of, tmp_path):
    """Names and notes that a spreadsheet would take for formulas stay the texts that they are."""
    folder = shutil.copytree(folder_of["comparison"], tmp_path / "copy")
    frame = results.open(folder).table("comparison")
    frame["arm"] = [HOSTILE[at % len(HOSTILE)] for at in range(len(frame))]
    frame = frame.rename(columns={"carriers": HOSTILE[0]})
    write_csv(frame, folder / "comparison.csv")
    kept = results.open(folder)
    document = kept.manifest.studies[0].document
    document["title"], document["question"] = HOSTILE[0], HOSTILE[3]
    path = workbook.write([kept], tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["Comparison"]
    cells = [row[1] for row in page.iter_rows(min_row=FIRST)]
    assert [cell.value for cell in cells] == list(frame["arm"])
    for cell in (*cells, *page[HEADS], *(row[2] for row in book["About"].iter_rows())):
        if str(cell.value).startswith(("=cmd", "+", "-2", "@", "http", "<")):
            assert cell.data_type == "s"
            assert cell.hyperlink is None
            assert bool(cell.quotePrefix) == (str(cell.value)[0] in "=+-@")
    told = columns_of(book["About"])
    assert HOSTILE[0] in told["value"]
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name]


def test_names_of_sheets_are_clean_short_and_unique():
    name = named("a[b]:c*?/\\" + 40 * "x", 3)
    assert len(name) == 31
    assert name.endswith(" 3")
    assert not set("[]:*?/\\") & set(name)
    pages = [Sheet(text, "", [Column("x")], []) for text in ("Same", "same", "SAME", "'quoted'")]
    assert unique(pages) == ["Same", "same 2", "SAME 3", "'quoted'"]
    assert named("'quoted'", 1) == "quoted"
    assert named("", 1) == "Sheet"


def test_a_large_table_is_cut_and_says_where_all_rows_are(folder_of, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    path = workbook.write([results.open(folder_of["sweep"])], tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["Outcomes"].max_row == UNITS + 3
    told = columns_of(book["About"])
    said = dict(zip(told["item"], told["value"], strict=True))["Sheet Outcomes"]
    assert re.search(r"The first 3 of \d+ rows; outcomes\.csv has all", said)


def test_tables_of_patients_as_csv_are_no_sheets(folder_of):
    assert not {name.capitalize() for name in Tables._fields} & {"Outcomes", "Dictionary"}


def test_the_command_writes_it_beside_the_page(folder_of, mastosim, tmp_path, monkeypatch):
    def page_alone(_, into, __):
        (into / "report.html").touch()
        return into / "report.html"

    monkeypatch.setattr(page_of_report, "write", page_alone)
    told = mastosim("report", folder_of["power"], "--xlsx", "--into", tmp_path / "report", "-q")
    assert told.returncode == 0, told.stderr
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"report.html", "report.xlsx"}
    assert "report.xlsx" in told.stdout


def test_python_writes_a_result_that_is_kept_or_not(folder_of, tmp_path):
    result = sim.run(BASE, patients=3, settings={"horizon": "12 months"})
    path = result.to_excel(tmp_path / "mine.xlsx")
    of_memory = openpyxl.load_workbook(path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.xlsx"]
    held = columns_of(of_memory["Outcomes"])["estimate"]
    alone = result.summary[result.summary["against_arm"] == ""]["estimate"]
    assert held == pytest.approx(list(alone), rel=1e-5, nan_ok=True)
    opened = sim.open_result(folder_of["run"])
    assert opened.to_excel(tmp_path / "kept.xlsx").is_file()
    with pytest.raises(RequestError, match=r"let it end with \.xlsx"):
        opened.to_excel(tmp_path / "kept.csv")


def test_a_damaged_table_is_told_of(folder_of, tmp_path):
    folder = shutil.copytree(folder_of["run"], tmp_path / "copy")
    with (folder / "summary.csv").open("a") as file:
        file.write("\n")
    with pytest.warns(UserWarning, match=r"summary\.csv' is damaged"):
        sim.open_result(folder).to_excel(tmp_path / "x.xlsx")
    (folder / "summary.csv").unlink()
    warnings.simplefilter("ignore")
    with pytest.raises(RequestError, match=r"summary\.csv"):
        sim.open_result(folder).to_excel(tmp_path / "y.xlsx")
    assert not (tmp_path / "y.xlsx").exists()
